package google

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// link is where a query's page is. node is whose page: a project, a folder or an organisation.
func (s *session) link(q adapter.Query, node string) (string, error) {
	of := questions[q.Action]
	base, err := s.account.URL(of.product, q.Region)
	if err != nil {
		return "", err
	}
	if base == nil {
		base = &url.URL{Scheme: "https", Host: of.product + ".googleapis.com"}
	}
	path := strings.NewReplacer("{project}", url.PathEscape(node), "{node}", node, "{location}", url.PathEscape(q.Region)).Replace(of.path)
	parameters := url.Values{}
	for name := range of.more {
		parameters.Set(name, strings.NewReplacer("{project}", node, "{node}", node).Replace(of.more.Get(name)))
	}
	if of.size != "" {
		parameters.Set(of.size, strconv.Itoa(of.limit))
	}
	if q.Token != "" {
		parameters.Set("pageToken", q.Token)
	}
	return strings.TrimRight(base.String(), "/") + path + "?" + parameters.Encode(), nil
}

// call makes one call.
func call[T any](ctx context.Context, s *session, region, action string, ask func(context.Context) (T, error)) (T, error) {
	return adapter.Do(ctx, s.account.Calls, region, action, ask)
}

// read asks for what a query names, of a project or what projects are in.
func read[T any](ctx context.Context, s *session, q adapter.Query, node string) (answer T, err error) {
	link, err := s.link(q, node)
	if err != nil {
		return answer, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return answer, err
	}
	token, chain, err := s.tokens.get(ctx)
	if err != nil {
		return answer, adapter.OfAccount(err)
	}
	token.sign(request)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "cloudsync (gzip)") // with this word, answers are packed
	response, err := s.client.Do(request)
	if err != nil {
		return answer, err
	}
	defer func() { _ = response.Body.Close() }() // the transport has read it
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer, err
	}
	if response.StatusCode == http.StatusUnauthorized {
		s.tokens.forget(chain)
	}
	if response.StatusCode != http.StatusOK {
		return answer, refusalOf(response.StatusCode, body)
	}
	// An empty list of some APIs is {}, which anything else that answers may say, too.
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != "application/json" {
		return answer, fmt.Errorf("the answer is no JSON, but %q", adapter.Clip(kind, 64))
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return answer, fmt.Errorf("decode the answer: %w", err)
	}
	return answer, nil
}

// ask asks for a page of a list of the project.
func ask[T any](ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
	return askIn[T](s.account.AccountID)(ctx, s, q)
}

// askIn asks for a page of a list of what is in a node.
func askIn[T any](node string) func(context.Context, *session, adapter.Query) (adapter.Answer[T], error) {
	return func(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
		return call(ctx, s, q.Region, q.Action, func(ctx context.Context) (answer adapter.Answer[T], err error) {
			of := questions[q.Action]
			document, err := read[adapter.Document](ctx, s, q, node)
			switch {
			case of.optional && isDisabled(err):
				return answer, adapter.WithClass(cloud.RegionDisabled, err)
			case err != nil:
				return answer, err
			}
			return answerOf[T](document, of)
		})
	}
}

// answerOf is a page as the APIs answer it. In a list by zones and regions, each has a list of
// its own.
func answerOf[T any](document adapter.Document, of question) (answer adapter.Answer[T], err error) {
	about, err := aboutOf(document)
	if err != nil {
		return answer, err
	}
	answer.NoList = document == nil || about.kind != of.kind
	answer.Next, answer.Lacks = about.next, about.lacks
	list, isScoped := strings.CutPrefix(of.list, anyScope)
	if !isScoped {
		return answer, document.Read(&answer.Items, list)
	}
	var scopes map[string]adapter.Document
	if err := document.Read(&scopes, "items"); err != nil {
		return answer, err
	}
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		about, err := aboutOf(scopes[scope])
		if err != nil {
			return answer, err
		}
		for _, why := range about.lacks {
			answer.Lacks[regionOf(scope)] = scope + ": " + why
		}
		var items []adapter.Item[T]
		if err := scopes[scope].Read(&items, list); err != nil {
			return answer, err
		}
		answer.Items = append(answer.Items, items...)
	}
	return answer, nil
}
