package huawei

import (
	"cmp"
	"slices"
	"strings"

	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const cachesPerPage = 1000 // the most that the API gives

// caches are DCS instances: Redis and Memcached
// (https://support.huaweicloud.com/intl/en-us/api-dcs/ListInstances.html). Those that
// failed to be created, or are deleted, are not listed unless that is asked for. That
// instance_num counts them on all pages is not documented (?). There are neither shards nor
// replicas in the list.
var caches = adapter.Listing[*session, cache]{
	Kind: resource.CacheKind, What: "cache",
	Action: "ListInstances", Product: dcsProduct.name, Path: "instances", IDField: "instance_id",
	Pages: adapter.Offsets(cachesPerPage), IDs: adapter.Alone(maxAlone).If(isID),
	Ask: ask[cache](dcsProduct, "instance_num", dcs.GenReqDefForListInstances, func(q adapter.Query) any {
		return &model.ListInstancesRequest{Limit: given(int32(q.Limit)), Offset: given(int32(q.Offset)), InstanceId: given(strings.Join(q.IDs, ""))}
	}),
	Row: cacheRow,
}

// cache is the part of a DCS instance that is kept. Who may log in is left out, and so is
// max_memory: of Redis 3.0 it is what the system leaves of the capacity.
type cache struct {
	Name, Status, Engine, Port string

	ID            string   `json:"instance_id"`
	EngineVersion string   `json:"engine_version"`
	SpecCode      string   `json:"spec_code"`
	Capacity      string   // GiB, of all shards
	CapacityMinor string   `json:"capacity_minor"` // the same of less than 1 GiB, such as 0.125
	DomainName    string   `json:"domain_name"`
	IP            string   // of a cluster several, with commas
	Zones         []string `json:"az_codes"`
	VPCID         string   `json:"vpc_id"`
	SubnetID      string   `json:"subnet_id"`
	ChargingMode  string   `json:"charging_mode"`
	Tags          []adapter.Tag
	Created       string `json:"created_at"`
}

func cacheRow(f *adapter.Fields, c *cache) resource.Row {
	return &resource.Cache{
		Name:           c.Name,
		Status:         c.Status,
		Zones:          adapter.Set(c.Zones...),
		Engine:         adapter.Engine(c.Engine),
		EngineVersion:  c.EngineVersion,
		InstanceType:   c.SpecCode,
		MemoryMiB:      cmp.Or(f.Scaled("capacity", c.Capacity, 1024), f.Scaled("capacity_minor", c.CapacityMinor, 1024)),
		Endpoint:       cmp.Or(slices.Concat(adapter.Set(c.DomainName), adapter.IPs(strings.Split(c.IP, ",")...))...),
		Port:           f.Port("port", c.Port),
		VPCID:          c.VPCID,
		SubnetIDs:      adapter.Set(c.SubnetID),
		ChargeType:     adapter.Word(chargingModes, c.ChargingMode),
		Tags:           adapter.TagsOf(c.Tags),
		CloudCreatedAt: f.Time("created_at", c.Created, utc),
	}
}
