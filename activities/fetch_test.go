package activities_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store/staged"
	"cloudsync/store/storetest"
)

func TestUnchangedScopeStagesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := hosts(0, 25)
	b.cloud.set(rows[:10], rows[10:20], rows[20:])
	b.sync(t, "first")

	// diffsync #25: the order of rows or of a list in them is no change.
	other := hosts(0, 25)
	for _, row := range other {
		slices.Reverse(row.PrivateIPs)
	}
	slices.Reverse(other)
	b.cloud.set(other[:3], nil, other[3:24], other[24:])
	b.begin(t, "second")
	require.Equal(t, activities.FetchCloudOut{Unchanged: true, Listed: 25, Announced: 25, Digest: b.scope.Local}, b.fetch(t))
	b.requireNothingStaged(t)
}

func TestEmptyScopeIsUnchanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(nil)
	require.Equal(t, activities.FetchCloudOut{Unchanged: true}, b.fetch(t))
	b.requireNothingStaged(t)
}

// Each single difference is seen: none of them may look like the inventory.
func TestChangedScopeIsStaged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 5))
	b.sync(t, "first")
	b.begin(t, "second")
	for name, rows := range map[string][]*resource.Host{
		"one more":    hosts(0, 6),
		"one less":    hosts(0, 4),
		"other one":   append(hosts(0, 4), host("i-other")),
		"modified":    append(hosts(0, 4), host("i-0004", renamed)),
		"moved":       append(hosts(0, 4), host("i-0004", func(h *resource.Host) { h.Tags["stree_group"] = "ads" })),
		"unusable":    append(hosts(0, 4), host("i-0004", unusable)),
		"and no id":   append(hosts(0, 5), host("")),
		"and twofold": append(hosts(0, 5), host("i-0000", renamed)),
		"nothing":     nil,
	} {
		b.cloud.set(rows)
		snapshot := b.fetch(t)
		require.False(t, snapshot.Unchanged, name)
		require.EqualValues(t, len(rows), snapshot.Listed, name)
		require.Equal(t, len(rows) > 0, len(snapshot.Staged) == 1, name)
	}
}

// cartography #1398: a region that answered 403 was turned into an empty list,
// and the sweep after it deleted everything. external-dns #2858: so did a
// time-out.
func TestFailuresOfTheProvider(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 5), hosts(5, 10))
	b.sync(t, "first")
	b.begin(t, "second")
	for _, test := range []struct {
		class   cloud.Class
		retried bool
	}{
		{cloud.Denied, false}, {cloud.InvalidCredential, false}, {cloud.NotFound, false}, {cloud.RegionDisabled, false},
		{cloud.BadAnswer, false}, {cloud.Throttled, true}, {cloud.Timeout, true}, {cloud.Unavailable, true},
		{cloud.ExpiredCursor, true}, {cloud.Incomplete, true}, {"a class of tomorrow", false},
	} {
		for _, page := range []int{0, 1} {
			b.cloud.fault = func(_ context.Context, asked string, _ int) error {
				if asked != cursor(page) {
					return nil
				}
				return fmt.Errorf("sdk: %w", &cloud.Error{Class: test.class, Doing: "list mock/demo/beijing", Err: errors.New("the provider's words")})
			}
			for number := 1; number <= 6; number++ {
				_, err := execute(t, attempt{number: number}, b.FetchCloud, b.scopeIn())
				failure := failureOf(t, err, string(test.class), test.retried && number < 5)
				require.Contains(t, failure.Message(), "list mock/demo/beijing: "+string(test.class)+": the provider's words")
				isBenign := failure.Category() == temporal.ApplicationErrorCategoryBenign
				require.Equal(t, test.class == cloud.Throttled && number < 5, isBenign, "throttling is expected")
			}
		}
	}
	b.requireNothingStaged(t)
	b.requireInventory(t, hosts(0, 10)...)
}

func TestThrottledWaitsAsLongAsTheProviderAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for asked, waits := range map[time.Duration]time.Duration{0: 0, 17 * time.Second: 17 * time.Second, 24 * time.Hour: 5 * time.Minute} {
		b.cloud.failAlways(&cloud.Error{Class: cloud.Throttled, RetryAfter: asked})
		_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
		require.Equal(t, waits, failureOf(t, err, "throttled", true).NextRetryDelay())
	}
}

// A moment's throttle costs a call, not the pages before it; one that goes on ends
// the attempt.
func TestShortThrottleIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 5), hosts(5, 10))
	var asked []string
	b.cloud.fault = func(_ context.Context, page string, _ int) error {
		asked = append(asked, page)
		if page == cursor(1) && len(asked) < 5 {
			return &cloud.Error{Class: cloud.Throttled, RetryAfter: time.Millisecond}
		}
		return nil
	}
	out, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.EqualValues(t, 10, out.Listed)
	require.Equal(t, []string{"", cursor(1), cursor(1), cursor(1), cursor(1)}, asked)

	b.cloud.failAlways(&cloud.Error{Class: cloud.Throttled, RetryAfter: time.Millisecond})
	_, err = execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "throttled", true)
}

// An error that an adapter forgot to classify is not taken for an answer.
func TestUnclassifiedFailures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for class, cause := range map[string]error{
		"unavailable": errors.New("connection reset"),
		"timeout":     fmt.Errorf("get: %w", context.DeadlineExceeded),
	} {
		b.cloud.failAlways(cause)
		_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
		failure := failureOf(t, err, class, true)
		require.Equal(t, "list mock/demo/beijing: "+class+": "+cause.Error(), failure.Message())
	}
}

// However much the provider says, and in whatever bytes: it goes into history.
func TestFailureTextsAreShort(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, text := range []string{strings.Repeat("数", 5000), "line\nline\t" + strings.Repeat("\xffa", 5000), strings.Repeat("a", 399) + "数数"} {
		b.cloud.failAlways(&cloud.Error{Class: cloud.Denied, Err: errors.New(text)})
		_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
		message := failureOf(t, err, "denied", false).Message()
		require.LessOrEqual(t, len(message), 410)
		require.NotContains(t, message, "\n")
		require.True(t, strings.HasPrefix(message, "denied: "))
		require.True(t, strings.HasSuffix(message, "…"), message)
		require.Equal(t, message, strings.ToValidUTF8(message, "?"))
	}
}

func TestFailuresOfTheDatabaseAreRetried(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 5))
	mend := b.breakInserts(t, "sync_stage")
	for _, number := range []int{1, 5, 100} {
		_, err := execute(t, attempt{number: number}, b.FetchCloud, b.scopeIn())
		requireFailure(t, err, "Store", true)
	}
	mend()
	require.Len(t, b.fetch(t).Staged, 1)
}

// A schema that lacks something will lack it at the next attempt, too.
func TestMisconfiguredDatabaseIsNotRetried(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 5))
	_, err := storetest.Connect(t, b.dsn).Exec("DROP TABLE sync_stage")
	require.NoError(t, err)
	_, err = execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "Misconfigured", false)
	require.ErrorContains(t, err, "starter migrate")
}

// A table may have columns that this program does not know.
func TestUnknownColumnsAreLeftAlone(t *testing.T) {
	t.Parallel()
	b, found := changes(t)
	_, err := storetest.Connect(t, b.dsn).Exec("ALTER TABLE resource_host ADD COLUMN owner VARCHAR(20) NOT NULL DEFAULT 'me'")
	require.NoError(t, err)
	require.Equal(t, [3]int64{2100, 1, 1}, b.apply(t, found))
	require.NotZero(t, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE owner = 'me'"))
}

func TestCancelledListing(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(err error) error{
		"as it is":   func(err error) error { return err },
		"classified": func(err error) error { return &cloud.Error{Class: cloud.Unavailable, Err: err} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.cloud.set(hosts(0, 5), hosts(5, 10))
			cancel := make(chan struct{})
			b.cloud.fault = func(ctx context.Context, asked string, _ int) error {
				if asked == "" {
					return nil
				}
				close(cancel)
				<-ctx.Done()
				return wrap(ctx.Err())
			}
			_, err := execute(t, attempt{cancel: cancel}, b.FetchCloud, b.scopeIn())
			require.ErrorContains(t, err, ": context canceled")
			require.NotContains(t, err.Error(), "unavailable", "which would be tried again")
			b.requireNothingStaged(t)
		})
	}
}

// cloudpods #22974: only the first 1,000 of a region's hosts were synced. What
// was announced and not listed is no complete listing, and nothing of it counts.
func TestTruncatedListing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.announce(3, hosts(0, 1), hosts(1, 2))
	for number, retried := range map[int]bool{1: true, 4: true, 5: false} {
		_, err := execute(t, attempt{number: number}, b.FetchCloud, b.scopeIn())
		failure := failureOf(t, err, "incomplete", retried)
		require.Equal(t, "list mock/demo/beijing: incomplete: the listing ended after 2 of 3 announced resources", failure.Message())
	}
	b.requireNothingStaged(t)
}

// What was listed before the end came too soon may be as wrong as the end.
func TestTruncatedListingStartsAtTheFirstPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	large := []*resource.Host{host("i-1", big), host("i-2", big)}
	b.cloud.announce(4, large, hosts(0, 1))
	var first beats
	_, err := execute(t, attempt{beats: &first}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "incomplete", true)
	require.Equal(t, 1, b.count(t, "SELECT COUNT(*) FROM sync_stage"), "there was a checkpoint")

	b.cloud.set(large, hosts(0, 2))
	snapshot, err := execute(t, attempt{number: 2, resume: first.checkpoint(t)}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.Equal(t, []string{"", "p1"}, b.cloud.takeAsked())
	requireSegments(t, snapshot, 2)
	require.EqualValues(t, 4, b.compare(t, snapshot).ToAdd)
}

// The largest total counts: a listing that lowers its announcement to what it has may
// have lost rows. A few may have been deleted.
func TestAnnouncementThatShrinks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	shrink := func(total int) {
		b.cloud.announce(total, hosts(0, 15), hosts(15, 30))
		last := b.cloud.pages["p1"]
		last.Total = 30
		b.cloud.pages["p1"] = last
	}
	shrink(41)
	_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "incomplete", true)

	shrink(40)
	snapshot := b.fetch(t)
	require.Equal(t, [3]int64{30, 40, 10}, [3]int64{snapshot.Listed, snapshot.Announced, snapshot.Moves})
	require.Equal(t, "the listing moved while it was read and has 30 of 40 announced resources: what it missed is left to the next run",
		b.compare(t, snapshot).Moved)
}

func TestListingGoesOnFromItsCheckpoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	large := []*resource.Host{host("i-1", big), host("i-2", big)}
	b.cloud.set(large, hosts(0, 10), hosts(10, 20), hosts(20, 30))
	b.cloud.failOnce(3, &cloud.Error{Class: cloud.Unavailable})
	var first beats
	_, err := execute(t, attempt{beats: &first}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "unavailable", true)
	require.Equal(t, []string{"", "p1", "p2", "p3"}, b.cloud.takeAsked())

	// The first attempt was given up, and does not know it yet: what it writes now
	// is not in its checkpoint.
	var late staged.Chunk
	late.Add(staged.Item{Entry: resource.Entry{UID: beijing.UID("i-late")}, Row: []byte("late")})
	require.NoError(t, b.store.PutChunk(t.Context(), b.lease(), 1, 1, &late))

	b.cloud.fault = nil
	snapshot, err := execute(t, attempt{number: 2, resume: first.checkpoint(t)}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.Equal(t, []string{"p1", "p2", "p3"}, b.cloud.takeAsked(), "from the checkpoint, not from the first page")
	require.EqualValues(t, 32, snapshot.Listed)
	require.EqualValues(t, 32, snapshot.Digest.Count)
	requireSegments(t, snapshot, 1, 1)

	found := b.compare(t, snapshot)
	require.EqualValues(t, 32, found.ToAdd)
	require.Equal(t, [3]int64{32}, b.apply(t, found))
	b.requireInventory(t, b.cloud.listed()...)

	// The digest, too, went on: the next run finds the same, although it stages
	// pages before it can know that.
	b.begin(t, "second")
	require.True(t, b.fetch(t).Unchanged)

	// The checkpoint comes no later if the rows are stored with the same hash, and are
	// not kept.
	b.begin(t, "third")
	b.cloud.takeAsked()
	b.cloud.failOnce(3, &cloud.Error{Class: cloud.Unavailable})
	var third beats
	_, err = execute(t, attempt{beats: &third}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "unavailable", true)
	b.cloud.fault = nil
	b.cloud.takeAsked()
	snapshot, err = execute(t, attempt{number: 2, resume: third.checkpoint(t)}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.Equal(t, []string{"p1", "p2", "p3"}, b.cloud.takeAsked())
	require.True(t, snapshot.Unchanged)
}

// The checkpoint of an attempt that had one itself is the sum of both.
func TestListingGoesOnTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1", big), host("i-2", big)}, []*resource.Host{host("i-3", big), host("i-4", big)}, hosts(0, 10))
	var saved any
	for number, page := range []int{1, 2} {
		b.cloud.failOnce(page, &cloud.Error{Class: cloud.Timeout})
		var heard beats
		_, err := execute(t, attempt{number: number + 1, resume: saved, beats: &heard}, b.FetchCloud, b.scopeIn())
		requireFailure(t, err, "timeout", true)
		saved = heard.checkpoint(t)
	}
	b.cloud.fault = nil
	b.cloud.takeAsked()
	snapshot, err := execute(t, attempt{number: 3, resume: saved}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.Equal(t, []string{"p2"}, b.cloud.takeAsked())
	requireSegments(t, snapshot, 1, 1, 1)
	require.EqualValues(t, 14, b.compare(t, snapshot).ToAdd)
}

// An attempt that ends before its first page leaves the checkpoint that it was
// given.
func TestCheckpointIsHandedOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1", big), host("i-2", big)}, hosts(0, 10))
	b.cloud.fault = func(_ context.Context, asked string, _ int) error {
		if asked == "p1" {
			return &cloud.Error{Class: cloud.Unavailable}
		}
		return nil
	}
	var first, second beats
	_, err := execute(t, attempt{beats: &first}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "unavailable", true)
	_, err = execute(t, attempt{number: 2, resume: first.checkpoint(t), beats: &second}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "unavailable", true)
	require.Equal(t, first.checkpoint(t), second.checkpoint(t))
}

func TestStoppingWorkerLeavesACheckpoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10), hosts(10, 20), hosts(20, 30))
	stop := make(chan struct{})
	b.cloud.fault = func(_ context.Context, asked string, _ int) error {
		if asked == "p1" {
			close(stop)
		}
		return nil
	}
	var first beats
	_, err := execute(t, attempt{stop: stop, beats: &first}, b.FetchCloud, b.scopeIn())
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	require.False(t, failure.NonRetryable())
	require.Contains(t, failure.Message(), "the worker is stopping")
	require.Equal(t, []string{"", "p1"}, b.cloud.takeAsked(), "the page under way is taken, and no other")

	b.cloud.fault = nil
	snapshot, err := execute(t, attempt{number: 2, resume: first.checkpoint(t)}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.Equal(t, []string{"p2"}, b.cloud.takeAsked())
	requireSegments(t, snapshot, 1, 1)
	require.EqualValues(t, 30, b.compare(t, snapshot).ToAdd)
}

// A listing of one page is done when the worker stops.
func TestStoppingWorkerFinishesTheLastPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	stop := make(chan struct{})
	close(stop)
	var heard beats
	snapshot, err := execute(t, attempt{stop: stop, beats: &heard}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.EqualValues(t, 10, snapshot.Listed)
	heard.none(t)
}

func TestExpiredCursorStartsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10), hosts(10, 20))
	b.cloud.failOnce(1, &cloud.Error{Class: cloud.ExpiredCursor})
	snapshot := b.fetch(t)
	require.Equal(t, []string{"", "p1", "", "p1"}, b.cloud.takeAsked())
	require.EqualValues(t, 20, snapshot.Listed)
	found := b.compare(t, snapshot)
	require.EqualValues(t, 20, found.ToAdd)
	b.apply(t, found)
	b.requireInventory(t, hosts(0, 20)...)
}

// The second listing may be another one: nothing that was staged of the first
// may stand for it.
func TestListingThatStartedOverIsTheNewOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1", big), host("i-2", big)}, hosts(0, 10))
	expired := false
	b.cloud.fault = func(_ context.Context, asked string, _ int) error {
		if asked != "p1" || expired {
			return nil
		}
		expired = true
		b.cloud.set([]*resource.Host{host("i-3", big), host("i-4", big)}, hosts(0, 10))
		return &cloud.Error{Class: cloud.ExpiredCursor}
	}
	found := b.compare(t, b.fetch(t))
	require.EqualValues(t, 12, found.ToAdd)
	b.apply(t, found)
	b.requireInventory(t, b.cloud.listed()...)
}

// A cursor from the checkpoint of an attempt long ago has expired more often
// than not.
func TestExpiredCheckpoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1", big), host("i-2", big)}, hosts(0, 10))
	b.cloud.failOnce(1, &cloud.Error{Class: cloud.Unavailable})
	var first beats
	_, err := execute(t, attempt{beats: &first}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "unavailable", true)
	b.cloud.takeAsked()

	b.cloud.failOnce(1, &cloud.Error{Class: cloud.ExpiredCursor})
	snapshot, err := execute(t, attempt{number: 2, resume: first.checkpoint(t)}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	require.Equal(t, []string{"p1", "", "p1"}, b.cloud.takeAsked())
	requireSegments(t, snapshot, 2)
	require.EqualValues(t, 12, b.compare(t, snapshot).ToAdd)
}

func TestCursorThatExpiresEachTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10), hosts(10, 20))
	b.cloud.fault = func(_ context.Context, asked string, _ int) error {
		if asked == "p1" {
			return &cloud.Error{Class: cloud.ExpiredCursor}
		}
		return nil
	}
	_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	requireFailure(t, err, "expired_cursor", true)
	require.LessOrEqual(t, len(b.cloud.takeAsked()), 10)
}

// A provider that goes in circles would be listed for ever.
func TestCursorThatRepeats(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]map[string]string{
		"at once":      {"": "p1", "p1": "p1"},
		"after two":    {"": "p1", "p1": "p2", "p2": "p1"},
		"after three":  {"": "p1", "p1": "p2", "p2": "p3", "p3": "p1"},
		"somewhere in": {"": "p1", "p1": "p2", "p2": "p3", "p3": "p2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.cloud.set(hosts(0, 1), hosts(1, 2), hosts(2, 3), hosts(3, 4))
			for asked, answered := range next {
				page := b.cloud.pages[asked]
				page.Next = answered
				b.cloud.pages[asked] = page
			}
			b.cloud.fault = func(_ context.Context, _ string, nth int) error {
				if nth > 10 {
					return &cloud.Error{Class: cloud.Unavailable, Err: errors.New("listed for ever")}
				}
				return nil
			}
			_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
			requireFailure(t, err, "bad_answer", false)
			b.requireNothingStaged(t)
		})
	}
}

// Heartbeats go out while pages are listed and staged. A beat on its own, after
// the interval, has the checkpoint and none of what came after it.
func TestBeatsCarryTheCheckpoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set([]*resource.Host{host("i-1", big), host("i-2", big)}, []*resource.Host{host("i-3", big), host("i-4", big)}, hosts(0, 1))
	recorded := make(chan any, 100)
	var heard []any
	b.cloud.fault = func(ctx context.Context, asked string, _ int) error {
		wanted := map[string]int{"p1": 2, "p2": 3}[asked] // after the first page: its checkpoint, and that again from the ticker
		for len(heard) < wanted {
			select {
			case details := <-recorded:
				heard = append(heard, details)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}
	beating := beats{hear: func(details []any) {
		if len(details) > 0 {
			recorded <- details[0]
		}
	}}
	snapshot, err := execute(t, attempt{beats: &beating}, b.FetchCloud, b.scopeIn())
	require.NoError(t, err)
	requireSegments(t, snapshot, 3)
	require.Len(t, heard, 3)
	require.Equal(t, heard[0], heard[1])
	require.Contains(t, fmt.Sprintf("%+v", heard[1]), "Chunks:1}]", "what was staged later is not in it")
	require.Contains(t, fmt.Sprintf("%+v", heard[2]), "Chunks:2}]")
}

func TestWorkerWithoutTheKindOrTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := b.scopeIn()
	in.Scope.Account = "prod"
	_, err := execute(t, attempt{}, b.FetchCloud, in)
	failure := failureOf(t, err, "NotConfigured", false)
	require.Contains(t, failure.Message(), "no account mock/prod: add it to public_cloud_sync.accounts")

	in = b.scopeIn()
	in.Kind = "resource_none"
	unknown := func(err error) {
		require.Contains(t, failureOf(t, err, "NotConfigured", false).Message(), `kind "resource_none"`)
	}
	_, err = execute(t, attempt{}, b.FetchCloud, in)
	unknown(err)
	_, err = execute(t, attempt{}, b.ComputeDiff, activities.ComputeDiffIn{ScopeIn: in})
	unknown(err)
	_, err = execute(t, attempt{}, b.ApplyAdds, activities.ApplyIn{ScopeIn: in})
	unknown(err)
	_, err = execute(t, attempt{}, b.LoadLocalHashes, activities.LoadLocalHashesIn{Kind: "resource_none", Run: b.run})
	unknown(err)
	_, err = execute(t, attempt{}, b.ListScopes, activities.ListScopesIn{Kind: "resource_none", RunID: "r"})
	unknown(err)
}

// requireSegments checks how many chunks each attempt staged, each under a name
// of its own.
func requireSegments(t *testing.T, snapshot activities.FetchCloudOut, chunks ...int) {
	t.Helper()
	var staged []int
	writers := map[int]bool{}
	for _, segment := range snapshot.Staged {
		staged = append(staged, segment.Chunks)
		writers[segment.Writer] = true
	}
	require.Equal(t, chunks, staged)
	require.Len(t, writers, len(chunks))
}

// If anything mixed up the staged chunks, nothing is compared.
func TestSnapshotThatIsNotWhatWasListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.set(hosts(0, 10))
	b.sync(t, "first")
	b.begin(t, "second")
	b.cloud.set(hosts(0, 11))
	snapshot := b.fetch(t)
	other := b.scopeIn()
	b.cloud.set(hosts(0, 5))
	partial, err := execute(t, attempt{}, b.FetchCloud, other)
	require.NoError(t, err)
	snapshot.Staged = partial.Staged
	_, err = execute(t, attempt{}, b.ComputeDiff, b.compareIn(snapshot))
	requireFailure(t, err, "Corrupt", false)
}

// A cloud may make no difference between the cases of a tag's name.
func TestTreePlacesByTheCloudsOwnCase(t *testing.T) {
	t.Parallel()
	for caseless, placed := range map[bool]int{true: 1, false: 0} {
		b := setup(t)
		b.cloud.caseless = caseless
		b.cloud.set([]*resource.Host{host("i-1", func(h *resource.Host) { h.Tags = map[string]string{"STree_Group": "inf", "STREE_APP": "kafka"} })})
		b.sync(t, "first")
		require.Equal(t, placed, b.count(t, "SELECT COUNT(*) FROM resource_host WHERE stree_group = 'inf' AND stree_app = 'kafka'"))
		require.Equal(t, 1, b.count(t, `SELECT COUNT(*) FROM resource_host WHERE JSON_EXTRACT(tags, '$.STree_Group') = 'inf'`), "as it is written")
	}
}
