package activities_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/inventory/inventorytest"
	"cloudsync/notice"
	"cloudsync/notice/send"
	"cloudsync/resource"
	"cloudsync/shorttest"
	"cloudsync/store"
	"cloudsync/store/storetest"
)

// told is a receiver's side: what it took, and the ids of all attempts.
type told struct {
	mu       sync.Mutex
	failing  int // how many attempts fail from now on
	status   int // of failures
	attempts []string
	taken    []notice.Notice
}

func (r *told) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts = append(r.attempts, request.Header.Get(send.IDHeader))
	if r.failing > 0 {
		r.failing--
		w.WriteHeader(r.status)
		return
	}
	body, _ := io.ReadAll(request.Body)
	var n notice.Notice
	_ = json.Unmarshal(body, &n)
	r.taken = append(r.taken, n)
}

// fail lets attempts fail.
func (r *told) fail(times, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing, r.status = times, status
}

// summary is what was taken, in order.
func (r *told) summary() (texts []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.taken {
		texts = append(texts, fmt.Sprintf("%s %s %d", n.Event, n.State, n.Count))
	}
	return texts
}

// telling is activities that tell one receiver, at a time of their own.
type telling struct {
	*activities.Activities
	store *store.Store
	dsn   string
	got   *told
	now   time.Time
	rng   *rand.Rand

	notices activities.Notices
}

func newTelling(t *testing.T, change func(*notice.Receiver)) *telling {
	t.Helper()
	b := &telling{dsn: storetest.NewMigrated(t), got: &told{}, now: time.Now().UTC().Truncate(time.Second), rng: rand.New(rand.NewPCG(1, 2))}
	b.store = storetest.OpenDSN(t, b.dsn)
	server := httptest.NewServer(b.got)
	t.Cleanup(server.Close)
	receiver := notice.Receiver{Name: "oncall", Events: notice.Events(), Repeat: 24 * time.Hour, Language: notice.English}
	if change != nil {
		change(&receiver)
	}
	b.notices = activities.Notices{
		Receivers: []notice.Receiver{receiver},
		Senders:   map[string]send.Sender{"oncall": send.NewWebhook(cloud.SecretText(server.URL), cloud.SecretText("a secret to sign"))},
		Links:     notice.Links{Page: "https://cloudsync.example"},
		Intervals: map[string]time.Duration{kind: time.Minute}, LateAfter: 365 * 24 * time.Hour,
		Now: func() time.Time { return b.now },
	}
	b.renew()
	return b
}

// renew lets a worker with the present settings take over.
func (b *telling) renew() {
	b.Activities = activities.New(activities.Deps{Store: b.store, Kinds: resource.Standard(), Notices: b.notices})
}

// late sets from which age on a kind is late.
func (b *telling) late(after time.Duration) {
	b.notices.LateAfter = after
	b.renew()
}

func (b *telling) look(t *testing.T) activities.LookForNoticesOut {
	t.Helper()
	out, err := execute(t, attempt{}, b.LookForNotices, activities.LookForNoticesIn{})
	require.NoError(t, err)
	return out
}

func (b *telling) deliver(t *testing.T) (activities.DeliverNoticesOut, error) {
	t.Helper()
	return execute(t, attempt{}, b.DeliverNotices, activities.DeliverNoticesIn{Receiver: "oncall"})
}

// tell looks, and delivers.
func (b *telling) tell(t *testing.T) {
	t.Helper()
	if len(b.look(t).Waiting) > 0 {
		_, err := b.deliver(t)
		require.NoError(t, err)
	}
}

func (b *telling) rows(n int) []resource.Row {
	rows := inventorytest.RandomRows(b.rng, resource.HostKind, 1)
	for len(rows) < n {
		more := inventorytest.RandomRows(b.rng, resource.HostKind, 1)[0]
		if inventorytest.ScopeOf(resource.HostKind, more) == inventorytest.ScopeOf(resource.HostKind, rows[0]) {
			more.RowMeta().NativeID = fmt.Sprint("host-", len(rows))
			rows = append(rows, more)
		}
	}
	return rows
}

// hold has a run hold the deletion of the rows.
func (b *telling) hold(t *testing.T, run int, rows []resource.Row) inventorytest.Held {
	t.Helper()
	at := store.Run{RunID: fmt.Sprint("run-", run), WorkflowID: "cloud-sync/" + kind, StartedAt: b.now}
	return inventorytest.Hold(t, b.store, at, resource.HostKind, rows, 60, "30 of 60 rows would be deleted")
}

func (b *telling) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := storetest.Connect(t, b.dsn).ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

// end has the cloud list the rows again.
func (b *telling) end(t *testing.T, held inventorytest.Held) {
	t.Helper()
	require.NoError(t, b.store.EndHold(t.Context(), store.Lease{RunID: held.Run.RunID, ScopeID: held.ScopeID, Fence: held.Run.ID}))
	b.exec(t, "UPDATE sync_run_scope SET held = 0")
}

func TestAHoldOfManyRunsIsToldOnceRepeatedAndTakenBack(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	b := newTelling(t, nil)
	rows := b.rows(3)
	var held inventorytest.Held
	for run := range 200 { // each 10 minutes: 33 h
		held = b.hold(t, run, rows)
		// It is the hold that the first run began.
		b.exec(t, "UPDATE sync_scope_hold SET since_run = (SELECT MIN(id) FROM sync_run), since = (SELECT MIN(started_at) FROM sync_run)")
		b.tell(t)
		b.now = b.now.Add(10 * time.Minute)
	}
	require.Equal(t, []string{"held begun 1", "held stands 1"}, b.got.summary())
	b.end(t, held)
	b.tell(t)
	b.tell(t)
	require.Equal(t, []string{"held begun 1", "held stands 1", "held recovered 1"}, b.got.summary())
	first := b.got.taken[0]
	require.EqualValues(t, 3, first.Rows)
	require.Equal(t, fmt.Sprintf("https://cloudsync.example/holds/%d", held.ScopeID), first.Page)
	require.Equal(t, "30 of 60 rows would be deleted", first.Subjects[0].Reason)
}

func TestAReceiverThatFailsGetsANoticeOnceWithTheSameID(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.hold(t, 1, b.rows(3))
	require.Equal(t, []string{"oncall"}, b.look(t).Waiting)
	b.got.fail(3, http.StatusServiceUnavailable)
	for range 3 {
		_, err := b.deliver(t)
		require.ErrorContains(t, err, "503")
		require.Zero(t, b.look(t).Queued)
	}
	out, err := b.deliver(t)
	require.NoError(t, err)
	require.EqualValues(t, 1, out.Sent)
	out, err = b.deliver(t)
	require.NoError(t, err)
	require.Zero(t, out.Sent)
	require.Equal(t, []string{"held begun 1"}, b.got.summary())
	require.Len(t, b.got.attempts, 4)
	for _, id := range b.got.attempts {
		require.Equal(t, b.got.taken[0].ID, id)
	}
}

// A look that is done again, since its worker was killed before its end was known, queues
// nothing twice.
func TestALookThatIsRepeatedTellsNothingTwice(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.hold(t, 1, b.rows(3))
	require.Equal(t, 1, b.look(t).Queued)
	require.Zero(t, b.look(t).Queued)
	_, err := b.deliver(t)
	require.NoError(t, err)
	require.Equal(t, []string{"held begun 1"}, b.got.summary())
}

// Several scopes that are held at once are one notice, and it has a link to all holds.
func TestHoldsThatBeginTogetherAreOneNotice(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	seen := map[resource.Scope]bool{}
	for run := range 5 {
		rows := b.rows(1)
		seen[inventorytest.ScopeOf(resource.HostKind, rows[0])] = true
		b.hold(t, run, rows)
	}
	b.exec(t, "UPDATE sync_run SET scopes = 0 WHERE kind = ?", kind) // none says that it had all
	b.tell(t)
	require.Equal(t, []string{fmt.Sprintf("held begun %d", len(seen))}, b.got.summary())
}

func TestNoticesWaitWhileItIsQuiet(t *testing.T) {
	t.Parallel()
	b := newTelling(t, func(r *notice.Receiver) { r.Quiet = notice.Quiet{From: 22 * time.Hour, To: 7 * time.Hour} })
	b.now = time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)
	b.hold(t, 1, b.rows(3))
	require.Empty(t, b.look(t).Waiting)
	_, err := b.deliver(t)
	require.NoError(t, err)
	require.Empty(t, b.got.attempts)
	b.now = time.Date(2026, 1, 2, 7, 0, 0, 0, time.UTC)
	b.tell(t)
	require.Equal(t, []string{"held begun 1"}, b.got.summary())
}

// A receiver that is away for a day gets what happened, in order; one that is away for longer is
// told how many notices it did not get.
func TestAReceiverThatWasAway(t *testing.T) {
	t.Parallel()
	for _, away := range []struct {
		days int
		want []string
	}{
		{1, []string{"held begun 1", "held recovered 1"}},
		{4, []string{"held recovered 1", "dropped begun 1"}},
	} {
		t.Run(fmt.Sprint(away.days), func(t *testing.T) {
			t.Parallel()
			b := newTelling(t, nil)
			held := b.hold(t, 1, b.rows(3))
			b.got.fail(1<<30, http.StatusBadGateway)
			b.look(t)
			_, err := b.deliver(t)
			require.Error(t, err)
			b.now = b.now.Add(time.Duration(away.days) * 24 * time.Hour)
			b.look(t)
			b.end(t, held)
			b.look(t)
			_, err = b.deliver(t)
			require.Error(t, err)
			b.got.fail(0, 0)
			_, err = b.deliver(t)
			require.NoError(t, err)
			require.Equal(t, away.want, b.got.summary())
			if last := b.got.taken[len(b.got.taken)-1]; last.Event == notice.Dropped {
				require.EqualValues(t, 1, last.Dropping.Count)
			}
		})
	}
}

// A notice that the receiver refuses as such does not keep those behind it waiting for long.
func TestANoticeThatIsRefusedIsGivenUp(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.hold(t, 1, b.rows(3))
	b.look(t)
	b.got.fail(5, http.StatusUnprocessableEntity)
	for range 4 {
		_, err := b.deliver(t)
		require.ErrorContains(t, err, "422")
	}
	b.now = b.now.Add(10 * time.Minute)
	out, err := b.deliver(t)
	require.NoError(t, err)
	require.Equal(t, activities.DeliverNoticesOut{Sent: 1, Dropped: 1}, out)
	require.Equal(t, []string{"dropped begun 1"}, b.got.summary())
}

// What waits for a receiver that is no longer configured is given up.
func TestNoticesForAReceiverThatIsGone(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.hold(t, 1, b.rows(3))
	b.look(t)
	b.exec(t, "UPDATE sync_notice SET receiver = 'other'")
	require.Empty(t, b.look(t).Waiting)
	waiting, err := b.store.WaitingNotices(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"other": 1}, waiting, "another worker may know it")
	b.now = b.now.Add(2 * time.Hour)
	require.Empty(t, b.look(t).Waiting)
	dropped, err := b.store.Notices(t.Context(), store.NoticeFilter{Fate: store.NoticeDropped, Limit: 10})
	require.NoError(t, err)
	require.Len(t, dropped, 1)
	require.Equal(t, "the configuration no longer has the receiver", dropped[0].Error)
}

// So is what waits if nobody is to be told anything any more.
func TestNoticesWhenNobodyIsToldAnyMore(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.hold(t, 1, b.rows(3))
	require.Equal(t, []string{"oncall"}, b.look(t).Waiting)
	b.notices.Receivers, b.notices.Senders = nil, map[string]send.Sender{}
	b.renew()
	b.now = b.now.Add(activities.NoticesRollout + time.Minute)
	require.Empty(t, b.look(t).Waiting)
	dropped, err := b.store.Notices(t.Context(), store.NoticeFilter{Fate: store.NoticeDropped, Limit: 10})
	require.NoError(t, err)
	require.Len(t, dropped, 1)
	require.Equal(t, "the configuration no longer has the receiver", dropped[0].Error)
}

// What stands then ends with the last look: nobody looks whether it does. A look before that, by a
// worker that does not know the receivers yet, or one when they are back, ends nothing.
func TestEventsEndWhenNobodyIsToldAnyMore(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	b.hold(t, 1, b.rows(3))
	b.tell(t)
	last := func() activities.LookForNoticesOut {
		out, err := execute(t, attempt{}, b.LookForNotices, activities.LookForNoticesIn{Last: true})
		require.NoError(t, err)
		return out
	}
	receivers := b.notices.Receivers
	require.Zero(t, last().Closed, "somebody wants to know")
	b.notices.Receivers = nil
	b.renew()
	require.Zero(t, b.look(t).Closed, "another worker may know somebody")
	require.EqualValues(t, 1, last().Closed)
	require.Equal(t, activities.LookForNoticesOut{}, last())
	events, err := b.store.NoticeEvents(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.True(t, events[0].ClosedAt.Equal(b.now), "%v", events[0].ClosedAt)
	require.Equal(t, "ended untold, since nobody looks for it any more; it was: 30 of 60 rows would be deleted", events[0].Reason)

	b.notices.Receivers = receivers
	b.renew()
	b.tell(t)
	require.Equal(t, []string{"held begun 1", "held begun 1"}, b.got.summary(), "it stands, for whoever looks again")
}

// paced is a sender whose receiver takes few messages a minute; it notes when it was sent one.
type paced struct {
	now   func() time.Time
	sent  []time.Time
	fail  bool
	robot string
}

func (*paced) Pace() time.Duration { return 3500 * time.Millisecond }
func (p *paced) Robot() string     { return p.robot }

func (p *paced) Send(context.Context, send.Message) error {
	p.sent = append(p.sent, p.now())
	if p.fail {
		return &send.Failure{Reason: "away"}
	}
	return nil
}

// share lets the record have the clock of the activities.
func (b *telling) share(t *testing.T) func() time.Time {
	t.Helper()
	clock := func() time.Time { return b.now }
	var err error
	b.store, err = store.Open(t.Context(), b.dsn, store.Options{Now: clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.store.Close()) })
	return clock
}

// A chat that takes 20 messages a minute gets no more: whichever attempt, or worker, sends them.
func TestAPacedReceiverGetsNoMoreThanItTakes(t *testing.T) {
	t.Parallel()
	b := newTelling(t, nil)
	clock := b.share(t)
	receiver := &paced{now: clock}
	var waited time.Duration
	b.notices.Senders = map[string]send.Sender{"oncall": receiver}
	b.notices.Wait = func(_ context.Context, pause time.Duration) error {
		waited += pause
		b.now = b.now.Add(pause)
		return nil
	}
	b.renew()
	const notices = 25
	queue := func() {
		queued := make([]store.QueuedNotice, notices)
		for i := range queued {
			queued[i] = store.QueuedNotice{Receiver: "oncall", Notice: notice.Try(fmt.Sprint(b.now.UnixNano(), i), b.now, notice.Links{})}
		}
		require.NoError(t, b.store.QueueNotices(t.Context(), queued))
	}
	queue()
	out, err := b.deliver(t)
	require.NoError(t, err)
	require.EqualValues(t, notices, out.Sent)
	b.renew() // another worker, at once
	queue()
	receiver.fail = true
	for range 5 {
		_, err = b.deliver(t)
		require.ErrorContains(t, err, "away")
	}
	receiver.fail = false
	out, err = b.deliver(t)
	require.NoError(t, err)
	require.EqualValues(t, notices, out.Sent)
	require.Len(t, receiver.sent, 2*notices+5)
	for i := range receiver.sent[20:] {
		require.Greater(t, receiver.sent[i+20].Sub(receiver.sent[i]), time.Minute)
	}
	b.now, waited = b.now.Add(-time.Hour), 0 // of another worker, whose clock is behind
	queue()
	_, err = b.deliver(t)
	require.NoError(t, err)
	require.LessOrEqual(t, waited, notices*receiver.Pace())
}

// Receivers that share a robot share its pace; others have one of their own.
func TestReceiversThatShareARobotShareItsPace(t *testing.T) {
	t.Parallel()
	for name, robots := range map[string]struct {
		first, second string
		paces         int
	}{"one": {"r", "r", 1}, "two": {"r", "s", 0}, "unknown": {"", "", 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTelling(t, func(r *notice.Receiver) { r.Name = "first" })
			clock := b.share(t)
			first, second := &paced{now: clock, robot: robots.first}, &paced{now: clock, robot: robots.second}
			b.notices.Receivers = append(b.notices.Receivers, notice.Receiver{Name: "second", Language: notice.English})
			b.notices.Senders = map[string]send.Sender{"first": first, "second": second}
			b.notices.Wait = func(_ context.Context, pause time.Duration) error {
				b.now = b.now.Add(pause)
				return nil
			}
			b.renew()
			for _, receiver := range []string{"first", "second"} {
				queued := []store.QueuedNotice{{Receiver: receiver, Notice: notice.Try(receiver, b.now, notice.Links{})}}
				require.NoError(t, b.store.QueueNotices(t.Context(), queued))
				_, err := execute(t, attempt{}, b.DeliverNotices, activities.DeliverNoticesIn{Receiver: receiver})
				require.NoError(t, err)
			}
			require.Equal(t, time.Duration(robots.paces)*first.Pace(), second.sent[0].Sub(first.sent[0]))
		})
	}
}
