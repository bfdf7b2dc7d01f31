package aws

import (
	"cmp"
	"context"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// hostDisks are the volumes, by the instances that they are attached to.
var hostDisks = adapter.Beside[*session, volume, int64]{
	List: &adapter.Listing[*session, volume]{
		What: "volume", Action: "DescribeVolumes", Path: "volumeSet.item",
		Pages: adapter.Tokens(maxVolumes), IDs: adapter.Together(maxFilterValues), Shared: true,
		Ask: ask[volume]("nextToken", describeVolumes("attachment.instance-id")),
		ID:  volumeID,
	},
	Of: func(f *adapter.Fields, v *volume) (gib int64, instances []string) {
		for _, one := range v.Attachments {
			instances = append(instances, one.InstanceID)
		}
		return f.Whole("size", v.Size), instances
	},
	Add:   adapter.Sum,
	Whose: []string{"attachmentSet"},
	Reads: []string{"volumeId", "size", "attachmentSet"},
	ByIDs: true,
}

// rootDevices are the devices that instances start from.
var rootDevices = adapter.Beside[*session, instance, string]{
	List: &adapter.Listing[*session, instance]{
		What: "instance", Action: "DescribeInstances", Path: "reservationSet.item.instancesSet.item",
		Pages: adapter.Tokens(maxInstances), IDs: adapter.Together(maxFilterValues), Shared: true,
		Ask: ask[instance]("nextToken", describeInstances),
		ID:  instanceID,
	},
	Of: func(_ *adapter.Fields, i *instance) (name string, instances []string) {
		return i.RootDevice, []string{i.ID}
	},
	Whose: []string{"instanceId"},
	Reads: []string{"instanceId", "rootDeviceName"},
	ByIDs: true,
}

// cacheMembers are what the list of replication groups does not say of them, by their members:
// all clusters, since none of several is asked for by its name in one call.
var cacheMembers = adapter.Beside[*session, cacheMember, cacheMember]{
	List: &adapter.Listing[*session, cacheMember]{
		What: "cache cluster", Action: "DescribeCacheClusters", Path: "DescribeCacheClustersResult.CacheClusters.CacheCluster",
		Pages: adapter.Tokens(maxCaches), IDs: adapter.Alone(maxAlone),
		Ask: ask[cacheMember]("DescribeCacheClustersResult.Marker", describeCacheMembers),
		ID:  func(m *cacheMember) string { return m.ID },
	},
	Of:    func(_ *adapter.Fields, m *cacheMember) (cacheMember, []string) { return *m, []string{m.ID} },
	Whose: []string{"CacheClusterId"},
	ByIDs: true,
}

type cacheMember struct {
	ID            string `json:"CacheClusterId"`
	Engine        string
	EngineVersion string
	SubnetGroup   string `json:"CacheSubnetGroupName"`
}

var cacheSubnetGroups = networksOf(&adapter.Listing[*session, subnetGroup]{
	Action: "DescribeCacheSubnetGroups", Path: "DescribeCacheSubnetGroupsResult.CacheSubnetGroups.CacheSubnetGroup",
	Ask: ask[subnetGroup]("DescribeCacheSubnetGroupsResult.Marker", describeCacheSubnetGroups),
})

var memorySubnetGroups = networksOf(&adapter.Listing[*session, subnetGroup]{
	Action: "DescribeSubnetGroups", Path: "SubnetGroups", Ask: askJSON[subnetGroup]("NextToken", describeSubnetGroups),
})

// subnetGroup is one of ElastiCache or of MemoryDB, by the names that it has in either.
type subnetGroup struct {
	Name, CacheSubnetGroupName string
	VPC                        string `json:"VpcId"`
	Subnets                    []struct{ Identifier, SubnetIdentifier string }
}

func (g *subnetGroup) name() string { return cmp.Or(g.CacheSubnetGroupName, g.Name) }

// network is that of a subnet group, with all subnets that a node may be in.
type network struct {
	vpc     string
	subnets []string
}

// networks are those of subnet groups, by their names.
type networks = adapter.Beside[*session, subnetGroup, network]

// networksOf are those of the subnet groups that are in a list.
func networksOf(list *adapter.Listing[*session, subnetGroup]) networks {
	list.What, list.ID = "subnet group", (*subnetGroup).name
	list.Pages, list.IDs = adapter.Tokens(maxCaches), adapter.Alone(maxAlone)
	return networks{
		List: list,
		Of: func(_ *adapter.Fields, g *subnetGroup) (in network, names []string) {
			for _, subnet := range g.Subnets {
				in.subnets = append(in.subnets, cmp.Or(subnet.SubnetIdentifier, subnet.Identifier))
			}
			in.vpc = g.VPC
			return in, []string{g.name()}
		},
		Whose: []string{"CacheSubnetGroupName", "Name"},
		ByIDs: true,
	}
}

// joinCaches joins caches with their members, their networks and their tags.
func joinCaches(groups *networks) func(context.Context, *session, adapter.Batch[cache]) (func(*adapter.Fields, *cache) resource.Row, error) {
	return func(ctx context.Context, s *session, page adapter.Batch[cache]) (func(*adapter.Fields, *cache) resource.Row, error) {
		memberOf, err := cacheMembers.Join(ctx, s, page.Visit(), page.IDs((*cache).member))
		if err != nil {
			return nil, err
		}
		groupOf := func(f *adapter.Fields, c *cache) string {
			return cmp.Or(c.CacheSubnetGroupName, c.SubnetGroupName, memberOf(f, c.member()).SubnetGroup)
		}
		networkOf, err := groups.Join(ctx, s, page.Visit(), page.IDs(func(c *cache) string { return groupOf(&adapter.Fields{}, c) }))
		if err != nil {
			return nil, err
		}
		tags, _, err := tagsOf(ctx, s, &resourceTags, page.Region, page.IDs(cacheARN))
		return func(f *adapter.Fields, c *cache) resource.Row {
			return cacheRow(f, c, memberOf(f, c.member()), networkOf(f, groupOf(f, c)), tags.read(f, c.ARN))
		}, err
	}
}

// joinTagged joins load balancers with their tags, by the id of either sort. One that is not
// known to have any went away since.
func joinTagged[T any](list *adapter.Listing[*session, tagged], id func(*T) string, row func(*adapter.Fields, *T, []tag) resource.Row) func(context.Context, *session, adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
	return func(ctx context.Context, s *session, page adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
		ids := page.IDs(id)
		tags, unknown, err := tagsOf(ctx, s, list, page.Region, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if tags[id] == nil && !slices.Contains(unknown, id) {
				return nil, adapter.BadAnswer(list.Action, "the tags of %q are not in the answer", id)
			}
		}
		return func(f *adapter.Fields, of *T) resource.Row {
			if id(of) != "" && tags[id(of)] == nil {
				return nil
			}
			return row(f, of, tags.read(f, id(of)))
		}, nil
	}
}
