package googlefake

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// locations answers as the locations.list of a product, which has all regions of the project.
func (s server) locations(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	var all []object
	for _, region := range j.Account.Regions {
		if !region.Disabled && region.Name != global {
			all = append(all, object{"name": "projects/" + j.Account.ID + "/locations/" + region.Name, "locationId": region.Name, "metadata": object{"@type": "t"}})
		}
	}
	list(s, w, r, "", "locations", all)
}

// memorystore answers as the list of one of the products, of those caches that it has. A region
// with a zone out of reach says so.
func (s server) memorystore(mux *http.ServeMux, product, name string, of func(fake.Judgement, *fake.Region, fake.Cache) object) {
	mux.HandleFunc("GET /"+product+"/v1/projects/{project}/locations/{location}/"+name, s.answer(product+".projects.locations."+name+".list", func(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
		switch {
		case j.Region == nil:
			refuse(w, r, fake.Judgement{Verdict: fake.RegionDisabled})
			return
		case len(j.Region.Unreachable) > 0:
			write(w, http.StatusOK, object{"unreachable": []string{"projects/" + j.Account.ID + "/locations/" + j.Region.Name}})
			return
		}
		var all []object
		for _, cache := range j.Region.Caches {
			if one := of(j, j.Region, cache); one != nil {
				all = append(all, one)
			}
		}
		list(s, w, r, "", name, all)
	}))
}

// common is what all products say of a cache.
func common(j fake.Judgement, region *fake.Region, collection string, cache fake.Cache) object {
	one := object{
		"name":  "projects/" + j.Account.ID + "/locations/" + region.Name + "/" + collection + "/" + cache.Name,
		"state": cache.Status, "replicaCount": cache.Replicas,
	}
	if len(cache.Tags) > 0 {
		one["labels"] = cache.Tags
	}
	if !cache.Created.IsZero() {
		one["createTime"] = cache.Created.Format("2006-01-02T15:04:05.000000000Z")
	}
	return one
}

func version(engine, version string) string {
	return strings.ToUpper(engine) + "_" + strings.ToUpper(strings.ReplaceAll(version, ".", "_"))
}

func network(j fake.Judgement, name string) string {
	return "projects/" + j.Account.ID + "/global/networks/" + name
}

// redis is an instance for Redis: a cache for Redis without shards
// (https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances).
func redis(j fake.Judgement, region *fake.Region, cache fake.Cache) object {
	if cache.Engine != "redis" || cache.Shards > 0 {
		return nil
	}
	one := common(j, region, "instances", cache)
	one["tier"], one["redisVersion"], one["memorySizeGb"] = cache.Type, version("redis", cache.Version), cache.MemoryMiB>>10
	one["host"], one["port"], one["authorizedNetwork"] = cache.Endpoint, cache.Port, network(j, cache.VPC)
	if len(cache.Zones) > 0 {
		one["locationId"], one["alternativeLocationId"] = cache.Zones[0], cache.Zones[len(cache.Zones)-1]
		one["currentLocationId"] = cache.Zones[int(time.Now().UnixNano())%len(cache.Zones)]
	}
	return one
}

// cluster is a cluster for Redis: a cache for Redis with shards
// (https://cloud.google.com/memorystore/docs/cluster/reference/rest/v1/projects.locations.clusters).
func cluster(j fake.Judgement, region *fake.Region, cache fake.Cache) object {
	if cache.Engine != "redis" || cache.Shards == 0 {
		return nil
	}
	one := common(j, region, "clusters", cache)
	one["uid"], one["nodeType"], one["shardCount"] = cache.ID, cache.Type, cache.Shards
	one["preciseSizeGb"] = float64(cache.MemoryMiB) / 1024
	one["discoveryEndpoints"] = []object{{"address": cache.Endpoint, "port": cache.Port, "pscConfig": object{"network": network(j, cache.VPC)}}}
	one["zoneDistributionConfig"] = distribution(cache)
	return one
}

func distribution(cache fake.Cache) object {
	if len(cache.Zones) == 1 {
		return object{"mode": "SINGLE_ZONE", "zone": cache.Zones[0]}
	}
	return object{"mode": "MULTI_ZONE"}
}

// valkey is an instance for Valkey
// (https://cloud.google.com/memorystore/docs/valkey/reference/rest/v1/projects.locations.instances).
func valkey(j fake.Judgement, region *fake.Region, cache fake.Cache) object {
	if cache.Engine != "valkey" {
		return nil
	}
	one := common(j, region, "instances", cache)
	one["uid"], one["nodeType"], one["shardCount"], one["engineVersion"] = cache.ID, cache.Type, cache.Shards, version("valkey", cache.Version)
	one["nodeConfig"] = object{"sizeGb": float64(cache.MemoryMiB) / 1024 / float64(cache.Shards)}
	connections := []object{
		{"pscAutoConnection": object{"ipAddress": "10.0.0.1", "port": cache.Port, "network": network(j, cache.VPC), "connectionType": "CONNECTION_TYPE_PRIMARY"}},
		{"pscAutoConnection": object{"ipAddress": cache.Endpoint, "port": cache.Port, "network": network(j, cache.VPC), "connectionType": "CONNECTION_TYPE_DISCOVERY"}},
	}
	if time.Now().UnixNano()%2 == 0 {
		slices.Reverse(connections)
	}
	one["endpoints"], one["zoneDistributionConfig"] = []object{{"connections": connections}}, distribution(cache)
	return one
}
