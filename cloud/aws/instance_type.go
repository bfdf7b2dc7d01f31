package aws

import (
	"context"

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

// describe tells what the types have.
func (s *session) describe(ctx context.Context, region string, types []string, tell func(f *adapter.Fields, vcpu, memoryMiB int64)) error {
	described, _, err := instanceTypes.ByIDs(ctx, s, region, types)
	for i := range described {
		t := &described[i].Value
		f := described[i].Read(instanceTypes.What, t.Name)
		tell(f, f.Whole("vCpuInfo.defaultVCpus", t.CPU.DefaultVCPUs), f.Whole("memoryInfo.sizeInMiB", t.Memory.SizeInMiB))
		if t.Name == "" { // it may be any of them
			return adapter.BadAnswer(instanceTypes.Action, "%s", f.Problem())
		}
	}
	return err
}

// feature is a choice that was made for a database instance.
type feature struct{ Name, Value string }

// chosenVCPU is the number of vCPUs where it is not the instance class's own.
func chosenVCPU(f *adapter.Fields, features []feature) int64 {
	chosen := adapter.Tags(features, func(of feature) (name, value string) { return of.Name, of.Value })
	return f.Whole("coreCount", chosen["coreCount"]) * f.Whole("threadsPerCore", chosen["threadsPerCore"])
}
