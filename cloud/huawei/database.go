package huawei

import (
	"context"
	"slices"
	"strconv"
	"strings"

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
	page := cloud.Page{Rows: make([]resource.Row, 0, len(*answer.Instances))}
	if page.Total, err = announced(doing, answer.TotalCount); err != nil {
		return cloud.Page{}, err
	}
	for i := range *answer.Instances {
		database, err := databaseRow(doing, &(*answer.Instances)[i])
		if err != nil {
			return cloud.Page{}, err
		}
		page.Rows = append(page.Rows, database)
	}
	page.Next = nextOffset(int64(offset), len(page.Rows), page.Total)
	return page, nil
}

// ask gives an answer that has a list.
func (d databases) ask(ctx context.Context, region string, request *model.ListInstancesRequest, begins bool) (*model.ListInstancesResponse, error) {
	doing := d.doing(region, listInstances)
	answer, err := ask(ctx, d.session, rdsProduct, region, listInstances, func(client *rds.RdsClient) (*model.ListInstancesResponse, error) {
		answer, err := client.ListInstances(request)
		return answer, resumed(doing, begins, err)
	})
	if err == nil && answer.Instances == nil {
		err = adapter.BadAnswer(doing, "there is no list of instances in the answer")
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
func databaseRow(doing string, instance *model.InstanceResponse) (*resource.Database, error) {
	f := fields{doing: doing, id: instance.Id}
	database := &resource.Database{
		Name:           instance.Name,
		Status:         instance.Status,
		Zone:           masterZone(instance.Nodes),
		InstanceType:   instance.FlavorRef,
		VCPU:           f.number("cpu", text(instance.Cpu)),
		MemoryMiB:      f.gigabytes("mem", text(instance.Mem)),
		Endpoint:       endpoint(instance),
		Port:           f.quantity("port", int64(instance.Port)),
		VPCID:          instance.VpcId,
		SubnetID:       instance.SubnetId,
		Tags:           map[string]string{},
		CloudCreatedAt: f.time("created", instance.Created),
		ExpiresAt:      f.time("expiration_time", text(instance.ExpirationTime)),
	}
	database.NativeID = instance.Id
	if instance.Datastore != nil {
		database.Engine = strings.ToLower(word(instance.Datastore.Type))
		database.EngineVersion = instance.Datastore.Version
	}
	if instance.Volume != nil {
		database.StorageGiB = f.quantity("volume.size", int64(instance.Volume.Size))
	}
	if instance.ChargeInfo != nil {
		database.ChargeType = word(instance.ChargeInfo.ChargeMode)
	}
	for _, tag := range instance.Tags {
		database.Tags[tag.Key] = tag.Value
	}
	return database, f.err
}

// masterZone is the zone of the primary node, or of the only one: that of a read
// replica has another role.
func masterZone(nodes []model.NodeResponse) string {
	if i := slices.IndexFunc(nodes, func(n model.NodeResponse) bool { return n.Role == "master" }); i >= 0 {
		return nodes[i].AvailabilityZone
	}
	var zones []string
	for _, node := range nodes {
		zones = append(zones, node.AvailabilityZone)
	}
	if zones = set(zones); len(zones) == 1 {
		return zones[0]
	}
	return ""
}

// endpoint is the address inside the network, or the name where there is no address.
func endpoint(instance *model.InstanceResponse) string {
	if ips := set(instance.PrivateIps); len(ips) > 0 {
		return ips[0]
	}
	if instance.PrivateDnsNames == nil {
		return ""
	}
	if names := set(*instance.PrivateDnsNames); len(names) > 0 {
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
			answered = append(answered, (*answer.Instances)[i].Id)
		}
		one, err := found(doing, []string{id}, answered, answer.TotalCount)
		if err != nil {
			return nil, err
		}
		existing = append(existing, one...)
	}
	return existing, nil
}
