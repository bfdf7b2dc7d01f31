package send

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
		return nil, &Failure{Reason: "the receiver's address is no URL that begins with https:// or http://"}
	}
	return parsed, nil
}

// postJSON posts a document and returns the answer to it, which has a status of success. Header
// may be nil.
func (p poster) postJSON(ctx context.Context, to *url.URL, document any, header http.Header) ([]byte, error) {
	body, err := encode(document)
	if err != nil {
		return nil, err
	}
	return p.post(ctx, to, body, header)
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

func (p poster) post(ctx context.Context, to *url.URL, body []byte, header http.Header) ([]byte, error) {
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
		return nil, &Failure{Reason: "post the message: " + hideAddress(err)}
	}
	defer func() { _ = response.Body.Close() }() // it was read, or is of no use
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, &Failure{Reason: "read the answer: " + hideAddress(err)}
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, p.failure(response, answer)
	}
	return answer, nil
}

// hideAddress is the text of a client's error without the address, which may be a secret, and
// without the host, which DNS and dialling errors name.
func hideAddress(err error) string {
	var ofURL *url.Error
	if errors.As(err, &ofURL) {
		if ofURL.Timeout() {
			return "no answer in time"
		}
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
	return err.Error()
}

// failure is that of an answer without success. A receiver refuses a message with 400, 413, 415
// or 422; anything else may pass once it works again, or its settings are mended.
func (p poster) failure(response *http.Response, answer []byte) *Failure {
	refused := false
	switch response.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		refused = true
	}
	reason := fmt.Sprintf("the receiver answered %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	if response.StatusCode >= 300 && response.StatusCode <= 399 {
		reason += ": write the address that it leads to; notices follow no redirection"
	} else if shown := p.shown(answer); shown != "" {
		reason += ": " + shown
	}
	return &Failure{Reason: reason, Refused: refused, RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now())}
}

// shown is the beginning of an answer, as text in a line, without the address if it is quoted.
func (p poster) shown(answer []byte) string {
	text := strings.Join(strings.Fields(untrusted.Terminal(strings.ToValidUTF8(string(answer), "�"))), " ")
	if address, err := p.address.Reveal(); err == nil {
		text = maskOf(address).Hide(text)
	}
	if runes := []rune(text); len(runes) > answerShown {
		text = string(runes[:answerShown]) + "…"
	}
	return text
}

// maskOf hides an address, and its last parts, which are the key of a robot.
func maskOf(address string) cloud.Mask {
	token := address
	if parsed, err := url.Parse(address); err == nil {
		token = parsed.RequestURI()
	}
	return cloud.NewMask("", address, strings.TrimPrefix(token, "/"))
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
