package diff

import "fmt"

// The defaults of Policy.
const (
	DefaultMaxDeleteRatio = 0.3
	DefaultMinRows        = 10
)

// Policy limits how many rows of a scope one run may delete. A hold loses
// nothing: adds and modifications go on, and an operator decides.
type Policy struct {
	// MaxDeleteRatio is the largest share of the scope's rows that may be deleted,
	// from 0 to 1.
	MaxDeleteRatio float64 `json:"maxDeleteRatio"`
	// MinRows is the number of rows from which the ratio applies: in a handful of
	// hosts, one that goes away is already a large share.
	MinRows int64 `json:"minRows"`
	// AllowEmpty lets the last rows of a scope go, too, within the ratio.
	AllowEmpty bool `json:"allowEmpty,omitempty"`
	// Deletes is what happens to deletions; empty counts as Apply.
	Deletes Deletes `json:"deletes,omitempty"`
	// Replaced is what happens to the additions of a listing that has none of the
	// scope's rows, from MinRows on; empty counts as ReplacedApply.
	Replaced Replaced `json:"replaced,omitempty"`
}

// Deletes is a way to treat deletions.
type Deletes string

// The ways to treat deletions.
const (
	Apply Deletes = "apply" // within the limits
	Hold  Deletes = "hold"  // each set waits for an approval
	Never Deletes = "never" // none is deleted or held; what would be held is kept
)

// DefaultPolicy is the policy of a kind that configures none.
func DefaultPolicy() Policy {
	return Policy{MaxDeleteRatio: DefaultMaxDeleteRatio, MinRows: DefaultMinRows}
}

// Replaced is a way to treat the additions of a listing that has none of a scope's
// rows.
type Replaced string

// The ways to treat such a listing.
const (
	ReplacedApply Replaced = "apply" // its additions are applied
	ReplacedHold  Replaced = "hold"  // they wait with the deletions, which are always held
)

// Deletions are what a scope's comparison asks to delete.
type Deletions struct {
	Rows         int64 // rows the inventory has of the scope
	Gone         int64 // of those, rows that the cloud no longer lists
	Listed       int64 // resources that the cloud lists
	Unidentified int64 // of those, rows without a usable id: any of Gone might be one of them
	// Back is how many of Rows waited for a decision and are listed again. They make no
	// share smaller: where two fleets take turns to answer, the one that is listed was held
	// a moment ago, and the other has not changed.
	Back int64
	// Standing is the scope's hold, where one waits for a decision.
	Standing Standing
}

// Standing is a hold of an earlier run that nobody has decided about.
type Standing struct {
	// Rows is how many of the held rows are gone in this listing, too: of Gone.
	Rows int64 `json:"rows"`
	// Base is how many rows the scope had when the hold began, before that run's
	// additions.
	Base   int64  `json:"base"`
	Since  int64  `json:"since"`  // number of the run that held first
	Reason string `json:"reason"` // why it stands: the reason of the rows that joined it last
}

// Verdict is what policy says of a scope's deletions.
//
//	policy                      | hold stands | held
//	----------------------------+-------------+-------------------------------
//	deletes: never, or none     | any         | none
//	against all that is gone    | any         | all of it
//	lets all that is gone go    | yes         | what was held before
//	lets all that is gone go    | no          | none
type Verdict struct {
	Held   int64  // rows whose deletion waits: all that is gone, or those of the standing hold
	Reason string // why; empty where nothing is held
	// AddsWait says that the additions wait with the deletions.
	AddsWait bool
}

// Judge says which deletions are held. Unless the policy allows it, all the rows of
// a scope are never deleted: an empty listing is no proof. What an earlier run held
// stays held, whatever the share is by now: the additions of that run, or a policy
// that changed, decide nothing about it.
func (p Policy) Judge(d Deletions) Verdict {
	if d.Gone == 0 || p.Deletes == Never {
		return Verdict{}
	}
	stood := Verdict{Held: d.Standing.Rows, Reason: d.Standing.Reason}
	all := Verdict{Held: d.Gone, Reason: p.objection(d)}
	all.AddsWait = all.Reason != "" && p.Replaced == ReplacedHold && p.replaced(d)
	switch {
	case stood.Held == all.Held: // nothing joined it: its reason stays
		stood.AddsWait = all.AddsWait
		return stood
	case all.Reason != "":
		return all
	default:
		return stood
	}
}

// objection is why the policy lets nothing of what is gone go, or "".
func (p Policy) objection(d Deletions) string {
	replaced := p.replaced(d)
	switch {
	case p.Deletes == Hold:
		return fmt.Sprintf("the configuration holds all deletions, here %d", d.Gone)
	case d.Unidentified > 0:
		return fmt.Sprintf("%d listed rows have no usable id and may be among the %d to delete", d.Unidentified, d.Gone)
	case d.Gone >= d.Rows && replaced && (!p.AllowEmpty || p.Replaced == ReplacedHold):
		return fmt.Sprintf("all %d rows would be deleted, and none of them is among the %d resources listed: "+
			"another fleet answered (a wrong endpoint, another account), or the fleet was replaced", d.Rows, d.Listed)
	case d.Gone >= d.Rows && !p.AllowEmpty:
		return fmt.Sprintf("all %d rows would be deleted", d.Rows)
	case p.tooMany(d.Gone, d.Rows):
		return fmt.Sprintf("%d of %d rows would be deleted, more than %.4g%%", d.Gone, d.Rows, 100*p.MaxDeleteRatio)
	case d.Standing.Rows > 0 && p.against(d.Gone, d.Standing.Base):
		return fmt.Sprintf("%d rows would be deleted, %s that stood when the hold began", d.Gone, p.share(d.Gone, d.Standing.Base))
	case d.Back > 0 && p.against(d.Gone, d.Rows-d.Back):
		return fmt.Sprintf("%d rows would be deleted, %s beside those that were held and are listed again", d.Gone, p.share(d.Gone, d.Rows-d.Back))
	default:
		return ""
	}
}

// against judges what is gone by base, which is smaller than the number of rows now:
// rows that the holding run added, or that were held themselves, make the share no
// smaller.
func (p Policy) against(gone, base int64) bool {
	return gone >= base && !p.AllowEmpty || p.tooMany(gone, base)
}

// share says in words what against objects to.
func (p Policy) share(gone, base int64) string {
	if gone >= base && !p.AllowEmpty {
		return fmt.Sprintf("as many as all %d", base)
	}
	return fmt.Sprintf("more than %.4g%% of the %d", 100*p.MaxDeleteRatio, base)
}

// tooMany is exact at the share: a product would hold 29 of 100 at 0.29.
func (p Policy) tooMany(gone, rows int64) bool {
	return rows >= p.MinRows && float64(gone)/float64(rows) > p.MaxDeleteRatio
}

// replaced says that the listing has resources, and none of the scope's rows. In a
// handful, that is ordinary.
func (p Policy) replaced(d Deletions) bool {
	return d.Gone >= d.Rows && d.Listed > 0 && d.Rows >= p.MinRows
}

// String says which rows wait since when, "" for none.
func (s Standing) String() string {
	if s.Rows == 0 {
		return ""
	}
	return fmt.Sprintf("%d of them wait until they are approved or listed again, the first since run %d", s.Rows, s.Since)
}
