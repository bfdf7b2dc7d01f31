package azurefake

import (
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// clusters answers as ManagedClusters_List
// (https://learn.microsoft.com/rest/api/aks/managed-clusters/list). A cluster's type is
// NAME_TIER of its SKU.
func clusters(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, cluster := range region.Clusters {
			name, tier, _ := strings.Cut(cluster.ClusterType, "_")
			created := object{"lastModifiedAt": changing()}
			putTime(created, "createdAt", cluster.CloudCreatedAt)
			all = append(all, object{
				"id":   group(j, cluster.NativeID) + "/providers/Microsoft.ContainerService/managedClusters/" + cluster.Name,
				"name": cluster.Name, "location": region.Name, "tags": tags(cluster.Tags), "systemData": created,
				"sku": object{"name": name, "tier": tier}, "eTag": changing(), "properties": clusterProperties(j, cluster),
			})
		}
	}
	return all
}

func clusterProperties(j fake.Judgement, cluster resource.Cluster) object {
	pools := []any{}
	for _, subnet := range cluster.SubnetIDs {
		pools = append(pools, object{"name": "pool", "count": time.Now().UnixNano() % 100, "vnetSubnetID": subnetID(j, cluster.VPCID, subnet)})
	}
	return object{
		"resourceUID": cluster.NativeID, "provisioningState": "Succeeded", "powerState": object{"code": cluster.Status},
		"kubernetesVersion": cluster.Version, "currentKubernetesVersion": cluster.Version, "fqdn": cluster.Endpoint,
		"agentPoolProfiles":       append(pools, object{"name": "own", "count": 1}),
		"servicePrincipalProfile": object{"clientId": "c", "secret": Secret},
		"windowsProfile":          object{"adminUsername": "demo", "adminPassword": Secret},
	}
}
