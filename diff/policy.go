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
}

// Deletes is a way to treat deletions.
type Deletes string

// The ways to treat deletions.
const (
	Apply Deletes = "apply" // within the limits
	Hold  Deletes = "hold"  // each set waits for an approval
	Never Deletes = "never" // they are counted, and that is all
)

// DefaultPolicy is the policy of a kind that configures none.
func DefaultPolicy() Policy {
	return Policy{MaxDeleteRatio: DefaultMaxDeleteRatio, MinRows: DefaultMinRows}
}

// Deletions are what a scope's comparison asks to delete.
type Deletions struct {
	Rows         int64 // rows the inventory has of the scope
	Gone         int64 // of those, rows that the cloud no longer lists
	Unidentified int64 // listed rows without a usable id: any of Gone might be one of them
}

// Judge returns why the deletions are held, or "" if they may go on. Unless the
// policy allows it, all the rows of a scope are never deleted: an empty listing
// is no proof.
func (p Policy) Judge(d Deletions) (hold string) {
	switch {
	case d.Gone == 0 || p.Deletes == Never:
		return ""
	case p.Deletes == Hold:
		return fmt.Sprintf("the configuration holds all deletions, here %d", d.Gone)
	case d.Unidentified > 0:
		return fmt.Sprintf("%d listed rows have no usable id and may be among the %d to delete", d.Unidentified, d.Gone)
	case d.Gone >= d.Rows && !p.AllowEmpty:
		return fmt.Sprintf("all %d rows would be deleted", d.Rows)
	case d.Rows >= p.MinRows && float64(d.Gone)/float64(d.Rows) > p.MaxDeleteRatio: // a product would hold 29 of 100 at 0.29
		return fmt.Sprintf("%d of %d rows would be deleted, more than %.4g%%", d.Gone, d.Rows, 100*p.MaxDeleteRatio)
	default:
		return ""
	}
}
