package adapter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// Listing declares how a cloud lists one kind of resource, to sessions of type S. What
// is the same at all clouds follows from it: cursors, repeated and cut pages, announced
// totals, empty and missing lists, look-ups, problems of single resources, and what
// errors name. T is a resource as the cloud writes it; see Item.
type Listing[S Session, T any] struct {
	Kind *resource.Kind
	// What is one resource in words, such as "load balancer".
	What string
	// Action is what is asked, as the cloud calls it: "DescribeDisks". Product is whose
	// action it is, where another kind's product has one of the same name.
	Action, Product string
	// Path is where the list is in the action's answer, IDField the id in an element:
	// "Disks.Disk", "DiskId". With Action, they are what Ask is given, and what recorded
	// answers are read by.
	Path, IDField string
	// Pages is how the listing goes on from page to page.
	Pages Pages
	// IDs is how resources are asked for by their ids.
	IDs IDs
	// Ask makes one call.
	Ask func(ctx context.Context, s S, q Query) (Answer[T], error)
	// ID is a resource's native id, "" for one that has none yet; nil: it is the text that is
	// read of the IDField.
	ID func(*T) string
	// OtherID is the id of one that has none by ID. One that is not read whole may have it
	// all the same: nobody knows which it is.
	OtherID func(*T) string
	// Row is the resource as the inventory has it, but for the id, which it is given; nil for
	// one that is gone though it is listed.
	Row func(*Fields, *T) resource.Row

	// The rest is for those that need it.

	// Shared says that another kind reads the same list, as hosts do that of the disks they
	// are joined with: then it is asked for once where both do so at the same time. The other's
	// is this listing, or one of the same Action and T. S embeds a Shelf.
	Shared bool
	// Census is the list of the whole account that pages and look-ups are made of, by Whole
	// and Relist. It has the Action, the Path, how it is asked, and the Region.
	Census *Census[S, T]
	// Believe is asked before the first page out of a census, and after the list of a
	// look-up. It fails where the list has not all that is there, as where a permission is
	// missing, or the region. lookedUp: an answer of before does not count.
	Believe func(ctx context.Context, s S, region string, lookedUp bool) error
	// Apiece asks for what the list lacks of a resource, by a call for each, by OneByOne.
	Apiece Apiece[S, T]
	// Join gets, for a whole page, what its rows need beside the list, and gives what
	// makes the rows; then there is no Row.
	Join func(ctx context.Context, s S, page Batch[T]) (func(*Fields, *T) resource.Row, error)
	// Gone says that a resource is gone though it is listed. An error says that nobody
	// can tell: a look-up fails with it, in a list the resource counts as there.
	Gone func(*T) (bool, error)
	// Region is a resource's own region, "" where it does not say. One of another region
	// is not a row of the scope.
	Region func(*T) string
	// Empty proves that nothing found is nothing there, where a missing permission looks
	// the same. lookedUp: it was asked for by ids. Of a Census it proves that the whole
	// account has nothing.
	Empty func(ctx context.Context, s S, region string, lookedUp bool) error
	// SeenProves says that any other resource which is seen proves as much, for a look-up
	// that found nothing.
	SeenProves bool
}

// Query is one call of a listing: a page of all resources, or some by their ids.
type Query struct {
	Action, Path string // of the listing
	Region       string
	IDs          []string // none: a page of all
	Limit        int      // how many resources a page has at most
	Offset       int      // by Offsets: how many were listed before
	Number       int      // by Numbers: of the page, from 1
	Token        string   // by Tokens and Markers: where the page begins, "" for the first
	Anew         bool     // of a Census, for a look-up: nothing that was asked before counts
}

// Begins says that the query is not for a page after another. What is wrong with a
// parameter of one that goes on is its cursor.
func (q Query) Begins() bool { return q.Token == "" && q.Offset == 0 && q.Number <= 1 }

// Answer is what a cloud says to a query.
type Answer[T any] struct {
	Items []Item[T]
	// NoList: the answer lacks the list, which an empty one has too. It may be a proxy's.
	NoList bool
	// Next is where the next page begins, by Tokens; "" after the last.
	Next string
	// Total is how many resources there are on all pages, Size how many the cloud puts on
	// one; "" where it does not say.
	Total, Size Text
	// Unknown: the cloud answers nothing, since it does not know an id of the query.
	Unknown bool
	// Lacks says of regions why the answer has not all that they have, of any region by "". A
	// Census has the other regions all the same; any other list is incomplete.
	Lacks map[string]string
}

// Batch is a page of a listing, for Join.
type Batch[T any] struct {
	Region string
	Items  []*Item[T]
	// Begins and Ends say that the page is the first, and that it is the last.
	Begins, Ends bool
	// Listed is when the page was listed; of a Census, when that ended.
	Listed time.Time

	kind string
}

// Visit is that of the page to what it is joined with.
func (b Batch[T]) Visit() Visit {
	return Visit{user: b.kind + "/" + b.Region, region: b.Region, begins: b.Begins, ends: b.Ends, listed: b.Listed}
}

// IDs are those of the resources on the page that have one, by what gives one's id.
func (b Batch[T]) IDs(id func(*T) string) []string {
	return b.All(func(of *T) []string { return []string{id(of)} })
}

// All are the ids that the resources on the page refer to, by what gives those of one.
func (b Batch[T]) All(of func(*T) []string) (ids []string) {
	for _, item := range b.Items {
		ids = append(ids, of(&item.Value)...)
	}
	return Set(ids...)
}

// Declared is a Listing, whatever its types, or Several.
type Declared interface {
	About() About
	canHave(id string) bool
	bind(session Session, place string) Lister
}

// About is what a listing asks for, for fakes and for whoever reads recorded answers.
type About struct {
	Kind          *resource.Kind
	What          string
	Action        string
	Product       string   // whose action it is; "" where that is clear
	Others        []string // actions that are asked for the same kind as well
	Path, IDField string
	PageSize      int     // resources on a page, at most
	AtOnce        int     // ids in a call, at most; 0: the cloud is not asked by ids
	LookupLimit   int     // ids in a look-up, at most
	Rest          []About // the other lists of Several
}

// About implements Declared.
func (l *Listing[S, T]) About() About {
	about := About{
		Kind: l.Kind, What: l.What, Action: l.Action, Product: l.Product, Path: l.Path, IDField: l.IDField,
		PageSize: l.Pages.size, AtOnce: l.IDs.atOnce, LookupLimit: l.IDs.limit,
	}
	if l.Census != nil {
		about.Action, about.Others, about.Path = l.Census.Actions[0], l.Census.Actions[1:], l.Census.Path
	}
	return about
}

// canHave says that an id is of the form of the listing's.
func (l *Listing[S, T]) canHave(id string) bool { return l.IDs.askable == nil || l.IDs.askable(id) }

func (l *Listing[S, T]) bind(session Session, place string) Lister {
	return lister[S, T]{Listing: l, s: session.(S), place: place}
}

// lister is a listing of one session.
type lister[S Session, T any] struct {
	*Listing[S, T]
	s     S
	place string // the account, such as aws/prod
}

// ask makes one call. What it gives has a list.
func (l lister[S, T]) ask(ctx context.Context, q Query) (Answer[T], error) {
	q.Action, q.Path, q.Limit = l.Action, l.Path, cmp.Or(q.Limit, l.Pages.size)
	answer, err := l.Ask(ctx, l.s, q)
	if err != nil || answer.Unknown {
		return answer, outdated(q, err)
	}
	return answer, answer.check(q.Path)
}

// check is an error where the answer lacks its list.
func (a Answer[T]) check(path string) error {
	switch {
	case a.Unknown:
		return &cloud.Error{Class: cloud.NotFound, Err: errors.New("one of the resources is not known")}
	case a.NoList:
		return BadAnswer("", "the answer has no list of resources: %s is missing", path)
	case len(a.Lacks) > 0:
		return lacking(slices.MinFunc(slices.Collect(maps.Values(a.Lacks)), strings.Compare))
	default:
		return CheckList("", a.Items)
	}
}

// lacking is the error of a list that has not all, as the cloud itself says.
func lacking(why string) error {
	return &cloud.Error{Class: cloud.Incomplete, Err: fmt.Errorf("the list has not all: %s", why)}
}

// id is a resource's native id, "" where nobody knows it.
func (l lister[S, T]) id(item *Item[T]) string {
	id := l.idOf(&item.Value)
	if id == "" && l.OtherID != nil && !item.IsOdd() {
		return l.OtherID(&item.Value)
	}
	return id
}

func (l *Listing[S, T]) idOf(of *T) string {
	if l.ID != nil {
		return l.ID(of)
	}
	return textOf(of, l.IDField)
}

// gone says that a resource is gone though it is listed. One that is not read whole is
// there: what tells that may be what is odd.
func (l lister[S, T]) gone(item *Item[T]) (bool, error) {
	if l.Gone == nil || item.IsOdd() {
		return false, nil
	}
	return l.Gone(&item.Value)
}

// elsewhere says that a resource is of another region than it was listed in.
func (l lister[S, T]) elsewhere(item *Item[T], region string) bool {
	if l.Region == nil {
		return false
	}
	own := l.Region(&item.Value)
	return own != "" && own != region
}

// expired is the error of a cursor that is none of the listing's.
func expired(cursor string, err error) error {
	return &cloud.Error{Class: cloud.ExpiredCursor, Err: fmt.Errorf("the cursor %q: %w", Clip(cursor, maxShown), err)}
}
