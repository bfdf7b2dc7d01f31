package alibaba

import (
	"context"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// ecsLookupLimit is how many ids DescribeInstances and DescribeDisks take.
	ecsLookupLimit = 100
	instancesPage  = "100" // the most that DescribeInstances gives
)

// hosts lists ECS instances
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances).
type hosts struct{ *session }

// instance is an ECS instance. StartTime and other fields that change by themselves
// are left out.
type instance struct {
	InstanceID         string `json:"InstanceId"`
	InstanceName       string
	Status             string
	ZoneID             string `json:"ZoneId"`
	InstanceType       string
	CPU                string `json:"Cpu"`
	Memory             string // MiB
	ImageID            string `json:"ImageId"`
	OSName, OSNameEn   string
	InstanceChargeType string
	SpotStrategy       string
	CreationTime       string
	ExpiredTime        string
	Tags               tagList
	VpcAttributes      struct {
		VpcID            string `json:"VpcId"`
		VSwitchID        string `json:"VSwitchId"`
		PrivateIPAddress ips    `json:"PrivateIpAddress"`
	}
	InnerIPAddress    ips `json:"InnerIpAddress"` // of classic networks
	PublicIPAddress   ips `json:"PublicIpAddress"`
	EipAddress        struct{ IPAddress string }
	NetworkInterfaces struct {
		NetworkInterface []struct {
			PrimaryIPAddress string
			PrivateIPSets    struct {
				PrivateIPSet []struct{ PrivateIPAddress string }
			}
			IPv6Sets struct {
				IPv6Set []struct{ IPv6Address string }
			}
		}
	}
}

type ips struct{ IPAddress []string }

// List implements adapter.Lister.
func (h hosts) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	instances, rest, err := h.page(ctx, region, map[string]string{"MaxResults": instancesPage, "NextToken": cursor})
	if err == nil {
		err = rest.checkEnd(h.doing("DescribeInstances", region), cursor, len(instances))
	}
	if err != nil {
		return cloud.Page{}, err
	}
	if len(instances) == 0 && rest.next == "" {
		h.sizes.Forget(region)
		return cloud.Page{}, h.proveByDryRun(ctx, region, "DescribeInstances")
	}
	sizes, err := h.diskSizes(ctx, region, cursor == "")
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: rest.next} // TotalCount means nothing beside NextToken
	for i := range instances {
		f := instances[i].Read("instance", instances[i].Value.InstanceID)
		f.Put(&page, instances[i].Value.row(f, sizes))
	}
	if rest.next == "" {
		h.sizes.Forget(region)
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (h hosts) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if len(nativeIDs) == 0 {
		return nil, nil
	}
	there, err := existing(h.doing("DescribeInstances", region), nativeIDs, func(ids []string) ([]string, error) {
		return h.find(ctx, region, ids)
	})
	if err != nil || len(there) > 0 {
		return there, err
	}
	return nil, h.proveByDryRun(ctx, region, "DescribeInstances")
}

// find gives those of the ids that are on the answer's pages.
func (h hosts) find(ctx context.Context, region string, ids []string) (found []string, err error) {
	err = h.eachPage("DescribeInstances", region, func(token string) (string, error) {
		instances, rest, err := h.page(ctx, region, map[string]string{"MaxResults": instancesPage, "NextToken": token, "InstanceIds": list(ids)})
		for _, instance := range instances {
			found = append(found, instance.Value.InstanceID)
		}
		return rest.next, err
	})
	return found, err
}

func (h hosts) page(ctx context.Context, region string, parameters map[string]string) ([]adapter.Item[instance], more, error) {
	type answer struct {
		Instances            *struct{ Instance []adapter.Item[instance] }
		NextToken            string
		PageSize, TotalCount adapter.Text
	}
	got, err := ask[answer](ctx, h.session, request{product: ecs, action: "DescribeInstances", region: region, parameters: parameters})
	if err != nil {
		return nil, more{}, err
	}
	if got.Instances == nil {
		return nil, more{}, adapter.BadAnswer(h.doing("DescribeInstances", region), "Instances is missing")
	}
	rest := more{next: got.NextToken, size: got.PageSize, total: got.TotalCount}
	return got.Instances.Instance, rest, adapter.CheckList(h.doing("DescribeInstances", region), got.Instances.Instance)
}

func (i *instance) row(f *adapter.Fields, sizes diskSizes) *resource.Host {
	return &resource.Host{
		Meta:           resource.Meta{NativeID: i.InstanceID},
		Name:           i.InstanceName,
		Status:         i.Status,
		Zone:           i.ZoneID,
		InstanceType:   i.InstanceType,
		VCPU:           f.Whole("Cpu", i.CPU),
		MemoryMiB:      f.Whole("Memory", i.Memory),
		DiskGiB:        sizes.of(f, i.InstanceID),
		PrivateIPs:     i.privateIPs(),
		PublicIPs:      adapter.IPs(append([]string{i.EipAddress.IPAddress}, i.PublicIPAddress.IPAddress...)...),
		VPCID:          i.VpcAttributes.VpcID,
		SubnetID:       i.VpcAttributes.VSwitchID,
		ImageID:        i.ImageID,
		OS:             i.os(),
		ChargeType:     i.chargeType(),
		Tags:           i.Tags.byKey(),
		CloudCreatedAt: f.Time("CreationTime", i.CreationTime, zone),
		ExpiresAt:      f.Expiry("ExpiredTime", i.ExpiredTime, zone),
	}
}

// privateIPs are those of all network interfaces, in a VPC or a classic network.
func (i *instance) privateIPs() []string {
	var all []string
	all = append(all, i.VpcAttributes.PrivateIPAddress.IPAddress...)
	all = append(all, i.InnerIPAddress.IPAddress...)
	for _, nic := range i.NetworkInterfaces.NetworkInterface {
		all = append(all, nic.PrimaryIPAddress)
		for _, set := range nic.PrivateIPSets.PrivateIPSet {
			all = append(all, set.PrivateIPAddress)
		}
		for _, set := range nic.IPv6Sets.IPv6Set {
			all = append(all, set.IPv6Address)
		}
	}
	return adapter.IPs(all...)
}

// os is the name in English: the other depends on the account's language.
func (i *instance) os() string {
	if i.OSNameEn != "" {
		return i.OSNameEn
	}
	return i.OSName
}

// chargeType is the strategy of a spot instance, which is PostPaid otherwise.
func (i *instance) chargeType() string {
	if i.SpotStrategy != "" && i.SpotStrategy != "NoSpot" {
		return i.SpotStrategy
	}
	return i.InstanceChargeType
}
