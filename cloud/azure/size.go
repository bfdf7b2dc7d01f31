package azure

import (
	"context"
	"strings"
	"sync"
	"time"

	"cloudsync/cloud/adapter"
)

// sizesFor is how long the sizes of machines are kept: Azure adds some, and changes none.
const sizesFor = 6 * time.Hour

// size is what a machine of a size has.
type size struct {
	Name   string `json:"name"`
	Cores  string `json:"numberOfCores"`
	Memory string `json:"memoryInMB"`
}

// sizes are those of a location, by their name in lower case.
type sizes struct {
	began    time.Time
	known    map[string]*adapter.Item[size]
	nameless *adapter.Item[size] // may be any that is not known

	mu     sync.Mutex
	absent map[string]bool // asked for anew, and not there
}

// sizesOf are those of a region, with all of the names that it has; listed is when what has
// them was listed. Machines of a size that is not offered any more run on; what they have
// is not known.
func (s *session) sizesOf(ctx context.Context, region string, listed time.Time, names []string) (*sizes, error) {
	load := func(ctx context.Context) (*sizes, error) { return s.listSizes(ctx, region) }
	found, err := s.sizes.Get(ctx, region, true, load)
	if err != nil || found.cover(names) || !found.began.Before(listed) {
		return found, err
	}
	s.sizes.Forget(region)
	if found, err = s.sizes.Get(ctx, region, true, load); err != nil {
		return nil, err
	}
	found.giveUp(names)
	return found, nil
}

func (s *session) listSizes(ctx context.Context, region string) (*sizes, error) {
	all := &sizes{began: time.Now(), known: map[string]*adapter.Item[size]{}, absent: map[string]bool{}}
	query := adapter.Query{Action: "size_list", Path: listPath, Region: region}
	return all, adapter.Each(ctx, s, query, ask[size], func(item *adapter.Item[size]) {
		if item.Value.Name == "" {
			all.nameless = item
			return
		}
		all.known[strings.ToLower(item.Value.Name)] = item
	})
}

// of is what a machine of a size has, nothing where that is not known.
func (s *sizes) of(f *adapter.Fields, name string) (vcpu, memoryMiB int64) {
	item := s.known[strings.ToLower(name)]
	if item == nil && name != "" {
		item = s.nameless
	}
	if item == nil {
		return 0, 0
	}
	of := item.Read("size", item.Value.Name)
	vcpu, memoryMiB = of.Whole("numberOfCores", item.Value.Cores), of.Whole("memoryInMB", item.Value.Memory)
	f.Inherit(of)
	return vcpu, memoryMiB
}

// cover says that asking anew would tell nothing more of the names.
func (s *sizes) cover(names []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		name = strings.ToLower(name)
		if s.known[name] == nil && !s.absent[name] && name != "" {
			return false
		}
	}
	return true
}

func (s *sizes) giveUp(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.absent[strings.ToLower(name)] = true // of() does not look here
	}
}
