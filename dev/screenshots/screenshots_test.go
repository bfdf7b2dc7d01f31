package screenshots

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/browser"
	"cloudsync/dev/layout"
)

// folderVariable names the environment variable with the folder for the pictures. Without it,
// none are taken.
const folderVariable = "CLOUDSYNC_SCREENSHOTS"

func TestMain(m *testing.M) {
	code := m.Run()
	browser.Stop()
	os.Exit(code)
}

// look is a way to look at a page.
type look struct {
	name          string
	width, height int64
	dark          bool
}

var looks = []look{
	{"light", 1280, 800, false}, {"dark", 1280, 800, true}, {"narrow", 360, 740, false}, {"wide", 2000, 1100, false},
}

// shown is a page of the pictures.
type shown struct {
	name, path string
	status     int64                                // of the answer; 0: 200
	prepare    func(t *testing.T, tab *browser.Tab) // what is done there before; nil: nothing
}

// chosen are the pictures of the README, by page: how it is looked at, and how many pixels of it.
var chosen = map[string]struct {
	look   string
	height int
}{"overview": {"light", 1120}, "hold": {"light", 1600}, "inventory": {"dark", 800}}

func TestScreenshots(t *testing.T) {
	folder := os.Getenv(folderVariable)
	if folder == "" {
		t.Skipf("takes pictures of all pages: run `make screenshots`, which sets %s", folderVariable)
	}
	l, err := layout.Find(".")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(folder, 0o755))
	s := newStack(t)
	tab := browser.New(t)
	tab.Open(s.url + "/login")
	tab.Type("#name", operator)
	tab.Type("#password", password)
	tab.Leave(func() { tab.Press("Enter") })
	for _, page := range s.pages(t) {
		t.Run(page.name, func(t *testing.T) {
			for _, look := range looks {
				s.picture(t, tab, page, look, filepath.Join(folder, page.name+"-"+look.name+".png"))
			}
			if top, is := chosen[page.name]; is {
				path := filepath.Join(folder, page.name+"-"+top.look+".png")
				require.NoError(t, publish(path, filepath.Join(l.Root, "docs", "screenshots", page.name+".png"), top.height))
			}
		})
	}
}

// picture takes one, and complains of a page that sticks out.
func (s *stack) picture(t *testing.T, tab *browser.Tab, page shown, look look, path string) {
	t.Helper()
	tab.Size(look.width, look.height)
	tab.Light()
	if look.dark {
		tab.Dark()
	}
	if page.status != 0 {
		tab.Expect(page.status, strings.SplitN(page.path, "?", 2)[0])
	}
	tab.Open(s.url + page.path)
	if page.prepare != nil {
		page.prepare(t, tab)
	}
	if out := tab.Overflows(); len(out) > 0 {
		t.Errorf("%s, %s: sticks out:\n  %s", page.path, look.name, strings.Join(out, "\n  "))
	}
	tab.Screenshot(path)
}
