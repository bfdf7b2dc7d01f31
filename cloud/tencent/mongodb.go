package tencent

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// mongoDatabases are TencentDB for MongoDB instances, of all types and of both sorts of
// clusters (https://cloud.tencent.com/document/api/240/38568).
var mongoDatabases = adapter.Listing[*Session, mongoDatabase]{
	Kind: resource.DatabaseKind, What: "MongoDB instance",
	Action: "DescribeDBInstances", Product: mongodb.Name, Path: "InstanceDetails", IDField: "InstanceId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxDatabaseIDs).If(isMongo),
	Ask: Ask[mongoDatabase](mongodb, "InstanceIds", always(map[string]any{"InstanceType": 0, "ClusterType": -1})),
	Row: mongoRow,
}

var isMongo = hasPrefix("cmgo-")

// mongoDatabase is the part of an instance that is kept.
type mongoDatabase struct {
	ID       string `json:"InstanceId"`
	Name     string `json:"InstanceName"`
	Status   string
	Zone     string
	Version  string `json:"MongoVersion"` // such as MONGO_44_WT
	Machine  string `json:"MachineType"`
	CPU      string `json:"CpuNum"`
	Memory   string // MB
	Volume   string // MB
	VIP      string `json:"Vip"`
	Port     string `json:"Vport"`
	VPC      string `json:"VpcId"`
	Subnet   string `json:"SubnetId"`
	PayMode  string
	Tags     []adapter.Tag
	Created  string `json:"CreateTime"`
	Deadline string `json:"DeadLine"`
}

// mongoStatus are the numbers of the API in the words of Redis, which has the same.
var mongoStatus = map[string]string{"0": "TO_BE_INITIALIZED", "1": "IN_PROCESS", "2": "RUNNING", "-2": "ISOLATED"}

func mongoRow(f *adapter.Fields, d *mongoDatabase) resource.Row {
	return &resource.Database{
		Name:           d.Name,
		Status:         adapter.Word(mongoStatus, d.Status),
		Zone:           d.Zone,
		Engine:         adapter.Engine("mongodb"),
		EngineVersion:  mongoVersion(d.Version),
		InstanceType:   d.Machine,
		VCPU:           f.Whole("CpuNum", d.CPU),
		MemoryMiB:      f.Whole("Memory", d.Memory),
		StorageGiB:     f.Whole("Volume", d.Volume) / 1024,
		Endpoint:       d.VIP,
		Port:           f.Port("Vport", d.Port),
		VPCID:          d.VPC,
		SubnetID:       d.Subnet,
		ChargeType:     adapter.Word(payModes, d.PayMode),
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("CreateTime", d.Created, beijing),
		ExpiresAt:      f.Expiry("DeadLine", d.Deadline, beijing),
	}
}

// mongoVersion is 4.4 for MONGO_44_WT. A version in another form stays.
func mongoVersion(word string) string {
	digits, found := strings.CutPrefix(word, "MONGO_")
	digits, _, _ = strings.Cut(digits, "_")
	if !found || len(digits) != 2 {
		return word
	}
	return digits[:1] + "." + digits[1:]
}
