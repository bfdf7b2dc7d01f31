package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/notice"
)

type noticeEventRow struct {
	bun.BaseModel `bun:"table:sync_notice_event,alias:event"`

	ID         int64     `bun:"id,pk,autoincrement"`
	OpenKey    []byte    `bun:"open_key,nullzero"`
	Event      string    `bun:"event"`
	Kind       string    `bun:"kind"`
	Provider   string    `bun:"provider"`
	Account    string    `bun:"account"`
	Region     string    `bun:"region"`
	ScopeID    int64     `bun:"scope_id"`
	RunID      string    `bun:"run_id"`
	WorkflowID string    `bun:"workflow_id"`
	Rows       int64     `bun:"row_count"`
	Base       int64     `bun:"base_rows"`
	Scopes     int64     `bun:"scopes"`
	Reason     string    `bun:"reason"`
	GraceMS    int64     `bun:"grace_ms"`
	Since      time.Time `bun:"since"`
	OpenedAt   time.Time `bun:"opened_at"`
	ClosedAt   time.Time `bun:"closed_at,nullzero"`
}

func newNoticeEventRow(c *notice.Condition, at time.Time) *noticeEventRow {
	key := c.Key()
	row := &noticeEventRow{
		OpenKey: key[:], Event: string(c.Event), Kind: clip(c.Kind, 64), Provider: clip(c.Provider, 32), Account: clip(c.Account, 64),
		Region: clip(c.Region, 64), ScopeID: c.ScopeID, RunID: clip(c.RunID, 64), WorkflowID: clip(c.WorkflowID, 255),
		Rows: c.Rows, Base: c.Base, Scopes: c.Scopes, Reason: clip(c.Reason, 512),
		GraceMS: c.Grace.Milliseconds(), Since: c.Since.UTC().Truncate(time.Microsecond), OpenedAt: at,
	}
	if c.Since.IsZero() {
		row.Since = at
	}
	return row
}

func (r *noticeEventRow) standing() notice.Standing {
	return notice.Standing{
		ID: r.ID, OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt, Told: map[string]time.Time{},
		Condition: notice.Condition{
			Event: notice.Event(r.Event), Place: notice.Place{Kind: r.Kind, Provider: r.Provider, Account: r.Account, Region: r.Region},
			Since: r.Since, Grace: time.Duration(r.GraceMS) * time.Millisecond, ScopeID: r.ScopeID, RunID: r.RunID, WorkflowID: r.WorkflowID,
			Rows: r.Rows, Base: r.Base, Scopes: r.Scopes, Reason: r.Reason,
		},
	}
}

// revisedColumns are what a condition that goes on can have anew: the figures of the newest run.
var revisedColumns = []string{"scope_id", "run_id", "workflow_id", "row_count", "base_rows", "scopes", "reason", "grace_ms"}

// fits says that the row has what the condition now has, but for the time it began.
func (r *noticeEventRow) fits(now *noticeEventRow) bool {
	return r.ScopeID == now.ScopeID && r.RunID == now.RunID && r.WorkflowID == now.WorkflowID && r.Rows == now.Rows &&
		r.Base == now.Base && r.Scopes == now.Scopes && r.Reason == now.Reason && r.GraceMS == now.GraceMS
}

// NoticeLook is what a look for events found.
type NoticeLook struct {
	Opened, Closed int64
	// Standing are the events that stand, and those that are over and of whose end somebody may
	// have to be told, by id.
	Standing []notice.Standing
}

// LastNoticeLook is when RecordConditions was last called; zero if it never was.
func (s *Store) LastNoticeLook(ctx context.Context) (at time.Time, err error) {
	err = s.db.NewSelect().Table("sync_notice_look").Column("looked_at").Where("id = 1").Scan(ctx, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return at, fmt.Errorf("read when it was last looked for events: %w", err)
	}
	return at, nil
}

// MissingCondition says what it means that a condition which stood is no longer found.
type MissingCondition int

// What it may mean.
const (
	ConditionOver      MissingCondition = iota // people are told
	ConditionUnknown                           // it is left as it is
	ConditionWithdrawn                         // nobody looks for it any more: it ends, and nobody is told
)

// errLookedMeanwhile is for two looks at the same time: the conditions of one are old.
var errLookedMeanwhile = errors.New("somebody else has looked for events meanwhile")

// RecordConditions makes the conditions the ones that stand; missing judges those that stood and
// are not among them. at is the time of the look. last is what LastNoticeLook said before the
// conditions were read: if there was another look since, they are old, and nothing is recorded.
func (s *Store) RecordConditions(ctx context.Context, at, last time.Time, conditions []notice.Condition, missing func(*notice.Condition) MissingCondition) (NoticeLook, error) {
	var look NoticeLook
	at = at.UTC().Truncate(time.Microsecond)
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		look = NoticeLook{}
		if err := takeTurn(ctx, tx, at, last); err != nil {
			return err
		}
		return look.record(ctx, tx, at, conditions, missing)
	})
	if err != nil {
		return look, fmt.Errorf("record %d conditions: %w", len(conditions), err)
	}
	return look, nil
}

// takeTurn locks the row of looks, and records this one. It fails if there was another since last.
func takeTurn(ctx context.Context, tx bun.Tx, at, last time.Time) error {
	inserted, err := tx.ExecContext(ctx, "INSERT IGNORE INTO sync_notice_look (id, looked_at) VALUES (1, ?)", at)
	if err != nil {
		return err
	}
	if n, err := inserted.RowsAffected(); err != nil || n == 1 && last.IsZero() {
		return err
	}
	var before time.Time
	if err := tx.NewRaw("SELECT looked_at FROM sync_notice_look WHERE id = 1 FOR UPDATE").Scan(ctx, &before); err != nil {
		return err
	}
	if !before.Equal(last) {
		return errLookedMeanwhile
	}
	_, err = tx.ExecContext(ctx, "UPDATE sync_notice_look SET looked_at = GREATEST(looked_at, ?) WHERE id = 1", at)
	return err
}

func (l *NoticeLook) record(ctx context.Context, tx bun.Tx, at time.Time, conditions []notice.Condition, missing func(*notice.Condition) MissingCondition) (err error) {
	var open []noticeEventRow
	if err := tx.NewSelect().Model(&open).Where("open_key IS NOT NULL").Scan(ctx); err != nil {
		return err
	}
	stored := make(map[notice.Key]*noticeEventRow, len(open))
	for i := range open {
		stored[notice.Key(open[i].OpenKey)] = &open[i]
	}
	if err := l.open(ctx, tx, at, conditions, stored); err != nil {
		return err
	}
	if err := l.close(ctx, tx, at, stored, missing); err != nil {
		return err
	}
	l.Standing, err = standingNotices(ctx, tx)
	return err
}

// open adds the conditions that are new, and takes those that are known out of stored.
func (l *NoticeLook) open(ctx context.Context, tx bun.Tx, at time.Time, conditions []notice.Condition, stored map[notice.Key]*noticeEventRow) error {
	var fresh, revised []*noticeEventRow
	seen := make(map[notice.Key]bool, len(conditions))
	for i := range conditions {
		now, key := newNoticeEventRow(&conditions[i], at), conditions[i].Key()
		if seen[key] {
			continue
		}
		seen[key] = true
		before := stored[key]
		delete(stored, key)
		switch {
		case before == nil:
			fresh = append(fresh, now)
		case !before.fits(now):
			now.ID = before.ID
			revised = append(revised, now)
		}
	}
	for some := range slices.Chunk(revised, noticesAtOnce) {
		if err := upsert(ctx, tx.Tx, tx.NewInsert().Model(&some), revisedColumns); err != nil {
			return err
		}
	}
	l.Opened = int64(len(fresh))
	for some := range slices.Chunk(fresh, noticesAtOnce) {
		if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// noticesAtOnce is how many rows one statement about notices has.
const noticesAtOnce = 500

func (l *NoticeLook) close(ctx context.Context, tx bun.Tx, at time.Time, stored map[notice.Key]*noticeEventRow, missing func(*notice.Condition) MissingCondition) error {
	var over, withdrawn []int64
	for _, row := range stored {
		standing := row.standing()
		switch missing(&standing.Condition) {
		case ConditionUnknown:
		case ConditionWithdrawn:
			withdrawn = append(withdrawn, row.ID)
			over = append(over, row.ID)
		default:
			over = append(over, row.ID)
		}
	}
	l.Closed = int64(len(over))
	for some := range slices.Chunk(over, noticesAtOnce) {
		_, err := tx.NewUpdate().Model((*noticeEventRow)(nil)).Set("open_key = NULL").Set("closed_at = ?", at).Where("id IN (?)", bun.List(some)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(withdrawn, noticesAtOnce) {
		_, err := tx.NewUpdate().Model((*noticeEventRow)(nil)).Set("reason = LEFT(CONCAT(?, reason), 512)", withdrawnReason).Where("id IN (?)", bun.List(some)).Exec(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*noticeToldRow)(nil)).Where("event_id IN (?)", bun.List(some)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// withdrawnReason stands before the reason of an event that was withdrawn.
const withdrawnReason = "ended untold, since nobody looks for it any more; it was: "

// NoticeEvents lists events: those that stand, then those that are over, the newest first. Whom they
// were told it leaves out.
func (s *Store) NoticeEvents(ctx context.Context, limit int64) ([]notice.Standing, error) {
	var rows []noticeEventRow
	if err := s.db.NewSelect().Model(&rows).OrderExpr("open_key IS NULL, id DESC").Limit(limit).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	events := make([]notice.Standing, len(rows))
	for i := range rows {
		events[i] = rows[i].standing()
	}
	return events, nil
}

type noticeToldRow struct {
	bun.BaseModel `bun:"table:sync_notice_told,alias:told"`

	EventID  int64     `bun:"event_id,pk"`
	Receiver string    `bun:"receiver,pk"`
	ToldAt   time.Time `bun:"told_at"`
}

// standingNotices reads what stands, and what is over and was told to somebody.
func standingNotices(ctx context.Context, db bun.IDB) ([]notice.Standing, error) {
	var rows, over []noticeEventRow
	if err := db.NewSelect().Model(&rows).Where("open_key IS NOT NULL").Scan(ctx); err != nil {
		return nil, err
	}
	// Apart: by OR, all that is over would be read.
	err := db.NewSelect().Model(&over).Where("open_key IS NULL").Where("id IN (SELECT event_id FROM sync_notice_told)").Scan(ctx)
	if err != nil {
		return nil, err
	}
	rows = append(rows, over...)
	slices.SortFunc(rows, func(a, b noticeEventRow) int { return cmp.Compare(a.ID, b.ID) })
	var told []noticeToldRow
	if err := db.NewSelect().Model(&told).Scan(ctx); err != nil {
		return nil, err
	}
	standing := make([]notice.Standing, len(rows))
	byID := make(map[int64]*notice.Standing, len(rows))
	for i := range rows {
		standing[i] = rows[i].standing()
		byID[rows[i].ID] = &standing[i]
	}
	for _, row := range told {
		if s := byID[row.EventID]; s != nil {
			s.Told[row.Receiver] = row.ToldAt
		}
	}
	return standing, nil
}
