package azure

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var sqlInstances = listed[instanceProperties]("sqlmi_list")

// managedInstances are those of Azure SQL. One has no id but that of ARM; its databases are
// no rows.
var managedInstances = adapter.Listing[*session, managedInstance]{
	Kind: resource.DatabaseKind, What: "managed instance", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs).If(isManagedInstance), Census: &sqlInstances,
	Believe: permitted("Microsoft.Sql/managedInstances/read"),
	ID:      (*managedInstance).key,
	Row:     managedInstanceRow,
}

func isManagedInstance(id string) bool { return strings.Contains(id, "/managedinstances/") }

type managedInstance = entity[instanceProperties]

type instanceProperties struct {
	State     string `json:"state"`
	Host      string `json:"fullyQualifiedDomainName"`
	VCores    string `json:"vCores"`
	StorageGB string `json:"storageSizeInGB"`
	SubnetID  string `json:"subnetId"`
	License   string `json:"licenseType"` // LicenseIncluded, or BasePrice with one's own
}

func managedInstanceRow(f *adapter.Fields, m *managedInstance) resource.Row {
	p := &m.Properties
	subnet := idOf(p.SubnetID)
	return &resource.Database{
		Name:         m.Name,
		Status:       p.State,
		Engine:       adapter.Engine("sqlserver"),
		InstanceType: m.SKU.Name,
		VCPU:         f.Whole("vCores", p.VCores),
		StorageGiB:   f.Whole("storageSizeInGB", p.StorageGB),
		Endpoint:     p.Host,
		Port:         sqlPort,
		VPCID:        networkOf(subnet),
		SubnetID:     subnet,
		ChargeType:   p.License,
		Tags:         tagsOf(m.Tags),
	}
}
