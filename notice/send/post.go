package send

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/untrusted"
)

const (
	postTimeout = 15 * time.Second
	// maxAnswer is how much of an answer is read, and answerShown how much of it is shown.
	maxAnswer   = 64 << 10
	answerShown = 200
	// maxRetryAfter bounds how long a receiver can ask to wait.
	maxRetryAfter = time.Hour
)

// poster posts to the address of a receiver.
type poster struct {
	address cloud.Secret
	client  *http.Client
}

func newPoster(address cloud.Secret) poster {
	return poster{address: address, client: &http.Client{
		Timeout: postTimeout,
		// What follows a redirection would give the message, and the secret in the address, to
		// somebody who was not configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// url is the receiver's address.
func (p poster) url() (*url.URL, error) {
	text, err := p.address.Reveal()
	if err != nil {
		return nil, &Failure{Reason: "read the receiver's address: " + err.Error()}
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return nil, &Failure{Reason: "the receiver's address is no URL that begins with https://"}
	}
	if parsed.Scheme == "http" && !cloud.IsLoopback(parsed.Hostname()) {
		return nil, &Failure{Reason: "the receiver's address is http to another machine: everybody on the way could read the notices and write there; write https"}
	}
	return parsed, nil
}

// encode writes a document as JSON, as it is: robots show < as it stands.
func encode(document any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return nil, fmt.Errorf("encode the message: %w", err)
	}
	return bytes.TrimRight(body.Bytes(), "\n"), nil
}

// post posts a body, and takes each status of success for success. Header may be nil. The
// secrets are those that the message is signed with: no failure shows them.
func (p poster) post(ctx context.Context, to *url.URL, body []byte, header http.Header, secrets ...string) error {
	got, err := p.exchange(ctx, to, body, header, secrets...)
	switch {
	case got != nil && got.succeeded():
		return nil // it was taken, whatever becomes of the rest of the answer
	case err != nil:
		return err
	default:
		return got.failure()
	}
}

// exchange posts a body and returns the answer to it, whatever its status; with an error what
// there is of one that broke off.
func (p poster) exchange(ctx context.Context, to *url.URL, body []byte, header http.Header, secrets ...string) (*answer, error) {
	hide := p.hiding(to, secrets)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &Failure{Reason: "the receiver's address cannot be used"}
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", "cloudsync")
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, &Failure{Reason: "post the message: " + hide.shown(hideAddress(err))}
	}
	defer func() { _ = response.Body.Close() }() // it was read, or is of no use
	read, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	got := &answer{status: response.StatusCode, header: response.Header, body: read, brokeOff: err != nil, hiding: hide}
	if err != nil {
		return got, &Failure{Reason: "read the answer: " + hide.shown(hideAddress(err))}
	}
	return got, nil
}

// hideAddress is the text of a client's error without the address, which may be a secret, and
// without the host, which errors of DNS, of dialling, and of certificates name.
func hideAddress(err error) string {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "no answer in time"
	}
	var ofURL *url.Error
	if errors.As(err, &ofURL) {
		err = ofURL.Err
	}
	var ofDNS *net.DNSError
	if errors.As(err, &ofDNS) {
		return "the receiver's host is not known: " + ofDNS.Err
	}
	var dialled *net.OpError
	if errors.As(err, &dialled) {
		return dialled.Op + ": " + dialled.Err.Error()
	}
	var ofHost x509.HostnameError
	if errors.As(err, &ofHost) {
		return "the certificate of the receiver's host is for another one"
	}
	return err.Error()
}

// answer is what a receiver answered.
type answer struct {
	status int
	header http.Header
	body   []byte
	// brokeOff says that the body has an end that never came.
	brokeOff bool
	hiding
}

func (a *answer) succeeded() bool { return a.status >= 200 && a.status <= 299 }

// failure is that of an answer without success. A receiver refuses a message with 400, 413, 415
// or 422; anything else may pass once it works again, or its settings are mended.
func (a *answer) failure() *Failure {
	refused := false
	switch a.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		refused = true
	}
	reason := fmt.Sprintf("the receiver answered %d %s", a.status, http.StatusText(a.status))
	if a.status >= 300 && a.status <= 399 {
		reason += ": write the address that it leads to; notices follow no redirection"
	} else if shown := a.shown(string(a.body)); shown != "" {
		reason += ": " + shown
	}
	return &Failure{Reason: reason, Refused: refused, RetryAfter: a.retryAfter()}
}

func (a *answer) retryAfter() time.Duration {
	return retryAfter(a.header.Get("Retry-After"), time.Now())
}

// hiding hides the address of a receiver, its host, the parts of it that may be the key of a robot,
// and what a message was signed with.
type hiding []cloud.Mask

func (p poster) hiding(to *url.URL, secrets []string) (h hiding) {
	address, err := p.address.Reveal()
	if err != nil {
		address = ""
	}
	// The whole ones first: they have the others in them.
	h = append(h, cloud.NewMask("", address, to.String()), cloud.NewMask("", strings.TrimPrefix(to.RequestURI(), "/"), ""))
	for _, secret := range append(secrets, append(keysIn(to), to.Hostname())...) {
		h = append(h, cloud.NewMask("", secret, ""))
	}
	return h
}

// keysIn are the parts of an address that may be keys: values of its query, its user and
// password, and those parts of its path that are no words; each as it is, and as it is written.
func keysIn(address *url.URL) (keys []string) {
	for _, values := range address.Query() {
		keys = append(keys, values...)
	}
	for pair := range strings.SplitSeq(address.RawQuery, "&") {
		_, written, _ := strings.Cut(pair, "=")
		keys = append(keys, written)
	}
	if name := address.User.Username(); name != "" {
		keys = append(keys, name)
	}
	if password, ok := address.User.Password(); ok {
		keys = append(keys, password)
	}
	for part := range strings.SplitSeq(address.Path+"/"+address.EscapedPath(), "/") {
		if len(part) >= longWord || strings.ContainsAny(part, "0123456789") {
			keys = append(keys, part)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	return keys
}

// longWord is from which length, in bytes, a part of a path is taken for a key.
const longWord = 16

// shown is the beginning of what a receiver said, as text in a line, without secrets.
func (h hiding) shown(said string) string {
	text := strings.Join(strings.Fields(untrusted.Terminal(strings.ToValidUTF8(said, "�"))), " ")
	for _, mask := range h {
		text = mask.Hide(text)
	}
	if runes := []rune(text); len(runes) > answerShown {
		text = string(runes[:answerShown]) + "…"
	}
	return text
}

// retryAfter reads the header: seconds, or a time.
func retryAfter(value string, now time.Time) time.Duration {
	if value == "" {
		return 0
	}
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
