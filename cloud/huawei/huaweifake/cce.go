package huaweifake

import (
	"net/url"
	"strings"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func (s server) clusters(region *fake.Region, _ url.Values) (any, *refusal) {
	return clustersOf(region, false), nil
}

func (s server) autopilots(region *fake.Region, _ url.Values) (any, *refusal) {
	return clustersOf(region, true), nil
}

// clustersOf are all clusters of a sort, which their types tell.
func clustersOf(region *fake.Region, autopilot bool) map[string]any {
	var all []resource.Cluster
	for _, cluster := range region.Clusters {
		if strings.HasPrefix(cluster.ClusterType, "cce.autopilot") == autopilot {
			all = append(all, cluster)
		}
	}
	return map[string]any{"kind": "Cluster", "apiVersion": "v3", "items": rendered(all, clusterOf)}
}

func clusterOf(c resource.Cluster) map[string]any {
	mode := 0
	if c.ChargeType == "prePaid" {
		mode = 1
	}
	version, endpoints := "", []any{}
	if c.Version != "" {
		version = "v" + c.Version
	}
	if c.Endpoint != "" {
		endpoints = append(endpoints, map[string]any{"url": "https://203.0.113.60:5443", "type": "External"}, map[string]any{"url": c.Endpoint, "type": "Internal"})
	}
	return map[string]any{
		"kind": "Cluster", "apiVersion": "v3",
		"metadata": map[string]any{
			"uid": c.NativeID, "name": "made-as", "alias": c.Name, "creationTimestamp": formatted(c.CloudCreatedAt, "2006-01-02 15:04:05.999999 +0000 UTC"), "updateTimestamp": changing(),
		},
		"spec": map[string]any{
			"category": "CCE", "type": "VirtualMachine", "flavor": c.ClusterType, "version": version, "platformVersion": "cce.1.0", "billingMode": mode,
			"hostNetwork": map[string]any{"vpc": c.VPCID, "subnet": first(c.SubnetIDs), "SecurityGroup": "sg-1"}, "clusterTags": keyValues(c.Tags),
			"authentication": map[string]any{"mode": "rbac", "authenticatingProxy": map[string]any{"privateKey": UserData}},
		},
		"status": map[string]any{"phase": c.Status, "jobID": changing(), "conditions": []any{map[string]any{"reason": changing()}}, "endpoints": endpoints},
	}
}
