package azure

import (
	"cmp"
	"context"
	"regexp"
	"strconv"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const sqlPort = 1433

// sqlServers is the list of servers, below which the databases are: a request for each.
const sqlServers = "sqlserver_list"

// sqlDatabases are those of all servers of Azure SQL. Each server has one of its own,
// which is no row: master.
var sqlDatabases = adapter.Listing[*session, sqlDatabase]{
	Kind: resource.DatabaseKind, What: "SQL database", IDField: "properties.databaseId",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs).If(isSQLDatabase),
	Census: &adapter.Census[*session, sqlDatabase]{
		Actions: []string{"sqldatabase_list"}, Path: listPath, Ask: askBelow[sqlDatabase](sqlServers, func(*parent) bool { return true }),
		Key: (*sqlDatabase).key, Region: (*sqlDatabase).region,
	},
	Believe: permitted("Microsoft.Sql/servers/read", "Microsoft.Sql/servers/databases/read"),
	ID:      func(d *sqlDatabase) string { return strings.ToLower(d.Properties.DatabaseID) },
	OtherID: (*sqlDatabase).key,
	Gone:    func(d *sqlDatabase) (bool, error) { return d.Name == "master", nil },
	Join:    joinSQLDatabases,
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// isSQLDatabase says that an id is of the form of SQL databases': their own, or that of ARM.
func isSQLDatabase(id string) bool {
	return guid.MatchString(id) || strings.Contains(id, "/microsoft.sql/servers/")
}

type sqlDatabase = entity[sqlProperties]

type sqlProperties struct {
	DatabaseID   string `json:"databaseId"`
	Status       string `json:"status"`
	Objective    string `json:"currentServiceObjectiveName"`
	MaxSizeBytes string `json:"maxSizeBytes"`
	CreationDate string `json:"creationDate"`
}

// joinSQLDatabases gets the names of the servers that the databases are at.
func joinSQLDatabases(ctx context.Context, s *session, _ adapter.Batch[sqlDatabase]) (func(*adapter.Fields, *sqlDatabase) resource.Row, error) {
	servers, err := parents(ctx, s, sqlServers, false)
	hosts := map[string]string{}
	for _, server := range servers {
		hosts[idOf(server.ID)] = server.Properties.Host
	}
	return func(f *adapter.Fields, d *sqlDatabase) resource.Row {
		server, _, _ := strings.Cut(idOf(d.ID), "/databases/")
		return sqlDatabaseRow(f, d, hosts[server])
	}, err
}

func sqlDatabaseRow(f *adapter.Fields, d *sqlDatabase, host string) resource.Row {
	p := &d.Properties
	row := &resource.Database{
		Name:           d.Name,
		Status:         p.Status,
		Engine:         adapter.Engine("sqlserver"),
		InstanceType:   cmp.Or(p.Objective, d.SKU.Name),
		StorageGiB:     inGiB(f, "maxSizeBytes", p.MaxSizeBytes),
		Endpoint:       host,
		Port:           sqlPort,
		Tags:           tagsOf(d.Tags),
		CloudCreatedAt: f.Time("creationDate", p.CreationDate, zone),
	}
	if d.SKU.Family != "" { // sold by vCores; else the capacity is one of DTUs
		row.VCPU = f.Whole("capacity", d.SKU.Capacity)
	}
	return row
}

// inGiB is a number of bytes in whole GiB.
func inGiB(f *adapter.Fields, field, bytes string) int64 {
	if bytes == "" {
		return 0
	}
	n, err := strconv.ParseInt(bytes, 10, 64)
	if err != nil || n < 0 {
		f.Refuse(field, bytes)
	}
	return n >> 30
}
