package notice_test

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

var start = time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)

// record keeps events and who was told of them, as the store does.
type record struct {
	next     int64
	standing []*notice.Standing
}

// look makes the conditions those that stand.
func (r *record) look(now time.Time, conditions []notice.Condition) {
	current := map[notice.Key]bool{}
	for _, c := range conditions {
		current[c.Key()] = true
	}
	open := map[notice.Key]bool{}
	for _, s := range r.standing {
		switch {
		case !s.ClosedAt.IsZero():
		case current[s.Key()]:
			open[s.Key()] = true
		default:
			s.ClosedAt = now
		}
	}
	for _, c := range conditions {
		if !open[c.Key()] {
			r.next++
			r.standing = append(r.standing, &notice.Standing{ID: r.next, Condition: c, OpenedAt: now, Told: map[string]time.Time{}})
			open[c.Key()] = true
		}
	}
}

// read is what the store returns: what stands, and what is over and was told.
func (r *record) read() []notice.Standing {
	var standing []notice.Standing
	for _, s := range r.standing {
		if s.ClosedAt.IsZero() || len(s.Told) > 0 {
			read := *s
			read.Told = maps.Clone(s.Told)
			standing = append(standing, read)
		}
	}
	return standing
}

// told records messages as sent.
func (r *record) told(now time.Time, messages []notice.Message) {
	for _, m := range messages {
		for _, about := range m.Standing {
			s := r.standing[about.ID-1]
			if m.State == notice.Over {
				delete(s.Told, m.Receiver)
			} else {
				s.Told[m.Receiver] = now
			}
		}
	}
}

func hold(account string) notice.Condition {
	return notice.Condition{Event: notice.Held, Place: notice.Place{Kind: "resource_host", Provider: "aws", Account: account, Region: "eu"}, Since: start}
}

func TestOneHoldOfManyLooks(t *testing.T) {
	t.Parallel()
	const looks = 200
	var r record
	receivers := []notice.Receiver{{Name: "ops", Events: []notice.Event{notice.Held, notice.Recovered}, Repeat: looks / 2 * time.Minute}}
	states := map[notice.State]int{}
	for i := range looks + 1 {
		now := start.Add(time.Duration(i) * time.Minute)
		var conditions []notice.Condition
		if i < looks {
			conditions = append(conditions, hold("1"))
		}
		r.look(now, conditions)
		messages := notice.Decide(now, receivers, r.read())
		for _, m := range messages {
			states[m.State]++
		}
		r.told(now, messages)
		require.Empty(t, notice.Decide(now, receivers, r.read()))
	}
	require.Equal(t, map[notice.State]int{notice.Begun: 1, notice.Stands: 1, notice.Over: 1}, states)
}

// tale is what one receiver was told of one event.
type tale struct {
	receiver string
	id       int64
}

// Whatever comes and goes, each receiver is told its beginning and its end once.
func TestDecideTellsOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		receivers := []notice.Receiver{
			{Name: "all", Events: notice.Events(), Repeat: 7 * time.Minute, ChangedRows: 1},
			{Name: "late", Events: []notice.Event{notice.Held, notice.Recovered}, After: 5 * time.Minute},
			{Name: "no-end", Events: []notice.Event{notice.Held, notice.Partial}, Repeat: 3 * time.Minute},
			{Name: "account", Events: notice.Events(), Accounts: []string{"aws/2"}},
			{Name: "added", Events: notice.Events(), Repeat: time.Hour},
		}
		pool := []notice.Condition{
			hold("1"), hold("2"),
			{Event: notice.Failed, Place: notice.Place{Kind: "resource_host"}},
			{Event: notice.Partial, Place: notice.Place{Kind: "resource_host", Provider: "aws", Account: "2"}, Grace: 4 * time.Minute},
			{Event: notice.Changed, Place: notice.Place{Kind: "resource_host", Provider: "aws", Account: "2"}, Rows: 9, Base: 10, RunID: "a"},
		}
		simulate(t, random, receivers, pool)
	}
}

func simulate(t *testing.T, random *rand.Rand, receivers []notice.Receiver, pool []notice.Condition) {
	t.Helper()
	var r record
	last, ended := map[tale]time.Time{}, map[tale]bool{}
	present := make([]bool, len(pool))
	now := start
	for i := range 100 {
		now = now.Add(time.Duration(1+random.IntN(3)) * time.Minute)
		var conditions []notice.Condition
		for c := range pool {
			if random.IntN(6) == 0 {
				present[c] = !present[c]
			}
			if present[c] {
				conditions = append(conditions, pool[c])
			}
		}
		r.look(now, conditions)
		active := receivers
		if i < 50 { // the last one is not there yet
			active = receivers[:len(receivers)-1]
		}
		messages := notice.Decide(now, active, r.read())
		require.Equal(t, messages, notice.Decide(now, active, r.read()))
		for _, m := range messages {
			follow(t, now, &m, receiverOf(receivers, m.Receiver), last, ended)
		}
		if random.IntN(4) == 0 { // the program ended before it recorded them
			for _, m := range messages {
				forget(&m, &r, last, ended)
			}
			continue
		}
		r.told(now, messages)
		requireComplete(t, now, &r, active, last, ended)
	}
}

func receiverOf(receivers []notice.Receiver, name string) *notice.Receiver {
	for i := range receivers {
		if receivers[i].Name == name {
			return &receivers[i]
		}
	}
	return nil
}

// follow checks a message against what was told before.
func follow(t *testing.T, now time.Time, m *notice.Message, to *notice.Receiver, last map[tale]time.Time, ended map[tale]bool) {
	t.Helper()
	due := m.State != notice.Stands
	defer func() { require.True(t, due, "repeated before any of it is due") }()
	for _, s := range m.Standing {
		key := tale{to.Name, s.ID}
		told, isTold := last[key]
		require.False(t, ended[key], "told after its end")
		require.Equal(t, m.Event, s.Event)
		require.Equal(t, m.Kind, s.Kind)
		switch m.State {
		case notice.Begun:
			require.False(t, isTold, "begun twice")
			require.True(t, to.Wants(&s.Condition))
			require.GreaterOrEqual(t, now.Sub(s.OpenedAt), max(s.Grace, to.After))
		case notice.Stands:
			require.True(t, isTold)
			require.NotZero(t, to.Repeat)
			require.NotEqual(t, notice.Changed, s.Event)
			require.GreaterOrEqual(t, now.Sub(told), to.Repeat/2)
			due = due || now.Sub(told) >= to.Repeat
		case notice.Over:
			require.True(t, isTold, "over, and nobody knew")
			require.Contains(t, to.Events, notice.Recovered)
			require.NotEqual(t, notice.Changed, s.Event)
			require.False(t, s.ClosedAt.IsZero())
			ended[key] = true
		}
		last[key] = now
	}
}

// forget takes back what was followed: it was not recorded.
func forget(m *notice.Message, r *record, last map[tale]time.Time, ended map[tale]bool) {
	for _, s := range m.Standing {
		key := tale{m.Receiver, s.ID}
		delete(ended, key)
		if told, ok := r.standing[s.ID-1].Told[m.Receiver]; ok {
			last[key] = told
		} else {
			delete(last, key)
		}
	}
}

// requireComplete says that nobody waits for what is due.
func requireComplete(t *testing.T, now time.Time, r *record, receivers []notice.Receiver, last map[tale]time.Time, ended map[tale]bool) {
	t.Helper()
	for _, s := range r.standing {
		for i := range receivers {
			to := &receivers[i]
			key := tale{to.Name, s.ID}
			_, isTold := last[key]
			switch {
			case s.ClosedAt.IsZero() && to.Wants(&s.Condition) && now.Sub(s.OpenedAt) >= max(s.Grace, to.After):
				require.True(t, isTold, "%s was not told of %s", to.Name, s.Event)
			case !s.ClosedAt.IsZero() && isTold && s.Event != notice.Changed && to.Name != "no-end":
				require.True(t, ended[key], "%s was not told that %s is over", to.Name, s.Event)
			}
		}
	}
}

// What began at different times of a day is told again once a day, in one message. Nothing waits
// for longer than Repeat.
func TestWhatBeganApartIsRepeatedTogether(t *testing.T) {
	t.Parallel()
	const days = 6
	var r record
	receivers := []notice.Receiver{{Name: "ops", Events: []notice.Event{notice.Held}, Repeat: 24 * time.Hour}}
	repeats := make([]int, days)
	var conditions []notice.Condition
	for hour := range days * 24 {
		now := start.Add(time.Duration(hour) * time.Hour)
		if hour < 18 && hour%3 == 0 {
			conditions = append(conditions, hold(string(rune('a'+hour))))
		}
		r.look(now, conditions)
		messages := notice.Decide(now, receivers, r.read())
		for _, m := range messages {
			if m.State == notice.Stands {
				repeats[hour/24]++
			}
		}
		r.told(now, messages)
		for _, s := range r.read() {
			require.Less(t, now.Sub(s.Told["ops"]), 24*time.Hour)
		}
	}
	require.Equal(t, []int{0, 2, 1, 1, 1, 1}, repeats)
}

func TestWhatIsOverComesFirst(t *testing.T) {
	t.Parallel()
	over := notice.Standing{ID: 1, Condition: hold("1"), OpenedAt: start, ClosedAt: start, Told: map[string]time.Time{"ops": start}}
	older := notice.Standing{ID: 3, Condition: hold("3"), OpenedAt: start}
	older.Since = start.Add(-time.Hour)
	messages := notice.Decide(start, []notice.Receiver{{Name: "ops", Events: notice.Events()}}, []notice.Standing{
		{ID: 2, Condition: hold("2"), OpenedAt: start}, older, over,
	})
	require.Len(t, messages, 2)
	require.Equal(t, notice.Over, messages[0].State)
	require.Equal(t, notice.Begun, messages[1].State)
	require.Equal(t, []int64{3, 2}, []int64{messages[1].Standing[0].ID, messages[1].Standing[1].ID})
}
