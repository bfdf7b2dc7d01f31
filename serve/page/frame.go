package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"cloudsync/inventory"
	"cloudsync/serve/login"
)

//go:embed templates/*.html
var templates embed.FS

// View is what a page shows.
type View struct {
	Page  string // the name of its template's file, without .html
	Title string // for the window and the heading
	Nav   string // the path of the entry in the menu that it belongs to
	Data  any    // for the template
	// Refresh is after how many seconds the part of the page with id="live" is asked for again,
	// while something goes on; 0: never.
	Refresh int
	// Status is the answer's, where a form is shown again because of what it was sent with; 0: 200.
	Status int
}

// frame is what is around each page.
type frame struct {
	View
	Who        login.Identity
	IsOperator bool
	HasLogin   bool
	Now        time.Time
	Version    string
	// Stale says that the rows in memory are not up to date; empty if they are.
	Stale string
	Here  string // the page's own address; of a form that was sent, that of the page that has it
	// IsForm says that a form was sent.
	IsForm bool
	Menu   []entry
}

// entry is one of the menu.
type entry struct{ Path, Name string }

var menu = []entry{
	{"/", "Overview"},
	{"/inventory", "Inventory"},
	{"/tree", "Service tree"},
	{"/changes", "Changes"},
	{"/runs", "Runs"},
	{"/holds", "Holds"},
}

// views are the templates by the names of their pages.
type views map[string]*template.Template

// readTemplates reads each page's template together with those that all pages share, whose
// files' names begin with an underscore.
func (p *Page) readTemplates() error {
	shared, err := template.New("").Funcs(p.words()).ParseFS(templates, "templates/_*.html")
	if err != nil {
		return fmt.Errorf("read the shared templates: %w", err)
	}
	files, err := fs.Glob(templates, "templates/[^_]*.html")
	if err != nil {
		return fmt.Errorf("list the templates: %w", err)
	}
	p.views = views{}
	for _, file := range files {
		own, err := shared.Clone()
		if err == nil {
			own, err = own.ParseFS(templates, file)
		}
		if err != nil {
			return fmt.Errorf("read template %s: %w", file, err)
		}
		p.views[strings.TrimSuffix(path.Base(file), ".html")] = own
	}
	return nil
}

// write writes a page, whole or not at all.
func (p *Page) write(w http.ResponseWriter, r *http.Request, status int, view View) {
	who := login.From(r.Context())
	state := p.Inventory.State()
	f := frame{
		View: view, Who: who, IsOperator: who.Role.Includes(login.Operator), HasLogin: who.Method == login.Password || who.Method == login.OIDC,
		Now: p.Now(), Version: p.Version, Stale: staleText(state), Here: hereOf(r), IsForm: r.Method == http.MethodPost, Menu: menu,
	}
	var text bytes.Buffer
	if err := p.views[view.Page].ExecuteTemplate(&text, "frame", f); err != nil {
		p.Log.ErrorContext(r.Context(), "a page cannot be written", "page", view.Page, "error", err)
		http.Error(w, "The page cannot be written: the server's log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // nobody is left to tell
}

// hereOf is the address of a page. Forms are sent to addresses beneath their page's.
func hereOf(r *http.Request) string {
	if r.Method == http.MethodPost {
		return path.Dir(r.URL.EscapedPath())
	}
	return r.URL.RequestURI()
}

// staleText says that the rows in memory are not up to date; empty if they are. What MySQL says
// is for the log.
func staleText(state inventory.State) string {
	if state.Problem == "" {
		return ""
	}
	return "the server has not been able to follow MySQL since " + utc(state.AsOf) + ". Its log says why."
}

func pathOf(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	return path
}
