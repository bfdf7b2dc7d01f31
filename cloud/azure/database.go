package azure

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// engine is a resource provider of flexible servers. The SDK's modules for them are
// of the size of all the rest, for one list each.
type engine struct {
	name     string // as in what was asked; rows have the word of all clouds
	provider string
	version  string // of the API
	port     int64
}

var engines = []engine{
	// https://learn.microsoft.com/rest/api/mysql/servers/list
	{name: "mysql", provider: "Microsoft.DBforMySQL", version: "2023-12-30", port: 3306},
	// https://learn.microsoft.com/rest/api/postgresql/servers/list
	{name: "postgres", provider: "Microsoft.DBforPostgreSQL", version: "2024-08-01", port: 5432},
}

// databaseActions are what a credential has to be allowed for lists of databases.
var databaseActions = []string{
	"Microsoft.DBforMySQL/flexibleServers/read",
	"Microsoft.DBforPostgreSQL/flexibleServers/read",
	"Microsoft.Compute/locations/vmSizes/read",
}

// databases lists flexible servers for MySQL and PostgreSQL.
type databases struct{ s *session }

func (d databases) counted() counted[readRow[resource.Database]] {
	return counted[readRow[resource.Database]]{
		s: d.s, kind: "databases", what: "server", actions: databaseActions, table: d.s.tables.databases, load: d.s.listDatabases,
		idOf: func(one *readRow[resource.Database]) string { return one.row.NativeID },
	}
}

// List implements adapter.Lister. The cursor is the ARM id of the last one before.
func (d databases) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	page, found, err := d.counted().page(ctx, region, cursor)
	if err != nil || len(found.members) == 0 {
		return page, err
	}
	var names []string
	for _, one := range found.members {
		names = append(names, one.row.row.InstanceType)
	}
	sizes, err := d.s.sizes(ctx, region, time.Now(), names)
	if err != nil {
		return cloud.Page{}, err
	}
	for _, one := range found.members {
		row, f := one.row.row, adapter.NewFields("server", one.row.row.NativeID)
		size := sizes.of(f, row.InstanceType)
		row.VCPU, row.MemoryMiB = size.vcpu, size.memoryMiB
		adapter.PutRead(&page, &row, cmp.Or(one.row.problem, f.Problem()))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d databases) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return d.counted().lookup(ctx, region, nativeIDs)
}

// flexibleServer is what both engines answer alike.
type flexibleServer struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Location string            `json:"location"`
	Tags     map[string]string `json:"tags"`
	SKU      named             `json:"sku"`

	Properties struct {
		State            string `json:"state"`
		Version          string `json:"version"`
		Host             string `json:"fullyQualifiedDomainName"`
		AvailabilityZone string `json:"availabilityZone"`
		Storage          struct {
			SizeGB string `json:"storageSizeGB"`
		} `json:"storage"`
		Network struct {
			Subnet string `json:"delegatedSubnetResourceId"`
		} `json:"network"`
	} `json:"properties"`
	SystemData struct {
		CreatedAt string `json:"createdAt"`
	} `json:"systemData"`
}

// named is how ARM writes a SKU.
type named struct {
	Name string `json:"name"`
}

// listDatabases lists the flexible servers of all engines in the subscription.
func (s *session) listDatabases(ctx context.Context) (census[readRow[resource.Database]], error) {
	census := newCensus[readRow[resource.Database]]()
	for _, engine := range engines {
		err := s.serversOf(engine).each(ctx, s, func(item *adapter.Item[flexibleServer]) {
			f := item.Read("server", item.Value.ID)
			row := databaseRow(f, &item.Value, engine)
			census.add(location(item.Value.Location), idOf(item.Value.ID), readRow[resource.Database]{row: row, problem: f.Problem()})
		})
		if err != nil {
			return census, err
		}
	}
	census.sort()
	return census, nil
}

// serversOf is the list of an engine's servers. A subscription that has not registered
// the resource provider has none: it cannot unregister one that has resources
// (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types).
func (s *session) serversOf(engine engine) list[flexibleServer] {
	return list[flexibleServer]{action: engine.name + "_list", page: func(ctx context.Context, link string) (answered[flexibleServer], error) {
		if link == "" {
			link = runtime.JoinPaths(s.clients.arm.Endpoint(), "/subscriptions/", url.PathEscape(s.subscription)+
				"/providers/"+engine.provider+"/flexibleServers?api-version="+engine.version)
		}
		answer, err := read[answered[flexibleServer]](ctx, s, link)
		if missesProvider(err) {
			return answered[flexibleServer]{Value: []adapter.Item[flexibleServer]{}}, nil
		}
		return answer, err
	}}
}

// databaseRow is the row of a server, without what follows from its size. A server
// has no id but that of ARM.
func databaseRow(f *adapter.Fields, server *flexibleServer, engine engine) resource.Database {
	p := &server.Properties
	subnet := idOf(p.Network.Subnet)
	return resource.Database{
		Meta:           resource.Meta{NativeID: string(idOf(server.ID))},
		Name:           server.Name,
		Status:         p.State,
		Zone:           p.AvailabilityZone,
		Engine:         adapter.Engine(engine.name),
		EngineVersion:  p.Version,
		InstanceType:   server.SKU.Name,
		StorageGiB:     f.Whole("storageSizeGB", p.Storage.SizeGB),
		Endpoint:       p.Host,
		Port:           engine.port,
		VPCID:          subnet.network(),
		SubnetID:       string(subnet),
		Tags:           server.Tags,
		CloudCreatedAt: f.Time("createdAt", server.SystemData.CreatedAt, zone),
	}
}
