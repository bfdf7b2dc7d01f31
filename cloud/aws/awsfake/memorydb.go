package awsfake

import (
	"fmt"
	"time"

	"cloudsync/cloud/fake"
)

// object is one of a JSON answer.
type object = map[string]any

func (q *request) describeClusters() (any, error) {
	found, err := q.cachesOf(memoryDBs, "ClusterName", "ClusterNotFoundFault")
	if err != nil {
		return nil, err
	}
	list, next, err := cachePage(q, found, "MaxResults", 1, 100, q.memoryDB)
	return listed("Clusters", list, "NextToken", next), err
}

// listed is an answer with a list, and a token where there is more.
func listed(name string, list any, token, next string) object {
	answer := object{name: list}
	if next != "" {
		answer[token] = next
	}
	return answer
}

func (q *request) memoryDB(of fake.Cache) object {
	cluster := object{
		"ARN": of.ID, "Name": of.Name, "Status": of.Status, "Engine": of.Engine, "EngineVersion": of.Version, "NodeType": of.Type,
		"NumberOfShards": of.Shards, "SubnetGroupName": subnetGroupName(of), "ACLName": Planted, "SnapshotWindow": time.Now().String(),
	}
	if of.Endpoint != "" {
		cluster["ClusterEndpoint"] = object{"Address": of.Endpoint, "Port": of.Port}
	}
	if q.form.Get("ShowShardDetails") != "true" {
		return cluster
	}
	shards := []object{}
	for i := range of.Shards {
		nodes := []object{}
		for n := range of.Replicas + 1 {
			node := object{"Name": memberName(of, i, n), "AvailabilityZone": zoneOf(of, n)}
			if !of.Created.IsZero() { // the first is the oldest
				node["CreateTime"] = float64(of.Created.Unix()) + float64(n)*0.25
			}
			nodes = append(nodes, node)
		}
		shards = append(shards, object{"Name": fmt.Sprintf("%04d", i+1), "Nodes": varied(q, nodes)})
	}
	cluster["Shards"] = varied(q, shards)
	return cluster
}

func (q *request) describeSubnetGroups() (any, error) {
	some, err := q.subnetGroups(true, "SubnetGroupName", "SubnetGroupNotFoundFault")
	if err != nil {
		return nil, err
	}
	list, next, err := cachePage(q, some, "MaxResults", 1, 100, func(of fake.Cache) object {
		subnets := []object{}
		for _, subnet := range varied(q, of.Subnets) {
			subnets = append(subnets, object{"Identifier": subnet})
		}
		return object{"Name": subnetGroupName(of), "VpcId": of.VPC, "Subnets": subnets}
	})
	return listed("SubnetGroups", list, "NextToken", next), err
}
