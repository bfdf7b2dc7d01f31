package azure

import (
	"context"
	"strconv"
	"sync"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// shareFor is how old a list of the whole subscription may be for a region that
	// begins: that N regions of a run need it is no reason to ask for it N times.
	shareFor = 60 * time.Second
	// keepFor is how old it may be for a listing that goes on; then it is given back.
	keepFor = 10 * time.Minute
	// sizesFor is how long the sizes of machines are kept: Azure adds some, and changes
	// none.
	sizesFor = 6 * time.Hour
)

// tables are what resources are listed from and joined with.
type tables struct {
	statuses      *shared[map[armID]string] // of virtual machines
	interfaces    *shared[map[armID]nic]
	addresses     *shared[map[armID]publicIP]
	disks         *shared[census[diskFound]]
	loadBalancers *shared[census[readRow[resource.LoadBalancer]]]
	databases     *shared[census[readRow[resource.Database]]]
	machines      *shared[census[adapter.Item[machine]]]
	sizes         *adapter.Tables[*sizes] // of a region
}

func newTables() tables {
	return tables{
		statuses:      newShared[map[armID]string](),
		interfaces:    newShared[map[armID]nic](),
		addresses:     newShared[map[armID]publicIP](),
		disks:         newShared[census[diskFound]](),
		loadBalancers: newShared[census[readRow[resource.LoadBalancer]]](),
		databases:     newShared[census[readRow[resource.Database]]](),
		machines:      newShared[census[adapter.Item[machine]]](),
		sizes:         &adapter.Tables[*sizes]{MaxAge: sizesFor, MaxAgeAtStart: sizesFor},
	}
}

// shared is a table of the whole subscription, for all its regions. A user, which is a
// kind in a region, begins only once with the same load of it: a run sees nothing that
// was listed before its user's last run.
type shared[T any] struct {
	tables *adapter.Tables[*loaded[T]]

	mu         sync.Mutex
	generation int
	newest     *loaded[T] // of those that were loaded
}

func newShared[T any]() *shared[T] {
	return &shared[T]{tables: &adapter.Tables[*loaded[T]]{MaxAge: keepFor, MaxAgeAtStart: shareFor}}
}

// loaded is one load of a table.
type loaded[T any] struct {
	value      T
	began      time.Time
	ended      time.Time
	generation int

	mu    sync.Mutex
	users map[string]bool
}

// get returns the table; begins says that the user's listing begins with it.
func (s *shared[T]) get(ctx context.Context, user string, begins bool, load func(context.Context) (T, error)) (*loaded[T], error) {
	for {
		table, err := s.current(ctx, begins, load)
		if err != nil {
			return nil, err
		}
		if first := table.lendTo(user); first || !begins {
			return table, nil
		}
		s.renew(table)
	}
}

func (s *shared[T]) current(ctx context.Context, begins bool, load func(context.Context) (T, error)) (*loaded[T], error) {
	s.mu.Lock()
	generation := s.generation
	s.mu.Unlock()
	place := strconv.Itoa(generation)
	return s.tables.Get(ctx, place, begins, func(ctx context.Context) (*loaded[T], error) {
		table := &loaded[T]{began: time.Now(), generation: generation, users: map[string]bool{}}
		value, err := load(ctx)
		if err != nil {
			return nil, err
		}
		table.value, table.ended = value, time.Now()
		s.mu.Lock()
		s.newest = table
		s.mu.Unlock()
		time.AfterFunc(keepFor, func() { s.giveBack(table) })
		return table, nil
	})
}

// giveBack forgets the table, unless its place has a newer one.
func (s *shared[T]) giveBack(table *loaded[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.newest == table {
		s.newest = nil
		s.tables.Forget(strconv.Itoa(table.generation))
	}
}

// renew has the table loaded anew, unless somebody else did so since.
func (s *shared[T]) renew(table *loaded[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.generation == table.generation {
		s.tables.Forget(strconv.Itoa(s.generation))
		s.generation++
	}
}

// lendTo notes that the user has the table, and says that it had not before.
func (l *loaded[T]) lendTo(user string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users[user] {
		return false
	}
	l.users[user] = true
	return true
}

// covering returns the table, loaded anew once where it lacks what was listed at the
// given time and it is older than that.
func (s *shared[T]) covering(ctx context.Context, user string, begins bool, listed time.Time, covers func(T) bool, load func(context.Context) (T, error)) (T, error) {
	table, err := s.get(ctx, user, begins, load)
	if err != nil || covers(table.value) || !table.began.Before(listed) {
		return valueOf(table, err)
	}
	s.renew(table)
	table, err = s.get(ctx, user, false, load)
	return valueOf(table, err)
}

func valueOf[T any](table *loaded[T], err error) (T, error) {
	if err != nil {
		var nothing T
		return nothing, err
	}
	return table.value, nil
}
