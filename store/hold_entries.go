package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"cloudsync/resource"
	"cloudsync/store/staged"
)

// heldParts is how many parts of a held set are read at a time: a set may have a million
// entries.
const heldParts = 4

// heldReader reads the entries of a held set, some parts at a time.
type heldReader struct {
	db      bun.IDB
	scopeID int64
	digest  string
	next    int  // seq of the first part that is not read
	known   bool // the scope has such a set
	entries []resource.Entry
}

// head is the next entry; nil after the last one.
func (h *heldReader) head(ctx context.Context) (*resource.Entry, error) {
	for len(h.entries) == 0 {
		more, err := h.fill(ctx)
		if err != nil {
			return nil, err
		}
		if !more {
			return nil, nil
		}
	}
	return &h.entries[0], nil
}

// drop goes on to the entry after the head.
func (h *heldReader) drop() { h.entries = h.entries[1:] }

func (h *heldReader) fill(ctx context.Context) (more bool, err error) {
	var parts []holdRow
	err = h.db.NewSelect().Model(&parts).Column("seq", "payload").Where("scope_id = ?", h.scopeID).Where("digest = ?", h.digest).
		Where("seq >= ?", h.next).Order("seq").Limit(heldParts).Scan(ctx)
	if err != nil {
		return false, err
	}
	if len(parts) == 0 && !h.known {
		return false, ErrNotFound
	}
	h.known = true
	h.entries = h.entries[:0]
	for i := range parts {
		h.next = parts[i].Seq + 1
		err := staged.EachItem(parts[i].Payload, func(item staged.Item) error {
			h.entries = append(h.entries, item.Entry)
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	return len(parts) > 0, nil
}

// inSnapshot reads all in one snapshot of the database: a run may keep a set anew meanwhile.
func (s *Store) inSnapshot(ctx context.Context, read func(ctx context.Context, tx bun.Tx) error) error {
	return s.db.RunInTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, read)
}

// HeldPage returns up to limit entries of a set that was held under the digest, after so many
// others. What follows them is not read. ErrNotFound if the scope never held it, or too
// long ago.
func (s *Store) HeldPage(ctx context.Context, scopeID int64, digest string, after, limit int) (page []resource.Entry, err error) {
	err = s.inSnapshot(ctx, func(ctx context.Context, tx bun.Tx) error {
		set := heldReader{db: tx, scopeID: scopeID, digest: digest}
		for len(page) < limit {
			entry, err := set.head(ctx)
			if entry == nil || err != nil {
				return err
			}
			if after == 0 {
				page = append(page, *entry)
			} else {
				after--
			}
			set.drop()
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read some of the deletions held as %s: %w", digest, err)
	}
	return page, nil
}

// CheckHold fails unless the entries of a set that was held under the digest are known:
// ErrNotFound if the scope never held it, or too long ago, and resource.ErrCorrupt if they are
// others than the digest says.
func (s *Store) CheckHold(ctx context.Context, scopeID int64, digest string) error {
	var found resource.Digest
	err := s.inSnapshot(ctx, func(ctx context.Context, tx bun.Tx) error {
		set := heldReader{db: tx, scopeID: scopeID, digest: digest}
		for {
			entry, err := set.head(ctx)
			if entry == nil || err != nil {
				return err
			}
			found.Add(*entry)
			set.drop()
		}
	})
	if err == nil && found.String() != digest {
		err = fmt.Errorf("%w: they are %s", resource.ErrCorrupt, found)
	}
	if err != nil {
		return fmt.Errorf("check the deletions held as %s: %w", digest, err)
	}
	return nil
}

// HoldChange is how a held set differs from an earlier one.
type HoldChange struct {
	Joined, Left, Changed int64
	// First are some of those that joined.
	First []resource.Entry
}

// CompareHolds compares two sets that a scope held, and returns some of the entries that
// joined, up to limit. ErrNotFound if one of them is no longer kept.
func (s *Store) CompareHolds(ctx context.Context, scopeID int64, before, after string, limit int) (change HoldChange, err error) {
	err = s.inSnapshot(ctx, func(ctx context.Context, tx bun.Tx) error {
		was, is := &heldReader{db: tx, scopeID: scopeID, digest: before}, &heldReader{db: tx, scopeID: scopeID, digest: after}
		for {
			more, err := change.compareNext(ctx, was, is, limit)
			if !more || err != nil {
				return err
			}
		}
	})
	if err != nil {
		return HoldChange{}, fmt.Errorf("compare the deletions held as %s with those held as %s: %w", before, after, err)
	}
	return change, nil
}

// compareNext compares the heads of two sets, which are ordered by UID.
func (c *HoldChange) compareNext(ctx context.Context, before, after *heldReader, limit int) (more bool, err error) {
	was, err := before.head(ctx)
	if err != nil {
		return false, err
	}
	is, err := after.head(ctx)
	if err != nil || was == nil && is == nil {
		return false, err
	}
	order := 0
	switch {
	case was == nil:
		order = 1
	case is == nil:
		order = -1
	default:
		order = bytes.Compare(was.UID[:], is.UID[:])
	}
	switch {
	case order < 0:
		c.Left++
	case order > 0:
		c.Joined++
		if len(c.First) < limit {
			c.First = append(c.First, *is)
		}
	case was.Hash != is.Hash:
		c.Changed++
	}
	if order <= 0 {
		before.drop()
	}
	if order >= 0 {
		after.drop()
	}
	return true, nil
}
