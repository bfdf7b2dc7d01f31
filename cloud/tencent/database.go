package tencent

import (
	"context"

	"cloudsync/resource"
)

// maxDatabaseIDs is how many InstanceIds DescribeDBInstances is asked for. The API
// documents no limit but that of a page, 2,000. It may refuse a request for one id that
// is gone: a Lookup of ids that are all gone then asks nearly twice for each, within the
// time of one call.
// (https://cloud.tencent.com/document/api/236/15872)
const maxDatabaseIDs = 20

var describeDBInstances = action{"cdb", "2017-03-20", "DescribeDBInstances"}

// database is the part of a TencentDB for MySQL instance that is kept.
type database struct {
	ID         string `json:"InstanceId"`
	Name       string `json:"InstanceName"`
	Status     *int64 `json:"Status"`
	Zone       string `json:"Zone"`
	Version    string `json:"EngineVersion"`
	DeviceType string `json:"DeviceType"`
	CPU        *int64 `json:"Cpu"`
	Memory     *int64 `json:"Memory"` // MB
	Volume     *int64 `json:"Volume"` // GB
	VIP        string `json:"Vip"`
	Port       *int64 `json:"Vport"`
	VPC        string `json:"UniqVpcId"` // VpcId and SubnetId are numbers of another kind
	Subnet     string `json:"UniqSubnetId"`
	PayType    *int64 `json:"PayType"`
	Tags       []tag  `json:"TagList"`
	Created    string `json:"CreateTime"`
	Deadline   string `json:"DeadlineTime"`
}

// The numbers of the API in the words of its documentation.
var (
	databaseStatus = map[int64]string{0: "CREATING", 1: "RUNNING", 4: "ISOLATING", 5: "ISOLATED"}
	databaseCharge = map[int64]string{0: "PRE_PAID", 1: "HOUR_PAID"} // the words of DescribeDBPrice
)

func (s *session) databases() *lister[database] {
	return &lister[database]{
		session: s,
		action:  describeDBInstances.name,
		ask: func(ctx context.Context, region string, q query) (answer[database], error) {
			found, err := send[struct {
				TotalCount *int64
				Items      []database
			}](ctx, s, region, describeDBInstances, q.parameters("InstanceIds"))
			if err != nil {
				return answer[database]{}, err
			}
			return answer[database]{items: found.Items, total: found.TotalCount}, nil
		},
		id:  func(d database) string { return d.ID },
		row: databaseRow,
	}
}

func databaseRow(f *fields, d database) resource.Row {
	return &resource.Database{
		Meta:           resource.Meta{NativeID: d.ID},
		Name:           d.Name,
		Status:         word(databaseStatus, d.Status),
		Zone:           d.Zone,
		Engine:         "mysql", // CDB has no other; EngineType is the storage engine
		EngineVersion:  d.Version,
		InstanceType:   d.DeviceType,
		VCPU:           f.number("Cpu", d.CPU),
		MemoryMiB:      f.number("Memory", d.Memory),
		StorageGiB:     f.number("Volume", d.Volume),
		Endpoint:       d.VIP,
		Port:           f.number("Vport", d.Port),
		VPCID:          d.VPC,
		SubnetID:       d.Subnet,
		ChargeType:     word(databaseCharge, d.PayType),
		Tags:           tagMap(d.Tags, pairOf),
		CloudCreatedAt: f.beijing("CreateTime", d.Created),
		ExpiresAt:      f.beijing("DeadlineTime", d.Deadline),
	}
}
