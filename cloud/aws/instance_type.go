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
	mu    sync.Mutex
	known map[typeIn]knownSize
}

type typeIn struct{ region, name string }

type knownSize struct {
	size
	until time.Time // zero: for good
}

// undescribedFor is how long a type that AWS does not describe is not asked for again.
const undescribedFor = 6 * time.Hour

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
		of, known := s.known[typeIn{region, name}]
		if known && (of.until.IsZero() || time.Now().Before(of.until)) {
			found[name] = of.size
		} else {
			unknown = append(unknown, name)
		}
	}
	return found, unknown
}

// keep keeps the sizes of the types that were asked for, as far as the answer makes sense.
func (s *sizes) keep(region string, found map[string]size, asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[typeIn]knownSize{}
	}
	for _, name := range asked {
		switch size, described := found[name]; {
		case !described:
			s.known[typeIn{region, name}] = knownSize{until: time.Now().Add(undescribedFor)}
		case size.problem == "": // else another answer may make sense
			s.known[typeIn{region, name}] = knownSize{size: size}
		}
	}
}

// feature is a choice that was made for a database instance.
type feature struct{ Name, Value string }

// chosenVCPU is the number of vCPUs where it is not the instance class's own.
func chosenVCPU(f *adapter.Fields, features []feature) int64 {
	chosen := adapter.Tags(features, func(of feature) (name, value string) { return of.Name, of.Value })
	return f.Whole("coreCount", chosen["coreCount"]) * f.Whole("threadsPerCore", chosen["threadsPerCore"])
}
