// Package address has the addresses of what people look at and are told of: pages of the
// server, and runs in Temporal's own interface. Both keep what they once were: messages that
// were sent lead there.
package address

import (
	"net/url"
	"strconv"
)

// Holds is the path of the page with all holds.
const Holds = "/holds"

// Hold is the path of the hold in a scope.
func Hold(scopeID int64) string { return Holds + "/" + strconv.FormatInt(scopeID, 10) }

// Kind is the path of a kind's page.
func Kind(kind string) string { return "/kinds/" + url.PathEscape(kind) }

// Temporal is where Temporal's interface is, and what is looked at there.
type Temporal struct {
	UI        string // without a slash at the end; empty: there is none
	Namespace string
}

// Run is where the history of a run is shown; empty without an interface or a run. Without the
// id of the run, it is the newest of the workflow.
func (t Temporal) Run(workflowID, runID string) string {
	if t.UI == "" || workflowID == "" {
		return ""
	}
	workflow := t.UI + "/namespaces/" + url.PathEscape(t.Namespace) + "/workflows/" + url.PathEscape(workflowID)
	if runID == "" {
		return workflow
	}
	return workflow + "/" + url.PathEscape(runID) + "/history"
}
