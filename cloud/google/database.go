package google

import (
	"cmp"
	"context"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// sqlInstances are the Cloud SQL instances of the project. An instance has no id but its name,
// which is free again once it is deleted: the time of its creation tells one from the next.
var sqlInstances = adapter.Census[*session, database]{
	Actions: []string{databaseList}, Path: questions[databaseList].list, Ask: ask[database],
	Key:    func(d *database) string { return d.ConnectionName },
	Region: func(d *database) string { return d.Region },
}

var databases = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "instance", IDField: "connectionName",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &sqlInstances,
	Believe: enabled,
	Join:    joinDatabases,
}

// database is a Cloud SQL instance: a primary, or a replica of one. Passwords and keys of
// replicas are in other fields of it.
type database struct {
	ConnectionName                            string // PROJECT:REGION:NAME
	Name, Region, State, InstanceType         string
	DatabaseVersion, DatabaseInstalledVersion string // such as MYSQL_8_0, and MYSQL_8_0_31
	GceZone, CreateTime                       string
	DNSName                                   string // of one that is reached by Private Service Connect
	IPAddresses                               []struct{ Type, IPAddress string }
	Settings                                  struct {
		Tier, ActivationPolicy, DataDiskSizeGb, PricingPlan string
		UserLabels                                          map[string]string
		IPConfiguration                                     struct{ PrivateNetwork string }
	}
}

// ports are those of the engines, as adapter.Engine calls them.
var ports = map[string]int64{"mysql": 3306, "postgresql": 5432, "sqlserver": 1433}

// joinDatabases gets what the tiers of the instances just listed have.
func joinDatabases(ctx context.Context, s *session, page adapter.Batch[database]) (func(*adapter.Fields, *database) resource.Row, error) {
	sizeOf, err := s.tiers.Of(ctx, global, unspoken(page.IDs(func(d *database) string { return d.Settings.Tier })), s.describeTiers)
	return func(f *adapter.Fields, d *database) resource.Row { return databaseRow(f, d, sizeOf) }, err
}

// databaseRow is nil for one that runs elsewhere, of which only the source of a replica is here.
func databaseRow(f *adapter.Fields, d *database, sizeOf adapter.SizeOf) resource.Row {
	if d.InstanceType == "ON_PREMISES_INSTANCE" {
		return nil
	}
	engine, _, _ := strings.Cut(d.DatabaseVersion, "_")
	row := &resource.Database{
		Name:           d.Name,
		Status:         d.status(),
		Zone:           d.GceZone,
		Engine:         adapter.Engine(engine),
		EngineVersion:  number(cmp.Or(d.DatabaseInstalledVersion, d.DatabaseVersion)),
		InstanceType:   d.Settings.Tier,
		StorageGiB:     f.Whole("dataDiskSizeGb", d.Settings.DataDiskSizeGb),
		Endpoint:       cmp.Or(d.address("PRIVATE"), d.address("PRIMARY"), d.DNSName),
		VPCID:          pathOf(d.Settings.IPConfiguration.PrivateNetwork),
		ChargeType:     d.Settings.PricingPlan,
		Tags:           tagsOf(d.Settings.UserLabels),
		CloudCreatedAt: f.Time("createTime", d.CreateTime, zone),
	}
	row.Port = ports[row.Engine]
	row.VCPU, row.MemoryMiB = sizeIn(f, row.InstanceType, sizeOf)
	return row
}

// status is the state, but for one that is stopped, of which the state says that it could run.
func (d *database) status() string {
	if d.State == "RUNNABLE" && d.Settings.ActivationPolicy == "NEVER" {
		return "STOPPED"
	}
	return d.State
}

// address is that of a type, of which PRIMARY is the public one.
func (d *database) address(of string) string {
	for _, ip := range d.IPAddresses {
		if ip.Type == of {
			return ip.IPAddress
		}
	}
	return ""
}
