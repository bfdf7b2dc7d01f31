package aws

import (
	"context"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// hostDisks are the volumes, by the instances that they are attached to.
var hostDisks = adapter.Beside[*session, attached, int64]{
	List: &adapter.Listing[*session, attached]{
		What: "volume", Action: "DescribeVolumes", Path: "volumeSet.item",
		Pages: adapter.Tokens(maxVolumes), IDs: adapter.Together(maxFilterValues),
		Ask: ask[attached]("nextToken", describeVolumes("attachment.instance-id")),
		ID:  func(a *attached) string { return a.ID },
	},
	Of: func(f *adapter.Fields, a *attached) (gib int64, instances []string) {
		for _, one := range a.Attachments {
			instances = append(instances, one.InstanceID)
		}
		return f.Whole("size", a.Size), instances
	},
	Add:   adapter.Sum,
	Whose: []string{"attachmentSet"},
	ByIDs: true,
}

// attached is what the instances of a volume need to know of it.
type attached struct {
	ID          string `json:"volumeId"`
	Size        string
	Attachments []attachment `json:"attachmentSet"`
}

// rootDevices are the devices that instances start from.
var rootDevices = adapter.Beside[*session, started, string]{
	List: &adapter.Listing[*session, started]{
		What: "instance", Action: "DescribeInstances", Path: hosts.Path,
		Pages: adapter.Tokens(maxInstances), IDs: adapter.Together(maxFilterValues),
		Ask: ask[started]("nextToken", describeInstances),
		ID:  func(i *started) string { return i.ID },
	},
	Of: func(_ *adapter.Fields, i *started) (name string, instances []string) {
		return i.RootDevice, []string{i.ID}
	},
	Whose: []string{"instanceId"},
	ByIDs: true,
}

// started is what the volumes of an instance need to know of it.
type started struct {
	ID         string `json:"instanceId"`
	RootDevice string `json:"rootDeviceName"`
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
