package aws

import (
	"context"
	"slices"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudsync/cloud/adapter"
)

// Size is how large the instances of a type are; zero for a type that AWS does not
// describe, such as one that it has retired.
type Size struct {
	VCPU, MemoryMiB int64
	Problem         string // why they cannot be relied on
}

// sizes are the sizes of instance types by region. They are asked for once: a type does
// not change. Those that AWS does not describe are asked for again after a time: it may
// add some.
type sizes struct {
	mu          sync.Mutex
	known       map[typeIn]Size
	undescribed map[typeIn]time.Time // when it was asked for
}

// undescribedFor is how long a type that AWS does not describe is not asked for again.
const undescribedFor = 6 * time.Hour

type typeIn struct {
	region string
	name   ec2types.InstanceType
}

// sizesOf returns the sizes of the instances' types in the region.
func (s *session) sizesOf(ctx context.Context, region string, instances []ec2types.Instance) (map[ec2types.InstanceType]Size, error) {
	found, unknown := s.sizes.of(region, instances)
	for some := range slices.Chunk(unknown, maxTypesOfAPage) {
		types, err := s.instanceTypes(ctx, region, some)
		if err != nil {
			return nil, err
		}
		if err := identified("DescribeInstanceTypes of "+region, types); err != nil {
			return nil, err
		}
		for _, of := range types {
			name := ec2types.InstanceType(idOf(of, typeName))
			found[name] = SizeOf(of.of)
			if of.unread != nil {
				found[name] = Size{Problem: of.unread.problem("instance type")}
			}
		}
	}
	s.sizes.keep(region, found, unknown)
	return found, nil
}

func typeName(of ec2types.InstanceTypeInfo) *string { return (*string)(&of.InstanceType) }

// SizeOf is the size that AWS describes.
func SizeOf(of ec2types.InstanceTypeInfo) (size Size) {
	f := adapter.NewFields("instance type", string(of.InstanceType))
	if of.VCpuInfo != nil {
		size.VCPU = adapter.Count(f, "vCpuInfo.defaultVCpus", of.VCpuInfo.DefaultVCpus)
	}
	if of.MemoryInfo != nil {
		size.MemoryMiB = adapter.Count(f, "memoryInfo.sizeInMiB", of.MemoryInfo.SizeInMiB)
	}
	size.Problem = f.Problem()
	return size
}

// instanceTypes describes the types of those names. One that AWS does not know is left
// out by a filter, and fails the call in a list of types.
func (s *session) instanceTypes(ctx context.Context, region string, names []string) (types []listed[ec2types.InstanceTypeInfo], err error) {
	const action = "DescribeInstanceTypes"
	err = eachPage(action+" of "+region, func(cursor string) (string, error) {
		answer, odd, err := askList(ctx, s, region, action, cursor, typeElements, func(ctx context.Context) (*ec2.DescribeInstanceTypesOutput, error) {
			return s.in(region).ec2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{
				MaxResults: awssdk.Int32(maxTypesOfAPage), NextToken: ifAny(cursor),
				Filters: []ec2types.Filter{filter(byInstanceType, names)},
			})
		})
		if err != nil {
			return "", err
		}
		if answer.InstanceTypes == nil {
			return "", noList(action, region)
		}
		types = append(types, all(answer.InstanceTypes, odd)...)
		return awssdk.ToString(answer.NextToken), nil
	})
	return types, err
}

func (s *sizes) of(region string, instances []ec2types.Instance) (found map[ec2types.InstanceType]Size, unknown []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found = map[ec2types.InstanceType]Size{}
	for _, instance := range instances {
		name := instance.InstanceType
		size, known := s.known[typeIn{region, name}]
		switch {
		case known:
			found[name] = size
		case time.Since(s.undescribed[typeIn{region, name}]) < undescribedFor:
		case name != "" && !slices.Contains(unknown, string(name)):
			unknown = append(unknown, string(name))
		}
	}
	return found, unknown
}

// keep keeps the sizes that were found, and, of an answer that makes sense, which of the
// types asked for it lacks.
func (s *sizes) keep(region string, found map[ec2types.InstanceType]Size, asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known, s.undescribed = map[typeIn]Size{}, map[typeIn]time.Time{}
	}
	sound := true
	for name, size := range found {
		if size.Problem == "" {
			s.known[typeIn{region, name}] = size
		} else { // another answer may make sense
			sound = false
		}
	}
	if !sound {
		return
	}
	for _, text := range asked {
		name := ec2types.InstanceType(text)
		if _, described := found[name]; !described {
			s.undescribed[typeIn{region, name}] = time.Now()
		}
	}
}
