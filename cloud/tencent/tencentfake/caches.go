package tencentfake

import (
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

// caches wants pages that begin at a multiple of their size, and leaves out ids that there
// are not.
func (s *server) caches(asked request) (object, *failure) {
	if asked.Offset%asked.Limit != 0 {
		return nil, &failure{"InvalidParameter.InvalidParameter", "Offset is not a multiple of Limit."}
	}
	page, total := list(s, asked, asked.region.Caches, asked.InstanceIDs, func(d fake.Cache) string { return d.ID })
	set := make([]object, len(page))
	for i, cache := range page {
		set[i] = redisInstance(cache, asked.region.Name)
	}
	return object{"TotalCount": total, "InstanceSet": set}, nil
}

// The API's numbers for the words of its documentation. Those of engines are of one
// architecture of each version.
var (
	redisStatus = map[string]int{"TO_BE_INITIALIZED": 0, "IN_PROCESS": 1, "RUNNING": 2, "ISOLATED": -2, "TO_BE_DELETED": -3}
	redisCharge = map[string]int{"postpaid": 0, "prepaid": 1}
	redisTypes  = map[string]int{"redis 2.8": 2, "ckv 3.2": 4, "redis 4.0": 7, "redis 7.0": 18, "valkey 8.0": 20, "memcached 1.6": 200}
	redisZones  = map[string]int{"ap-guangzhou": 100_000, "ap-shanghai": 200_000, "ap-beijing": 800_000}
)

// redisInstance has the first zone as the primary's, the others only where there are several,
// and one subnet.
func redisInstance(d fake.Cache, region string) object {
	nodes := []object{}
	for i, zone := range d.Zones {
		nodes = append(nodes, object{"NodeId": 336940 + i, "NodeType": min(i, 1), "ZoneId": zoneID(region, zone), "ZoneName": ""})
	}
	var first any
	if len(nodes) > 0 {
		first = nodes[0]["ZoneId"]
	}
	if len(nodes) < 2 {
		nodes = nodes[:0]
	}
	return object{
		"InstanceId": d.ID, "InstanceName": d.Name, "Status": number(redisStatus, d.Status), "InstanceTitle": "Running", "SubStatus": 19,
		"Region": region, "RegionId": 8, "ZoneId": first, "NodeSet": nodes,
		"Type": number(redisTypes, d.Engine+" "+d.Version), "Engine": "Redis", "ProductType": d.Type, "ProductVersion": "local",
		"Size": float64(d.MemoryMiB), "SizeUsed": 17.5, "RedisShardSize": d.MemoryMiB / max(d.Shards, 1), "RedisShardNum": d.Shards, "RedisReplicasNum": d.Replicas,
		"WanIp": d.Endpoint, "WanAddress": "", "Port": d.Port, "IPv6": "", "VpcId": 75101, "SubnetId": 46315, "UniqVpcId": d.VPC, "UniqSubnetId": strings.Join(d.Subnets, ","),
		"BillingMode": number(redisCharge, d.ChargeType), "InstanceTags": tags(d.Tags, "TagKey", "TagValue"), "Tags": []string{}, "NoAuth": false,
		"Createtime": local(d.Created, "0000-00-00 00:00:00"), "DeadlineTime": local(d.Expires, "0000-00-00 00:00:00"), "CloseTime": "0000-00-00 00:00:00", "OfflineTime": "",
		"CurrentProxyVersion": "5.8.0", "CurrentRedisVersion": "7.0.12", "UpgradeRedisVersion": "", "PolarisServer": Planted,
	}
}

// zoneID is the number of a zone.
func zoneID(region, zone string) int {
	of, _ := strconv.Atoi(strings.TrimPrefix(zone, region+"-"))
	return redisZones[region] + of
}
