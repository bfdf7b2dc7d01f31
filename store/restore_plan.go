package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// RestorePlan is what a restore would do at this moment.
type RestorePlan struct {
	RestoreCounts
	// Scopes are the counts by scope id.
	Scopes map[int64]RestoreCounts
	// Sample has the first of the deletions that would be undone.
	Sample []Change
}

// PlanRestore says what Restore would do, and changes nothing. The plan has up to
// sample of the rows.
func (s *Store) PlanRestore(ctx context.Context, deleted Deleted, sample int) (RestorePlan, error) {
	plan := RestorePlan{Scopes: map[int64]RestoreCounts{}}
	err := s.eachDeletion(ctx, deleted, func(deletions []Change) error {
		standing, err := judgeDeletions(ctx, s.db, deleted.Kind, deletions)
		if err != nil {
			return err
		}
		for i, deletion := range deletions {
			plan.take(deleted.Kind, deletion, standing[i], sample)
		}
		return nil
	})
	if err != nil {
		return plan, fmt.Errorf("plan a restore of %s: %w", deleted.Kind.Name(), err)
	}
	return plan, nil
}

func (p *RestorePlan) take(kind *resource.Kind, deletion Change, standing standing, sample int) {
	counts := standing.counts()
	if standing == restorable {
		if _, err := imageRow(kind, deletion); err != nil {
			counts = RestoreCounts{Deleted: 1, Refused: 1}
		} else if len(p.Sample) < sample {
			p.Sample = append(p.Sample, deletion)
		}
	}
	p.add(counts)
	counts.add(p.Scopes[deletion.ScopeID])
	p.Scopes[deletion.ScopeID] = counts
}

// standing is how a deletion looks today:
//
//	the row        | the resource's last change | standing
//	---------------+----------------------------+-----------
//	exists         | any                        | existing
//	does not exist | this deletion              | restorable
//	does not exist | a later one                | outdated: the image is not the last word
type standing int

const (
	restorable standing = iota
	existing
	outdated
)

func (s standing) counts() RestoreCounts {
	counts := RestoreCounts{Deleted: 1}
	switch s {
	case restorable:
		counts.Restored = 1
	case existing:
		counts.Existing = 1
	case outdated:
		counts.Outdated = 1
	}
	return counts
}

// judgeDeletions returns the standing of each deletion, in their order.
func judgeDeletions(ctx context.Context, db bun.IDB, kind *resource.Kind, deletions []Change) ([]standing, error) {
	uids := make([]resource.UID, len(deletions))
	for i := range deletions {
		uids[i] = deletions[i].UID
	}
	exists, err := existingRows(ctx, db, kind, uids)
	if err != nil {
		return nil, err
	}
	last, err := lastChanges(ctx, db, uids)
	if err != nil {
		return nil, err
	}
	judged := make([]standing, len(deletions))
	for i, deletion := range deletions {
		switch {
		case exists[deletion.UID]:
			judged[i] = existing
		case last[deletion.UID] != deletion.ID:
			judged[i] = outdated
		}
	}
	return judged, nil
}

func existingRows(ctx context.Context, db bun.IDB, kind *resource.Kind, uids []resource.UID) (map[resource.UID]bool, error) {
	var found []resource.UID
	err := db.NewSelect().TableExpr("?", bun.Ident(kind.Name())).Column("uid").Where("uid IN (?)", bun.List(uids)).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("look for %d rows of %s: %w", len(uids), kind.Name(), err)
	}
	exists := make(map[resource.UID]bool, len(found))
	for _, uid := range found {
		exists[uid] = true
	}
	return exists, nil
}

// lastChanges are the ids of the resources' last changes.
func lastChanges(ctx context.Context, db bun.IDB, uids []resource.UID) (map[resource.UID]int64, error) {
	var rows []struct {
		UID  resource.UID `bun:"uid"`
		Last int64        `bun:"last_id"`
	}
	err := db.NewSelect().Model((*Change)(nil)).Column("uid").ColumnExpr("MAX(id) AS last_id").ForceIndex("resource").
		Where("uid IN (?)", bun.List(uids)).Group("uid").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("find the last changes of %d resources: %w", len(uids), err)
	}
	last := make(map[resource.UID]int64, len(rows))
	for _, row := range rows {
		last[row.UID] = row.Last
	}
	return last, nil
}
