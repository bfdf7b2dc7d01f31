package alibabafake

import (
	"encoding/json"
	"time"

	"cloudsync/resource"
)

// china is the zone in which ACK writes times.
var china = time.FixedZone("CST", 8*60*60)

// clusters lists those of one region.
func clusters(c *call) (object, *failure) {
	part, number, size, total := numberedBy(c, only(c.Region.Clusters, c.commas("cluster_id"), func(k resource.Cluster) string { return k.NativeID }), 50, "page_number", "page_size")
	list := []object{}
	for _, cluster := range part {
		list = append(list, c.cluster(cluster))
	}
	return object{"clusters": list, "page_info": object{"page_number": number, "page_size": size, "total_count": total}}, nil
}

func (c *call) cluster(k resource.Cluster) object {
	urls, err := json.Marshal(object{"intranet_api_server_endpoint": k.Endpoint, "api_server_endpoint": "https://47.95.0.3:6443"})
	if err != nil {
		panic(err) // a mistake of this package
	}
	tags := []object{}
	for key, value := range k.Tags {
		tags = append(tags, object{"key": key, "value": value})
	}
	return object{
		"cluster_id": k.NativeID, "name": k.Name, "state": k.Status, "region_id": c.Region.Name, "cluster_type": "ManagedKubernetes", "cluster_spec": k.ClusterType,
		"current_version": k.Version, "init_version": k.Version, "next_version": c.volatile, "master_url": string(urls), "vpc_id": k.VPCID, "vswitch_ids": k.SubnetIDs, "tags": tags,
		"size": c.volatile, "updated": c.volatile, "meta_data": `{"KubernetesVersion":"planted-meta"}`, "created": k.CloudCreatedAt.In(china).Format(time.RFC3339),
	}
}
