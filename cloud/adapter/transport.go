package adapter

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"time"

	"cloudsync/cloud"
)

// transport verifies TLS, but for what is on this machine, where TLS proves nothing.
// It goes by the request: a credential may be asked for elsewhere than at an endpoint
// on this machine.
type transport struct{ verifying, trusting http.RoundTripper }

func newTransport() transport {
	return transport{verifying: newBase(false), trusting: newBase(true)}
}

func newBase(trusting bool) http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone() // with the environment's proxy
	base.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: trusting}
	base.MaxIdleConnsPerHost = 16
	base.ResponseHeaderTimeout = 60 * time.Second
	return base
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if cloud.IsLoopback(request.URL.Hostname()) {
		return t.trusting.RoundTrip(request)
	}
	return t.verifying.RoundTrip(request)
}

// Transport is the HTTP transport for one call, or with a background context for
// the clients of an SDK that hands the call's context on to its requests. A request
// ends with ctx even if the SDK made it without.
func (c *Calls) Transport(ctx context.Context) http.RoundTripper {
	return bound{ctx: ctx, base: c.base}
}

// bound is a transport that ends with a context.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper. It reads the whole answer.
func (b bound) RoundTrip(request *http.Request) (*http.Response, error) {
	seen, carried := request.Context().Value(exchangeKey{}).(*exchange)
	if !carried {
		seen, carried = b.ctx.Value(exchangeKey{}).(*exchange)
	}
	if !carried {
		seen = &exchange{}
	}
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	defer context.AfterFunc(b.ctx, cancel)()
	response, err := b.base.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, seen.fail(err)
	}
	content, err := readAll(response.Body)
	if err == nil && isRedirect(response.StatusCode) {
		err = errRedirect
	}
	if err != nil {
		return nil, seen.fail(err)
	}
	*seen = exchange{status: response.StatusCode, header: response.Header}
	response.Body = io.NopCloser(bytes.NewReader(content))
	response.ContentLength = int64(len(content))
	return response, nil
}

// errRedirect ends a call that a server wants to send elsewhere: the request would be
// repeated there, with a credential that was meant for the first server. No cloud's API
// redirects.
var errRedirect = errors.New("the server redirects to another address: check the endpoint")

func isRedirect(status int) bool {
	return status >= http.StatusMultipleChoices && status < http.StatusBadRequest && status != http.StatusNotModified
}

func (e *exchange) fail(err error) error {
	*e = exchange{err: err}
	return err
}
