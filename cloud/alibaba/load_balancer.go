package alibaba

import (
	"context"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	balancersPage       = 100 // the most that DescribeLoadBalancers gives
	balancerLookupLimit = 10  // likewise, of ids that it takes
)

// balancers lists classic load balancers
// (https://www.alibabacloud.com/help/en/slb/classic-load-balancer/developer-reference/api-slb-2014-05-15-describeloadbalancers).
// Its pages have numbers; what is deleted during a listing moves others to an earlier
// page, which Total and the look-up of what is missing make up for.
type balancers struct{ *session }

type balancer struct {
	LoadBalancerID     string `json:"LoadBalancerId"`
	LoadBalancerName   string
	LoadBalancerStatus string
	LoadBalancerSpec   string
	Address            string
	AddressType        string // internet or intranet
	VpcID              string `json:"VpcId"`
	VSwitchID          string `json:"VSwitchId"`
	MasterZoneID       string `json:"MasterZoneId"`
	SlaveZoneID        string `json:"SlaveZoneId"`
	PayType            string
	CreateTime         string
	Tags               tagList
}

// balancerPage is an answer of DescribeLoadBalancers.
type balancerPage struct {
	LoadBalancers *struct{ LoadBalancer []adapter.Item[balancer] }
	PageSize      adapter.Text
	TotalCount    adapter.Text
}

// List implements adapter.Lister. The cursor is the page's number.
func (b balancers) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	at := 1
	if cursor != "" {
		var err error
		if at, err = strconv.Atoi(cursor); err != nil || at < 1 {
			return cloud.Page{}, &cloud.Error{Class: cloud.ExpiredCursor, Doing: b.doing("DescribeLoadBalancers", region), Err: err}
		}
	}
	got, err := b.describe(ctx, region, map[string]string{"PageNumber": strconv.Itoa(at), "PageSize": strconv.Itoa(balancersPage)})
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{}
	if page.Total, err = got.TotalCount.Whole(b.doing("DescribeLoadBalancers", region), "TotalCount"); err != nil {
		return cloud.Page{}, err
	}
	size, err := got.PageSize.Whole(b.doing("DescribeLoadBalancers", region), "PageSize")
	if err != nil {
		return cloud.Page{}, err
	}
	listed := got.LoadBalancers.LoadBalancer
	if len(listed) == 0 && page.Total == 0 {
		return cloud.Page{}, b.proveByOwner(ctx, region, "DescribeLoadBalancers")
	}
	if len(listed) > 0 && int64(at)*max(size, int64(len(listed))) < page.Total {
		page.Next = strconv.Itoa(at + 1)
	}
	for i := range listed {
		f := listed[i].Read("load balancer", listed[i].Value.LoadBalancerID)
		f.Put(&page, listed[i].Value.row(f))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (b balancers) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	asked, odd := askable(nativeIDs)
	if len(asked) == 0 {
		return odd, nil
	}
	there, err := existing(b.doing("DescribeLoadBalancers", region), asked, func(ids []string) ([]string, error) {
		return b.find(ctx, region, ids)
	})
	if err == nil && len(there) == 0 {
		err = b.proveLookup(ctx, region)
	}
	if err != nil {
		return nil, err
	}
	return append(there, odd...), nil
}

// askable tells the ids that can be asked for from odd ones, which the API would take
// for several or for none. Those count as there, though not asked for: they are of rows
// that somebody edited, which are nobody's to delete, and are not to keep the others
// from being known.
func askable(ids []string) (asked, odd []string) {
	for _, id := range ids {
		if id == "" || strings.Contains(id, ",") {
			odd = append(odd, id)
		} else {
			asked = append(asked, id)
		}
	}
	return asked, odd
}

// find gives those of the ids that are in the answer. One that announces some and has
// none says nothing.
func (b balancers) find(ctx context.Context, region string, ids []string) (found []string, err error) {
	answer, err := b.describe(ctx, region, map[string]string{
		"LoadBalancerId": strings.Join(ids, ","), "PageNumber": "1", "PageSize": strconv.Itoa(balancersPage),
	})
	if err != nil {
		return nil, err
	}
	for _, balancer := range answer.LoadBalancers.LoadBalancer {
		found = append(found, balancer.Value.LoadBalancerID)
	}
	doing := b.doing("DescribeLoadBalancers", region)
	total, err := answer.TotalCount.Whole(doing, "TotalCount")
	if err == nil && len(found) == 0 && total > 0 {
		return nil, adapter.BadAnswer(doing, "none of the %d load balancers found are in it", total)
	}
	return found, err
}

// proveLookup is the proof that nothing found is not for want of the permission:
// another load balancer that is seen.
func (b balancers) proveLookup(ctx context.Context, region string) error {
	others, err := b.describe(ctx, region, map[string]string{"PageNumber": "1", "PageSize": "1"})
	if err != nil || len(others.LoadBalancers.LoadBalancer) > 0 {
		return err
	}
	return b.proveByOwner(ctx, region, "DescribeLoadBalancers")
}

func (b balancers) describe(ctx context.Context, region string, parameters map[string]string) (*balancerPage, error) {
	got, err := ask[balancerPage](ctx, b.session, request{product: slb, action: "DescribeLoadBalancers", region: region, parameters: parameters})
	if err != nil {
		return nil, err
	}
	if got.LoadBalancers == nil {
		return nil, adapter.BadAnswer(b.doing("DescribeLoadBalancers", region), "LoadBalancers is missing")
	}
	if got.TotalCount == "" { // without it, any page may be the last
		return nil, adapter.BadAnswer(b.doing("DescribeLoadBalancers", region), "TotalCount is missing")
	}
	return got, adapter.CheckList(b.doing("DescribeLoadBalancers", region), got.LoadBalancers.LoadBalancer)
}

func (b *balancer) row(f *adapter.Fields) *resource.LoadBalancer {
	return &resource.LoadBalancer{
		Meta:           resource.Meta{NativeID: b.LoadBalancerID},
		Name:           b.LoadBalancerName,
		Status:         b.LoadBalancerStatus,
		BalancerType:   b.LoadBalancerSpec,
		Scheme:         b.scheme(),
		Addresses:      adapter.IPs(b.Address),
		VPCID:          b.VpcID,
		SubnetIDs:      distinct(b.VSwitchID),
		Zones:          distinct(b.MasterZoneID, b.SlaveZoneID),
		ChargeType:     b.PayType,
		Tags:           b.Tags.byKey(),
		CloudCreatedAt: f.Time("CreateTime", b.CreateTime, zone),
	}
}

func (b *balancer) scheme() string {
	switch b.AddressType {
	case "internet":
		return resource.SchemePublic
	case "intranet":
		return resource.SchemeInternal
	default:
		return ""
	}
}
