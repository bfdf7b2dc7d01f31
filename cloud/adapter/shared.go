package adapter

import (
	"context"
	"strings"
	"time"

	"cloudsync/cloud"
)

// together is how old a reading may be for the kind whose list it is: its own rows are to be of
// its run, but for a kind that began at the same time. What rows are joined with may be as old
// as what regions share.
const together = 5 * time.Second

type togetherKey struct{}

// WithTogether lets kinds that begin within so long, instead of a few seconds, share their lists.
// It is for tests that count requests: they must not depend on how busy the machine is.
func WithTogether(ctx context.Context, within time.Duration) context.Context {
	return context.WithValue(ctx, togetherKey{}, within)
}

// maxAhead is how many pages of a shared list are kept for another kind that reads it more
// slowly. What it comes to later, it asks for itself.
const maxAhead = 50

// reading is one of a list that several kinds need, such as the disks, which hosts are joined
// with. A page that one of them asked for serves another, once: what rows were made of is
// never given away again.
type reading[T any] map[place]readPage[T]

// place is where a page begins, as a query says it.
type place struct {
	token          string
	offset, number int
}

type readPage[T any] struct {
	answer Answer[T]
	by     string // who asked for it
}

// askShared asks for a page, or gives the one that another kind asked for, and says when the
// reading began that it is of. Who begins takes part in a reading that began a short while
// ago, but not in one that it took part in already: a run sees nothing that was listed before
// its kind's last run. Where nobody has gone on with a reading for as long, it is given back.
func (l lister[S, T]) askShared(ctx context.Context, q Query, user string) (Answer[T], time.Time, error) {
	if !l.Shared || user == "" {
		return l.askNow(ctx, q)
	}
	of, err := l.readings(ctx, q.Region)
	if err != nil {
		return Answer[T]{}, time.Time{}, err
	}
	defer of.one.Release(1)
	if q.Begins() && !of.canJoin(user, l.patience(ctx, user)) {
		of.newest = &loaded[reading[T]]{value: reading[T]{}, began: time.Now(), users: map[string]bool{}}
	}
	if q.Begins() {
		of.newest.users[user] = true
	}
	if of.newest == nil || !of.newest.users[user] { // its own was given back
		return l.askNow(ctx, q)
	}
	of.end.Reset(shareFor)
	return l.readOn(ctx, q, user, of.newest)
}

// askNow asks for a page that nobody shares.
func (l lister[S, T]) askNow(ctx context.Context, q Query) (Answer[T], time.Time, error) {
	began := time.Now()
	answer, err := l.ask(ctx, q)
	return answer, began, err
}

// isShared says that the page for a query that begins is there for the user. It waits for one
// that is being asked for.
func (l lister[S, T]) isShared(ctx context.Context, q Query, user string) (bool, error) {
	of, err := l.readings(ctx, q.Region)
	if err != nil {
		return false, err
	}
	defer of.one.Release(1)
	return of.canJoin(user, l.patience(ctx, user)) && of.newest.value.has(q, user), nil
}

// readings are those of the list in a region, for the caller alone until it gives them back.
func (l lister[S, T]) readings(ctx context.Context, region string) (*table[reading[T]], error) {
	of := on[reading[T]](shelfOf(l.s), [3]any{(*T)(nil), l.Action, region})
	if err := of.one.Acquire(ctx, 1); err != nil {
		return nil, &cloud.Error{Class: cloud.ClassOf(err), Err: err}
	}
	return of, nil
}

// patience is how old a reading may be for a user that begins.
func (l lister[S, T]) patience(ctx context.Context, user string) time.Duration {
	if l.Kind == nil || !strings.HasPrefix(user, l.Kind.Name()+"/") {
		return shareFor
	}
	if within, ok := ctx.Value(togetherKey{}).(time.Duration); ok {
		return within
	}
	return together
}

// canJoin says that a user that begins may take part in the newest reading, if it is not older.
func (t *table[T]) canJoin(user string, age time.Duration) bool {
	return t.newest != nil && t.newest.isWithin(age) && !t.newest.users[user]
}

func placeOf(q Query) place { return place{q.Token, q.Offset, q.Number} }

// has says that there is a page for the user.
func (r reading[T]) has(q Query, user string) bool {
	page, has := r[placeOf(q)]
	return has && page.by != user
}

// readOn gives a page of the reading.
func (l lister[S, T]) readOn(ctx context.Context, q Query, user string, of *loaded[reading[T]]) (Answer[T], time.Time, error) {
	at := placeOf(q)
	if of.value.has(q, user) {
		page := of.value[at]
		delete(of.value, at)
		return page.answer, of.began, nil
	}
	answer, err := l.ask(ctx, q)
	if err == nil && len(of.value) < maxAhead {
		of.value[at] = readPage[T]{answer, user}
	}
	return answer, of.began, err
}
