package send_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/notice"
	"cloudsync/notice/send"
)

// A webhook gets the notice as JSON, with its id, and a signature of the time stamp and the body.
func TestWebhookOnTheWire(t *testing.T) {
	t.Parallel()
	var request *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	n := notice.Try("0198c0de-0000-7000-8000-000000000000", time.Unix(1_760_000_000, 0), notice.Links{Page: "https://cloudsync.example"})
	n.Subjects[0].Reason = `<b>"& 主机`
	before := time.Now().Unix()
	require.NoError(t, send.NewWebhook(cloud.SecretText(server.URL+"/hook?token=abcdef"), cloud.SecretText("a key to sign with")).Send(t.Context(), send.Message{Notice: n}))

	require.Equal(t, http.MethodPost, request.Method)
	require.Equal(t, "/hook?token=abcdef", request.URL.RequestURI())
	require.Equal(t, "application/json; charset=utf-8", request.Header.Get("Content-Type"))
	require.Equal(t, n.ID, request.Header.Get("Cloudsync-Notice-Id"))
	stamp := request.Header.Get("Cloudsync-Timestamp")
	seconds, err := json.Number(stamp).Int64()
	require.NoError(t, err)
	require.InDelta(t, before, seconds, 60)
	mac := hmac.New(sha256.New, []byte("a key to sign with"))
	mac.Write([]byte(stamp + "." + string(body)))
	require.Equal(t, "v1="+hex.EncodeToString(mac.Sum(nil)), request.Header.Get("Cloudsync-Signature"))

	var got notice.Notice
	require.NoError(t, json.Unmarshal(body, &got))
	require.Equal(t, n, got)
	require.Contains(t, string(body), `"version":1,"id":"0198c0de-0000-7000-8000-000000000000","event":"held","state":"begun","kind":"resource_host"`)
}

// Without a secret nothing is signed.
func TestWebhookWithoutASecret(t *testing.T) {
	t.Parallel()
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header = r.Header }))
	defer server.Close()
	require.NoError(t, send.NewWebhook(cloud.SecretText(server.URL), cloud.Secret{}).Send(t.Context(), send.Message{}))
	require.NotContains(t, header, "Cloudsync-Signature")
	require.NotContains(t, header, "Cloudsync-Timestamp")
}

// A webhook that has said that it took a notice gets it no second time for the rest of its answer.
func TestWebhookThatBreaksOffHasTakenIt(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"taken": http.StatusOK, "not taken": http.StatusBadGateway} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, "ok")
			}))
			defer server.Close()
			err := send.NewWebhook(cloud.SecretText(server.URL), cloud.Secret{}).Send(t.Context(), send.Message{})
			require.Equal(t, status == http.StatusOK, err == nil, "%v", err)
		})
	}
}

func TestNoFailureShowsAKeyAsItIsWritten(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "no: "+r.URL.RawQuery[len("sig="):]+" "+r.URL.Query().Get("sig")+" "+r.URL.EscapedPath()[1:])
	}))
	defer server.Close()
	err := send.NewWebhook(cloud.SecretText(server.URL+"/to%2Bken1?sig=se%2Fcret%2B"), cloud.Secret{}).Send(t.Context(), send.Message{})
	require.ErrorContains(t, err, "no: [secret] [secret] [secret]")
}

// A certificate that is for another host names both; so may the receiver itself.
func TestNoFailureShowsTheHost(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "no robot at "+r.Host)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of the handshake
	server.StartTLS()
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	// The certificate of the test's server is for 127.0.0.1 and example.com.
	err = send.NewWebhook(cloud.SecretText("https://localhost:"+port+"/hook"), cloud.Secret{}).Send(t.Context(), send.Message{})
	require.EqualError(t, err, "post the message: the certificate of the receiver's host is for another one")
	err = send.NewWebhook(cloud.SecretText(server.URL), cloud.Secret{}).Send(t.Context(), send.Message{})
	require.ErrorContains(t, err, "certificate signed by unknown authority")
	require.NotContains(t, err.Error(), "127.0.0.1")

	plain := httptest.NewServer(server.Config.Handler)
	defer plain.Close()
	err = send.NewWebhook(cloud.SecretText(plain.URL), cloud.Secret{}).Send(t.Context(), send.Message{})
	require.ErrorContains(t, err, "404 Not Found: no robot at [secret]")
}

func TestWebhookFailures(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct {
		status     int
		after      string
		refused    bool
		retryAfter time.Duration
	}{
		"away":      {status: http.StatusBadGateway},
		"busy":      {status: http.StatusTooManyRequests, after: "30", retryAfter: 30 * time.Second},
		"for long":  {status: http.StatusServiceUnavailable, after: "99999999", retryAfter: time.Hour},
		"forbidden": {status: http.StatusForbidden},
		"moved":     {status: http.StatusMovedPermanently},
		"refused":   {status: http.StatusUnprocessableEntity, refused: true},
		"too large": {status: http.StatusRequestEntityTooLarge, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", answer.after)
				w.Header().Set("Location", "https://elsewhere.example/")
				w.WriteHeader(answer.status)
				_, _ = io.WriteString(w, "you asked for "+r.URL.String())
			}))
			defer server.Close()
			err := send.NewWebhook(cloud.SecretText(server.URL+"/hook/tokenabcdef"), cloud.SecretText("a key to sign with")).Send(t.Context(), send.Message{})
			require.Error(t, err)
			require.Equal(t, answer.refused, send.IsRefused(err))
			require.Equal(t, answer.retryAfter, send.RetryAfter(err))
			require.NotContains(t, err.Error(), "tokenabcdef")
		})
	}
	err := send.NewWebhook(cloud.SecretText("http://hooks.example/tokenabcdef"), cloud.Secret{}).Send(t.Context(), send.Message{})
	require.ErrorContains(t, err, "write https")
}
