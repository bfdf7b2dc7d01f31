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
type size struct{ vcpu, memoryMiB int64 }

// sizes are those of a location, by their name in lower case.
type sizes struct {
	began time.Time
	known map[string]size

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
	offered := list[armcompute.VirtualMachineSize]{region: region, action: "size_list", page: paged(
		func() *runtime.Pager[armcompute.VirtualMachineSizesClientListResponse] {
			return s.clients.sizes.NewListPager(region, nil)
		},
		func(page armcompute.VirtualMachineSizesClientListResponse) answered[armcompute.VirtualMachineSize] {
			return answered[armcompute.VirtualMachineSize]{Value: page.Value}
		})}
	err := offered.each(ctx, s, func(one *armcompute.VirtualMachineSize) error {
		name := text(one.Name)
		vcpu, memory := number(one.NumberOfCores), number(one.MemoryInMB)
		if vcpu < 0 || memory < 0 {
			return adapter.BadAnswer(offered.action, "size %s has %d cores and %d MB of memory", name, vcpu, memory)
		}
		table.known[strings.ToLower(name)] = size{vcpu: vcpu, memoryMiB: memory}
		return nil
	})
	return table, err
}

// of is the size of that name, the zero one where it is not known.
func (t *sizes) of(name string) size { return t.known[strings.ToLower(name)] }

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

// number is what a field of the SDK holds, 0 where it is absent.
func number[T ~int32 | ~int64](field *T) int64 {
	if field == nil {
		return 0
	}
	return int64(*field)
}
