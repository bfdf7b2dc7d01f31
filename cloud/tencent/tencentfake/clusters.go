package tencentfake

import (
	"slices"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// Serverless is the type of the clusters that have a list of their own.
const Serverless = "serverless"

func clustersOf(r *fake.Region) []resource.Cluster {
	return slices.DeleteFunc(slices.Clone(r.Clusters), func(c resource.Cluster) bool { return c.ClusterType == Serverless })
}

func serverlessOf(r *fake.Region) []resource.Cluster {
	return slices.DeleteFunc(slices.Clone(r.Clusters), func(c resource.Cluster) bool { return c.ClusterType != Serverless })
}

func cluster(c resource.Cluster) object {
	return object{
		"ClusterId": c.NativeID, "ClusterName": c.Name, "ClusterStatus": c.Status, "ClusterType": c.ClusterType, "ClusterVersion": c.Version,
		"ClusterNetworkSettings": object{"VpcId": c.VPCID, "Subnets": c.SubnetIDs, "SubnetId": "", "ClusterCIDR": "172.16.0.0/16", "MaxNodePodNum": 64},
		"ClusterNodeNum":         3, "ClusterMaterNodeNum": 0, "ClusterOs": "tlinux3.1x86_64", "ContainerRuntime": "containerd", "Property": `{"NodeNameType":"` + Planted + `"}`,
		"TagSpecification": clusterTags(c), "CreatedTime": utc(c.CloudCreatedAt),
	}
}

func serverlessCluster(c resource.Cluster) object {
	return object{
		"ClusterId": c.NativeID, "ClusterName": c.Name, "Status": c.Status, "K8SVersion": c.Version, "VpcId": c.VPCID, "SubnetIds": c.SubnetIDs,
		"ClusterDesc": Planted, "ServiceSubnetId": "", "DnsServers": nil, "TagSpecification": clusterTags(c), "CreatedTime": local(c.CloudCreatedAt, nil),
	}
}

func clusterTags(c resource.Cluster) any {
	if len(c.Tags) == 0 {
		return nil
	}
	return []object{{"ResourceType": "cluster", "Tags": tags(c.Tags, "Key", "Value")}}
}
