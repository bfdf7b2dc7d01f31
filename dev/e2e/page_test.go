package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/browser"
)

// heldTrial is a stack in which all thirty hosts of a region are held, as another fleet
// answered, and a server with a page for it.
func heldTrial(t *testing.T) (tr *trial, at served) {
	t.Helper()
	tr = newTrial(t, "hosts: 60, churn: 0")
	another := tr.writeConfig(t, "beijing, shanghai", "{ seed: 4711, tick_file: "+tr.tick+", hosts: 200, churn: 0 }")
	tr.restart(t, another)
	require.EqualValues(t, 60, tr.asJSON(t, 4, "run", hostKind, "--wait").Held)
	return tr, tr.serve(t, serving{config: another})
}

// An operator finds a hold on the overview, looks at it, and approves it, by keyboard alone.
func TestAHoldIsDecidedOnThePage(t *testing.T) {
	t.Parallel()
	tr, at := heldTrial(t)
	tab := browser.New(t)
	at.logIn(t, tab, theOperator, "/")
	tab.WaitText("Needs a person")
	require.Contains(t, tab.Text("#attention + ul"), "30 deletions of host rows are held")

	tab.TabTo("a[href^='/holds/']")
	tab.Leave(func() { tab.Press("Enter") })
	require.Contains(t, tab.Text("h1"), "30 deletions of host rows wait for a decision")
	require.Contains(t, tab.Text("main"), "none of them is among the 100 resources listed")
	tab.TabTo("#note")
	tab.Write("the site was moved")
	tab.TabTo("button.danger")
	tab.Leave(func() { tab.Press("Enter") })
	require.Contains(t, tab.Location(), "/tasks/")
	tab.WaitText("was carried out")
	require.Contains(t, tab.Text("main"), "30 rows deleted")

	require.EqualValues(t, 1, tr.count(t, "SELECT COUNT(*) FROM sync_run WHERE approved_by = ? AND approval_note = ?", theOperator.name, "the site was moved"))
	require.EqualValues(t, 30, tr.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))
	require.EqualValues(t, 60+200-30, tr.count(t, "SELECT COUNT(*) FROM resource_host"), "they are gone, and no others")
	tab.TabTo("a[href^='/runs/']")
	tab.Leave(func() { tab.Press("Enter") })
	require.Contains(t, tab.Text("main"), theOperator.name)
	require.Contains(t, tab.Text("main"), "the site was moved")
	tab.Open(at.url + "/holds")
	require.Contains(t, tab.Text("#decided + *"), "the site was moved", "decisions are remembered")
	requireUsable(t, tab)
}

// A viewer sees what is held and cannot let it go, whatever is sent.
func TestAViewerDecidesNothing(t *testing.T) {
	t.Parallel()
	tr, at := heldTrial(t)
	tab := browser.New(t)
	at.logIn(t, tab, theViewer, "/holds")
	tab.Leave(func() { tab.Click("tbody a[href^='/holds/']") })
	hold := tab.Location()
	require.Contains(t, tab.Text("main"), "Operators approve. You are a viewer")
	requireNoDecisions(t, tab)
	digest := tab.Text(".digest")
	forge := func(path, body string) (status int) {
		path = strings.TrimPrefix(path, at.url)
		tab.Expect(http.StatusForbidden, path)
		tab.Eval(fmt.Sprintf("fetch(%q, {method: 'POST', body: new URLSearchParams(%q)}).then(answer => answer.status)", path, body), &status)
		return status
	}
	require.Equal(t, http.StatusForbidden, forge(hold+"/approve", url.Values{"digest": {digest}, "note": {"x"}}.Encode()))
	for _, act := range []string{"run", "pause", "resume", "plan"} {
		require.Equal(t, http.StatusForbidden, forge("/kinds/"+hostKind+"/"+act, "note=x"))
	}
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))

	tab.Open(at.url + "/kinds/" + hostKind)
	tab.WaitText("one has to be an operator")
	requireNoDecisions(t, tab)
}

// requireNoDecisions checks that the page offers nothing to send but to log out.
func requireNoDecisions(t *testing.T, tab *browser.Tab) {
	t.Helper()
	var offered []string
	tab.Eval("[...document.querySelectorAll('form[method=post]')].map(form => form.getAttribute('action'))", &offered)
	require.Equal(t, []string{"/logout"}, offered, "%s", tab.Location())
}

// Somebody has an address, and wants to know whose it is and what became of it.
func TestAResourceIsFoundByItsAddress(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 60, churn: 0")
	at := tr.serve(t, serving{config: tr.config})
	tab := browser.New(t)
	at.logIn(t, tab, theViewer, "/inventory")
	address := "8.8.8.7"
	tab.Type("#q", address)
	tab.Press("Escape", "Enter")
	tab.WaitLocation("q=8.8.8.7")
	tab.WaitText("1 row")
	tab.Leave(func() { tab.Click("tbody a[href^='/resources/']") })
	require.Contains(t, tab.Text("main"), address)
	require.Contains(t, tab.Text("#life + *"), "appeared")
	name := tab.Text("h1")
	tab.Leave(func() { tab.Click(".life a[href^='/runs/']") })
	require.Contains(t, tab.Text("main"), "host")
	tab.Back()
	tab.WaitText(name)

	tab.Open(at.url + "/inventory?kind=" + hostKind)
	tab.Click(`a[href*='beijing']`)
	tab.WaitLocation("beijing")
	tab.WaitText("30 rows")
	narrowed := tab.Location()
	tab.Back()
	tab.WaitText("60 rows")
	tab.Open(narrowed)
	tab.WaitText("30 rows")
}

// Each page can be used: by everybody, light and dark, on a telephone and on a wall.
func TestPagesAreUsable(t *testing.T) {
	t.Parallel()
	tr, at := heldTrial(t)
	tab := browser.New(t)
	at.logIn(t, tab, theOperator, "/holds")
	hold := href(tab, "tbody a[href^='/holds/']")
	tab.Open(at.url + "/inventory?kind=" + hostKind)
	resource := href(tab, "tbody a[href^='/resources/']")
	for _, path := range []string{
		"/", "/inventory", "/inventory?q=nobody", "/inventory?q=%7B", resource, "/tree", "/tree?path=inf&by=region", "/changes", "/changes?since=x",
		"/compare?from=1h&to=0s", "/runs", "/runs/latest", "/kinds/" + hostKind, "/holds", hold, "/nowhere", "/tasks/gone",
	} {
		for _, refused := range []string{"/nowhere", "/tasks/gone"} {
			tab.Expect(http.StatusNotFound, refused)
		}
		for _, wrong := range []string{"/inventory", "/changes"} {
			tab.Expect(http.StatusBadRequest, wrong)
		}
		t.Run(path, func(t *testing.T) {
			tab.Open(at.url + path)
			requireUsable(t, tab)
		})
	}
	t.Run("plan", func(t *testing.T) {
		at.openHosts(t, tab)
		tab.Expect(http.StatusUnprocessableEntity, "/kinds/"+hostKind+"/plan")
		tab.Type("#scope", "beijing")
		tab.Leave(func() { tab.Click("form[action$='/plan'] button") })
		tab.WaitText("Nothing was planned")
		requireUsable(t, tab)
		at.openHosts(t, tab)
		follow(t, tab, "/plan", "/plans/")
		tab.WaitText("Plan all again")
		requireUsable(t, tab)
	})
	t.Run("task", func(t *testing.T) {
		at.openHosts(t, tab)
		follow(t, tab, "/run", "/tasks/")
		tab.WaitText("has ended")
		requireUsable(t, tab)
	})
	require.Zero(t, tr.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete'"))
}

// href is where a link leads.
func href(tab *browser.Tab, selector string) (path string) {
	tab.Wait(selector)
	tab.Eval(fmt.Sprintf("document.querySelector(%q).getAttribute('href')", selector), &path)
	return path
}
