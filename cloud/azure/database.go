package azure

import (
	"context"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// ports are those of the engines, as adapter.Engine calls them.
var ports = map[string]int64{"mysql": 3306, "postgresql": 5432}

// servers are the flexible servers of all engines in the subscription. A server has no id
// but that of ARM.
var servers = adapter.Census[*session, server]{
	Actions: []string{"mysql_list", "postgres_list"}, Path: listPath, Ask: askServers,
	Key: (*server).key, Region: (*server).region,
}

// databases are flexible servers and those of Azure SQL.
var databases = adapter.Several{&flexibleServers, &sqlDatabases, &managedInstances}

var flexibleServers = adapter.Listing[*session, server]{
	Kind: resource.DatabaseKind, What: "server", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs).If(isFlexible), Census: &servers,
	Believe: permitted("Microsoft.DBforMySQL/flexibleServers/read", "Microsoft.DBforPostgreSQL/flexibleServers/read", "Microsoft.Compute/locations/vmSizes/read"),
	ID:      (*server).key,
	Join:    joinDatabases,
}

// isFlexible is false for the ids of Azure SQL.
func isFlexible(id string) bool { return !isSQLDatabase(id) && !isManagedInstance(id) }

// server is what both engines answer alike.
type server = entity[serverProperties]

type serverProperties struct {
	engine string // of the list that it is in

	State            string `json:"state"`
	Version          string `json:"version"`
	Host             string `json:"fullyQualifiedDomainName"`
	AvailabilityZone string `json:"availabilityZone"`
	StorageGB        string `at:"storage.storageSizeGB"`
	Subnet           string `at:"network.delegatedSubnetResourceId"`
}

func askServers(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[server], error) {
	answer, err := ask[server](ctx, s, q)
	engine := adapter.Engine(strings.TrimSuffix(q.Action, "_list"))
	for i := range answer.Items {
		answer.Items[i].Value.Properties.engine = engine
	}
	return answer, err
}

func databaseRow(f *adapter.Fields, s *server, sizeOf adapter.SizeOf) resource.Row {
	p := &s.Properties
	subnet := idOf(p.Subnet)
	row := &resource.Database{
		Name:           s.Name,
		Status:         p.State,
		Zone:           p.AvailabilityZone,
		Engine:         p.engine,
		EngineVersion:  p.Version,
		InstanceType:   s.SKU.Name,
		StorageGiB:     f.Whole("storageSizeGB", p.StorageGB),
		Endpoint:       p.Host,
		Port:           ports[p.engine],
		VPCID:          networkOf(subnet),
		SubnetID:       subnet,
		Tags:           tagsOf(s.Tags),
		CloudCreatedAt: f.Time("createdAt", s.SystemData.CreatedAt, zone),
	}
	row.VCPU, row.MemoryMiB = sizeOf(f, row.InstanceType)
	return row
}
