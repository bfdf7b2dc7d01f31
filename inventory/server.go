package inventory

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/resource"
)

// Server asks a running server over its API.
type Server struct {
	base   string // without a last slash
	client *http.Client
	sign   func(*http.Request)
	broken error // of the address
}

// The limits of what a server answers.
const (
	// headerLimit is how long a server may take until it answers. An export of few rows
	// looks at all of them first.
	headerLimit = 5 * time.Minute
	maxAnswer   = 256 << 20 // bytes, of what is not streamed
	maxGroups   = 10_000    // of a count
)

// FromServer returns a Reader that asks the server at an address, such as
// https://cloudsync.example. credential is a bearer token, or NAME:PASSWORD, or empty where
// nobody has to log in. What is wrong with the address is the error of each question.
func FromServer(address, credential string) *Server {
	s := &Server{base: strings.TrimSuffix(address, "/"), sign: func(*http.Request) {}}
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" {
		s.broken = errors.New("the server's address is none: write it as https://HOST:PORT, without a name or a password")
	}
	name, password, isPassword := strings.Cut(credential, ":")
	switch {
	case isPassword:
		s.sign = func(r *http.Request) { r.SetBasicAuth(name, password) }
	case credential != "":
		s.sign = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+credential) }
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = headerLimit
	// Whoever is led to elsewhere would send the credential, or read a page to log in.
	s.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s
}

// String shows no credential.
func (s *Server) String() string { return "server " + s.base }

// GoString shows no credential.
func (s *Server) GoString() string { return s.String() }

// Find implements Reader.
func (s *Server) Find(ctx context.Context, find Find) (page Page, err error) {
	if len(find.Kinds) == 0 {
		return page, nil
	}
	parameters := find.parameters()
	parameters.Set("limit", strconv.Itoa(find.Limit))
	if find.Order != (Order{}) {
		parameters.Set("sort", find.Order.text())
	}
	if !find.After.IsZero() {
		parameters.Set("cursor", find.After.String())
	}
	var answer struct {
		Total int64
		Rows  []json.RawMessage
		Next  string
	}
	if err := s.ask(ctx, "/resources", parameters, &answer); err != nil {
		return page, err
	}
	page.Total = answer.Total
	for _, row := range answer.Rows {
		found, err := readRow(find.Kinds, row)
		if err != nil {
			return Page{}, err
		}
		page.Rows = append(page.Rows, found)
	}
	page.Next, err = ParseCursor(answer.Next)
	return page, err
}

// Count implements Reader. A server has a limit on groups, too.
func (s *Server) Count(ctx context.Context, count Count) (Counts, error) {
	counts := Counts{Sums: make([]int64, len(count.Sum))}
	if len(count.Kinds) == 0 {
		return counts, nil
	}
	parameters := count.parameters()
	for _, name := range append(slices.Clone(count.By), count.Sum...) {
		if strings.Contains(name, ",") {
			return counts, fmt.Errorf("a server cannot be asked for the label %q, which has a comma: ask without it", name)
		}
	}
	if len(count.By) > 0 {
		parameters.Set("by", strings.Join(count.By, ","))
	}
	if len(count.Sum) > 0 {
		parameters.Set("sum", strings.Join(count.Sum, ","))
	}
	limit := maxGroups
	if count.Limit > 0 {
		limit = min(limit, count.Limit)
	}
	parameters.Set("limit", strconv.Itoa(limit))
	var answer struct {
		Total  int64
		Sums   map[string]int64
		Others int
		Groups []struct {
			Values []string
			Rows   int64
			Sums   map[string]int64
		}
	}
	if err := s.ask(ctx, "/count", parameters, &answer); err != nil {
		return counts, err
	}
	if answer.Others > 0 && limit != count.Limit {
		return counts, fmt.Errorf("there are %d groups, and a server shows %d at most: ask for fewer, the largest, or by less", len(answer.Groups)+answer.Others, limit)
	}
	counts.Total, counts.Others = answer.Total, answer.Others
	counts.Sums = inOrder(count.Sum, answer.Sums)
	for _, group := range answer.Groups {
		counts.Groups = append(counts.Groups, Group{Values: group.Values, Rows: group.Rows, Sums: inOrder(count.Sum, group.Sums)})
	}
	return counts, nil
}

func inOrder(names []string, sums map[string]int64) []int64 {
	ordered := make([]int64, len(names))
	for i, name := range names {
		ordered[i] = sums[name]
	}
	return ordered
}

// State is what the server has of the rows in memory, and how fresh it is.
func (s *Server) State(ctx context.Context) (state State, err error) {
	err = s.ask(ctx, "/index", nil, &state)
	return state, err
}

// Verify has the server compare its rows of a kind with the table.
func (s *Server) Verify(ctx context.Context, kind *resource.Kind) (found Verification, err error) {
	err = s.exchange(ctx, http.MethodPost, "/index/"+kind.Name()+"/verify", nil, &found)
	return found, err
}

// Each implements Reader. A list that breaks off is an error.
func (s *Server) Each(ctx context.Context, scope Scope, show func(Found) error) error {
	for _, kind := range scope.Kinds {
		parameters := scope.parameters()
		parameters.Del("kind")
		if err := s.export(ctx, kind, parameters, show); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) export(ctx context.Context, kind *resource.Kind, parameters url.Values, show func(Found) error) (err error) {
	response, err := s.send(ctx, http.MethodGet, "/export/"+kind.Name(), parameters)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it has been read to its end, or that does not matter
	lines := bufio.NewReaderSize(response.Body, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the list of %s that the server sends broke off: %w", kind.Name(), err)
		}
		found, err := readRow([]*resource.Kind{kind}, line)
		if err != nil {
			return err
		}
		if err := show(found); err != nil {
			return err
		}
	}
}

// readRow reads a row of one of the kinds.
func readRow(kinds []*resource.Kind, row []byte) (Found, error) {
	var of struct{ Kind string }
	if err := json.Unmarshal(row, &of); err != nil {
		return Found{}, fmt.Errorf("read a row that the server sent: %w", err)
	}
	for _, kind := range kinds {
		if kind.Name() == of.Kind {
			parsed, err := kind.ParseImage(row)
			if err != nil {
				return Found{}, fmt.Errorf("read a row that the server sent: %w", err)
			}
			return Found{Kind: kind, Row: parsed}, nil
		}
	}
	return Found{}, fmt.Errorf("the server sent a row of %.64q, which was not asked for", of.Kind)
}

// parameters are those of a scope.
func (s Scope) parameters() url.Values {
	parameters := url.Values{}
	for _, kind := range s.Kinds {
		parameters.Add("kind", kind.Name())
	}
	if !s.Query.Everything() {
		parameters.Set("q", s.Query.String())
	}
	if !s.AsOf.IsZero() {
		parameters.Set("as_of", s.AsOf.UTC().Format(time.RFC3339Nano))
	}
	return parameters
}

// text is the order as the API takes it.
func (o Order) text() string {
	if o.Descending {
		return "-" + o.Label
	}
	return o.Label
}

// ask reads an answer into a value.
func (s *Server) ask(ctx context.Context, path string, parameters url.Values, value any) error {
	return s.exchange(ctx, http.MethodGet, path, parameters, value)
}

// exchange sends a request, and reads its answer into a value.
func (s *Server) exchange(ctx context.Context, method, path string, parameters url.Values, value any) error {
	response, err := s.send(ctx, method, path, parameters)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it has been read to its end, or that does not matter
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(value); err != nil {
		return fmt.Errorf("read the answer of %s: %w", s, err)
	}
	return nil
}

// send asks, and returns an answer that is no error.
func (s *Server) send(ctx context.Context, method, path string, parameters url.Values) (*http.Response, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	request, err := http.NewRequestWithContext(ctx, method, s.base+"/api/v1"+path+"?"+parameters.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", s, err)
	}
	s.sign(request)
	response, err := s.client.Do(request)
	if err != nil {
		var address *url.Error
		if errors.As(err, &address) { // without the query
			err = address.Err
		}
		return nil, fmt.Errorf("ask %s: %w", s, err)
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer func() { _ = response.Body.Close() }() // it has been read to its end, or that does not matter
	return nil, s.refusal(response)
}

// ServerError is an error that a server answered with.
type ServerError struct {
	Status int    // of HTTP
	Type   string // of the problem, such as NotLoadedType; mostly empty
	Detail string // what the server says, and what to do
	From   string // the server
}

func (e *ServerError) Error() string { return e.From + ": " + e.Detail }

// Is says that a server that is still loading has not loaded.
func (e *ServerError) Is(target error) bool { return target == ErrNotLoaded && e.Type == NotLoadedType }

// refusal puts an answer that is an error into words.
func (s *Server) refusal(response *http.Response) error {
	refused := &ServerError{Status: response.StatusCode, From: s.String()}
	refused.Type, refused.Detail = problemOf(response)
	switch response.StatusCode {
	case http.StatusUnauthorized:
		refused.Detail = "it does not know you: give it a token, or a name and a password (" + refused.Detail + ")"
	case http.StatusForbidden:
		refused.Detail = "you may not ask that (" + refused.Detail + ")"
	}
	if at := response.Header.Get("Location"); at != "" && response.StatusCode < http.StatusBadRequest {
		refused.Detail = fmt.Sprintf("it leads to %.200q: write the address at which the API itself is", at)
	}
	return refused
}

// problemOf is what a problem says, or where an answer is none, its status.
func problemOf(response *http.Response) (problemType, detail string) {
	var problem struct {
		Type, Detail string
		Errors       []struct{ Message string }
	}
	contentType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	read := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&problem)
	if contentType != "application/problem+json" || read != nil || problem.Detail == "" {
		return "", "it answers " + response.Status + ", and not as this API does"
	}
	if len(problem.Errors) > 0 && !strings.Contains(problem.Detail, problem.Errors[0].Message) {
		return problem.Type, problem.Detail + ": " + problem.Errors[0].Message
	}
	return problem.Type, problem.Detail
}
