package azure

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var managedClusters = listed[clusterProperties]("aks_list")

// A cluster that is made again has the same id in ARM and another unique one.
var clusters = adapter.Listing[*session, managedCluster]{
	Kind: resource.ClusterKind, What: "cluster", IDField: "properties.resourceUID",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &managedClusters,
	Believe: permitted("Microsoft.ContainerService/managedClusters/read"),
	ID:      func(c *managedCluster) string { return strings.ToLower(c.Properties.ResourceUID) },
	OtherID: (*managedCluster).key,
	Row:     clusterRow,
}

type managedCluster = entity[clusterProperties]

// clusterProperties are without the profiles that have passwords and secrets, and without the
// sizes of pools.
type clusterProperties struct {
	ResourceUID              string `json:"resourceUID"`
	ProvisioningState        string `json:"provisioningState"`
	KubernetesVersion        string `json:"kubernetesVersion"`
	CurrentKubernetesVersion string `json:"currentKubernetesVersion"` // that it has, where the other one may be 1.31
	FQDN                     string `json:"fqdn"`
	PrivateFQDN              string `json:"privateFQDN"`
	PowerState               struct {
		Code string `json:"code"`
	} `json:"powerState"`
	AgentPoolProfiles []struct {
		SubnetID string `json:"vnetSubnetID"` // none, where the network is the cluster's own
	} `json:"agentPoolProfiles"`
}

func clusterRow(f *adapter.Fields, c *managedCluster) resource.Row {
	p := &c.Properties
	row := &resource.Cluster{
		Name:           c.Name,
		Status:         cmp.Or(p.PowerState.Code, p.ProvisioningState),
		ClusterType:    joinedWords(c.SKU.Name, c.SKU.Tier),
		Version:        cmp.Or(p.CurrentKubernetesVersion, p.KubernetesVersion),
		Endpoint:       cmp.Or(p.FQDN, p.PrivateFQDN),
		Tags:           tagsOf(c.Tags),
		CloudCreatedAt: f.Time("createdAt", c.SystemData.CreatedAt, zone),
	}
	var networks []string
	for _, pool := range p.AgentPoolProfiles {
		subnet := idOf(pool.SubnetID)
		row.SubnetIDs, networks = append(row.SubnetIDs, subnet), append(networks, networkOf(subnet))
	}
	row.SubnetIDs, row.VPCID = adapter.Set(row.SubnetIDs...), adapter.Only(networks...)
	return row
}
