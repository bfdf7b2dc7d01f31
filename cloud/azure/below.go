package azure

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// parent is a resource that ARM has a list below, such as a server with its databases.
type parent struct {
	ID         string `json:"id"`
	Properties struct {
		Host              string `json:"fullyQualifiedDomainName"` // of a server
		OrchestrationMode string `json:"orchestrationMode"`        // of a scale set
	} `json:"properties"`
}

// parents are those of an action, as they were a short while ago; fresh: as they are now.
func parents(ctx context.Context, s *session, action string, fresh bool) ([]parent, error) {
	return adapter.Recent(ctx, s, action, fresh, func(ctx context.Context) ([]parent, error) {
		return all(ctx, s, action, "parent", func(p *parent) string { return p.ID })
	})
}

// askBelow asks for a list below each of the parents: the first page lists them, each other
// is one of a list, and tokens are the links that are still to be asked. A parent that is not
// found went away meanwhile, and has nothing. Of a look-up that is no proof: its parents were
// listed just now.
func askBelow[T any](parentList string, has func(*parent) bool) func(context.Context, *session, adapter.Query) (adapter.Answer[T], error) {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		if q.Token == "" {
			links, err := s.linksBelow(ctx, parentList, q, has)
			return adapter.Answer[T]{Next: strings.Join(links, "\n")}, err
		}
		link, rest, _ := strings.Cut(q.Token, "\n")
		return call(ctx, s, q.Region, q.Action, func(ctx context.Context) (adapter.Answer[T], error) {
			answer, err := read[page[T]](ctx, s, link)
			isGone := answered(err).Status == http.StatusNotFound
			switch {
			case isGone && q.Anew:
				return adapter.Answer[T]{}, adapter.WithClass(cloud.Unavailable, fmt.Errorf("what was listed just now is not found: %s", answered(err).Code))
			case isGone:
				return adapter.Answer[T]{Next: rest}, nil
			case err == nil && answer.NextLink != "":
				err = s.checkLink(answer.NextLink)
			}
			links := slices.DeleteFunc([]string{answer.NextLink, rest}, func(link string) bool { return link == "" })
			return adapter.Answer[T]{Items: answer.Value, NoList: answer.Value == nil, Next: strings.Join(links, "\n")}, err
		})
	}
}

// linksBelow are where the lists of a query begin.
func (s *session) linksBelow(ctx context.Context, parentList string, q adapter.Query, has func(*parent) bool) (links []string, err error) {
	all, err := parents(ctx, s, parentList, q.Anew)
	if err != nil {
		return nil, err
	}
	of := questions[q.Action]
	for _, one := range all {
		if !isWithin(one.ID, s.subscription) {
			return nil, adapter.BadAnswer(parentList, "%q is not of subscription %s", adapter.Clip(one.ID, 200), s.subscription)
		}
		if has(&one) {
			links = append(links, runtime.JoinPaths(s.client.Endpoint(), one.ID, of.path)+"?api-version="+of.version)
		}
	}
	return links, nil
}
