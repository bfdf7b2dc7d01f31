package azure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// call makes one call of the SDK.
func call[T any](ctx context.Context, s *session, region, action string, ask func(context.Context) (T, error)) (T, error) {
	return adapter.Do(ctx, s.calls, region, action, func(ctx context.Context) (answer T, err error) {
		if err := s.tokens.ready(ctx); err != nil {
			return answer, adapter.OfAccount(err)
		}
		answer, err = ask(ctx)
		if refusesToken(err) {
			s.tokens.forget()
		}
		return answer, plain(err)
	})
}

// list is one of ARM's lists.
type list[R any] struct {
	region string // empty for one of the whole subscription
	action string
	// page asks for the page at a link, empty for the first.
	page func(ctx context.Context, link string) (answered[R], error)
}

// answered is a page as ARM answers it.
type answered[R any] struct {
	Value    []adapter.Item[R] `json:"value"`
	NextLink string            `json:"nextLink"`
}

// paged is the page function of a list that the SDK has a pager for; begin makes one that
// has not begun. The answer is decoded here: the SDK's types take a page only whole, and
// refuse all of it for one time in another form.
func paged[R, T any](begin func() *runtime.Pager[T]) func(context.Context, string) (answered[R], error) {
	return func(ctx context.Context, link string) (answered[R], error) {
		pager := begin()
		if link != "" {
			if err := resume(ctx, pager, link); err != nil {
				return answered[R]{}, err
			}
		}
		var response *http.Response
		_, err := pager.NextPage(policy.WithCaptureResponse(ctx, &response))
		if response == nil || response.StatusCode != http.StatusOK {
			return answered[R]{}, err
		}
		var answer answered[R]
		return answer, runtime.UnmarshalAsJSON(response, &answer)
	}
}

// resume sets a pager to where a page's nextLink points. A pager takes a page that
// was there before, and gives it back first.
func resume[T any](ctx context.Context, pager *runtime.Pager[T], link string) error {
	before, err := json.Marshal(map[string]string{"nextLink": link})
	if err != nil {
		return err
	}
	if err := pager.UnmarshalJSON(before); err != nil {
		return err
	}
	_, err = pager.NextPage(ctx)
	return err
}

// at is the page at the cursor, with the cursor of the next one. An answer without a
// list is not an empty list: the SDK takes no body at all for one.
func (l list[R]) at(ctx context.Context, s *session, cursor string) (page []adapter.Item[R], next string, err error) {
	link, err := s.links.follow(l.action, cursor)
	if err != nil {
		return nil, "", err
	}
	answer, err := call(ctx, s, l.region, l.action, func(ctx context.Context) (answered[R], error) { return l.page(ctx, link) })
	if err != nil {
		return nil, "", err
	}
	if answer.Value == nil {
		return nil, "", adapter.BadAnswer(l.action, "the answer has no list of resources")
	}
	if err = adapter.CheckList(l.action, answer.Value); err != nil {
		return nil, "", err
	}
	next, err = s.links.keep(l.action, answer.NextLink)
	return answer.Value, next, err
}

// each walks through the whole list.
func (l list[R]) each(ctx context.Context, s *session, take func(*adapter.Item[R])) error {
	seen := map[string]bool{"": true}
	for cursor := ""; ; {
		page, next, err := l.at(ctx, s, cursor)
		if err != nil {
			return err
		}
		for i := range page {
			take(&page[i])
		}
		if next == "" {
			return nil
		}
		if seen[next] {
			return adapter.BadAnswer(l.action, "the next page is one that was there before")
		}
		seen[next] = true
		cursor = next
	}
}

// links turns a nextLink into a cursor and back. The cursor has no host in it, so that
// a token never goes to another one.
type links struct {
	base         *url.URL
	subscription string
}

// keep is the cursor for a nextLink: its path below the endpoint, and its query.
func (l links) keep(action, nextLink string) (string, error) {
	if nextLink == "" {
		return "", nil
	}
	link, err := url.Parse(nextLink)
	if err != nil {
		return "", adapter.BadAnswer(action, "nextLink is not a URL")
	}
	if link.Scheme != l.base.Scheme || link.User != nil || !strings.EqualFold(hostOf(link), hostOf(l.base)) {
		return "", adapter.BadAnswer(action, "nextLink is of %s://%s, the endpoint is %s://%s", link.Scheme, link.Host, l.base.Scheme, l.base.Host)
	}
	path, below := strings.CutPrefix(link.EscapedPath(), l.base.EscapedPath())
	if !below || !l.ofSubscription(path) {
		return "", adapter.BadAnswer(action, "nextLink is not of subscription %s", l.subscription)
	}
	if link.RawQuery == "" {
		return path, nil
	}
	return path + "?" + link.RawQuery, nil
}

// follow is the link for a cursor.
func (l links) follow(action, cursor string) (string, error) {
	switch {
	case cursor == "":
		return "", nil
	case !l.ofSubscription(cursor):
		return "", &cloud.Error{Class: cloud.ExpiredCursor, Doing: action, Err: fmt.Errorf("the cursor is not one of subscription %s", l.subscription)}
	default:
		return strings.TrimRight(l.base.String(), "/") + cursor, nil
	}
}

func (l links) ofSubscription(path string) bool {
	prefix := "/subscriptions/" + l.subscription + "/"
	return len(path) > len(prefix) && strings.EqualFold(path[:len(prefix)], prefix) && !strings.Contains(path, "/../")
}

// isID says that a text is the id of a resource of the subscription, and no link.
func (l links) isID(text string) bool { return l.ofSubscription(text) && !strings.Contains(text, "?") }

// hostOf is a URL's host with its port: management.azure.com:443 is the same.
func hostOf(u *url.URL) string {
	port := u.Port()
	if port == "" && u.Scheme == "https" {
		port = "443"
	}
	if port == "" && u.Scheme == "http" {
		port = "80"
	}
	return u.Hostname() + ":" + port
}
