package browser_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/browser"
)

func TestMain(m *testing.M) {
	code := m.Run()
	browser.Stop()
	os.Exit(code)
}

const (
	patience = 30 * time.Second
	poll     = 20 * time.Millisecond
)

// policy is as strict as the pages' own.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"

// site serves pages by their paths, under the policy. What ends in .js or .css is one.
func site(t *testing.T, pages map[string]string) (address string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, known := pages[r.URL.Path]
		switch {
		case !known:
			http.NotFound(w, r)
			return
		case strings.HasSuffix(r.URL.Path, ".js"):
			w.Header().Set("Content-Type", "text/javascript")
		case strings.HasSuffix(r.URL.Path, ".css"):
			w.Header().Set("Content-Type", "text/css")
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", policy)
			text = `<!DOCTYPE html><html lang="en"><head><title>A page</title><link rel="stylesheet" href="/style.css"></head><body><main><h1>A page</h1>` + text + `</main></body></html>`
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(server.Close)
	if _, has := pages["/style.css"]; !has {
		pages["/style.css"] = ":root { color-scheme: light dark }"
	}
	return server.URL
}

func TestGoodPageHasNoProblems(t *testing.T) {
	t.Parallel()
	tab := browser.New(t)

	tab.Open(site(t, map[string]string{"/": "<p>all is well</p>"}))

	tab.WaitText("all is well")
	require.Equal(t, "A page", tab.Text("h1"))
	require.Empty(t, tab.Axe(), "the page's policy does not keep the checks out")
	require.Empty(t, tab.Overflows())
	require.Contains(t, tab.HTML(), "<p>all is well</p>")
	require.Empty(t, tab.Problems())
}

func TestProblemsAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, script, want string }{
		"inline script":   {page: `<script>document.title = "x"</script>`, want: "Executing inline script violates"},
		"inline handler":  {page: `<img alt="x" src="/none" onerror="alert(1)">`, want: "Content Security Policy"},
		"inline style":    {page: `<p style="color: red">x</p>`, want: "Applying inline style violates"},
		"eval":            {script: `eval("1")`, want: "violates the following Content Security Policy"},
		"third party":     {page: `<script src="http://127.0.0.2:9/x.js"></script>`, want: "to another server: http://127.0.0.2:9/x.js"},
		"console":         {script: `console.error("it is", "broken")`, want: `console: error: "it is" "broken"`},
		"exception":       {script: `throw new Error("nobody caught this")`, want: "nobody caught this"},
		"promise":         {script: `Promise.reject(new Error("nobody waited"))`, want: "nobody waited"},
		"missing request": {script: `fetch("/missing")`, want: "/missing: status 404"},
		"dialog":          {script: `alert("stop"); document.title = "on"`, want: "dialog: alert: stop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browser.New(t)
			tab.Open(site(t, map[string]string{"/": c.page + `<script src="/page.js"></script>`, "/page.js": c.script}))

			var told []string
			require.Eventually(t, func() bool {
				told = append(told, tab.Problems()...)
				return strings.Contains(strings.Join(told, "\n"), c.want)
			}, patience, poll, "%s", c.want)
			tab.Eval("0", nil)
			_ = tab.Problems() // some are told twice
		})
	}
}

func TestExpectedAnswersAreNoProblem(t *testing.T) {
	t.Parallel()
	tab := browser.New(t)
	tab.Open(site(t, map[string]string{"/": "here"}))
	tab.Expect(http.StatusNotFound, "/gone")

	var status int
	tab.Eval(`fetch("/gone").then(answer => answer.status)`, &status)

	require.Equal(t, http.StatusNotFound, status)
	require.Empty(t, tab.Problems())
	tab.Eval(`fetch("/gone/too").then(answer => answer.status)`, nil)
	require.Len(t, tab.Problems(), 1)
}

func TestAxeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	tab := browser.New(t)
	tab.Open(site(t, map[string]string{
		"/":          `<input id="nameless"><p class="pale">hardly to be read</p>`,
		"/style.css": `:root { color-scheme: light dark; background: Canvas } @media (prefers-color-scheme: dark) { .pale { color: #333 } }`,
	}))

	require.Len(t, tab.Axe(), 1)
	tab.Dark()
	found := strings.Join(tab.Axe(), "\n")

	require.Contains(t, found, "label (critical): #nameless")
	require.Contains(t, found, `color-contrast (serious): p: <p class="pale">`)
}

func TestOverflowsAreFound(t *testing.T) {
	t.Parallel()
	tab := browser.New(t)
	tab.Size(360, 640)
	tab.Open(site(t, map[string]string{
		"/":          `<div class="held"><p class="wide">held</p></div><p class="wide" id="out">out</p>`,
		"/style.css": `.wide { width: 500px } .held { overflow-x: auto }`,
	}))

	found := tab.Overflows()

	require.Len(t, found, 2)
	require.Regexp(t, `^the page: 508 of 360`, found[0])
	require.Regexp(t, `^p#out\.wide: to 508 of 360 pixels: out`, found[1])
}

func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	tab := browser.New(t)
	tab.Open(site(t, map[string]string{
		"/":     `<a href="/other">other</a><form action="/next"><label for="of">Name</label><input id="of" name="of"><button>Go on</button></form>`,
		"/next": "<p>went on</p>", "/other": "",
	}))

	tab.TabTo("#of")
	tab.Write("Zoë 北京 😀")
	tab.Press("Home", "Shift+ArrowRight", "Delete", "Shift+Tab")
	require.Equal(t, `a[href="/other"]`, tab.Focused().Selector)
	tab.Press("Tab", "Tab")
	require.Equal(t, "Go on", tab.Focused().Text)
	tab.Leave(func() { tab.Press("Enter") })

	require.Contains(t, tab.Location(), "/next?of=o%C3%AB+%E5%8C%97%E4%BA%AC+%F0%9F%98%80")
	tab.Back()
	tab.Wait("#of")
	tab.Type("#of", "another")
	tab.Leave(func() { tab.Click("button") })
	tab.WaitLocation("of=another")
}

func TestTabsHaveCookiesOfTheirOwn(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": "x"})
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			tab := browser.New(t)
			tab.Open(address)
			var cookies string
			tab.Eval("document.cookie", &cookies)
			require.Empty(t, cookies)
			tab.Eval(fmt.Sprintf(`document.cookie = "n=%d"`, i), nil)
			tab.Eval("document.cookie", &cookies)
			require.Equal(t, fmt.Sprintf("n=%d", i), cookies)
		})
	}
}

func TestScreenshotIsOfTheWholePage(t *testing.T) {
	t.Parallel()
	tab := browser.New(t)
	tab.Size(400, 300)
	tab.Open(site(t, map[string]string{"/": `<p class="long">العربية עברית 北京 😀</p>`, "/style.css": ".long { height: 2000px }"}))
	path := filepath.Join(t.TempDir(), "page.png")

	tab.Screenshot(path)

	written, err := os.ReadFile(path)
	require.NoError(t, err)
	picture, err := png.Decode(bytes.NewReader(written))
	require.NoError(t, err)
	require.Equal(t, 400, picture.Bounds().Dx())
	require.Greater(t, picture.Bounds().Dy(), 2000)
}
