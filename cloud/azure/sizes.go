package azure

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"

	"cloudsync/cloud/adapter"
)

// size is what a machine of a size has.
type size struct {
	vcpu, memoryMiB int64
	problem         string // why that cannot be relied on
}

// sizeOffered is a size as ARM lists it.
type sizeOffered struct {
	Name          string `json:"name"`
	NumberOfCores string `json:"numberOfCores"`
	MemoryInMB    string `json:"memoryInMB"`
}

// sizes are those of a location, by their name in lower case.
type sizes struct {
	began time.Time
	known map[string]size
	// nameless is why some size has no name, which may be any that is not known.
	nameless string

	mu     sync.Mutex
	absent map[string]bool // asked for anew, and not there
}

// sizes are those of a region, with all of the names that it has. Machines of a size
// that is not offered any more run on; what they have is not known.
func (s *session) sizes(ctx context.Context, region string, listed time.Time, names []string) (*sizes, error) {
	table, err := s.tables.sizes.Get(ctx, region, true, func(ctx context.Context) (*sizes, error) { return s.listSizes(ctx, region) })
	if err != nil || table.cover(names) || !table.began.Before(listed) {
		return table, err
	}
	s.tables.sizes.Forget(region)
	table, err = s.tables.sizes.Get(ctx, region, true, func(ctx context.Context) (*sizes, error) { return s.listSizes(ctx, region) })
	if err != nil {
		return nil, err
	}
	table.giveUp(names)
	return table, nil
}

func (s *session) listSizes(ctx context.Context, region string) (*sizes, error) {
	table := &sizes{began: time.Now(), known: map[string]size{}, absent: map[string]bool{}}
	offered := list[sizeOffered]{region: region, action: "size_list", page: paged[sizeOffered](
		func() *runtime.Pager[armcompute.VirtualMachineSizesClientListResponse] {
			return s.clients.sizes.NewListPager(region, nil)
		})}
	err := offered.each(ctx, s, func(one *adapter.Item[sizeOffered]) {
		f := one.Read("size", one.Value.Name)
		found := size{vcpu: f.Whole("numberOfCores", one.Value.NumberOfCores), memoryMiB: f.Whole("memoryInMB", one.Value.MemoryInMB)}
		found.problem = f.Problem()
		if one.Value.Name == "" {
			table.nameless = found.problem
			return
		}
		table.known[strings.ToLower(one.Value.Name)] = found
	})
	return table, err
}

// of is the size of that name, the zero one where it is not known.
func (t *sizes) of(f *adapter.Fields, name string) size {
	found, known := t.known[strings.ToLower(name)]
	if !known && name != "" {
		found.problem = t.nameless
	}
	if found.problem != "" {
		f.Fail("%s", found.problem)
	}
	return found
}

// cover says that asking anew would tell nothing more of the names.
func (t *sizes) cover(names []string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		name = strings.ToLower(name)
		if _, known := t.known[name]; !known && !t.absent[name] && name != "" {
			return false
		}
	}
	return true
}

func (t *sizes) giveUp(names []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		t.absent[strings.ToLower(name)] = true // of() does not look here
	}
}
