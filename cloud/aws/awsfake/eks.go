package awsfake

import (
	"net/http"
	"slices"

	"cloudsync/resource"
)

// listClusters has names alone.
func (q *request) listClusters() (any, error) {
	list, next, err := cachePage(q, q.Region.Clusters, "maxResults", 1, 100, func(of resource.Cluster) string { return of.Name })
	return listed("clusters", list, "nextToken", next), err
}

func (q *request) describeCluster() (any, error) {
	name := q.form.Get("name")
	i := slices.IndexFunc(q.Region.Clusters, func(of resource.Cluster) bool { return of.Name == name })
	if i < 0 {
		return nil, &failure{http.StatusNotFound, "ResourceNotFoundException", "No cluster found for name: " + name + "."}
	}
	of := q.Region.Clusters[i]
	item := object{
		"arn": of.NativeID, "name": of.Name, "status": of.Status, "version": of.Version, "endpoint": of.Endpoint, "tags": of.Tags,
		"resourcesVpcConfig":        object{"vpcId": of.VPCID, "subnetIds": varied(q, of.SubnetIDs)},
		"controlPlaneScalingConfig": object{"tier": of.ClusterType}, "connectorConfig": object{"activationCode": Planted},
		"certificateAuthority": object{"data": Planted}, "health": object{"issues": []string{q.id()}},
	}
	if !of.CloudCreatedAt.IsZero() {
		item["createdAt"] = float64(of.CloudCreatedAt.Unix())
	}
	return object{"cluster": item}, nil
}
