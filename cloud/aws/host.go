package aws

import (
	"cmp"
	"context"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// hosts lists EC2 instances.
type hosts struct{ *session }

// List implements adapter.Lister. EC2 does not say how many instances there are.
func (h hosts) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	instances, next, err := h.instances(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	instances = existing(instances)
	sizes, err := h.sizesOf(ctx, region, readable(instances))
	if err != nil {
		return cloud.Page{}, err
	}
	disks, err := h.diskGiB(ctx, region, cursor, next, instances)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: next}
	for _, one := range instances {
		if one.unread != nil {
			page.Problems = append(page.Problems, cloud.Problem{NativeID: one.unread.id, Text: one.unread.problem("instance")})
			continue
		}
		id := awssdk.ToString(one.of.InstanceId)
		f := adapter.NewFields("instance", id)
		f.Put(&page, HostRow(f, one.of, sizes[one.of.InstanceType], disks[id]))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (h hosts) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	found := map[string]bool{}
	err := h.eachInstance(ctx, region, nativeIDs, func(one listed[ec2types.Instance]) {
		if exists(one) {
			found[idOf(one, instanceID)] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return inside(nativeIDs, found), nil
}

func instanceID(instance ec2types.Instance) *string { return instance.InstanceId }

// exists says that the instance is not one of those that stay listed for about an hour
// after their end.
func exists(instance listed[ec2types.Instance]) bool {
	return instance.of.State == nil || instance.of.State.Name != terminated
}

func existing(instances []listed[ec2types.Instance]) []listed[ec2types.Instance] {
	kept := make([]listed[ec2types.Instance], 0, len(instances))
	for _, instance := range instances {
		if exists(instance) {
			kept = append(kept, instance)
		}
	}
	return kept
}

// diskGiB is the size of the instances' volumes together, by instance id.
func (h hosts) diskGiB(ctx context.Context, region, cursor, next string, instances []listed[ec2types.Instance]) (map[string]Disks, error) {
	var ids []string
	for _, one := range instances {
		if id := idOf(one, instanceID); id != "" {
			ids = append(ids, id)
		}
	}
	byInstance, err := h.attachedVolumes(ctx, region, cursor, next, ids)
	if err != nil {
		return nil, err
	}
	volumes := byInstance[""]
	for _, id := range ids {
		volumes = append(volumes, byInstance[id]...)
	}
	sum := DiskGiB(readable(volumes))
	for _, one := range volumes {
		if one.unread == nil {
			continue
		}
		for _, instance := range instancesOf(one) {
			sum[instance] = Disks{Problem: one.unread.problem("volume")}
		}
	}
	return sum, nil
}

// attachedVolumes are the volumes of the instances of a page, by instance id.
func (h hosts) attachedVolumes(ctx context.Context, region, cursor, next string, ids []string) (map[string][]listed[ec2types.Volume], error) {
	byID := func(ids []string) (map[string][]listed[ec2types.Volume], error) { return h.volumesOf(ctx, region, ids) }
	if askedByID(cursor, next, ids) {
		return byID(ids)
	}
	all, err := h.allVolumes(ctx, region, cursor == "")
	if err != nil {
		return nil, err
	}
	if next == "" {
		h.tables.volumes.Forget(region)
	}
	return joined(all, ids, byID)
}

// Disks are the volumes of an instance: their size together, and why it cannot be relied
// on.
type Disks struct {
	GiB     int64
	Problem string
}

// DiskGiB is the size of the volumes together, by the id of the instance that they are
// attached to; a volume that is attached to several counts for each. The order of the
// volumes makes no difference, nor does one that is there twice.
func DiskGiB(volumes []ec2types.Volume) map[string]Disks {
	type pair struct{ volume, instance string }
	counted := map[pair]bool{}
	sum := map[string]Disks{}
	for _, volume := range volumes {
		id := awssdk.ToString(volume.VolumeId)
		f := adapter.NewFields("volume", id)
		size := adapter.Count(f, "size", volume.Size)
		for _, attachment := range volume.Attachments {
			at := pair{id, awssdk.ToString(attachment.InstanceId)}
			if counted[at] {
				continue
			}
			counted[at] = true
			before := sum[at.instance]
			sum[at.instance] = Disks{GiB: before.GiB + size, Problem: cmp.Or(before.Problem, f.Problem())}
		}
	}
	return sum
}

// onDemand is the charge type of an instance whose lifecycle is empty.
const onDemand = "on-demand"

// HostRow is the row of an instance of a type of that size, with those volumes.
func HostRow(f *adapter.Fields, instance ec2types.Instance, size Size, disks Disks) *resource.Host {
	for _, problem := range []string{size.Problem, disks.Problem} {
		if problem != "" {
			f.Fail("%s", problem)
		}
	}
	tags := tagsOf(instance.Tags)
	row := &resource.Host{
		Meta: resource.Meta{NativeID: awssdk.ToString(instance.InstanceId)}, Name: tags["Name"], Tags: tags,
		InstanceType: string(instance.InstanceType), VCPU: vCPU(f, instance, size), MemoryMiB: size.MemoryMiB, DiskGiB: disks.GiB,
		PrivateIPs: adapter.IPs(privateIPs(instance)...), PublicIPs: adapter.IPs(publicIPs(instance)...),
		VPCID: awssdk.ToString(instance.VpcId), SubnetID: awssdk.ToString(instance.SubnetId),
		ImageID: awssdk.ToString(instance.ImageId), OS: operatingSystem(instance),
		ChargeType: chargeType(instance), CloudCreatedAt: created(f, instance),
	}
	if instance.State != nil {
		row.Status = string(instance.State.Name)
	}
	if instance.Placement != nil {
		row.Zone = awssdk.ToString(instance.Placement.AvailabilityZone)
	}
	return row
}

// vCPU is what the instance was given, else what its type has.
func vCPU(f *adapter.Fields, instance ec2types.Instance, size Size) int64 {
	if options := instance.CpuOptions; options != nil {
		cores := adapter.Count(f, "cpuOptions.coreCount", options.CoreCount)
		threads := adapter.Count(f, "cpuOptions.threadsPerCore", options.ThreadsPerCore)
		if cores > 0 && threads > 0 {
			return cores * threads
		}
	}
	return size.VCPU
}

// privateIPs are the addresses of all interfaces, IPv6 among them: EC2 does not say which
// of these can be reached from outside. The instance's own fields have the first alone,
// and are all that an instance without interfaces has.
func privateIPs(instance ec2types.Instance) (ips []string) {
	for _, of := range instance.NetworkInterfaces {
		for _, address := range of.PrivateIpAddresses {
			ips = appendText(ips, address.PrivateIpAddress)
		}
		for _, address := range of.Ipv6Addresses {
			ips = appendText(ips, address.Ipv6Address)
		}
		ips = appendText(ips, of.PrivateIpAddress)
	}
	if len(ips) == 0 {
		ips = appendText(appendText(ips, instance.PrivateIpAddress), instance.Ipv6Address)
	}
	return ips
}

// publicIPs are the addresses associated with any private one.
func publicIPs(instance ec2types.Instance) (ips []string) {
	add := func(association *ec2types.InstanceNetworkInterfaceAssociation) {
		if association != nil {
			ips = appendText(ips, association.PublicIp)
		}
	}
	for _, of := range instance.NetworkInterfaces {
		for _, address := range of.PrivateIpAddresses {
			add(address.Association)
		}
		add(of.Association)
	}
	if len(ips) == 0 {
		ips = appendText(ips, instance.PublicIpAddress)
	}
	return ips
}

func operatingSystem(instance ec2types.Instance) string {
	if details := awssdk.ToString(instance.PlatformDetails); details != "" {
		return details
	}
	return string(instance.Platform)
}

func chargeType(instance ec2types.Instance) string {
	if instance.InstanceLifecycle == "" {
		return onDemand
	}
	return string(instance.InstanceLifecycle)
}

// created is the oldest time at which a disk or an interface was attached: EC2 does not
// say when an instance was made. LaunchTime is that of the last start. It is not used
// even where nothing was ever attached: each start would be a modification.
func created(f *adapter.Fields, instance ec2types.Instance) time.Time {
	var oldest time.Time
	consider := func(at *time.Time) {
		if at := f.At("attachTime", at); !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at
		}
	}
	for _, of := range instance.BlockDeviceMappings {
		if of.Ebs != nil {
			consider(of.Ebs.AttachTime)
		}
	}
	for _, of := range instance.NetworkInterfaces {
		if of.Attachment != nil {
			consider(of.Attachment.AttachTime)
		}
	}
	return oldest
}
