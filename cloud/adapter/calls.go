package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// Calls makes the calls of one session. It is safe for concurrent use.
type Calls struct {
	place    string
	secrets  secrets
	pace     *cloud.Pace
	classify func(error) (cloud.Class, time.Duration, error)
	base     http.RoundTripper
	account  resource.Account
	watch    cloud.Watch
}

func newCalls(settings cloud.Settings, keys Keys, pace *cloud.Pace, classify func(error) (cloud.Class, time.Duration, error), base http.RoundTripper) *Calls {
	c := &Calls{place: settings.Place(), pace: pace, classify: classify, base: base, account: settings.Account(), watch: settings.Watch}
	c.secrets.add(keys)
	return c
}

// Hide has no error tell the keys from now on: those that no Signer gave.
func (c *Calls) Hide(keys Keys) { c.secrets.add(keys) }

// Do makes one call of an SDK in a region, "" for one that is of no region. It
// waits for its turn, ends with ctx, and classes the error; doing is the action, such as
// "DescribeInstances". The SDK's own retries must be off.
//
// The SDK has to use the HTTP transport that Transport gives for the context that
// call is given: with it the call ends with the context whatever the SDK does, and
// the class of a failure below the SDK is known however the SDK wraps it.
func Do[T any](ctx context.Context, c *Calls, region, doing string, call func(context.Context) (T, error)) (T, error) {
	request, began := cloud.Request{Account: c.account, Action: doing}, time.Now()
	if region != "" {
		doing += " of " + region
	}
	doing = c.place + ": " + doing
	if err := c.pace.Wait(ctx, region, doing); err != nil {
		var nothing T
		return nothing, err
	}
	request.Waited, began = time.Since(began), time.Now()
	exchange := &exchange{}
	answer, err := guarded(context.WithValue(ctx, exchangeKey{}, exchange), call)
	if err != nil {
		err = c.failure(ctx, region, doing, err, exchange)
	}
	c.pace.Learn(region, err)
	request.Took = time.Since(began)
	c.watch.Tell(ctx, request, err)
	return answer, err
}

// DoSigned is Do for a call that is signed with keys.
func DoSigned[T any](ctx context.Context, c *Calls, sign Signer, region, doing string, call func(context.Context, Keys) (T, error)) (T, error) {
	return Do(ctx, c, region, doing, func(ctx context.Context) (answer T, err error) {
		keys, err := sign(ctx)
		if err != nil {
			return answer, err
		}
		return call(ctx, keys)
	})
}

// guarded makes an error of a panic: some SDKs have one for an answer that is the JSON null,
// or for an error's that is no object (Tencent's 1.3.210: TryReadErr in
// common/http/response.go; Alibaba's).
func guarded[T any](ctx context.Context, call func(context.Context) (T, error)) (answer T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the SDK cannot read the answer: %v", cause)
		}
	}()
	return call(ctx)
}

// failure is err in the program's vocabulary. The SDK's own error is not kept: it
// may hold the request, signature and all.
func (c *Calls) failure(ctx context.Context, region, doing string, err error, exchange *exchange) error {
	var known *cloud.Error
	if errors.As(err, &known) {
		return named(doing, err)
	}
	if ctx.Err() != nil {
		return &cloud.Error{Class: cloud.ClassOf(ctx.Err()), Doing: doing, Err: ctx.Err()}
	}
	class, wait, shown := c.classify(err)
	if host := exchange.noHost(region, err); class == "" && host != "" {
		class, shown = cloud.RegionDisabled, fmt.Errorf("the region does not have it: there is no host %s", host)
	}
	if class == "" {
		class = exchange.class(err)
	}
	if wait == 0 {
		wait = exchange.wait()
	}
	switch {
	case class == cloud.Throttled && wait == 0:
		wait = unsaidWait
	case class != cloud.Throttled && class != cloud.Unavailable:
		wait = 0
	}
	return &cloud.Error{Class: class, Doing: doing, RetryAfter: wait, OfAccount: errors.As(err, new(ofAccount)), Err: c.clean(shown)}
}

// unsaidWait is how long to wait for a provider that throttles and does not say: their
// limits are by the second.
const unsaidWait = time.Second

// query is the query of a URL, which has the signature of a request in it.
var query = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)

// clean is the error's text without what nobody is to read.
func (c *Calls) clean(err error) error {
	text := c.secrets.hide(query.ReplaceAllString(err.Error(), "?…"))
	var answered refusal
	if errors.As(err, &answered) {
		answered.text = text
		return answered
	}
	return errors.New(text)
}

type exchangeKey struct{}

// exchange is what the transport saw of a call.
type exchange struct {
	status int
	header http.Header
	err    error
}

// noHost is the host with the region's name in it that the DNS does not know: a region that
// lacks a product has no host of it. "" are other failures, of the DNS too, and a host that
// is for all regions. A proxy that resolves names itself does not say so: then the product
// cannot be reached.
func (e *exchange) noHost(region string, err error) string {
	var lookup *net.DNSError
	if region != "" && errors.As(errors.Join(e.err, err), &lookup) && lookup.IsNotFound && strings.Contains(lookup.Name, region) {
		return lookup.Name
	}
	return ""
}

// class is that of a failure that the adapter's table does not know.
func (e *exchange) class(err error) cloud.Class {
	var network net.Error
	cause := errors.Join(e.err, err)
	switch {
	case errors.Is(cause, context.DeadlineExceeded), errors.As(cause, &network) && network.Timeout():
		return cloud.Timeout
	case errors.Is(cause, errTooLong), errors.Is(cause, errRedirect):
		return cloud.BadAnswer
	case e.err != nil: // no whole answer
		return cloud.Unavailable
	case e.status == http.StatusNotFound: // a page of some server: the API's own has a code
		return cloud.BadAnswer
	case e.status != 0:
		return StatusClass(e.status)
	default:
		return cloud.Unavailable
	}
}

// wait is how long the answer's headers ask to wait. Those that the SDKs of Azure and AWS
// honour beside Retry-After give milliseconds, that one seconds, or a time
// (https://www.rfc-editor.org/rfc/rfc9110#name-retry-after).
func (e *exchange) wait() time.Duration {
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms", "X-Amz-Retry-After"} {
		if wait, err := time.ParseDuration(e.header.Get(name) + "ms"); err == nil && wait > 0 {
			return wait
		}
	}
	value := e.header.Get("Retry-After")
	if seconds, err := time.ParseDuration(value + "s"); err == nil {
		return max(seconds, 0)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// BadAnswer is the error of an answer that makes no sense.
func BadAnswer(doing, format string, args ...any) error {
	return &cloud.Error{Class: cloud.BadAnswer, Doing: doing, Err: fmt.Errorf(format, args...)}
}

// maxAnswer is the longest answer that is read, in bytes. A page of 1,000 hosts has
// some MiB.
const maxAnswer = 64 << 20

var errTooLong = fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)

// readAll reads an answer to its end, so that one cut short is a failure of the
// network and never a document to decode.
func readAll(body io.ReadCloser) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	switch err := errors.Join(err, body.Close()); {
	case err != nil:
		return nil, fmt.Errorf("read the answer: %w", err)
	case len(content) > maxAnswer:
		return nil, errTooLong
	}
	return content, nil
}
