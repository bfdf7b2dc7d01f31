package azure

import (
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// managedInstances are those of Azure SQL. One has no id but that of ARM; its databases are
// no rows.
var managedInstances = adapter.Listing[*session, managedInstance]{
	Kind: resource.DatabaseKind, What: "managed instance", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs).If(isManagedInstance),
	Census: &adapter.Census[*session, managedInstance]{
		Actions: []string{"sqlmi_list"}, Path: listPath, Ask: ask[managedInstance],
		Key:    func(m *managedInstance) string { return idOf(m.ID) },
		Region: func(m *managedInstance) string { return locationOf(m.Location) },
	},
	Believe: permitted("Microsoft.Sql/managedInstances/read"),
	ID:      func(m *managedInstance) string { return idOf(m.ID) },
	Row:     managedInstanceRow,
}

func isManagedInstance(id string) bool { return strings.Contains(id, "/managedinstances/") }

type managedInstance struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	SKU        sku               `json:"sku"`
	Properties struct {
		State     string `json:"state"`
		Host      string `json:"fullyQualifiedDomainName"`
		VCores    string `json:"vCores"`
		StorageGB string `json:"storageSizeInGB"`
		SubnetID  string `json:"subnetId"`
		License   string `json:"licenseType"` // LicenseIncluded, or BasePrice with one's own
	} `json:"properties"`
}

func managedInstanceRow(f *adapter.Fields, m *managedInstance) resource.Row {
	p := &m.Properties
	subnet := idOf(p.SubnetID)
	return &resource.Database{
		Meta:         resource.Meta{NativeID: f.ID()},
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
