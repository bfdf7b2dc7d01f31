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
}

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

// Judge returns why the deletions are held, or "" if they may go on. All the
// rows of a scope are never deleted: an empty listing is no proof.
func (p Policy) Judge(d Deletions) (hold string) {
	switch {
	case d.Gone == 0:
		return ""
	case d.Unidentified > 0:
		return fmt.Sprintf("%d listed rows have no usable id and may be among the %d to delete", d.Unidentified, d.Gone)
	case d.Gone >= d.Rows:
		return fmt.Sprintf("all %d rows would be deleted", d.Rows)
	case d.Rows >= p.MinRows && float64(d.Gone) > p.MaxDeleteRatio*float64(d.Rows):
		return fmt.Sprintf("%d of %d rows would be deleted, more than %.4g%%", d.Gone, d.Rows, 100*p.MaxDeleteRatio)
	default:
		return ""
	}
}
