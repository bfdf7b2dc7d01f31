package azurefake

import (
	"net/http"

	"cloudsync/cloud/fake"
)

// databases answers as Servers_List of a resource provider
// (https://learn.microsoft.com/rest/api/mysql/servers/list,
// https://learn.microsoft.com/rest/api/postgresql/servers/list).
func databases(engine, provider string) func(*http.Request, fake.Judgement) []any {
	return func(_ *http.Request, j fake.Judgement) (all []any) {
		for _, region := range j.Account.Regions {
			for _, database := range region.Databases {
				if database.Engine == engine {
					all = append(all, flexibleServer(j, region, database, provider))
				}
			}
		}
		return all
	}
}

func flexibleServer(j fake.Judgement, region *fake.Region, database fake.Database, provider string) object {
	network := object{}
	put(network, "delegatedSubnetResourceId", subnetID(j, database.VPC, database.Subnet))
	properties := object{
		"state": database.Status, "version": database.Version, "fullyQualifiedDomainName": database.Endpoint,
		"administratorLogin": "demo", "administratorLoginPassword": Secret,
		"storage": object{"storageSizeGB": database.StorageGiB}, "network": network,
	}
	put(properties, "availabilityZone", database.Zone)
	created := object{}
	putTime(created, "createdAt", database.Created)
	return object{
		"id":   group(j, database.ID) + "/providers/" + provider + "/flexibleServers/" + database.Name,
		"name": database.Name, "location": region.Name, "tags": tags(database.Tags),
		"sku": object{"name": database.Type, "tier": "GeneralPurpose"}, "properties": properties, "systemData": created,
	}
}
