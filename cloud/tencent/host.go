package tencent

import (
	"context"
	"slices"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxInstanceIDs is how many InstanceIds DescribeInstances takes.
// (https://cloud.tencent.com/document/api/213/15728)
const maxInstanceIDs = 100

func (s *session) hosts() *lister[*cvm.Instance] {
	return &lister[*cvm.Instance]{
		session: s,
		action:  "DescribeInstances",
		ask:     s.describeInstances,
		id:      func(i *cvm.Instance) string { return text(i.InstanceId) },
		row:     hostRow,
	}
}

func (s *session) describeInstances(ctx context.Context, region string, q query) (answer[*cvm.Instance], error) {
	client, err := s.client(place{"cvm", region})
	if err != nil {
		return answer[*cvm.Instance]{}, err
	}
	request := cvm.NewDescribeInstancesRequest()
	offset, limit := int64(q.offset), int64(q.limit)
	request.Offset, request.Limit = &offset, &limit
	for _, id := range q.ids {
		request.InstanceIds = append(request.InstanceIds, &id)
	}
	found, err := (&cvm.Client{Client: *client}).DescribeInstancesWithContext(ctx, request)
	if err != nil {
		return answer[*cvm.Instance]{}, err
	}
	if found.Response == nil || slices.Contains(found.Response.InstanceSet, nil) {
		return answer[*cvm.Instance]{}, adapter.BadAnswer(doing(s, request.GetAction(), region), "the answer has no Response, or null for an instance")
	}
	return answer[*cvm.Instance]{items: found.Response.InstanceSet, total: found.Response.TotalCount}, nil
}

// hostRow leaves out what changes by itself (LatestOperation and its kin), and what
// may hold secrets (LoginSettings, Metadata). The private addresses are those of the
// primary network interface: the API gives no others here.
func hostRow(f *fields, i *cvm.Instance) resource.Row {
	row := &resource.Host{
		Meta:           resource.Meta{NativeID: text(i.InstanceId)},
		Name:           text(i.InstanceName),
		Status:         text(i.InstanceState),
		InstanceType:   text(i.InstanceType),
		VCPU:           f.number("CPU", i.CPU),
		MemoryMiB:      f.scaled("Memory", i.Memory, 1024), // GiB
		DiskGiB:        f.sum("DiskSize", diskSizes(i)...),
		PrivateIPs:     texts(i.PrivateIpAddresses),
		PublicIPs:      texts(i.PublicIpAddresses),
		ImageID:        text(i.ImageId),
		OS:             text(i.OsName),
		ChargeType:     text(i.InstanceChargeType),
		Tags:           tagMap(i.Tags, instanceTag),
		CloudCreatedAt: f.utc("CreatedTime", text(i.CreatedTime)),
		ExpiresAt:      f.utc("ExpiredTime", text(i.ExpiredTime)), // none where it is paid afterwards
	}
	if i.Placement != nil {
		row.Zone = text(i.Placement.Zone)
	}
	if i.VirtualPrivateCloud != nil {
		row.VPCID, row.SubnetID = text(i.VirtualPrivateCloud.VpcId), text(i.VirtualPrivateCloud.SubnetId)
	}
	return row
}

func diskSizes(i *cvm.Instance) []*int64 {
	var sizes []*int64
	if i.SystemDisk != nil {
		sizes = append(sizes, i.SystemDisk.DiskSize)
	}
	for _, disk := range i.DataDisks {
		if disk != nil {
			sizes = append(sizes, disk.DiskSize)
		}
	}
	return sizes
}

func instanceTag(t *cvm.Tag) (key, value string) {
	if t == nil {
		return "", ""
	}
	return text(t.Key), text(t.Value)
}
