package google

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"

	"cloudsync/cloud/adapter"
)

// machineType is what an instance of a type has.
type machineType struct {
	Name, GuestCPUs string
	MemoryMb        string // MiB: 16384 of a type with 16 GB
}

// describeTypes tells what all machine types of a zone have. A filter by their names would cost
// a quota of its own.
func (s *session) describeTypes(ctx context.Context, zone string, _ []string, tell func(f *adapter.Fields, vcpu, memoryMiB int64)) error {
	query := adapter.Query{Action: machineTypeList, Path: questions[machineTypeList].list, Region: zone}
	return adapter.Each(ctx, s, query, ask[machineType], func(item *adapter.Item[machineType]) {
		f := item.Read("machine type", item.Value.Name)
		tell(f, f.Whole("guestCpus", item.Value.GuestCPUs), f.Whole("memoryMb", item.Value.MemoryMb))
	})
}

// tier is what a database of a tier has, but for its CPUs.
type tier struct {
	Tier string
	RAM  string // bytes
}

// describeTiers tells what all tiers of Cloud SQL have.
func (s *session) describeTiers(ctx context.Context, _ string, _ []string, tell func(f *adapter.Fields, vcpu, memoryMiB int64)) error {
	query := adapter.Query{Action: tierList, Path: questions[tierList].list}
	return adapter.Each(ctx, s, query, ask[tier], func(item *adapter.Item[tier]) {
		f, of := item.Read("tier", item.Value.Tier), item.Value
		bytes, err := strconv.ParseInt(cmp.Or(of.RAM, "0"), 10, 64)
		if err != nil || bytes < 0 {
			f.Refuse("RAM", of.RAM)
		}
		tell(f, cpusOf(of.Tier), bytes>>20)
	})
}

// tierCPUs ends the names of tiers that say how many CPUs they have.
var tierCPUs = regexp.MustCompile(`^db-(?:n1-standard|n1-highmem|perf-optimized-N)-([0-9]{1,6})$`)

func cpusOf(tier string) int64 {
	if found := tierCPUs.FindStringSubmatch(tier); found != nil {
		return digits(found[1])
	}
	return 0
}

// The names of types that say what they have, which are in no list: custom ones, of which the
// small ones share two CPUs
// (https://cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type).
var (
	custom      = regexp.MustCompile(`^(?:[a-z0-9]+-|db-)?custom-([0-9]{1,6})-([0-9]{1,9})(?:-ext)?$`)
	sharedTypes = regexp.MustCompile(`^e2-custom-(?:micro|small|medium)-([0-9]{1,9})$`)
)

// spoken is what the name of a type says.
func spoken(name string) (vcpu, memoryMiB int64, says bool) {
	if parts := sharedTypes.FindStringSubmatch(name); parts != nil {
		return 2, digits(parts[1]), true
	}
	if parts := custom.FindStringSubmatch(name); parts != nil {
		return digits(parts[1]), digits(parts[2]), true
	}
	return 0, 0, false
}

// digits is a number of a few digits.
func digits(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // the pattern has no others
	return n
}

// unspoken are the types whose names say nothing.
func unspoken(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		_, _, says := spoken(name)
		return says
	})
}

// sizeIn is what a type has, by its name or by the list of types.
func sizeIn(f *adapter.Fields, name string, sizeOf adapter.SizeOf) (vcpu, memoryMiB int64) {
	if vcpu, memoryMiB, says := spoken(name); says {
		return vcpu, memoryMiB
	}
	return sizeOf(f, name)
}
