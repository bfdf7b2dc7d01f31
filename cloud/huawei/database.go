package huawei

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	rds "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rds/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rds/v3/model"
	rdsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rds/v3/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var rdsProduct = product[*rds.RdsClient]{name: "rds", client: rds.NewRdsClient, region: rdsregion.SafeValueOf}

const (
	listInstances    = "ListInstances"
	instancesPerPage = 100 // the most that the API gives
	// maxInstanceIDs is small, since the API can be asked for one id at a time only.
	maxInstanceIDs = 10
)

// databases lists instances of the relational database service.
type databases struct{ *session }

// instance is the part of a database instance that is kept.
type instance struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Status     string   `json:"status"`
	Created    string   `json:"created"`
	Expires    string   `json:"expiration_time"`
	FlavorRef  string   `json:"flavor_ref"`
	CPU        string   `json:"cpu"`
	Memory     string   `json:"mem"` // GiB
	Port       string   `json:"port"`
	PrivateIPs []string `json:"private_ips"`
	DNSNames   []string `json:"private_dns_names"`
	VPCID      string   `json:"vpc_id"`
	SubnetID   string   `json:"subnet_id"`
	Tags       []tag    `json:"tags"`
	Nodes      []node   `json:"nodes"`
	Datastore  struct {
		Type            string `json:"type"`
		Version         string `json:"version"`          // such as 8.0
		CompleteVersion string `json:"complete_version"` // such as 8.0.28.231003
	} `json:"datastore"`
	Volume struct {
		Size string `json:"size"` // GiB
	} `json:"volume"`
	ChargeInfo struct {
		Mode string `json:"charge_mode"`
	} `json:"charge_info"`
}

type node struct {
	Role string `json:"role"`
	Zone string `json:"availability_zone"`
}

// instances is an answer of ListInstances.
type instances struct {
	Instances *[]adapter.Item[instance] `json:"instances"`
	Total     adapter.Text              `json:"total_count"`
}

// List implements adapter.Lister. The API's offset is a number of instances.
func (d databases) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	doing := d.doing(region, listInstances)
	offset, err := offsetOf(doing, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	limit := int32(instancesPerPage)
	answer, err := d.ask(ctx, region, &model.ListInstancesRequest{Offset: &offset, Limit: &limit}, cursor == "")
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{}
	if page.Total, err = announced(doing, answer.Total); err != nil {
		return cloud.Page{}, err
	}
	for i := range *answer.Instances {
		instance := &(*answer.Instances)[i]
		f := instance.Read("instance", instance.Value.ID)
		f.Put(&page, databaseRow(f, &instance.Value))
	}
	page.Next = nextOffset(int64(offset), len(*answer.Instances), page.Total)
	return page, nil
}

// ask gives an answer that has a list.
func (d databases) ask(ctx context.Context, region string, request *model.ListInstancesRequest, begins bool) (*instances, error) {
	doing := d.doing(region, listInstances)
	answer, err := ask(ctx, d.session, rdsProduct, region, listInstances, func(client *rds.RdsClient) (*instances, error) {
		answer, err := send[instances](client.HcClient, request, rds.GenReqDefForListInstances())
		return answer, resumed(doing, begins, err)
	})
	if err == nil && answer.Instances == nil {
		err = adapter.BadAnswer(doing, "there is no list of instances in the answer")
	}
	if err == nil {
		err = adapter.CheckList(doing, *answer.Instances)
	}
	return answer, err
}

func offsetOf(doing, cursor string) (int32, error) {
	if cursor == "" {
		return 0, nil
	}
	offset, err := strconv.ParseUint(cursor, 10, 31)
	if err != nil || offset == 0 {
		return 0, expired(doing, "the cursor %q is no offset", cut(cursor))
	}
	return int32(offset), nil
}

func nextOffset(offset int64, onPage int, total int64) string {
	next := offset + int64(onPage)
	if onPage == 0 || total > 0 && next >= total || total == 0 && onPage < instancesPerPage {
		return ""
	}
	return strconv.FormatInt(next, 10)
}

// databaseRow is an instance as the inventory has it.
func databaseRow(f *adapter.Fields, instance *instance) *resource.Database {
	return &resource.Database{
		Meta:           resource.Meta{NativeID: instance.ID},
		Name:           instance.Name,
		Status:         instance.Status,
		Zone:           masterZone(instance.Nodes),
		Engine:         adapter.Engine(instance.Datastore.Type),
		EngineVersion:  cmp.Or(instance.Datastore.CompleteVersion, instance.Datastore.Version),
		InstanceType:   instance.FlavorRef,
		VCPU:           f.Whole("cpu", instance.CPU),
		MemoryMiB:      f.Scaled("mem", instance.Memory, 1024),
		StorageGiB:     f.Whole("volume.size", instance.Volume.Size),
		Endpoint:       instance.endpoint(),
		Port:           f.Port("port", instance.Port),
		VPCID:          instance.VPCID,
		SubnetID:       instance.SubnetID,
		ChargeType:     instance.ChargeInfo.Mode,
		Tags:           adapter.Tags(instance.Tags, pairOf),
		CloudCreatedAt: f.Time("created", instance.Created, zone),
		ExpiresAt:      f.Expiry("expiration_time", instance.Expires, zone),
	}
}

// masterZone is the zone of the primary node, or of the only one: that of a read
// replica has another role.
func masterZone(nodes []node) string {
	if i := slices.IndexFunc(nodes, func(n node) bool { return n.Role == "master" }); i >= 0 {
		return nodes[i].Zone
	}
	var zones []string
	for _, node := range nodes {
		zones = append(zones, node.Zone)
	}
	if zones = adapter.Set(zones...); len(zones) == 1 {
		return zones[0]
	}
	return ""
}

// endpoint is the address inside the network, or the name where there is no address.
func (i *instance) endpoint() string {
	if ips := adapter.IPs(i.PrivateIPs...); len(ips) > 0 {
		return ips[0]
	}
	if names := adapter.Set(i.DNSNames...); len(names) > 0 {
		return names[0]
	}
	return ""
}

// Lookup implements adapter.Lister. The API takes one id at a time: there is a call for
// each of the few.
func (d databases) Lookup(ctx context.Context, region string, nativeIDs []string) (existing []string, err error) {
	doing := d.doing(region, listInstances)
	for _, id := range nativeIDs {
		answer, err := d.ask(ctx, region, &model.ListInstancesRequest{Id: &id}, true)
		if err != nil {
			return nil, err
		}
		var answered []string
		for i := range *answer.Instances {
			answered = append(answered, (*answer.Instances)[i].Value.ID)
		}
		one, err := found(doing, []string{id}, answered, answer.Total)
		if err != nil {
			return nil, err
		}
		existing = append(existing, one...)
	}
	return existing, nil
}
