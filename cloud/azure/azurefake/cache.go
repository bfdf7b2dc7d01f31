package azurefake

import (
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// caches answers as Redis_ListBySubscription
// (https://learn.microsoft.com/rest/api/redis/redis/list-by-subscription). They are those
// whose type is TIER_FAMILYCAPACITY with a tier of that product.
func caches(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, cache := range region.Caches {
			if tier, size, is := tierOf(cache); is {
				all = append(all, redis(j, region, cache, tier, size))
			}
		}
	}
	return all
}

func tierOf(cache fake.Cache) (tier, size string, is bool) {
	tier, size, is = strings.Cut(cache.Type, "_")
	return tier, size, is && (tier == "Basic" || tier == "Standard" || tier == "Premium")
}

func redis(j fake.Judgement, region *fake.Region, cache fake.Cache, tier, size string) object {
	properties := object{
		"provisioningState": cache.Status, "redisVersion": cache.Version, "hostName": cache.Endpoint,
		"enableNonSslPort": false, "port": 6379, "sslPort": cache.Port,
		"sku":                object{"name": tier, "family": size[:1], "capacity": int(size[1] - '0')},
		"accessKeys":         object{"primaryKey": Secret}, // which only the answers to other requests have
		"redisConfiguration": object{"rdb-storage-connection-string": Secret},
		"instances":          []any{object{"isPrimary": time.Now().UnixNano()%2 == 0, "sslPort": 15000}}, // a failover moves it
	}
	if cache.Shards > 0 {
		properties["shardCount"] = cache.Shards
	}
	if cache.Replicas > 0 {
		properties["replicasPerMaster"], properties["replicasPerPrimary"] = cache.Replicas, cache.Replicas
	}
	for _, subnet := range cache.Subnets {
		put(properties, "subnetId", subnetID(j, cache.VPC, subnet))
	}
	return object{
		"id":   group(j, cache.ID) + "/providers/Microsoft.Cache/Redis/" + cache.Name,
		"name": cache.Name, "location": region.Name, "zones": cache.Zones, "tags": tags(cache.Tags), "properties": properties,
	}
}

// managedCaches answers as RedisEnterprise_List
// (https://learn.microsoft.com/rest/api/redis/redisenterprisecache/redis-enterprise/list),
// of all other types.
func managedCaches(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, cache := range region.Caches {
			if _, _, is := tierOf(cache); is {
				continue
			}
			all = append(all, object{
				"id":   group(j, cache.ID) + "/providers/Microsoft.Cache/redisEnterprise/" + cache.Name,
				"name": cache.Name, "location": region.Name, "kind": "v2", "zones": cache.Zones, "tags": tags(cache.Tags),
				"sku": object{"name": cache.Type},
				"properties": object{
					"provisioningState": "Succeeded", "resourceState": cache.Status, "redisVersion": cache.Version,
					"hostName": cache.Endpoint, "redundancyMode": "ZR",
				},
			})
		}
	}
	return all
}
