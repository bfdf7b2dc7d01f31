package aws

import (
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
	sizes, err := h.sizesOf(ctx, region, instances)
	if err != nil {
		return cloud.Page{}, err
	}
	disks, err := h.diskGiB(ctx, region, cursor, next, instances)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: next, Rows: make([]resource.Row, len(instances))}
	for i, instance := range instances {
		row, err := HostRow(instance, sizes[instance.InstanceType], disks[awssdk.ToString(instance.InstanceId)])
		if err != nil {
			return cloud.Page{}, err
		}
		page.Rows[i] = row
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (h hosts) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	found := map[string]bool{}
	err := h.eachInstance(ctx, region, nativeIDs, func(instance ec2types.Instance) {
		if exists(instance) {
			found[awssdk.ToString(instance.InstanceId)] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return inside(nativeIDs, found), nil
}

// exists says that the instance is not one of those that stay listed for about an hour
// after their end.
func exists(instance ec2types.Instance) bool {
	return instance.State == nil || instance.State.Name != terminated
}

func existing(instances []ec2types.Instance) []ec2types.Instance {
	kept := make([]ec2types.Instance, 0, len(instances))
	for _, instance := range instances {
		if exists(instance) {
			kept = append(kept, instance)
		}
	}
	return kept
}

// diskGiB is the size of the instances' volumes together, by instance id.
func (h hosts) diskGiB(ctx context.Context, region, cursor, next string, instances []ec2types.Instance) (map[string]int64, error) {
	var ids []string
	for _, instance := range instances {
		if id := awssdk.ToString(instance.InstanceId); id != "" {
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
	return DiskGiB(volumes)
}

// attachedVolumes are the volumes of the instances of a page, by instance id.
func (h hosts) attachedVolumes(ctx context.Context, region, cursor, next string, ids []string) (map[string][]ec2types.Volume, error) {
	byID := func(ids []string) (map[string][]ec2types.Volume, error) { return h.volumesOf(ctx, region, ids) }
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

// DiskGiB is the size of the volumes together, by the id of the instance that they are
// attached to; a volume that is attached to several counts for each. The order of the
// volumes makes no difference, nor does one that is there twice. A negative size is
// an error.
func DiskGiB(volumes []ec2types.Volume) (map[string]int64, error) {
	type pair struct{ volume, instance string }
	counted := map[pair]bool{}
	sum := map[string]int64{}
	for _, volume := range volumes {
		id, size := awssdk.ToString(volume.VolumeId), int64(awssdk.ToInt32(volume.Size))
		if size < 0 {
			return nil, adapter.BadAnswer("read volume "+id, "its size is %d GiB", size)
		}
		for _, attachment := range volume.Attachments {
			at := pair{id, awssdk.ToString(attachment.InstanceId)}
			if !counted[at] {
				counted[at] = true
				sum[at.instance] += size
			}
		}
	}
	return sum, nil
}

// onDemand is the charge type of an instance whose lifecycle is empty.
const onDemand = "on-demand"

// HostRow is the row of an instance of a type of that size, with volumes of so many GiB
// together. A number of cores that makes no sense is an error of the class BadAnswer.
func HostRow(instance ec2types.Instance, size Size, diskGiB int64) (*resource.Host, error) {
	id := awssdk.ToString(instance.InstanceId)
	cpus, err := vCPU(instance, size)
	if err != nil {
		return nil, err
	}
	tags := tagsOf(instance.Tags)
	row := &resource.Host{
		Meta: resource.Meta{NativeID: id}, Name: tags["Name"], Tags: tags,
		InstanceType: string(instance.InstanceType), VCPU: cpus, MemoryMiB: size.MemoryMiB, DiskGiB: diskGiB,
		PrivateIPs: privateIPs(instance), PublicIPs: publicIPs(instance),
		VPCID: awssdk.ToString(instance.VpcId), SubnetID: awssdk.ToString(instance.SubnetId),
		ImageID: awssdk.ToString(instance.ImageId), OS: operatingSystem(instance),
		ChargeType: chargeType(instance), CloudCreatedAt: created(instance),
	}
	if instance.State != nil {
		row.Status = string(instance.State.Name)
	}
	if instance.Placement != nil {
		row.Zone = awssdk.ToString(instance.Placement.AvailabilityZone)
	}
	return row, nil
}

// vCPU is what the instance was given, else what its type has.
func vCPU(instance ec2types.Instance, size Size) (int64, error) {
	count := size.VCPU
	if options := instance.CpuOptions; options != nil {
		cores, threads := int64(awssdk.ToInt32(options.CoreCount)), int64(awssdk.ToInt32(options.ThreadsPerCore))
		if cores < 0 || threads < 0 {
			return 0, adapter.BadAnswer("read instance "+awssdk.ToString(instance.InstanceId), "it has %d cores with %d threads each", cores, threads)
		}
		if cores > 0 && threads > 0 {
			count = cores * threads
		}
	}
	return count, nil
}

// privateIPs are the IPv4 addresses of all interfaces; the instance's own field has the
// first alone, and is all that an instance without interfaces has.
func privateIPs(instance ec2types.Instance) []string {
	var ips ipSet
	for _, of := range instance.NetworkInterfaces {
		for _, address := range of.PrivateIpAddresses {
			ips.add(address.PrivateIpAddress)
		}
		ips.add(of.PrivateIpAddress)
	}
	if len(ips) == 0 {
		ips.add(instance.PrivateIpAddress)
	}
	return ips
}

// publicIPs are the addresses associated with any private one.
func publicIPs(instance ec2types.Instance) []string {
	var ips ipSet
	for _, of := range instance.NetworkInterfaces {
		for _, address := range of.PrivateIpAddresses {
			ips.addPublic(address.Association)
		}
		ips.addPublic(of.Association)
	}
	if len(ips) == 0 {
		ips.add(instance.PublicIpAddress)
	}
	return ips
}

// ipSet is a list that has each address once.
type ipSet []string

func (s *ipSet) addPublic(association *ec2types.InstanceNetworkInterfaceAssociation) {
	if association != nil {
		s.add(association.PublicIp)
	}
}

func (s *ipSet) add(ip *string) {
	if ip == nil || *ip == "" {
		return
	}
	for _, known := range *s {
		if known == *ip {
			return
		}
	}
	*s = append(*s, *ip)
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
func created(instance ec2types.Instance) time.Time {
	var oldest time.Time
	consider := func(at *time.Time) {
		if at != nil && !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at.UTC()
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
