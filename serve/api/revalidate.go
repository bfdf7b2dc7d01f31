package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/inventory"
)

// newBoot draws what tells this process from others.
func newBoot() string { return rand.Text() }

// etag is a weak entity tag of what parts say together.
func etag(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return `W/"` + hex.EncodeToString(sum.Sum(nil)[:16]) + `"`
}

// isNamed says that If-None-Match names the tag. Two tags are the same whether weak or not:
// RFC 9110, 13.1.2.
func isNamed(tag, ifNoneMatch string) bool {
	for one := range strings.SplitSeq(ifNoneMatch, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// asked is what of a request an operation does not see.
type asked struct{ address, ifNoneMatch string }

type askedKey struct{}

// tag is the entity tag of an answer about rows by the versions of what the inventory has,
// and the request. It has to be made before the answer: one that is newer than its tag is
// asked for once too often, and one that is older would stay. It is empty where the
// versions do not say all: of a time, the history may tell more later, and how long ago
// that is changes by itself. The error is that of a tag that the client has.
func (a *API) tag(ctx context.Context, scope inventory.Scope) (string, error) {
	if !scope.AsOf.IsZero() {
		return "", nil
	}
	names := make([]string, len(scope.Kinds))
	for i, kind := range scope.Kinds {
		names[i] = kind.Name()
	}
	versions, ok := a.options.Inventory.State().Versions(names)
	if !ok {
		return "", nil
	}
	request, _ := ctx.Value(askedKey{}).(asked)
	tag := etag(append([]string{a.boot, request.address}, versions...)...)
	if isNamed(tag, request.ifNoneMatch) {
		return tag, huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{"Etag": {tag}, "Cache-Control": {cacheControl}})
	}
	return tag, nil
}

// cacheControl lets the client alone keep an answer, which it has to ask about each time.
const cacheControl = "private, no-cache"

// revalidate gives answers that have no entity tag one of their contents, and does not send
// what the client has. Exports are as long as the inventory: they are not held back.
func (a *API) revalidate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := asked{address: r.URL.RequestURI(), ifNoneMatch: r.Header.Get("If-None-Match")}
		r = r.WithContext(context.WithValue(r.Context(), askedKey{}, request))
		if isExport(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		held := heldAnswer{header: w.Header(), status: http.StatusOK}
		next.ServeHTTP(&held, r)
		held.send(w, request)
	})
}

// heldAnswer is an answer that is not sent yet.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) Header() http.Header                { return h.header }
func (h *heldAnswer) WriteHeader(status int)             { h.status = status }
func (h *heldAnswer) Write(part []byte) (n int, _ error) { return h.body.Write(part) }

func (h *heldAnswer) send(w http.ResponseWriter, request asked) {
	if h.status == http.StatusOK {
		h.header.Set("Cache-Control", cacheControl)
		if h.header.Get("Etag") == "" {
			h.header.Set("Etag", etag(h.body.String()))
		}
		if isNamed(h.header.Get("Etag"), request.ifNoneMatch) {
			h.status = http.StatusNotModified
		}
	}
	if h.status == http.StatusNotModified {
		h.header.Del("Content-Type")
		w.WriteHeader(h.status)
		return
	}
	w.WriteHeader(h.status)
	_, _ = w.Write(h.body.Bytes()) // nobody is left to tell
}
