package alibabafake

import "cloudsync/cloud/fake"

// caches lists pages by their number.
func caches(c *call) (object, *failure) {
	part, number, size, total := numbered(c, only(c.Region.Caches, c.commas("InstanceIds"), func(d fake.Cache) string { return d.ID }), 50)
	list := []object{}
	for _, cache := range part {
		list = append(list, kvInstance(cache, c.Region.Name))
	}
	return object{"Instances": object{"KVStoreInstance": list}, "PageNumber": number, "PageSize": size, "TotalCount": total}, nil
}

func kvInstance(d fake.Cache, region string) object {
	zones := append(append([]string{}, d.Zones...), "", "")
	o := object{
		"InstanceId": d.ID, "InstanceName": d.Name, "InstanceStatus": d.Status, "RegionId": region, "ZoneId": zones[0], "SecondaryZoneId": zones[1],
		"InstanceType": d.Engine, "EngineVersion": d.Version, "InstanceClass": d.Type, "ArchitectureType": "cluster",
		"Capacity": d.MemoryMiB, "ShardCount": d.Shards, "ReplicaCount": d.Replicas,
		"ConnectionDomain": d.Endpoint, "Port": d.Port, "NetworkType": "VPC", "VpcId": d.VPC, "VSwitchId": first(d.Subnets),
		"ChargeType": d.ChargeType, "CreateTime": moment(d.Created, seconds, ""), "EndTime": moment(d.Expires, seconds, ""),
		"QPS": 100000, "Bandwidth": 96, "Connections": 10000, "UserName": d.ID,
	}
	setTags(o, d.Tags)
	return o
}
