package azure

import (
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
	name     string // as in rows
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

func (d databases) counted() counted[resource.Database] {
	return counted[resource.Database]{
		s: d.s, kind: "databases", actions: databaseActions, table: d.s.tables.databases, load: d.s.listDatabases,
		idOf: func(row *resource.Database) string { return row.NativeID },
	}
}

// List implements adapter.Lister. The cursor is the ARM id of the last one before.
func (d databases) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	var found []*resource.Database
	page, err := d.counted().list(ctx, region, cursor, func(row resource.Database) resource.Row {
		found = append(found, &row)
		return &row
	})
	if err != nil || len(found) == 0 {
		return page, err
	}
	var names []string
	for _, row := range found {
		names = append(names, row.InstanceType)
	}
	sizes, err := d.s.sizes(ctx, region, time.Now(), names)
	if err != nil {
		return cloud.Page{}, err
	}
	for _, row := range found {
		size := sizes.of(row.InstanceType)
		row.VCPU, row.MemoryMiB = size.vcpu, size.memoryMiB
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d databases) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return d.counted().lookup(ctx, region, nativeIDs)
}

// flexibleServer is what both engines answer alike.
type flexibleServer struct {
	ID       *string            `json:"id"`
	Name     *string            `json:"name"`
	Location *string            `json:"location"`
	Tags     map[string]*string `json:"tags"`
	SKU      struct {
		Name *string `json:"name"`
	} `json:"sku"`
	Properties struct {
		State            *string `json:"state"`
		Version          *string `json:"version"`
		Host             *string `json:"fullyQualifiedDomainName"`
		AvailabilityZone *string `json:"availabilityZone"`
		Storage          struct {
			SizeGB *int64 `json:"storageSizeGB"`
		} `json:"storage"`
		Network struct {
			Subnet *string `json:"delegatedSubnetResourceId"`
		} `json:"network"`
	} `json:"properties"`
	SystemData struct {
		CreatedAt *time.Time `json:"createdAt"`
	} `json:"systemData"`
}

// listDatabases lists the flexible servers of all engines in the subscription.
func (s *session) listDatabases(ctx context.Context) (census[resource.Database], error) {
	census := newCensus[resource.Database]()
	for _, engine := range engines {
		err := s.serversOf(engine).each(ctx, s, func(server *flexibleServer) error {
			row, err := databaseRow(server, engine)
			if err != nil {
				return err
			}
			census.add(location(server.Location), idOf(server.ID), *row)
			return nil
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
			return answered[flexibleServer]{Value: []*flexibleServer{}}, nil
		}
		return answer, err
	}}
}

// databaseRow is the row of a server, without what follows from its size. A server
// has no id but that of ARM.
func databaseRow(server *flexibleServer, engine engine) (*resource.Database, error) {
	p := &server.Properties
	subnet := idOf(p.Network.Subnet)
	row := &resource.Database{
		Meta:          resource.Meta{NativeID: string(idOf(server.ID))},
		Name:          text(server.Name),
		Status:        text(p.State),
		Zone:          text(p.AvailabilityZone),
		Engine:        engine.name,
		EngineVersion: text(p.Version),
		InstanceType:  text(server.SKU.Name),
		StorageGiB:    number(p.Storage.SizeGB),
		Endpoint:      text(p.Host),
		Port:          engine.port,
		VPCID:         subnet.network(),
		SubnetID:      string(subnet),
		Tags:          tagsOf(server.Tags),
	}
	if server.SystemData.CreatedAt != nil {
		row.CloudCreatedAt = *server.SystemData.CreatedAt
	}
	if row.StorageGiB < 0 {
		return nil, adapter.BadAnswer(engine.name+"_list", "server %s: storageSizeGB is %d", row.NativeID, row.StorageGiB)
	}
	return row, nil
}
