package page

import (
	"net/url"
	"strconv"

	"cloudsync/address"
	"cloudsync/resource"
	"cloudsync/starter/execution"
)

// Addresses of pages are written here and in package address alone, so that they stay what they
// were.

func resourcePath(kind string, uid resource.UID) string {
	return "/resources/" + url.PathEscape(kind) + "/" + uid.String()
}

func runPath(number int64) string { return "/runs/" + strconv.FormatInt(number, 10) }

func planPath(run execution.Run) string {
	return "/plans/" + url.PathEscape(run.WorkflowID) + "/" + url.PathEscape(run.RunID)
}

func taskPath(id string) string { return "/tasks/" + url.PathEscape(id) }

// with is a path with parameters; those that are empty are left out.
func with(path string, parameters url.Values) string {
	kept := url.Values{}
	for name, values := range parameters {
		for _, value := range values {
			if value != "" {
				kept.Add(name, value)
			}
		}
	}
	if len(kept) == 0 {
		return path
	}
	return path + "?" + kept.Encode()
}

// temporalLink is where Temporal's UI shows a run; empty without one.
func (p *Page) temporalLink(workflowID, runID string) string {
	return address.Temporal{UI: p.TemporalUI, Namespace: p.Namespace}.Run(workflowID, runID)
}
