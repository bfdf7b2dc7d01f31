package google

import (
	"errors"
	"fmt"

	"cloudsync/cloud/adapter"
)

// about is what an answer says beside its list, or a zone's part of it.
type about struct {
	kind, next string
	lacks      map[string]string // why not all of a region are in the list, or of any by ""
}

// warning is how Compute Engine and Cloud SQL say that something is missing.
type warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Region  string `json:"region"` // of Cloud SQL
}

const (
	// noResults is in the place of the list of a zone that has nothing on the page.
	noResults   = "NO_RESULTS_ON_PAGE"
	unreachable = "UNREACHABLE"
)

// aboutOf reads all ways in which the APIs say that a list has not all that there is: the
// answer is 200 all the same. A part of a list may have an error, too, which is not documented.
func aboutOf(document adapter.Document) (about, error) {
	a := about{lacks: map[string]string{}}
	var one warning
	var several []warning
	var places, missing []string
	err := errors.Join(
		document.Read(&a.kind, "kind"),
		document.Read(&a.next, "nextPageToken"),
		document.Read(&one, "warning"),
		document.Read(&several, "warnings"),
		document.Read(&places, "unreachables", "unreachable"),
		document.Read(&missing, "missingZones"),
	)
	for _, place := range missing { // of Kubernetes Engine: names, not addresses
		a.lacks[regionOfPlace(place)] = fmt.Sprintf("%s is missing", place)
	}
	for _, place := range places {
		a.lacks[regionOf(place)] = fmt.Sprintf("%s is out of reach", place)
	}
	// The warning is of those places, where there are any.
	if isOfPlaces := one.Code == unreachable && len(places) > 0; one.Code != "" && one.Code != noResults && !isOfPlaces {
		several = append(several, one)
	}
	for _, w := range several {
		a.lacks[w.Region] = adapter.Clip(w.Code+": "+w.Message, 200)
	}
	if failure, has := document["error"]; has && string(failure) != "null" {
		a.lacks[""] = adapter.Clip(string(failure), 200)
	}
	return a, err
}
