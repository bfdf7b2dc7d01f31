package benchindex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// requestsOfOne is how many requests a client makes: the server lets each client make 200 at
// once, and then so many a second.
const requestsOfOne = 150

// client asks a server over a connection that is kept. After so many requests, another
// address of this machine goes on, with a connection of its own.
type client struct {
	base      string // http://HOST:PORT
	transport *http.Transport
	addresses int // how many there were
	left      int // requests of this one
}

// answer is what came of a request, and after how long.
type answer struct {
	body []byte
	took time.Duration // from the request to the end of the answer
}

// ask sends a request that must be answered, such as /api/v1/count.
func (c *client) ask(ctx context.Context, path string, query url.Values) (answer, error) {
	if c.left == 0 {
		if err := c.another(ctx); err != nil {
			return answer{}, err
		}
	}
	c.left--
	return c.get(ctx, path+"?"+query.Encode())
}

// another goes on from another address, and connects.
func (c *client) another(ctx context.Context) error {
	c.close()
	from := net.IPv4(127, 1, byte(c.addresses>>8), byte(c.addresses))
	c.addresses++
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	c.transport, c.left = &http.Transport{DialContext: dialer.DialContext}, requestsOfOne
	_, err := c.get(ctx, "/healthz")
	return err
}

func (c *client) get(ctx context.Context, path string) (a answer, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return a, fmt.Errorf("ask %s: %w", path, err)
	}
	began := time.Now()
	response, err := (&http.Client{Transport: c.transport}).Do(request)
	if err != nil {
		return a, fmt.Errorf("ask the server: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	a.body, err = io.ReadAll(response.Body)
	a.took = time.Since(began)
	if err != nil {
		return a, fmt.Errorf("read the answer to %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return a, fmt.Errorf("ask %s: the server answers %s: %.500s", path, response.Status, a.body)
	}
	return a, nil
}

func (c *client) close() {
	if c.transport != nil {
		c.transport.CloseIdleConnections()
	}
}

// read reads an answer of JSON.
func (a answer) read(into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("read the answer %.100s: %w", a.body, err)
	}
	return nil
}

const hostPath = "/api/v1/resources/resource_host"

// page is what a question for rows is answered with.
type page struct {
	Total int64 `json:"total"`
	Rows  []struct {
		Name string `json:"name"`
	} `json:"rows"`
}

// find asks for the first rows that match a query.
func (c *client) find(ctx context.Context, q string) (answer, page, error) {
	var p page
	a, err := c.ask(ctx, hostPath, url.Values{"q": {q}, "limit": {fmt.Sprint(shownRows)}})
	if err != nil {
		return a, p, err
	}
	return a, p, a.read(&p)
}

// counted is what a question for numbers is answered with.
type counted struct {
	Total  int64 `json:"total"`
	Groups []struct {
		Values []string `json:"values"`
		Rows   int64    `json:"rows"`
	} `json:"groups"`
}

// count counts the hosts that match a query, by labels.
func (c *client) count(ctx context.Context, q, by string) (answer, counted, error) {
	query := url.Values{"kind": {"resource_host"}, "q": {q}}
	if by != "" {
		query.Set("by", by)
	}
	var n counted
	a, err := c.ask(ctx, "/api/v1/count", query)
	if err != nil {
		return a, n, err
	}
	return a, n, a.read(&n)
}
