package azurefake

import (
	"net/http"
	"strings"

	"cloudsync/cloud/fake"
)

// A database of the engine sqlserver is one of Azure SQL, whose server is that of the first
// part of its endpoint; one of the engine managed is a managed instance.

func ofEngine(j fake.Judgement, engine string, each func(region *fake.Region, d fake.Database)) {
	for _, region := range j.Account.Regions {
		for _, d := range region.Databases {
			if d.Engine == engine {
				each(region, d)
			}
		}
	}
}

func serverOf(d fake.Database) string {
	server, _, _ := strings.Cut(d.Endpoint, ".")
	return server
}

func sqlServerID(j fake.Judgement, server string) string {
	return group(j, "sql") + "/providers/Microsoft.Sql/servers/" + server
}

// sqlServers answers as Servers_List (https://learn.microsoft.com/rest/api/sql/servers/list).
func sqlServers(_ *http.Request, j fake.Judgement) (all []any) {
	seen := map[string]bool{}
	ofEngine(j, "sqlserver", func(region *fake.Region, d fake.Database) {
		if server := serverOf(d); !seen[server] {
			seen[server] = true
			all = append(all, object{
				"id": sqlServerID(j, server), "name": server, "location": region.Name,
				"properties": object{"fullyQualifiedDomainName": d.Endpoint, "state": "Ready", "version": "12.0", "administratorLogin": "demo", "administratorLoginPassword": Secret},
			})
		}
	})
	return all
}

// sqlDatabases answers as Databases_ListByServer
// (https://learn.microsoft.com/rest/api/sql/databases/list-by-server).
func (s server) sqlDatabases(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	server := r.PathValue("server")
	var all []any
	add := func(region, guid, name, sku, status string, d fake.Database) {
		properties := object{"databaseId": guid, "status": status, "currentServiceObjectiveName": sku, "maxSizeBytes": d.StorageGiB << 30, "earliestRestoreDate": "2026-01-01T00:00:00Z"}
		putTime(properties, "creationDate", d.Created)
		of := object{"name": "GP_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": d.VCPU}
		if d.VCPU == 0 {
			of = object{"name": "Standard", "tier": "Standard", "capacity": 10}
		}
		all = append(all, object{
			"id": otherCase(sqlServerID(j, server) + "/databases/" + name), "name": name, "location": region, "tags": tags(d.Tags), "kind": "v12.0,user",
			"sku": of, "properties": properties,
		})
	}
	ofEngine(j, "sqlserver", func(region *fake.Region, d fake.Database) {
		if strings.EqualFold(serverOf(d), server) {
			if len(all) == 0 {
				add(region.Name, "00000000-0000-0000-0000-00000000000f", "master", "System0", "Online", fake.Database{})
			}
			add(region.Name, strings.ToUpper(d.ID), d.Name, d.Type, d.Status, d)
		}
	})
	if len(all) == 0 {
		refusal(w, http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Sql/servers/"+server+"' was not found.")
		return
	}
	s.list(w, r, all)
}

// managedInstances answers as ManagedInstances_List
// (https://learn.microsoft.com/rest/api/sql/managed-instances/list).
func managedInstances(_ *http.Request, j fake.Judgement) (all []any) {
	ofEngine(j, "managed", func(region *fake.Region, d fake.Database) {
		all = append(all, object{
			"id": group(j, d.ID) + "/providers/Microsoft.Sql/managedInstances/" + d.Name, "name": d.Name, "location": region.Name, "tags": tags(d.Tags),
			"sku": object{"name": d.Type}, "properties": object{
				"state": d.Status, "fullyQualifiedDomainName": d.Endpoint, "vCores": d.VCPU, "storageSizeInGB": d.StorageGiB,
				"subnetId": otherCase(subnetID(j, d.VPC, d.Subnet)), "licenseType": d.ChargeType, "administratorLoginPassword": Secret,
			},
		})
	})
	return all
}
