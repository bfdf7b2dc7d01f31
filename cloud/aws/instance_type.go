package aws

import (
	"context"
	"sync"
	"time"

	"cloudsync/cloud/adapter"
)

// maxInstanceTypes is the most that DescribeInstanceTypes lists at once
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html).
const maxInstanceTypes = 100

// instanceTypes are asked for by their names. One that AWS does not know is left out by a
// filter, and fails the call in a list of types.
var instanceTypes = adapter.Listing[*session, instanceType]{
	What: "instance type", Action: "DescribeInstanceTypes", Path: "instanceTypeSet.item",
	Pages: adapter.Tokens(maxInstanceTypes), IDs: adapter.Together(maxInstanceTypes),
	Ask: ask[instanceType]("nextToken", describeInstanceTypes),
	ID:  func(t *instanceType) string { return t.Name },
}

type instanceType struct {
	Name   string                        `json:"instanceType"`
	CPU    struct{ DefaultVCPUs string } `json:"vCpuInfo"`
	Memory struct{ SizeInMiB string }    `json:"memoryInfo"`
}

// size is how large the instances of a type are; zero for a type that AWS does not
// describe, such as one that it has retired.
type size struct {
	vCPU, memoryMiB int64
	problem         string // why they cannot be relied on
}

func sizeOf(item *adapter.Item[instanceType]) size {
	f := item.Read("instance type", item.Value.Name)
	return size{
		vCPU:      f.Whole("vCpuInfo.defaultVCpus", item.Value.CPU.DefaultVCPUs),
		memoryMiB: f.Whole("memoryInfo.sizeInMiB", item.Value.Memory.SizeInMiB),
		problem:   f.Problem(),
	}
}

// sizes are the sizes of instance types by region. They are asked for once: a type does
// not change. Those that AWS does not describe are asked for again after a time: it may
// add some.
type sizes struct {
	mu          sync.Mutex
	known       map[typeIn]size
	undescribed map[typeIn]time.Time // when it was asked for
}

// undescribedFor is how long a type that AWS does not describe is not asked for again.
const undescribedFor = 6 * time.Hour

type typeIn struct{ region, name string }

// sizesOf returns the sizes of the types in the region.
func (s *session) sizesOf(ctx context.Context, region string, types []string) (map[string]size, error) {
	found, unknown := s.sizes.of(region, types)
	described, _, err := instanceTypes.ByIDs(ctx, s, region, unknown)
	if err != nil {
		return nil, err
	}
	for i := range described {
		name, size := described[i].Value.Name, sizeOf(&described[i])
		if name == "" { // it may be any of them
			return nil, adapter.BadAnswer(instanceTypes.Action, "%s", size.problem)
		}
		found[name] = size
	}
	s.sizes.keep(region, found, unknown)
	return found, nil
}

func (s *sizes) of(region string, types []string) (found map[string]size, unknown []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found = map[string]size{}
	for _, name := range types {
		of := typeIn{region, name}
		size, known := s.known[of]
		switch {
		case known:
			found[name] = size
		case time.Since(s.undescribed[of]) >= undescribedFor:
			unknown = append(unknown, name)
		}
	}
	return found, unknown
}

// keep keeps the sizes that were found, and, of an answer that makes sense, which of the
// types asked for it lacks.
func (s *sizes) keep(region string, found map[string]size, asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known, s.undescribed = map[typeIn]size{}, map[typeIn]time.Time{}
	}
	sound := true
	for name, size := range found {
		if size.problem == "" {
			s.known[typeIn{region, name}] = size
		} else { // another answer may make sense
			sound = false
		}
	}
	for _, name := range asked {
		if _, described := found[name]; !described && sound {
			s.undescribed[typeIn{region, name}] = time.Now()
		}
	}
}
