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
	VPC      string `at:"DBSubnetGroup.VpcId"`
	Subnets  []struct {
		ID   string `json:"SubnetIdentifier"`
		Zone string `at:"SubnetAvailabilityZone.Name"`
	} `at:"DBSubnetGroup.Subnets"`
	Features []feature     `json:"ProcessorFeatures"`
	Tags     []adapter.Tag `json:"TagList"`
	Created  string        `json:"InstanceCreateTime"`
}

// databaseRow has no memory, and vCPUs only where they were chosen: RDS does not say what
// an instance class has. An instance that is being created may have no id yet.
func databaseRow(f *adapter.Fields, d *database) resource.Row {
	if d.ID == "" {
		f.Fail("it is called %q, and is %q", adapter.Clip(d.Name, 64), adapter.Clip(d.Status, 64))
	}
	return &resource.Database{
		Name:           d.Name,
		Status:         d.Status,
		Zone:           d.Zone,
		Engine:         adapter.Engine(d.Engine),
		EngineVersion:  d.Version,
		InstanceType:   d.Class,
		VCPU:           chosenVCPU(f, d.Features),
		StorageGiB:     f.Whole("AllocatedStorage", ownStorage(d.Engine, d.Storage)),
		Endpoint:       d.Endpoint.Address,
		Port:           cmp.Or(f.Port("Endpoint.Port", d.Endpoint.Port), f.Port("DbInstancePort", d.Port)),
		VPCID:          d.VPC,
		SubnetID:       d.subnet(),
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("InstanceCreateTime", d.Created, time.UTC),
	}
}

// subnet is the one that the instance is in: that of its zone in its subnet group. Where
// the group has several there, RDS does not say which.
func (d *database) subnet() string {
	var inZone []string
	for _, subnet := range d.Subnets {
		if subnet.Zone != "" && subnet.Zone == d.Zone {
			inZone = append(inZone, subnet.ID)
		}
	}
	return adapter.Only(inZone...)
}
