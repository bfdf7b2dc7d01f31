package login

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

var (
	//go:embed form.html
	formText string
	//go:embed refused.html
	refusedText string
	//go:embed style.css
	style []byte

	formPage    = template.Must(template.New("form").Parse(formText))
	refusedPage = template.Must(template.New("refused").Parse(refusedText))
)

// form is what the page to log in shows.
type form struct {
	Fault               string
	Next                string
	HasUsers, HasOIDC   bool
	OIDCPath, LoginPath string
}

const (
	loginPath    = "/login"
	logoutPath   = "/logout"
	stylePath    = "/login/style.css"
	oidcPath     = "/login/oidc"
	callbackPath = "/login/oidc/callback"
)

func isOwn(path string) bool {
	return path == loginPath || path == logoutPath || strings.HasPrefix(path, loginPath+"/")
}

// pages are those that are for people who are not known yet.
func (g *Guard) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+loginPath, func(w http.ResponseWriter, r *http.Request) {
		g.showForm(w, r, http.StatusOK, form{Next: safeNext(r.URL.Query().Get("next"))})
	})
	mux.HandleFunc("POST "+loginPath, g.logIn)
	mux.HandleFunc("POST "+logoutPath, g.logOut)
	mux.HandleFunc("GET "+stylePath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(style) // nobody is left to tell
	})
	if g.provider != nil {
		mux.HandleFunc("GET "+oidcPath, g.askProvider)
		mux.HandleFunc("GET "+callbackPath, g.comeBack)
	}
	return mux
}

func (g *Guard) showForm(w http.ResponseWriter, r *http.Request, status int, f form) {
	if !wantsPage(r) && status >= http.StatusBadRequest {
		refuse(w, r, status, f.Fault)
		return
	}
	f.HasUsers, f.HasOIDC = len(g.settings.Login.Users) > 0, g.provider != nil
	f.LoginPath = loginPath
	f.OIDCPath = oidcPath + "?" + url.Values{"next": {f.Next}}.Encode()
	writePage(w, status, formPage, f)
}

// writePage writes a page without scripts.
func writePage(w http.ResponseWriter, status int, page *template.Template, data any) {
	var text bytes.Buffer
	if err := page.Execute(&text, data); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // nobody is left to tell
}

// maxForm is the longest form that is read, in bytes.
const maxForm = 16 << 10

// logIn reads the form.
func (g *Guard) logIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			refuse(w, r, http.StatusRequestEntityTooLarge, "The form is too long.")
			return
		}
		refuse(w, r, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	next := safeNext(r.PostForm.Get("next"))
	who, err := g.passwords.check(r.Context(), attempt{name: r.PostForm.Get("name"), password: r.PostForm.Get("password"), from: g.address(r)})
	var later laterError
	switch {
	case errors.As(err, &later):
		w.Header().Set("Retry-After", strconv.Itoa(later.seconds()))
		g.showForm(w, r, http.StatusTooManyRequests, form{Fault: later.Error(), Next: next})
	case err != nil:
		w.Header().Set("WWW-Authenticate", `Bearer realm="cloudsync"`) // an answer 401 has one
		g.showForm(w, r, http.StatusUnauthorized, form{Fault: "The name or the password is wrong.", Next: next})
	default:
		user, _ := userNamed(g.settings.Login.Users, who.Name)
		g.begin(w, r, who, g.passwords.mark(user), next)
	}
}

// logOut takes the session from the browser.
func (g *Guard) logOut(w http.ResponseWriter, r *http.Request) {
	if who, err := g.fromSession(r); err == nil {
		g.log.InfoContext(r.Context(), "logged out", "name", who.Name, "method", who.Method, "address", g.address(r).String())
	}
	g.cookies.drop(w, sessionCookie)
	http.Redirect(w, r, loginPath, http.StatusSeeOther)
}

// maxNext is the longest address that a login leads to, in bytes.
const maxNext = 2 << 10

// safeNext is the address on this server that a login leads to; / for any that may be
// elsewhere, or is of a login again. Browsers read \ as /, and two of them at the beginning
// as another host.
func safeNext(next string) string {
	parsed, err := url.Parse(next)
	if err != nil || len(next) > maxNext || strings.Contains(next, `\`) || strings.Contains(parsed.Path, `\`) ||
		parsed.Scheme != "" || parsed.Host != "" || parsed.User != nil || parsed.Opaque != "" ||
		!strings.HasPrefix(parsed.Path, "/") || strings.HasPrefix(parsed.Path, "//") || isOwn(parsed.Path) {
		return "/"
	}
	return parsed.RequestURI()
}
