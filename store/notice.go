package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"cloudsync/notice"
)

// The fates of a notice.
const (
	NoticeWaiting = "waiting"
	NoticeSent    = "sent"
	NoticeDropped = "dropped"
)

// Notice is a notice to one receiver.
type Notice struct {
	bun.BaseModel `bun:"table:sync_notice,alias:notice"`

	Number    int64     `bun:"id,pk,autoincrement"` // in the order of sending
	ID        string    `bun:"notice_id"`           // what the receiver sees, the same at each attempt
	Receiver  string    `bun:"receiver"`
	Event     string    `bun:"event"`
	State     string    `bun:"state"`
	Kind      string    `bun:"kind"`
	Body      string    `bun:"body"` // a notice.Notice as JSON
	Fate      string    `bun:"fate"`
	CreatedAt time.Time `bun:"created_at"`
	Attempts  int64     `bun:"attempts"`
	TriedAt   time.Time `bun:"tried_at,nullzero"`
	Error     string    `bun:"error"` // why the newest attempt failed, or why it was dropped
}

// Decode reads the notice's body.
func (n *Notice) Decode() (decoded notice.Notice, err error) {
	if err := json.Unmarshal([]byte(n.Body), &decoded); err != nil {
		return decoded, fmt.Errorf("read notice %s: %w", n.ID, err)
	}
	return decoded, nil
}

func newNoticeRow(receiver string, n *notice.Notice) (*Notice, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("encode a notice: %w", err)
	}
	return &Notice{
		ID: n.ID, Receiver: receiver, Event: string(n.Event), State: string(n.State), Kind: clip(n.Kind, 64),
		Body: string(body), Fate: NoticeWaiting, CreatedAt: n.At.UTC(),
	}, nil
}

// QueuedNotice is a notice to be queued, and the events that it tells of.
type QueuedNotice struct {
	Receiver string
	notice.Notice
	Standing []*notice.Standing
}

// errToldMeanwhile is for two looks at the same time: the next one sees what the other did.
var errToldMeanwhile = errors.New("somebody else has queued notices of the same events meanwhile")

// QueueNotices queues the notices, each together with the record that its events were told: both,
// or neither.
func (s *Store) QueueNotices(ctx context.Context, notices []QueuedNotice) error {
	var failed []error
	for i := range notices { // one that cannot be queued keeps no other from it
		err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error { return queueNotice(ctx, tx, &notices[i]) })
		if err != nil {
			failed = append(failed, fmt.Errorf("queue a notice for %s: %w", notices[i].Receiver, err))
		}
	}
	return errors.Join(failed...)
}

func queueNotice(ctx context.Context, tx bun.Tx, n *QueuedNotice) error {
	at := n.At.UTC()
	row, err := newNoticeRow(n.Receiver, &n.Notice)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(n.Standing, noticesAtOnce) {
		if err := markTold(ctx, tx, n, some, at); err != nil {
			return err
		}
	}
	_, err = tx.NewInsert().Model(row).Exec(ctx)
	return err
}

// markTold records that the receiver is told of the events, or, if they are over, that there is
// nothing more to tell. It fails if the record is not the one that the notice was decided by.
func markTold(ctx context.Context, tx bun.Tx, n *QueuedNotice, some []*notice.Standing, at time.Time) error {
	ids := make([]int64, len(some))
	for i, s := range some {
		ids[i] = s.ID
	}
	var result sql.Result
	var err error
	switch n.State {
	case notice.Over:
		result, err = tx.NewDelete().Model((*noticeToldRow)(nil)).Where("receiver = ?", n.Receiver).Where("event_id IN (?)", bun.List(ids)).Exec(ctx)
	case notice.Stands:
		result, err = tx.NewUpdate().Model((*noticeToldRow)(nil)).Set("told_at = ?", at).
			Where("receiver = ?", n.Receiver).Where("event_id IN (?)", bun.List(ids)).Where("told_at < ?", at).Exec(ctx)
	default:
		rows := make([]noticeToldRow, len(ids))
		for i, id := range ids {
			rows[i] = noticeToldRow{EventID: id, Receiver: n.Receiver, ToldAt: at}
		}
		result, err = tx.NewInsert().Model(&rows).Ignore().Exec(ctx)
	}
	if err != nil {
		return err
	}
	if marked, err := result.RowsAffected(); err != nil || marked != int64(len(ids)) {
		return errors.Join(errToldMeanwhile, err)
	}
	return nil
}

// ForgetTold forgets who was told of events that are over since before a time: until then, a
// worker that knows the receiver may still have to tell of the end.
func (s *Store) ForgetTold(ctx context.Context, before time.Time) error {
	_, err := s.db.ExecContext(ctx, `DELETE told FROM sync_notice_told AS told JOIN sync_notice_event AS event ON event.id = told.event_id
		WHERE event.closed_at < ?`, before.UTC())
	if err != nil {
		return fmt.Errorf("forget who was told of what is over: %w", err)
	}
	return nil
}

// WaitingNotices is how many notices wait, by receiver.
func (s *Store) WaitingNotices(ctx context.Context) (map[string]int64, error) {
	var rows []struct {
		Receiver string `bun:"receiver"`
		Waiting  int64  `bun:"waiting"`
	}
	err := s.db.NewSelect().Model((*Notice)(nil)).Column("receiver").ColumnExpr("COUNT(*) AS waiting").
		Where("fate = ?", NoticeWaiting).Group("receiver").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the notices that wait: %w", err)
	}
	waiting := make(map[string]int64, len(rows))
	for _, row := range rows {
		waiting[row.Receiver] = row.Waiting
	}
	return waiting, nil
}

// WaitingTopic is what notices that wait are about.
type WaitingTopic struct {
	Receiver string       `bun:"receiver"`
	Event    notice.Event `bun:"event"`
	Kind     string       `bun:"kind"`
}

// WaitingTopics are those of all notices that wait.
func (s *Store) WaitingTopics(ctx context.Context) (map[WaitingTopic]bool, error) {
	var topics []WaitingTopic
	err := s.db.NewSelect().Model((*Notice)(nil)).ColumnExpr("DISTINCT receiver, event, kind").Where("fate = ?", NoticeWaiting).Scan(ctx, &topics)
	if err != nil {
		return nil, fmt.Errorf("read what the notices that wait are about: %w", err)
	}
	waiting := make(map[WaitingTopic]bool, len(topics))
	for _, topic := range topics {
		waiting[topic] = true
	}
	return waiting, nil
}

// NoticeBacklog is how many notices wait, for all receivers, and since when the oldest does.
func (s *Store) NoticeBacklog(ctx context.Context) (waiting int64, since time.Time, err error) {
	var oldest sql.NullTime
	err = s.db.NewSelect().Model((*Notice)(nil)).ColumnExpr("COUNT(*), MIN(created_at)").Where("fate = ?", NoticeWaiting).Scan(ctx, &waiting, &oldest)
	if err != nil {
		return 0, since, fmt.Errorf("count the notices that wait: %w", err)
	}
	return waiting, oldest.Time, nil
}

// NextNotice is the oldest notice that waits for the receiver; ErrNotFound for none.
func (s *Store) NextNotice(ctx context.Context, receiver string) (Notice, error) {
	var next Notice
	err := s.db.NewSelect().Model(&next).Where("fate = ?", NoticeWaiting).Where("receiver = ?", receiver).Order("id").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return next, fmt.Errorf("read the next notice for %s: %w", receiver, err)
	}
	return next, nil
}

// TryNotice records that an attempt to send the notice begins: also if the worker is killed
// meanwhile.
func (s *Store) TryNotice(ctx context.Context, number int64) error {
	return s.updateNotice(ctx, number, tried(s.at()))
}

func tried(at time.Time) func(*bun.UpdateQuery) *bun.UpdateQuery {
	return func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("attempts = attempts + 1").Set("tried_at = ?", at)
	}
}

// TryNoticeInTurn is TryNotice for receivers that share what takes only one message in each pace:
// if one of them was tried less than that ago, it records nothing and says how long to wait.
func (s *Store) TryNoticeInTurn(ctx context.Context, number int64, sharing []string, pace time.Duration) (wait time.Duration, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// Each receiver has a delivery of its own: one asks after the other.
		if _, err := tx.ExecContext(ctx, "SELECT id FROM sync_notice_look WHERE id = 1 FOR UPDATE"); err != nil {
			return err
		}
		last, err := lastTriedNotice(ctx, tx, sharing)
		if err != nil {
			return err
		}
		now := s.at()
		if wait = min(pace-now.Sub(last), pace); wait > 0 {
			return nil
		}
		wait = 0
		return updateWaiting(ctx, tx, number, tried(now))
	})
	if err != nil {
		return 0, fmt.Errorf("take the turn of notice %d: %w", number, err)
	}
	return wait, nil
}

// lastTriedNotice is when it was last tried to send one of the receivers a notice; zero for never.
func lastTriedNotice(ctx context.Context, tx bun.Tx, receivers []string) (at time.Time, err error) {
	for _, receiver := range receivers {
		for _, fate := range []string{NoticeWaiting, NoticeSent, NoticeDropped} {
			var last []time.Time // in order: the last that was tried has the newest time
			err := tx.NewSelect().Model((*Notice)(nil)).Column("tried_at").Where("fate = ?", fate).Where("receiver = ?", receiver).
				Where("tried_at IS NOT NULL").Order("id DESC").Limit(1).Scan(ctx, &last)
			if err != nil {
				return at, err
			}
			if len(last) > 0 && last[0].After(at) {
				at = last[0]
			}
		}
	}
	return at, nil
}

// FailNotice records why an attempt failed.
func (s *Store) FailNotice(ctx context.Context, number int64, reason string) error {
	return s.updateNotice(ctx, number, func(q *bun.UpdateQuery) *bun.UpdateQuery { return q.Set("error = ?", clip(reason, 512)) })
}

// SentNotice records that the receiver has the notice.
func (s *Store) SentNotice(ctx context.Context, number int64) error {
	return s.updateNotice(ctx, number, func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("fate = ?", NoticeSent).Set("error = ''")
	})
}

func (s *Store) updateNotice(ctx context.Context, number int64, set func(*bun.UpdateQuery) *bun.UpdateQuery) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return updateWaiting(ctx, tx, number, set)
	})
	if err != nil {
		return fmt.Errorf("record what became of notice %d: %w", number, err)
	}
	return nil
}

func updateWaiting(ctx context.Context, tx bun.Tx, number int64, set func(*bun.UpdateQuery) *bun.UpdateQuery) error {
	_, err := set(tx.NewUpdate().Model((*Notice)(nil))).Where("id = ?", number).Where("fate = ?", NoticeWaiting).Exec(ctx)
	return err
}

// DropNotices gives up notices that wait for the receiver, up to a number, and queues one that
// says so: tell makes it, of how many there are and from when the first and the last were. A
// notice of that sort that waits already is replaced, and counted with its own.
func (s *Store) DropNotices(ctx context.Context, receiver string, upTo int64, reason string, tell func(notice.Dropping) *notice.Notice) (int64, error) {
	var dropped int64
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		dropped, err = dropNotices(ctx, tx, receiver, upTo, reason, tell)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("give up notices for %s: %w", receiver, err)
	}
	return dropped, nil
}

func dropNotices(ctx context.Context, tx bun.Tx, receiver string, upTo int64, reason string, tell func(notice.Dropping) *notice.Notice) (int64, error) {
	var waiting []Notice
	err := tx.NewSelect().Model(&waiting).Where("fate = ?", NoticeWaiting).Where("receiver = ?", receiver).
		Where("id <= ? OR event = ?", upTo, notice.Dropped).Order("id").For("UPDATE").Scan(ctx)
	isOther := func(n Notice) bool { return n.Event != string(notice.Dropped) || n.Number == upTo || tell == nil }
	if err != nil || !slices.ContainsFunc(waiting, isOther) {
		return 0, err
	}
	var total notice.Dropping
	var numbers []int64
	for i := range waiting {
		decoded, err := waiting[i].Decode()
		if err != nil { // this is the way out for what somebody has edited: it counts as one
			decoded = notice.Notice{}
		}
		total.Add(decoded.Dropping, waiting[i].CreatedAt)
		numbers = append(numbers, waiting[i].Number)
	}
	_, err = tx.NewUpdate().Model((*Notice)(nil)).Set("fate = ?", NoticeDropped).Set("error = ?", clip(reason, 512)).Where("id IN (?)", bun.List(numbers)).Exec(ctx)
	if err != nil || tell == nil {
		return int64(len(numbers)), err
	}
	row, err := newNoticeRow(receiver, tell(total))
	if err != nil {
		return 0, err
	}
	_, err = tx.NewInsert().Model(row).Exec(ctx)
	return int64(len(numbers)), err
}

// NoticeFilter says which notices to list.
type NoticeFilter struct {
	Receiver string // "" for all
	Fate     string // "" for all
	Limit    int64
}

// Notices lists notices, the newest first.
func (s *Store) Notices(ctx context.Context, filter NoticeFilter) ([]Notice, error) {
	var notices []Notice
	query := s.db.NewSelect().Model(&notices).Order("id DESC").Limit(filter.Limit)
	if filter.Receiver != "" {
		query = query.Where("receiver = ?", filter.Receiver)
	}
	if filter.Fate != "" {
		query = query.Where("fate = ?", filter.Fate)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return notices, nil
}

// ExpireNotices removes notices that do not wait, and events that are over, from before a time.
func (s *Store) ExpireNotices(ctx context.Context, before time.Time) error {
	const atOnce = 10_000
	_, err := s.db.ExecContext(ctx, "DELETE FROM sync_notice WHERE created_at < ? AND fate <> ? LIMIT ?", before, NoticeWaiting, atOnce)
	if err == nil {
		_, err = s.db.ExecContext(ctx, "DELETE FROM sync_notice_event WHERE closed_at < ? LIMIT ?", before, atOnce)
	}
	if err != nil {
		return fmt.Errorf("remove old notices: %w", err)
	}
	return nil
}

// OldNotices is the number of the newest notice that waits for the receiver and is from before a
// time, or has at least limit younger ones before the end of the queue; 0 for none. Those that say
// that others were given up are never too old.
func (s *Store) OldNotices(ctx context.Context, receiver string, before time.Time, limit int) (number int64, err error) {
	waiting := func() *bun.SelectQuery {
		return s.db.NewSelect().Model((*Notice)(nil)).Column("id").Where("fate = ?", NoticeWaiting).
			Where("receiver = ?", receiver).Where("event <> ?", notice.Dropped).Order("id DESC").Limit(1)
	}
	for _, query := range []*bun.SelectQuery{waiting().Where("created_at < ?", before), waiting().Offset(int64(limit))} {
		var found []int64
		if err := query.Scan(ctx, &found); err != nil {
			return 0, fmt.Errorf("look for old notices for %s: %w", receiver, err)
		}
		if len(found) > 0 {
			number = max(number, found[0])
		}
	}
	return number, nil
}
