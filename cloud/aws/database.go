package aws

import (
	"cmp"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxDatabases is the most that RDS lists at once. For the values of a filter it publishes
// no limit
// (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html).
const maxDatabases, maxDatabaseIDs = 100, 20

// databases are the instances of RDS, and with them those of Aurora, Neptune and
// DocumentDB, which RDS lists too. Their id is the resource id: the identifier that a
// user gives can be changed.
var databases = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "database",
	Action: "DescribeDBInstances", Path: "DescribeDBInstancesResult.DBInstances.DBInstance", IDField: "DbiResourceId",
	Pages: adapter.Tokens(maxDatabases), IDs: adapter.Together(maxDatabaseIDs),
	Ask: ask[database]("DescribeDBInstancesResult.Marker", describeDBInstances),
	ID:  func(d *database) string { return d.ID },
	Row: databaseRow,
}

// database is the part of an RDS instance that is kept.
type database struct {
	ID       string `json:"DbiResourceId"`
	Name     string `json:"DBInstanceIdentifier"`
	Status   string `json:"DBInstanceStatus"`
	Class    string `json:"DBInstanceClass"`
	Zone     string `json:"AvailabilityZone"`
	Engine   string
	Version  string `json:"EngineVersion"`
	Storage  string `json:"AllocatedStorage"` // GiB
	Port     string `json:"DbInstancePort"`
	Endpoint struct{ Address, Port string }
	Group    subnetGroup `json:"DBSubnetGroup"`
	Features []feature   `json:"ProcessorFeatures"`
	Tags     []tag       `json:"TagList"`
	Created  string      `json:"InstanceCreateTime"`
}

type feature struct{ Name, Value string }

type subnetGroup struct {
	VPC     string `json:"VpcId"`
	Subnets []struct {
		ID   string                `json:"SubnetIdentifier"`
		Zone struct{ Name string } `json:"SubnetAvailabilityZone"`
	}
}

// databaseRow has no memory, and vCPUs only where they were chosen: RDS does not say what
// an instance class has. An instance that is being created may have no id yet.
func databaseRow(f *adapter.Fields, d *database) resource.Row {
	if d.ID == "" {
		f.Fail("it is called %q, and is %q", adapter.Clip(d.Name, 64), adapter.Clip(d.Status, 64))
	}
	port, ownPort := f.Port("DbInstancePort", d.Port), f.Port("Endpoint.Port", d.Endpoint.Port)
	return &resource.Database{
		Meta:           resource.Meta{NativeID: d.ID},
		Name:           d.Name,
		Status:         d.Status,
		Zone:           d.Zone,
		Engine:         adapter.Engine(d.Engine),
		EngineVersion:  d.Version,
		InstanceType:   d.Class,
		VCPU:           d.chosenVCPU(f),
		StorageGiB:     d.storageGiB(f),
		Endpoint:       d.Endpoint.Address,
		Port:           cmp.Or(ownPort, port),
		VPCID:          d.Group.VPC,
		SubnetID:       d.subnet(),
		Tags:           tagsOf(d.Tags),
		CloudCreatedAt: f.Time("InstanceCreateTime", d.Created, time.UTC),
	}
}

// chosenVCPU is the number of vCPUs where it is not the instance class's own.
func (d *database) chosenVCPU(f *adapter.Fields) int64 {
	chosen := adapter.Tags(d.Features, func(of feature) (name, value string) { return of.Name, of.Value })
	return f.Whole("coreCount", chosen["coreCount"]) * f.Whole("threadsPerCore", chosen["threadsPerCore"])
}

// storageGiB is absent for an instance of a cluster.
func (d *database) storageGiB(f *adapter.Fields) int64 {
	if isOfCluster(d.Engine) {
		return 0
	}
	return f.Whole("AllocatedStorage", d.Storage)
}

// subnet is the one that the instance is in: that of its zone in its subnet group. Where
// the group has several there, RDS does not say which.
func (d *database) subnet() string {
	var inZone []string
	for _, subnet := range d.Group.Subnets {
		if subnet.Zone.Name != "" && subnet.Zone.Name == d.Zone {
			inZone = append(inZone, subnet.ID)
		}
	}
	if len(inZone) != 1 {
		return ""
	}
	return inZone[0]
}
