package mock

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// faults decides which faults strike a call, and does what they say.
type faults struct {
	seed uint64
	mu   sync.Mutex
	list []Fault
	hits map[hitKey]hits
}

// hits counts the strikes of a fault that has Times in one scope, at the newest
// tick only: a listing that is still at an older one has had its share.
type hits struct {
	tick  int64
	count int
}

type hitKey struct {
	fault int
	call  string
	scope resource.Scope
}

func newFaults(s Settings) *faults {
	f := &faults{seed: mix(s.Seed ^ golden)}
	f.set(s.Faults)
	return f
}

func (f *faults) set(list []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list, f.hits = append([]Fault(nil), list...), map[hitKey]hits{}
}

// find returns the faults of the listing that effective accepts and that strike
// this call, and counts them.
func (f *faults) find(l listing, effective func(Fault) bool) (found []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if fault.concerns(l.call, l.scope, l.tick) && effective(fault) && f.strikes(i, fault, l) {
			found = append(found, fault)
		}
	}
	return found
}

func (f *faults) strikes(i int, fault Fault, l listing) bool {
	if fault.Type != Skipped && fault.Rate > 0 && !chance(f.hash(fault.Type, l), fault.Rate) {
		return false
	}
	if fault.Times == 0 {
		return true
	}
	key := hitKey{fault: i, call: l.call, scope: l.scope}
	hit, known := f.hits[key]
	if !known || l.tick > hit.tick {
		hit = hits{tick: l.tick}
	}
	if l.tick < hit.tick || hit.count >= fault.Times {
		return false
	}
	hit.count++
	f.hits[key] = hit
	return true
}

// hash is the same for every call of one listing.
func (f *faults) hash(fault FaultType, l listing) uint64 {
	return mix(mixText(mixText(f.seed, string(fault)), l.scope.String()) + uint64(l.tick)*golden)
}

// failures are the faults that fail a call.
var failures = map[FaultType]*cloud.Error{
	Denied:            {Class: cloud.Denied, Err: errors.New("the credential may not list this")},
	InvalidCredential: {Class: cloud.InvalidCredential, Err: errors.New("the credential has expired")},
	Throttled:         {Class: cloud.Throttled, Err: errors.New("too many requests")},
	Timeout:           {Class: cloud.Timeout, Err: errors.New("no answer")},
	Unavailable:       {Class: cloud.Unavailable, Err: errors.New("internal server error")},
	ExpiredCursor:     {Class: cloud.ExpiredCursor, Err: errors.New("the listing is too old")},
}

// fail returns the error of the first fault that fails this call.
func (f *faults) fail(ctx context.Context, l listing) error {
	struck := f.find(l, func(fault Fault) bool {
		return failures[fault.Type] != nil && (fault.Type != ExpiredCursor || !l.first())
	})
	if len(struck) == 0 {
		return nil
	}
	fault := struck[0]
	if err := wait(ctx, fault.Delay); err != nil {
		return err
	}
	failure := *failures[fault.Type]
	failure.OfAccount = fault.Type == InvalidCredential && fault.Region == ""
	if fault.Type == Throttled {
		failure.RetryAfter = cmp.Or(fault.RetryAfter, DefaultRetryAfter)
	}
	return &failure
}

// distort applies the faults that spoil the page.
func (f *faults) distort(c *Cloud, l listing, page cloud.Page) cloud.Page {
	struck := f.find(l, func(fault Fault) bool { return spoils(fault.Type, l, page) })
	for _, fault := range struck {
		if spoils(fault.Type, l, page) { // still, after the fault before
			page = spoil(c, l, page, fault, mix(f.hash(fault.Type, l)+uint64(l.position)))
		}
	}
	return page
}

func spoil(c *Cloud, l listing, page cloud.Page, fault Fault, hash uint64) cloud.Page {
	switch fault.Type {
	case Truncated:
		page.Rows, page.Next = page.Rows[:len(page.Rows)/2], ""
	case Duplicate:
		page.Rows = append(c.before(l), page.Rows...)
	case Poisoned:
		spoilField(page.Rows[hash%uint64(len(page.Rows))], hash>>32)
	case PoisonedNoID:
		page.Rows[hash%uint64(len(page.Rows))].RowMeta().NativeID = ""
	case Empty:
		page = cloud.Page{}
	case Skipped:
		page = skip(page, cmp.Or(fault.Rate, 1), hash)
	}
	return page
}

// skip leaves rows out, as offset paging does where rows before the offset went
// away in the meantime; a total would give it away.
func skip(page cloud.Page, share float64, hash uint64) cloud.Page {
	page.Total = 0
	page.Rows = slices.DeleteFunc(page.Rows, func(row resource.Row) bool {
		return chance(mixText(hash, row.RowMeta().NativeID), share)
	})
	return page
}

// spoils says whether the fault can be seen on the page.
func spoils(fault FaultType, l listing, page cloud.Page) bool {
	switch fault {
	case Truncated:
		return len(page.Rows) > 0 && (!l.first() || page.Next == "")
	case Duplicate:
		return !l.first()
	case Poisoned, PoisonedNoID:
		return len(page.Rows) > 0
	case Empty:
		return l.first()
	case Skipped:
		return true
	default:
		return false
	}
}

// spoilField makes a field of the row impossible to store. Rows of all kinds have both.
func spoilField(row resource.Row, variant uint64) {
	field, value := "Name", "n\x00n" // MySQL would get another text
	if variant%2 == 1 {
		field, value = "Status", "run\xff\xfening" // no UTF-8
	}
	reflect.ValueOf(row).Elem().FieldByName(field).SetString(value)
}
