package login

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// setHeaders sets what all answers have. Scripts and styles are the server's own, in
// files.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// deny answers one who is not known: browsers are sent to log in.
func (g *Guard) deny(w http.ResponseWriter, r *http.Request, err error) {
	var later laterError
	switch {
	case errors.As(err, &later):
		w.Header().Set("Retry-After", strconv.Itoa(later.seconds()))
		refuse(w, r, http.StatusTooManyRequests, later.Error())
	case wantsPage(r) && r.Header.Get("Authorization") == "":
		http.Redirect(w, r, "/login"+nextOf(r), http.StatusSeeOther)
	default:
		challenge(w, r)
		refuse(w, r, http.StatusUnauthorized, "Send a token as a bearer, or a name and a password; people log in at /login.")
	}
}

// challenge says how to log in. Scripts of a page are not told of passwords: browsers
// would ask for one in a window of their own.
func challenge(w http.ResponseWriter, r *http.Request) {
	bearer := `Bearer realm="cloudsync"`
	if r.Header.Get("Authorization") != "" {
		bearer += `, error="invalid_token"`
	}
	w.Header().Add("WWW-Authenticate", bearer)
	if r.Header.Get("Sec-Fetch-Mode") == "" {
		w.Header().Add("WWW-Authenticate", `Basic realm="cloudsync", charset="UTF-8"`)
	}
}

// nextOf is the query for /login that leads back to where a request wanted to go.
func nextOf(r *http.Request) string {
	if !isSafe(r.Method) || r.URL.RequestURI() == "/" {
		return ""
	}
	return "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

func isSafe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// wantsPage says that a person looks at the answer.
func wantsPage(r *http.Request) bool {
	return strings.Contains(strings.ToLower(r.Header.Get("Accept")), "text/html")
}

// problem is RFC 9457's.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// refuse answers with a problem, for people as a page.
func refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	if wantsPage(r) {
		writePage(w, status, refusedPage, problem{http.StatusText(status), status, detail})
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{http.StatusText(status), status, detail}) // nobody is left to tell
}
