package adapter

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
)

// undescribedFor is how long a type that the cloud does not describe is not asked for again:
// clouds add some.
const undescribedFor = 6 * time.Hour

// Sizes are what machines of a type have, by region, for clouds that do not say it of each
// machine. They are asked for once: a type does not change. The zero value knows none.
type Sizes struct {
	mu    sync.Mutex
	known map[typeIn]size
	one   map[string]*semaphore.Weighted // of 1, by region: hosts and databases need the same
}

type typeIn struct{ region, name string } // in lower case: some write a name in several cases

type size struct {
	vcpu, memoryMiB int64
	problem         string    // why they cannot be relied on
	until           time.Time // zero: for good
}

// Describe asks a cloud for types in a region, and tells what each has that there is of them,
// and of others.
type Describe func(ctx context.Context, region string, types []string, tell func(f *Fields, vcpu, memoryMiB int64)) error

// SizeOf is what a type has. What makes no sense of it is a problem of the row that is read.
type SizeOf func(f *Fields, name string) (vcpu, memoryMiB int64)

// Of gives what each of the types has: nothing where the cloud does not describe it, as one
// that it has retired. One without a name may be any that it does not describe.
func (s *Sizes) Of(ctx context.Context, region string, types []string, describe Describe) (SizeOf, error) {
	found, unknown := s.of(region, Set(types...))
	if len(unknown) > 0 {
		one := s.oneIn(region)
		if err := one.Acquire(ctx, 1); err != nil {
			return nil, &cloud.Error{Class: cloud.ClassOf(err), Err: err}
		}
		defer one.Release(1)
		found, unknown = s.of(region, Set(types...)) // another may have asked meanwhile
	}
	if len(unknown) > 0 {
		told := map[string]size{}
		err := describe(ctx, region, unknown, func(f *Fields, vcpu, memoryMiB int64) {
			told[strings.ToLower(f.id)] = size{vcpu: vcpu, memoryMiB: memoryMiB, problem: f.Problem()}
		})
		if err != nil {
			return nil, err
		}
		s.keep(region, found, unknown, told)
	}
	return func(f *Fields, name string) (vcpu, memoryMiB int64) {
		of := found[strings.ToLower(name)]
		if of.problem != "" {
			f.Fail("%s", of.problem)
		}
		return of.vcpu, of.memoryMiB
	}, nil
}

// oneIn lets one at a time ask for types in a region.
func (s *Sizes) oneIn(region string) *semaphore.Weighted {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.one == nil {
		s.one = map[string]*semaphore.Weighted{}
	}
	if s.one[region] == nil {
		s.one[region] = semaphore.NewWeighted(1)
	}
	return s.one[region]
}

func (s *Sizes) of(region string, types []string) (found map[string]size, unknown []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found = map[string]size{}
	for _, name := range types {
		lower := strings.ToLower(name)
		of, known := s.known[typeIn{region, lower}]
		if known && (of.until.IsZero() || time.Now().Before(of.until)) {
			found[lower] = of
		} else {
			unknown = append(unknown, name)
		}
	}
	return found, unknown
}

// keep keeps the sizes that were told, as far as they make sense: else another answer may.
func (s *Sizes) keep(region string, found map[string]size, asked []string, told map[string]size) {
	for _, name := range asked {
		name = strings.ToLower(name)
		if _, described := told[name]; !described {
			absent := told[""] // which may be any
			absent.until = time.Now().Add(undescribedFor)
			told[name] = absent
		}
		found[name] = told[name]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[typeIn]size{}
	}
	for name, of := range told {
		if of.problem == "" {
			s.known[typeIn{region, name}] = of
		}
	}
}
