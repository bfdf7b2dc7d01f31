package google

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// gke are the clusters of Kubernetes Engine of the project. A list of all locations tells which
// of them it lacks.
var gke = adapter.Census[*session, kubernetes]{
	Actions: []string{gkeList}, Path: questions[gkeList].list, Ask: ask[kubernetes],
	Key:    func(k *kubernetes) string { return pathOf(k.SelfLink) },
	Region: func(k *kubernetes) string { return regionOfPlace(k.Location) },
}

var gkeClusters = listed(resource.ClusterKind, "cluster", "id", &gke, func(k *kubernetes) string { return k.ID }, kubernetesRow)

// gkeFields are those of kubernetes. Keys and passwords of the cluster's master, and what its
// nodes are given, are not asked for.
const gkeFields = "id,name,selfLink,location,status,currentMasterVersion,endpoint,controlPlaneEndpointsConfig,networkConfig,autopilot,resourceLabels,createTime,expireTime"

// kubernetes is a cluster. How many nodes it has, and their versions, move by themselves.
type kubernetes struct {
	ID, Name, SelfLink, Location string // the last a zone or a region
	Status, CurrentMasterVersion string
	Endpoint                     string
	ControlPlaneEndpointsConfig  struct{ DNSEndpointConfig struct{ Endpoint string } }
	NetworkConfig                struct{ Network, Subnetwork string }
	Autopilot                    struct{ Enabled bool }
	ResourceLabels               map[string]string
	CreateTime, ExpireTime       string // the latter of an alpha cluster
}

func kubernetesRow(f *adapter.Fields, k *kubernetes) resource.Row {
	row := &resource.Cluster{
		Name:           k.Name,
		Status:         k.Status,
		ClusterType:    "standard", // the documents' words
		Version:        k.CurrentMasterVersion,
		Endpoint:       cmp.Or(k.Endpoint, k.ControlPlaneEndpointsConfig.DNSEndpointConfig.Endpoint),
		VPCID:          pathOf(k.NetworkConfig.Network),
		SubnetIDs:      adapter.Set(pathOf(k.NetworkConfig.Subnetwork)),
		Tags:           tagsOf(k.ResourceLabels),
		CloudCreatedAt: f.Time("createTime", k.CreateTime, zone),
		ExpiresAt:      f.Expiry("expireTime", k.ExpireTime, zone),
	}
	if k.Autopilot.Enabled {
		row.ClusterType = "autopilot"
	}
	return row
}
