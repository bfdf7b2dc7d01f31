package activities_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"pgregory.net/rapid"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// movingLists is an account whose listing is of several lists, one after the other: the
// cursor "1/10" is in the second.
type movingLists struct {
	fakeCloud
	of   []*movingCloud
	hear func(cursor string)
}

func (c *movingLists) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	c.asked = append(c.asked, cursor)
	if c.hear != nil {
		c.hear(cursor)
	}
	number, place, _ := strings.Cut(cursor, "/")
	at, _ := strconv.Atoi(number)
	page, err := c.of[at].List(ctx, scope, place)
	page.Begins = at > 0 && place == ""
	switch {
	case page.Next != "":
		page.Next = fmt.Sprintf("%d/%s", at, page.Next)
	case at < len(c.of)-1:
		page.Next = fmt.Sprintf("%d/", at+1)
	}
	return page, err
}

func (c *movingLists) Lookup(ctx context.Context, scope resource.Scope, ids []string) (existing []string, err error) {
	for _, of := range c.of {
		there, err := of.Lookup(ctx, scope, ids)
		if err != nil {
			return nil, err
		}
		existing = append(existing, there...)
	}
	return existing, nil
}

func (c *movingLists) rows() (rows []*resource.Host) {
	for _, of := range c.of {
		rows = append(rows, of.rows...)
	}
	return rows
}

// setupLists is setup over a cloud of three lists with 20 rows each, on pages of 10, which
// are stored.
func setupLists(t *testing.T) (*bundle, *movingLists) {
	t.Helper()
	b := setup(t)
	c := &movingLists{fakeCloud: fakeCloud{regions: []string{beijing.Region}}}
	for i := range 3 {
		c.of = append(c.of, &movingCloud{rows: hosts(100*i, 100*i+20), pageSize: 10})
	}
	deps := b.deps()
	deps.Accounts[0].Client = c
	b.Activities = activities.New(deps)
	b.load(t)
	b.apply(t, b.compare(t, b.fetch(t)))
	b.requireInventory(t, c.rows()...)
	c.takeAsked()
	return b, c
}

// What was created at the front of a list is on its own first page.
func TestAListOfSeveralThatRoseIsMadeWhole(t *testing.T) {
	t.Parallel()
	for at, asked := range [][]string{
		{"", "0/10", "0/20", "1/", "", "1/10", "2/", "2/10"},
		{"", "0/10", "1/", "1/10", "1/20", "2/", "1/", "2/10"},
		{"", "0/10", "1/", "1/10", "2/", "2/10", "2/20", "2/"},
	} {
		b, c := setupLists(t)
		of := c.of[at]
		of.between = func(int) { of.create("new"); of.between = nil }
		found, applied := b.runOnce(t, "moving")
		require.Equal(t, asked, c.takeAsked())
		require.Empty(t, found.Moved)
		require.Zero(t, found.ToMod+found.ToDel+found.Unusable)
		require.Equal(t, [3]int64{1}, applied)
		require.EqualValues(t, 61, found.CloudNum)
		b.requireInventory(t, c.rows()...)
	}
}

// What a deletion hid has moved to the page before, of the same list.
func TestAListOfSeveralThatFellIsMadeWhole(t *testing.T) {
	t.Parallel()
	for at, asked := range [][]string{
		{"", "0/10", "", "1/", "1/10", "2/", "2/10"},
		{"", "0/10", "1/", "1/10", "1/", "2/", "2/10"},
		{"", "0/10", "1/", "1/10", "2/", "2/10", "2/"},
	} {
		b, c := setupLists(t)
		of := c.of[at]
		of.between = func(int) { of.delete(3); of.between = nil }
		b.begin(t, "moving")
		require.True(t, b.fetch(t).Unchanged, "the deleted one was listed before")
		require.Equal(t, asked, c.takeAsked())
		_, applied := b.runOnce(t, "quiet")
		require.Equal(t, [3]int64{0, 0, 1}, applied)
		b.requireInventory(t, c.rows()...)
	}
}

// The front of a list of which all is new is read to its end, and not beyond.
func TestTheFrontOfAListEndsWithIt(t *testing.T) {
	t.Parallel()
	b, c := setupLists(t)
	of, times := c.of[0], 0
	of.between = func(offset int) {
		if offset == 20 {
			times++
			of.rows = hosts(1000*times, 1000*times+22)
		}
	}
	of.create("new")
	found, _ := b.runOnce(t, "moving")
	require.Equal(t, []string{"", "0/10", "0/20", "1/", "", "0/10", "0/20", "1/", "1/10", "2/", "2/10"}, c.takeAsked())
	require.EqualValues(t, 1, found.ToDel, "the one that moved to the third page")
	require.Zero(t, found.ToMod+found.Unusable)
	of.between = nil
	b.runOnce(t, "quiet")
	b.requireInventory(t, c.rows()...)
}

// Each list has as many resources as it announces: those of others make up for none.
func TestAListOfSeveralThatIsCutShort(t *testing.T) {
	t.Parallel()
	announces := func(total int) func(int) (int, int, int) {
		return func(offset int) (from, to, all int) { return min(offset, 20), min(offset+10, 20), total }
	}
	for name, spoil := range map[string]func(of []*movingCloud){
		"the first":                       func(of []*movingCloud) { of[0].answers = announces(23) },
		"the second":                      func(of []*movingCloud) { of[1].answers = announces(23) },
		"the last":                        func(of []*movingCloud) { of[2].answers = announces(23) },
		"beside one with more":            func(of []*movingCloud) { of[0].answers, of[1].answers = announces(15), announces(23) },
		"beside one by tokens":            func(of []*movingCloud) { of[0].answers, of[1].token = announces(23), true },
		"before one that moves":           func(of []*movingCloud) { of[0].answers, of[1].between = announces(23), func(int) { of[1].create("n") } },
		"with nothing, before one of all": func(of []*movingCloud) { of[0].answers = func(int) (int, int, int) { return 0, 0, 23 } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, c := setupLists(t)
			stored := slices.Clone(c.rows())
			spoil(c.of)
			for number := 1; number <= 5; number++ {
				b.begin(t, fmt.Sprint("cut-", number))
				_, err := execute(t, attempt{number: number}, b.FetchCloud, b.scopeIn())
				requireFailure(t, err, "incomplete", number < 5)
				require.Regexp(t, `the listing ended after (20|0) of 23 announced resources`, err.Error())
			}
			b.requireNothingStaged(t)
			b.requireInventory(t, stored...)
		})
	}
}

// A total of all is known where every list with resources has one.
func TestTheTotalOfSeveralLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(of []*movingCloud)
		total  int64
	}{
		"of all":           {func([]*movingCloud) {}, 60},
		"with an empty":    {func(of []*movingCloud) { of[1].rows = nil }, 40},
		"one by tokens":    {func(of []*movingCloud) { of[2].token = true }, 0},
		"all by tokens":    {func(of []*movingCloud) { of[0].token, of[1].token, of[2].token = true, true, true }, 0},
		"less of others":   {func(of []*movingCloud) { of[1].create("else-1"); of[1].create("else-2"); of[1].others = "else" }, 60},
		"with one of more": {func(of []*movingCloud) { of[1].create("n") }, 61},
	} {
		b, c := setupLists(t)
		test.change(c.of)
		b.begin(t, "second")
		require.Equal(t, test.total, b.fetch(t).Announced, name)
	}
}

// stopAt is an attempt whose worker stops when it asks for a cursor, and its checkpoint.
func (b *bundle) stopAt(t *testing.T, c *movingLists, cursor string) any {
	t.Helper()
	stop := make(chan struct{})
	c.hear = func(asked string) {
		if asked == cursor {
			close(stop)
			c.hear = nil
		}
	}
	var heard beats
	_, err := execute(t, attempt{stop: stop, beats: &heard}, b.FetchCloud, b.scopeIn())
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	require.Contains(t, failure.Message(), "the worker is stopping")
	return heard.checkpoint(t)
}

// Wherever an attempt ends, the next one knows how many resources the list that is read has
// announced and shown, and those before.
func TestSeveralListsGoOnFromACheckpoint(t *testing.T) {
	t.Parallel()
	for _, cursor := range []string{"", "0/10", "1/", "1/10", "2/"} {
		b, c := setupLists(t)
		c.of[2].create("new")
		b.begin(t, "second")
		saved := b.stopAt(t, c, cursor)
		at := slices.Index(c.asked, cursor)
		snapshot, err := execute(t, attempt{number: 2, resume: saved}, b.FetchCloud, b.scopeIn())
		require.NoError(t, err)
		require.Equal(t, []string{"", "0/10", "1/", "1/10", "2/", "2/10", "2/20"}, c.takeAsked(), "each page once")
		require.Equal(t, [3]int64{61, 61, 0}, [3]int64{snapshot.Listed, snapshot.Announced, snapshot.Moves})
		require.Equal(t, [3]int64{1}, b.apply(t, b.compare(t, snapshot)))

		b.begin(t, "third")
		cut := c.of[(at+1)/2] // the one that is read next
		all := len(cut.rows)
		cut.answers = func(offset int) (int, int, int) { return min(offset, all), min(offset+10, all), all + 3 }
		saved = b.stopAt(t, c, cursor)
		_, err = execute(t, attempt{number: 2, resume: saved}, b.FetchCloud, b.scopeIn())
		requireFailure(t, err, "incomplete", true)
		require.ErrorContains(t, err, fmt.Sprintf("after %d of %d", all, all+3))
	}
}

// The checkpoint of an earlier version knows no total before the last list, and nothing of
// lists before.
func TestSeveralListsGoOnFromACheckpointOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	for _, cursor := range []string{"", "0/10", "1/", "1/10", "2/"} {
		b, c := setupLists(t)
		c.of[2].create("new")
		b.begin(t, "second")
		saved, err := travelled(b.stopAt(t, c, cursor))
		require.NoError(t, err)
		going := saved.(map[string]any)["going"].(map[string]any)["0"].(map[string]any)
		for _, name := range []string{"ended", "smallest", "latest", "moves"} {
			delete(going, name)
		}
		going["announced"] = 0
		snapshot, err := execute(t, attempt{number: 2, resume: saved}, b.FetchCloud, b.scopeIn())
		require.NoError(t, err, cursor)
		require.EqualValues(t, 61, snapshot.Listed)
		require.Equal(t, [3]int64{1}, b.apply(t, b.compare(t, snapshot)))
		b.requireInventory(t, c.rows()...)
	}
}

// As with one list: no attempt fails, nothing that exists is deleted, and a run in which
// nothing moves makes the inventory the cloud.
func TestSeveralMovingLists(t *testing.T) {
	t.Parallel()
	b, c := setupLists(t)
	db := storetest.Connect(t, b.dsn)
	runs, created := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		moves := rapid.IntRange(0, 8).Draw(r, "moves")
		for _, of := range c.of {
			of.drawMoves(r, &moves, &created)
		}
		for range 2 {
			runs++
			found, _ := b.runOnce(t, fmt.Sprint("moving-", runs))
			require.Zero(r, found.ToMod+found.Unusable)
			require.Empty(r, deletedButThere(t, b.run.ID, c.rows(), db), "deleted, and there")
			for _, of := range c.of {
				of.between = nil
			}
		}
		b.requireInventory(t, c.rows()...)
	})
}
