package aws

import (
	"context"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// What a page is joined with is asked for by the ids on it, 200 in a call, where one call
// does. Else it is listed as a whole, once for all pages: 20,000 volumes on 10,000
// instances are 40 pages that take three calls each by id, and ten calls of a list.
// An id that the list lacks, of something newer, is asked for.

// beside is a list that pages of another are joined with, by the ids of instances. V is
// what is kept of it.
type beside[T, V any] struct {
	list   *adapter.Listing[*session, T]
	tables func(*session) *adapter.Tables[*V]
	add    func(*V, *adapter.Item[T]) error
	has    func(kept *V, instance string) bool
}

// join gives what is kept of an instance, for those of a page.
func join[P, T, V any](ctx context.Context, s *session, with beside[T, V], page adapter.Batch[P], ids []string) (func(instance string) *V, error) {
	if page.Begins && page.Ends && len(ids) <= maxFilterValues {
		kept, err := with.byIDs(ctx, s, page.Region, ids)
		return func(string) *V { return kept }, err
	}
	all, err := with.tables(s).Pages(ctx, page.Region, page.Begins, func(ctx context.Context, all *V, cursor string) (*V, string, error) {
		if cursor == "" {
			all = new(V)
		}
		items, next, err := with.list.Page(ctx, s, page.Region, cursor)
		if err != nil {
			return nil, "", err
		}
		return all, next, with.addAll(all, items)
	})
	if err != nil {
		return nil, err
	}
	if page.Ends {
		with.tables(s).Forget(page.Region)
	}
	newer, err := with.byIDs(ctx, s, page.Region, slices.DeleteFunc(ids, func(id string) bool { return with.has(all, id) }))
	return func(instance string) *V {
		if with.has(all, instance) {
			return all
		}
		return newer
	}, err
}

func (b beside[T, V]) byIDs(ctx context.Context, s *session, region string, ids []string) (*V, error) {
	items, _, err := b.list.ByIDs(ctx, s, region, ids)
	if err != nil {
		return nil, err
	}
	kept := new(V)
	return kept, b.addAll(kept, items)
}

func (b beside[T, V]) addAll(kept *V, items []adapter.Item[T]) error {
	for i := range items {
		if err := b.add(kept, &items[i]); err != nil {
			return err
		}
	}
	return nil
}

// besideHosts are the volumes, by the instances that they are attached to.
var besideHosts = beside[attached, adapter.HostDisks]{
	list: &adapter.Listing[*session, attached]{
		What: "volume", Action: "DescribeVolumes", Path: "volumeSet.item",
		Pages: adapter.Tokens(maxVolumes), IDs: adapter.Together(maxFilterValues),
		Ask: ask[attached]("nextToken", describeVolumes("attachment.instance-id")),
		ID:  func(a *attached) string { return a.ID },
	},
	tables: func(s *session) *adapter.Tables[*adapter.HostDisks] { return &s.volumes },
	add: func(kept *adapter.HostDisks, item *adapter.Item[attached]) error {
		f := item.Read("volume", item.Value.ID)
		return kept.Add(f, f.Whole("size", item.Value.Size), item.IsOdd(), item.Value.instances()...)
	},
	has: (*adapter.HostDisks).Has,
}

// attached is what the instances of a volume need to know of it.
type attached struct {
	ID          string `json:"volumeId"`
	Size        string
	Attachments []attachment `json:"attachmentSet"`
}

func (a *attached) instances() []string {
	ids := make([]string, len(a.Attachments))
	for i, one := range a.Attachments {
		ids[i] = one.InstanceID
	}
	return ids
}

// besideDisks are the instances, by the devices that they start from.
var besideDisks = beside[started, rootDevices]{
	list: &adapter.Listing[*session, started]{
		What: "instance", Action: "DescribeInstances", Path: hosts.Path,
		Pages: adapter.Tokens(maxInstances), IDs: adapter.Together(maxFilterValues),
		Ask: ask[started]("nextToken", describeInstances),
		ID:  func(i *started) string { return i.ID },
	},
	tables: func(s *session) *adapter.Tables[*rootDevices] { return &s.roots },
	add:    (*rootDevices).add,
	has:    (*rootDevices).has,
}

// started is what the volumes of an instance need to know of it.
type started struct {
	ID         string `json:"instanceId"`
	RootDevice string `json:"rootDeviceName"`
}

// rootDevices are the devices that instances start from, by the instance's id.
type rootDevices struct{ byInstance map[string]rootDevice }

type rootDevice struct{ name, problem string }

func (r *rootDevices) add(item *adapter.Item[started]) error {
	if r.byInstance == nil {
		r.byInstance = map[string]rootDevice{}
	}
	id := item.Value.ID
	problem := item.Read("instance", id).Problem()
	if id == "" && item.IsOdd() {
		return adapter.BadAnswer("DescribeInstances", "whose volumes are of it? %s", problem)
	}
	r.byInstance[id] = rootDevice{item.Value.RootDevice, problem}
	return nil
}

func (r *rootDevices) has(instance string) bool {
	_, has := r.byInstance[instance]
	return has
}

// of is the name of an instance's, empty for one that is not known.
func (r *rootDevices) of(f *adapter.Fields, instance string) string {
	root := r.byInstance[instance]
	if root.problem != "" && instance != "" {
		f.Fail("%s", root.problem)
	}
	return root.name
}

// balancerTags are the tags of load balancers.
var balancerTags = adapter.Listing[*session, tagged]{
	What: "its tags", Action: "DescribeTags", Path: "DescribeTagsResult.TagDescriptions.member",
	Pages: adapter.Tokens(maxARNs), IDs: adapter.Together(maxARNs),
	Ask: ask[tagged]("", describeTags),
	ID:  func(t *tagged) string { return t.ARN },
}

type tagged struct {
	ARN  string `json:"ResourceArn"`
	Tags []tag
}

// joinLoadBalancers joins load balancers with their tags. One that is not known to have
// any went away since.
func joinLoadBalancers(ctx context.Context, s *session, page adapter.Batch[loadBalancer]) (func(*adapter.Fields, *loadBalancer) resource.Row, error) {
	arns := page.IDs(loadBalancerARN)
	described, unknown, err := balancerTags.ByIDs(ctx, s, page.Region, arns)
	if err != nil {
		return nil, err
	}
	tags := map[string]*adapter.Item[tagged]{}
	for i := range described {
		tags[described[i].Value.ARN] = &described[i]
	}
	for _, arn := range arns {
		if tags[arn] == nil && !slices.Contains(unknown, arn) {
			return nil, adapter.BadAnswer(balancerTags.Action, "the tags of %q are not in the answer", arn)
		}
	}
	return func(f *adapter.Fields, b *loadBalancer) resource.Row {
		of := tags[b.ARN]
		switch {
		case of != nil:
			if problem := of.Read(balancerTags.What, b.ARN).Problem(); problem != "" {
				f.Fail("%s", problem)
			}
			return loadBalancerRow(f, b, of.Value.Tags)
		case b.ARN == "":
			return loadBalancerRow(f, b, nil)
		default:
			return nil
		}
	}, nil
}
