package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/dev/browser"
	"cloudsync/resource"
)

// marked is markup that a page shows as letters. An element of this class is one that a text became.
const marked = "<b class=owned>"

// hostileTexts are what a cloud, or who may name things there, can write into any field.
var hostileTexts = []string{
	marked + `<script>window.owned = 1; alert("owned")</script>`,
	marked + `"'><img class=owned src=/x onerror="window.owned = 1; alert(1)"><svg class=owned onload=alert(1)>`,
	marked + "</td></table></main></title></textarea><iframe class=owned src=//127.0.0.2/></iframe>",
	marked + "{{7*7}} ${7*7} javascript:alert(1) --> ]]> &lt;b&gt;",
	marked + "\u202egro.elpmaxe\u202c \u2066left\u2069 שלום العربية",
	marked + "\x1b[31mred\x1b[0m\x1b]0;title\x07\u009b2J\u200b\x7f",
	strings.Repeat("😀", 255),
	strings.Repeat("w", 500),
	strings.Repeat("a.b/c=d,", 60),
}

// The regions of a hostileCloud: one lists, the other fails in words of the cloud's own.
const (
	hostileRegion  = marked + "<script>window.owned=1</script>\u202e\x1b[31m"
	refusingRegion = "cn-refusing\u2066"
)

// hostileCloud is a cloud all of whose texts are hostile. They move on by one when it is told to.
type hostileCloud struct {
	*mock.Cloud
	moved atomic.Int64
}

func newHostileCloud(seed uint64) *hostileCloud {
	settings := mock.DefaultSettings()
	settings.Seed, settings.Hosts, settings.Churn = seed, mock.ExactHosts(48), 0
	return &hostileCloud{Cloud: mock.New(settings, []string{hostileRegion, refusingRegion})}
}

// List is of the mock's rows, each text of which is replaced.
func (c *hostileCloud) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	if scope.Region == refusingRegion {
		return cloud.Page{}, &cloud.Error{Class: cloud.Denied, Err: errors.New(strings.Join(hostileTexts, " "))}
	}
	page, err := c.Cloud.List(ctx, scope, cursor)
	for i, row := range page.Rows {
		text := hostileTexts[i%len(hostileTexts)]
		row.RowMeta().NativeID += text[:min(len(text), 400)]
		rename(reflect.ValueOf(row).Elem(), hostileTexts[(i+int(c.moved.Load()))%len(hostileTexts)])
	}
	return page, err
}

// rename puts the text wherever one can stand in a row, but for what identifies it.
func rename(row reflect.Value, text string) {
	for i := range row.NumField() {
		switch field := row.Field(i).Addr().Interface().(type) {
		case *string:
			*field = text
		case *[]string:
			*field = []string{text, text}
		case *map[string]string:
			*field = map[string]string{text: text, "stree_group": text, "stree_product": text, "stree_app": text}
		}
	}
}

// requireOnlyText checks that none of the texts on the page is more than text, that they are
// shown where the page is about what has them, and that the page holds on a telephone.
func requireOnlyText(t *testing.T, tab *browser.Tab) {
	t.Helper()
	at := tab.Location()
	var ran bool
	tab.Eval("'owned' in window", &ran)
	require.False(t, ran, "%s: a text ran as a script", at)
	var became int
	tab.Eval("document.querySelectorAll('.owned, iframe, script:not([src])').length", &became)
	require.Zero(t, became, "%s: a text became elements", at)
	require.NotRegexp(t, "[\u202a-\u202e\u2066-\u2069\u200b\x1b\x07\x7f\u009b]", tab.HTML(), "%s: what is not seen, or turns the text around", at)
	for _, width := range []int64{360, 1280} {
		tab.Size(width, 800)
		require.Empty(t, tab.Overflows(), "%s, %d pixels wide", at, width)
	}
	require.Empty(t, tab.Problems(), "%s", at)
}

// Whatever a cloud calls its resources, each page shows it as text, and stays as it is.
func TestHostileNamesStayText(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	one, other := newHostileCloud(3), newHostileCloud(4711)
	require.Equal(t, activities.Partial, s.syncWith(t, account("demo", one)).Outcome)
	one.moved.Store(1)
	require.EqualValues(t, 24, s.syncWith(t, account("demo", one)).SuMod)
	require.EqualValues(t, 24, s.syncWith(t, account("demo", other)).Held)
	config := s.writeConfig(t, "beijing", "{ seed: 1 }")
	_, status := s.starter(t, config, "apply")
	require.Zero(t, status)
	deps := s.deps(nil)
	deps.Accounts = cloud.Accounts{account("demo", other)}
	s.startWorker(t, deps)
	at := s.serve(t, serving{config: config})
	tab := browser.New(t)
	at.logIn(t, tab, theOperator, "/holds")
	hold := href(tab, "tbody a[href^='/holds/']")
	changed := s.changedHost(t)
	query := url.QueryEscape(hostileTexts[0])
	for _, c := range []struct {
		path   string
		status int64 // of the answer, 0 for 200
		silent bool  // the page is not about what has such texts
	}{
		{path: "/"}, {path: "/inventory?kind=" + hostKind}, {path: "/inventory?kind=" + hostKind + "&cols=name&cols=tags&cols=os"},
		{path: "/inventory?q=" + query, status: http.StatusBadRequest, silent: true},
		{path: changed}, {path: "/tree"}, {path: "/tree?by=name&q=owned"}, {path: "/changes"}, {path: "/changes?op=modify"},
		{path: "/changes?name=" + query, silent: true},
		{path: "/compare?kind=" + hostKind + "&from=1h&to=0s"}, {path: "/runs", silent: true}, {path: "/runs/latest"},
		{path: "/kinds/" + hostKind}, {path: "/holds"}, {path: hold},
		{path: "/nowhere/" + url.PathEscape(marked), status: http.StatusNotFound, silent: true},
	} {
		if c.status != 0 {
			asked, err := url.Parse(c.path)
			require.NoError(t, err)
			tab.Expect(c.status, asked.Path)
		}
		t.Run(c.path, func(t *testing.T) {
			tab.Open(at.url + c.path)
			if !c.silent {
				tab.WaitText(marked)
			}
			requireOnlyText(t, tab)
		})
	}

	at.openHosts(t, tab)
	follow(t, tab, "/plan", "/plans/")
	tab.WaitText("To look at")
	tab.WaitText(marked)
	requireOnlyText(t, tab)

	tab.Open(at.url + hold)
	tab.Type("#note", hostileTexts[0])
	tab.Leave(func() { tab.Click("button.danger") })
	tab.WaitText("24 rows deleted")
	tab.WaitText(marked)
	requireOnlyText(t, tab)
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM sync_run WHERE approval_note = ?", hostileTexts[0]))
	tab.Leave(func() { tab.Click("main a[href^='/runs/']") })
	tab.WaitText(marked)
	requireOnlyText(t, tab)
}

// changedHost is the page of a host whose name is markup and was changed.
func (s *stack) changedHost(t *testing.T) (path string) {
	t.Helper()
	var uid string
	require.NoError(t, s.sql.QueryRowContext(t.Context(),
		"SELECT LOWER(HEX(c.uid)) FROM resource_change c JOIN resource_host h ON h.uid = c.uid WHERE c.op = 'modify' AND h.name LIKE '<b%' LIMIT 1").Scan(&uid))
	return fmt.Sprintf("/resources/%s/%s", hostKind, uid)
}
