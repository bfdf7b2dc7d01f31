package cli

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
)

// outrun is an index whose rows go between the count and the reading: one on each page.
type outrun struct {
	inventory.Reader
	pages int
}

func (o *outrun) Find(context.Context, inventory.Find) (inventory.Page, error) {
	page := inventory.Page{Total: 4, Rows: make([]inventory.Found, 1)}
	if o.pages--; o.pages > 0 {
		page.Next = inventory.Cursor{Kind: "resource_host", UID: [16]byte{1}}
	}
	return page, nil
}

// Nobody is sent to look for rows that have gone.
func TestRowsThatHaveJustGoneAreNotAnnounced(t *testing.T) {
	t.Parallel()
	show := func(inventory.Found) error { return nil }
	r, err := eachFound(t.Context(), &outrun{pages: 2}, finding{}, show)
	require.NoError(t, err)
	require.Equal(t, result{shown: 2, total: 2}, r)

	r, err = eachFound(t.Context(), &outrun{pages: 2}, finding{limit: 1}, show)
	require.NoError(t, err)
	require.Equal(t, int64(4), r.total, "there are more, of which nobody knows how many are left")
}
