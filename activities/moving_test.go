package activities_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store/storetest"
)

// movingCloud is an account whose listing is by offsets, the newest first, and which
// moves between two pages.
type movingCloud struct {
	fakeCloud
	rows     []*resource.Host
	pageSize int
	token    bool                                 // it announces no total
	others   string                               // what is listed and counted with this id is another region's
	between  func(offset int)                     // before a page that is not the first
	answers  func(offset int) (from, to, all int) // in place of the page there is
}

func (c *movingCloud) List(_ context.Context, _ resource.Scope, cursor string) (cloud.Page, error) {
	c.asked = append(c.asked, cursor)
	offset, _ := strconv.Atoi(cursor)
	if offset > 0 && c.between != nil {
		c.between(offset)
	}
	from, to, all := min(offset, len(c.rows)), min(offset+c.pageSize, len(c.rows)), len(c.rows)
	if c.answers != nil {
		from, to, all = c.answers(offset)
	}
	page := cloud.Page{Total: int64(all)}
	for _, row := range c.rows[from:to] {
		if c.others != "" && strings.HasPrefix(row.NativeID, c.others) {
			page.Others++
			continue
		}
		copied := *row
		page.Rows = append(page.Rows, &copied)
	}
	if next := offset + to - from; to > from && next < all {
		page.Next = strconv.Itoa(next)
	}
	if c.token {
		page.Total = 0
	}
	return page, nil
}

func (c *movingCloud) Lookup(_ context.Context, _ resource.Scope, ids []string) (existing []string, err error) {
	c.lookups = append(c.lookups, ids)
	for _, row := range c.rows {
		if slices.Contains(ids, row.NativeID) {
			existing = append(existing, row.NativeID)
		}
	}
	return existing, nil
}

func (c *movingCloud) create(id string) { c.rows = slices.Insert(c.rows, 0, host(id)) }

func (c *movingCloud) delete(at int) { c.rows = slices.Delete(c.rows, at, at+1) }

// setupMoving is setup over a cloud of so many rows, which are stored.
func setupMoving(t *testing.T, rows, pageSize int) (*bundle, *movingCloud) {
	t.Helper()
	b := setup(t)
	c := &movingCloud{fakeCloud: fakeCloud{regions: []string{beijing.Region}}, rows: hosts(0, rows), pageSize: pageSize}
	deps := b.deps()
	deps.Accounts[0].Client = c
	b.Activities = activities.New(deps)
	b.load(t)
	b.apply(t, b.compare(t, b.fetch(t)))
	b.requireInventory(t, c.rows...)
	return b, c
}

// run is a run of its own, in which no attempt fails.
func (b *bundle) runOnce(t *testing.T, id string) (found activities.ComputeDiffOut, applied [3]int64) {
	t.Helper()
	b.begin(t, id)
	snapshot := b.fetch(t)
	if snapshot.Unchanged {
		return found, applied
	}
	found = b.compare(t, snapshot)
	return found, b.apply(t, found)
}

// A creation at the front repeats a row on the next page, and raises the total: at each
// page of each run.
func TestCreatedAtTheFrontWhileListing(t *testing.T) {
	t.Parallel()
	for _, pageSize := range []int{1, 3, 10} {
		t.Run(fmt.Sprint(pageSize), func(t *testing.T) {
			t.Parallel()
			b, c := setupMoving(t, 25, pageSize)
			created := 0
			c.between = func(offset int) {
				created++
				if created%40 != 0 && offset < 40 { // at pages of one row, the listing would not end
					c.create(fmt.Sprintf("new-%d", created))
				}
			}
			for run := range 3 {
				found, applied := b.runOnce(t, fmt.Sprint("moving-", run))
				require.Zero(t, found.ToDel)
				require.Equal(t, found.ToAdd, applied[0])
				require.Zero(t, found.ToMod+found.Unusable)
			}
			c.between = nil
			b.runOnce(t, "quiet")
			b.requireInventory(t, c.rows...)
		})
	}
}

// What was created at the front is on the first page, which is read once more.
func TestListingThatRoseIsMadeWhole(t *testing.T) {
	t.Parallel()
	b, c := setupMoving(t, 20, 10)
	c.takeAsked()
	c.between = func(int) { c.create("new"); c.between = nil }
	found, applied := b.runOnce(t, "moving")
	require.Equal(t, []string{"", "10", "20", ""}, c.takeAsked())
	require.Empty(t, found.Moved)
	require.Equal(t, [3]int64{1}, applied)
	require.EqualValues(t, 21, found.CloudNum)
	b.requireInventory(t, c.rows...)
}

// What a deletion hid has moved to the page before, which is read once more.
func TestListingThatFellIsMadeWhole(t *testing.T) {
	t.Parallel()
	b, c := setupMoving(t, 20, 10)
	c.takeAsked()
	c.between = func(int) { c.delete(3); c.between = nil }
	b.begin(t, "moving")
	require.True(t, b.fetch(t).Unchanged, "the deleted one was listed before")
	require.Equal(t, []string{"", "10", ""}, c.takeAsked())
	_, applied := b.runOnce(t, "quiet")
	require.Equal(t, [3]int64{0, 0, 1}, applied)
	b.requireInventory(t, c.rows...)
}

// One deletion per attempt used up all attempts.
func TestDeletedDuringEachAttempt(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(offset, rows int) int{
		"of what was listed": func(int, int) int { return 0 },
		"of what was not":    func(_, rows int) int { return rows - 1 },
		"at the offset":      func(offset, _ int) int { return offset },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, c := setupMoving(t, 60, 7)
			c.between = func(offset int) {
				if offset < len(c.rows) {
					c.delete(at(offset, len(c.rows)))
				}
			}
			for run := range 4 {
				before := len(c.rows)
				found, applied := b.runOnce(t, fmt.Sprint("moving-", run))
				require.Less(t, len(c.rows), before)
				require.Zero(t, found.ToAdd+found.ToMod+found.Unusable)
				require.LessOrEqual(t, applied[2], found.ToDel)
			}
			c.between = nil
			b.runOnce(t, "quiet")
			b.requireInventory(t, c.rows...)
		})
	}
}

// A cloud that lists a resource twice and counts it twice never synced.
func TestListedTwiceAndCountedTwice(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][]*resource.Host{
		"on one page":          append(hosts(0, 9), hosts(8, 9)...),
		"on two pages":         append(hosts(0, 9), hosts(0, 1)...),
		"alone on a last page": append(hosts(0, 5), hosts(4, 5)...),
		"each on its page":     append(append(hosts(0, 5), hosts(0, 5)...), hosts(5, 7)...)[:8],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, c := setupMoving(t, 5, 5)
			c.rows = rows
			b.runOnce(t, "first")
			var distinct []*resource.Host
			for _, row := range rows {
				if !slices.ContainsFunc(distinct, func(h *resource.Host) bool { return h.NativeID == row.NativeID }) {
					distinct = append(distinct, row)
				}
			}
			b.requireInventory(t, distinct...)
			found, applied := b.runOnce(t, "second")
			require.Zero(t, applied)
			require.Zero(t, found.Unusable)
		})
	}
}

// Of more than 1,000 machines, 1,000 were synced (cloudpods #22974). What was cut short is
// never believed, in whatever way, and whatever moves meanwhile.
func TestCutShortListings(t *testing.T) {
	t.Parallel()
	const rows, size = 60, 10
	page := func(offset int) (from, to int) { return min(offset, rows), min(offset+size, rows) }
	for name, answers := range map[string]func(offset int) (from, to, all int){
		"nothing beyond a number": func(offset int) (int, int, int) {
			from, to := page(offset)
			return from, max(from, min(to, 30)), rows
		},
		"the first page for all": func(int) (int, int, int) { return 0, size, rows },
		"the last page below a number beyond it": func(offset int) (int, int, int) {
			from, to := page(min(offset, 20))
			return from, to, rows
		},
		"in circles": func(offset int) (int, int, int) {
			from, to := page(offset % 30)
			return from, to, rows
		},
		"a total that shrinks to what there is": func(offset int) (int, int, int) {
			from, to := page(offset)
			if offset >= 20 {
				return from, to, 30
			}
			return from, to, rows
		},
		"a total that wavers": func(offset int) (int, int, int) {
			from, to := page(offset)
			return from, max(from, min(to, 30)), rows - offset/size%2
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, c := setupMoving(t, rows, size)
			c.answers = answers
			for number := 1; number <= 5; number++ {
				b.begin(t, fmt.Sprint("cut-", number))
				_, err := execute(t, attempt{number: number}, b.FetchCloud, b.scopeIn())
				requireFailure(t, err, "incomplete", number < 5)
			}
			b.requireNothingStaged(t)
			b.requireInventory(t, c.rows...)
		})
	}
}

// 125 databases came as one row, and not a word.
func TestResourcesOfOneID(t *testing.T) {
	t.Parallel()
	same := func(n int) (rows []*resource.Host) {
		for i := range n {
			rows = append(rows, host("i-0000", func(h *resource.Host) { h.Name = fmt.Sprint("another ", i) }))
		}
		return rows
	}
	for name, test := range map[string]struct {
		pages [][]*resource.Host
		total int
	}{
		"on one page":                                  {[][]*resource.Host{append(same(2), hosts(1, 3)...)}, 4},
		"on one page, as a token":                      {[][]*resource.Host{append(same(2), hosts(1, 3)...)}, 0},
		"the stored one and another":                   {[][]*resource.Host{append(hosts(0, 3), same(1)...)}, 4},
		"on two pages":                                 {[][]*resource.Host{append(same(1), hosts(1, 2)...), append(hosts(2, 3), same(2)[1])}, 4},
		"on two pages of a token":                      {[][]*resource.Host{append(same(1), hosts(1, 2)...), append(hosts(2, 3), same(2)[1])}, 0},
		"the stored one, and another on a later page":  {[][]*resource.Host{hosts(0, 3), same(1)}, 4},
		"the stored one, and another on a page before": {[][]*resource.Host{same(1), hosts(0, 3)}, 4},
		"on three pages":                               {[][]*resource.Host{append(same(1), hosts(1, 3)...), same(2)[1:], same(3)[2:]}, 5},
		"on a page, and twice on a later one":          {[][]*resource.Host{append(same(1), hosts(1, 3)...), same(3)[1:]}, 5},
		"twice on a page, and on a later one":          {[][]*resource.Host{append(same(2), hosts(1, 3)...), same(3)[2:]}, 5},
		"125 of them":                                  {[][]*resource.Host{append(same(100), hosts(1, 3)...), same(125)[100:]}, 127},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.cloud.set(hosts(0, 3))
			b.sync(t, "first")
			for _, run := range []string{"second", "third"} {
				b.begin(t, run)
				b.cloud.announce(test.total, test.pages...)
				found := b.compare(t, b.fetch(t))
				require.GreaterOrEqual(t, found.Unusable, int64(1))
				require.Zero(t, found.ToAdd+found.ToMod+found.ToDel+found.Unidentified)
				require.Empty(t, found.Moved)
				require.EqualValues(t, 3, found.CloudNum)
				failures, err := b.store.RunFailures(t.Context(), b.run.ID, 100)
				require.NoError(t, err)
				require.Len(t, failures, int(found.Unusable))
				require.Equal(t, "i-0000", failures[0].NativeID)
				require.Equal(t, beijing.UID("i-0000"), *failures[0].UID)
				require.Contains(t, failures[0].Reason, "several resources with the id i-0000")
				b.requireInventory(t, hosts(0, 3)...)
			}
		})
	}
}

// Nor is one of them added where none is stored.
func TestNewResourcesOfOneID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.cloud.announce(0, append(hosts(0, 1500), host("twofold")), []*resource.Host{host("twofold", renamed), host("last")})
	found := b.compare(t, b.fetch(t))
	require.Equal(t, [2]int64{1501, 1}, [2]int64{found.ToAdd, found.Unusable})
	require.Equal(t, [3]int64{1501}, b.apply(t, found))
	b.requireInventory(t, append(hosts(0, 1500), host("last"))...)
}

// A resource that changes between two pages of a listing that moves is one resource.
func TestChangedWhileTheListingMoves(t *testing.T) {
	t.Parallel()
	b, c := setupMoving(t, 20, 10)
	c.between = func(offset int) {
		c.create("new")
		renamed(c.rows[offset]) // it was the last one of the page before
		c.between = nil
	}
	found, applied := b.runOnce(t, "moving")
	require.Zero(t, found.Unusable)
	require.Equal(t, [3]int64{1}, applied)
	found, applied = b.runOnce(t, "quiet")
	require.Zero(t, found.Unusable)
	require.Equal(t, [3]int64{0, 1}, applied)
	b.requireInventory(t, c.rows...)
}

// Whatever is created and deleted between pages: no attempt fails, nothing that exists is
// deleted, nothing is modified, and a run in which nothing moves makes the inventory the
// cloud.
func TestMovingListings(t *testing.T) {
	t.Parallel()
	b, c := setupMoving(t, 30, 7)
	db := storetest.Connect(t, b.dsn)
	runs, created := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		moves := rapid.IntRange(0, 8).Draw(r, "moves") // that a listing may be short of, at most
		c.drawMoves(r, &moves, &created)
		for range 2 {
			runs++
			found, _ := b.runOnce(t, fmt.Sprint("moving-", runs))
			require.Zero(r, found.ToMod+found.Unusable)
			require.Empty(r, deletedButThere(t, b.run.ID, c.rows, db), "deleted, and there")
			c.between = nil
		}
		b.requireInventory(t, c.rows...)
	})
}

// drawMoves lets the cloud move before some pages, so many times at most.
func (c *movingCloud) drawMoves(r *rapid.T, moves, created *int) {
	c.between = func(int) {
		if *moves == 0 || !rapid.Bool().Draw(r, "moves here") {
			return
		}
		*moves--
		if len(c.rows) < 20 || rapid.Bool().Draw(r, "creates") {
			*created++
			at := rapid.SampledFrom([]int{0, len(c.rows) / 2, len(c.rows)}).Draw(r, "at")
			c.rows = slices.Insert(c.rows, at, host(fmt.Sprintf("new-%d", *created)))
			return
		}
		c.delete(rapid.IntRange(0, len(c.rows)-1).Draw(r, "deleted"))
	}
}

// deletedButThere are the resources of the cloud that a run deleted.
func deletedButThere(t *testing.T, runID string, rows []*resource.Host, db *sql.DB) (wrong []string) {
	t.Helper()
	gone, err := db.QueryContext(t.Context(), "SELECT native_id FROM resource_change WHERE op = 'delete' AND run_id = ?", runID)
	require.NoError(t, err)
	defer gone.Close()
	for gone.Next() {
		var id string
		require.NoError(t, gone.Scan(&id))
		if slices.ContainsFunc(rows, func(h *resource.Host) bool { return h.NativeID == id }) {
			wrong = append(wrong, id)
		}
	}
	require.NoError(t, gone.Err())
	return wrong
}

// A total counts what a page has of other regions: the listing is whole without it, and
// nothing but it accounts for what is missing.
func TestTotalsThatCountOthers(t *testing.T) {
	t.Parallel()
	b, c := setupMoving(t, 25, 10)
	for i := range 12 {
		c.create(fmt.Sprint("elsewhere-", i))
	}
	c.others = "elsewhere"
	b.begin(t, "run-2")
	listed := b.fetch(t)
	require.True(t, listed.Unchanged)
	require.EqualValues(t, 25, listed.Listed)
	c.create("new")
	diff := b.compare(t, b.fetch(t))
	require.Empty(t, diff.Moved)
	require.EqualValues(t, 26, diff.CloudNum)

	c.answers = func(offset int) (from, to, all int) { return offset, min(offset+10, 20), 38 }
	_, err := execute(t, attempt{}, b.FetchCloud, b.scopeIn())
	require.ErrorContains(t, err, "the listing ended after 20 of 38 announced resources")
}
