package huawei

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	ecs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
	ecsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var ecsProduct = product[*ecs.EcsClient]{name: "ecs", client: ecs.NewEcsClient, region: ecsregion.SafeValueOf}

const (
	listServers = "ListServersDetails"
	// serversPerPage is what the provider suggests for large accounts; it takes up to
	// 1,000 (https://support.huaweicloud.com/intl/zh-cn/ae-ad-1-api-ecs/zh-cn_topic_0094148850.html).
	serversPerPage = 200
	// maxServerIDs is how many ids the provider suggests to ask for at most.
	maxServerIDs = 100
)

// hosts lists elastic cloud servers.
type hosts struct{ *session }

// server is the part of a server that is kept. What changes by itself is left out, and
// so is the user data, which may hold a password.
type server struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Status   string            `json:"status"`
	Zone     string            `json:"OS-EXT-AZ:availability_zone"`
	Created  string            `json:"created"`
	Metadata map[string]string `json:"metadata"`
	Flavor   struct {
		ID    string `json:"id"`
		VCPUs string `json:"vcpus"`
		RAM   string `json:"ram"` // MiB
	} `json:"flavor"`
	Addresses map[string][]struct {
		Address string `json:"addr"`
		Type    string `json:"OS-EXT-IPS:type"`
	} `json:"addresses"`
	NetworkInterfaces []struct {
		Primary  bool   `json:"primary"`
		SubnetID string `json:"subnet_id"`
	} `json:"network_interfaces"`
	Tags    []string `json:"tags"`
	SysTags []tag    `json:"sys_tags"`
	Fault   any      `json:"fault"`
}

// servers is an answer of ListServersDetails.
type servers struct {
	Servers *[]adapter.Item[server] `json:"servers"`
	Count   adapter.Text            `json:"count"`
}

// List implements adapter.Lister. The API's offset is the number of a page, from 1.
func (h hosts) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	doing := h.doing(region, listServers)
	at, err := positionOf(doing, cursor, "1")
	if err != nil {
		return cloud.Page{}, err
	}
	number, err := strconv.ParseUint(at.place, 10, 30)
	if err != nil || number == 0 {
		return cloud.Page{}, expired(doing, "the cursor %q has no number of a page", cut(cursor))
	}
	answer, err := h.page(ctx, region, int32(number))
	if err != nil {
		return cloud.Page{}, err
	}
	disks, err := h.attachedVolumes(ctx, region, cursor == "")
	if err != nil {
		return cloud.Page{}, err
	}
	page, err := hostPage(doing, answer, disks)
	if err != nil {
		return cloud.Page{}, err
	}
	page.Next = at.next(strconv.FormatUint(number+1, 10), len(*answer.Servers), serversPerPage, page.Total)
	if page.Next == "" {
		h.volumes.Forget(region)
	}
	return page, nil
}

func (h hosts) page(ctx context.Context, region string, number int32) (*servers, error) {
	limit := int32(serversPerPage)
	return ask(ctx, h.session, ecsProduct, region, listServers, func(client *ecs.EcsClient) (*servers, error) {
		request := &model.ListServersDetailsRequest{Limit: &limit, Offset: &number}
		answer, err := send[servers](client.HcClient, request, ecs.GenReqDefForListServersDetails())
		return answer, resumed(h.doing(region, listServers), number == 1, err)
	})
}

// hostPage is an answer's rows. An answer without a list is none: not even an empty
// region has such.
func hostPage(doing string, answer *servers, disks attached) (page cloud.Page, err error) {
	if answer.Servers == nil {
		return cloud.Page{}, adapter.BadAnswer(doing, "there is no list of servers in the answer")
	}
	if page.Total, err = announced(doing, answer.Count); err != nil {
		return cloud.Page{}, err
	}
	for i := range *answer.Servers {
		server := &(*answer.Servers)[i]
		f := server.Read("server", server.Value.ID)
		f.Put(&page, hostRow(f, &server.Value, disks))
	}
	return page, adapter.CheckList(doing, *answer.Servers)
}

// announced is the number of resources in a whole listing. ECS, EVS and RDS all tell it;
// without it, a page that was cut short would be taken for the last.
func announced(doing string, count adapter.Text) (int64, error) {
	if count == "" {
		return 0, adapter.BadAnswer(doing, "the number of all resources is not in the answer")
	}
	return count.Whole(doing, "the number of all resources")
}

// hostRow is a server as the inventory has it.
func hostRow(f *adapter.Fields, server *server, disks attached) *resource.Host {
	return &resource.Host{
		Meta:           resource.Meta{NativeID: server.ID},
		Name:           server.Name,
		Status:         server.Status,
		Zone:           server.Zone,
		InstanceType:   server.Flavor.ID,
		VCPU:           f.Whole("flavor.vcpus", server.Flavor.VCPUs),
		MemoryMiB:      f.Whole("flavor.ram", server.Flavor.RAM),
		DiskGiB:        disks.of(f, server.ID),
		PrivateIPs:     server.addresses(false),
		PublicIPs:      server.addresses(true),
		VPCID:          server.Metadata["vpc_id"],
		SubnetID:       server.subnet(),
		ImageID:        server.Metadata["image_name"],
		OS:             server.Metadata["os_type"],
		ChargeType:     chargingMode(server.Metadata["charging_mode"]),
		Tags:           server.tags(),
		CloudCreatedAt: f.Time("created", server.Created, zone),
	}
}

// addresses are those of one sort, in all the server's networks.
func (s *server) addresses(public bool) []string {
	var list []string
	for _, network := range s.Addresses {
		for _, address := range network {
			if floating := address.Type == "floating"; floating == public {
				list = append(list, address.Address)
			}
		}
	}
	return adapter.IPs(list...)
}

// subnet is that of the primary network interface, or of the only one. Not all regions
// tell the interfaces.
func (s *server) subnet() string {
	var all []string
	for _, nic := range s.NetworkInterfaces {
		if nic.Primary {
			return nic.SubnetID
		}
		all = append(all, nic.SubnetID)
	}
	if all = adapter.Set(all...); len(all) == 1 {
		return all[0]
	}
	return ""
}

// chargingMode gives the documented modes their names; others are passed on.
func chargingMode(mode string) string {
	switch mode {
	case "0":
		return postPaid
	case "1":
		return prePaid
	case "2":
		return spot
	default:
		return mode
	}
}

// tags are the user's tags, which come as "key=value", and those of the system under
// keys that the user has not taken.
func (s *server) tags() map[string]string {
	tags := adapter.Tags(s.SysTags, pairOf)
	if tags == nil {
		tags = map[string]string{}
	}
	for _, tag := range slices.Sorted(slices.Values(s.Tags)) {
		if key, value, _ := strings.Cut(tag, "="); key != "" {
			tags[key] = value
		}
	}
	return tags
}

// Lookup implements adapter.Lister. It asks for up to 100 servers in one call, and again
// for those that an answer leaves out: it may have been a page of the answer. An answer
// with none of them says that there are none.
func (h hosts) Lookup(ctx context.Context, region string, nativeIDs []string) (existing []string, err error) {
	for rest := slices.Clone(nativeIDs); len(rest) > 0; {
		answered, there, err := h.lookup(ctx, region, rest)
		if err != nil {
			return nil, err
		}
		if len(answered) == 0 {
			break
		}
		existing = append(existing, there...)
		rest = slices.DeleteFunc(rest, func(id string) bool { return slices.Contains(answered, id) })
	}
	return existing, nil
}

// lookup gives the ids that are in the answer, and those of them that there are.
func (h hosts) lookup(ctx context.Context, region string, nativeIDs []string) (answered, existing []string, err error) {
	doing := h.doing(region, listServers)
	ids := strings.Join(nativeIDs, ",")
	limit := int32(maxServerIDs)
	answer, err := ask(ctx, h.session, ecsProduct, region, listServers, func(client *ecs.EcsClient) (*servers, error) {
		request := &model.ListServersDetailsRequest{ServerId: &ids, Limit: &limit}
		return send[servers](client.HcClient, request, ecs.GenReqDefForListServersDetails())
	})
	if err != nil {
		return nil, nil, err
	}
	if answer.Servers == nil {
		return nil, nil, adapter.BadAnswer(doing, "there is no list of servers in the answer")
	}
	return existingServers(doing, nativeIDs, answer)
}

// existingServers tells the servers of an answer apart. One that there is not is listed
// with its id and a fault alone, as the SDK documents it.
func existingServers(doing string, asked []string, answer *servers) (answered, existing []string, err error) {
	for i := range *answer.Servers {
		server := &(*answer.Servers)[i].Value
		answered = append(answered, server.ID)
		if server.Status != "" {
			existing = append(existing, server.ID)
			continue
		}
		if err := absent(doing, server); err != nil {
			return nil, nil, err
		}
	}
	answered, err = found(doing, asked, answered, answer.Count)
	return answered, existing, err
}

// absent is nil if the entry of a server without a status says that there is no such
// server, by its fault's code, or in words where it has none. Any other fault keeps from
// knowing.
func absent(doing string, server *server) error {
	if server.Fault == nil {
		return adapter.BadAnswer(doing, "server %q has neither a status nor a fault", cut(server.ID))
	}
	fault, _ := server.Fault.(map[string]any)
	code := fault["code"]
	switch {
	case code == nil && saysNotFound(server.Fault):
		return nil
	case code == nil:
		return adapter.BadAnswer(doing, "server %q has a fault without a code instead of a status", cut(server.ID))
	case codeOf(code) == http.StatusNotFound:
		return nil
	}
	return &cloud.Error{Class: ofStatus(codeOf(code)), Doing: doing, Err: fmt.Errorf("server %q has fault %d instead of a status", cut(server.ID), codeOf(code))}
}

// saysNotFound reads a fault that is a text, or has a message.
func saysNotFound(fault any) bool {
	if of, ok := fault.(map[string]any); ok {
		fault = of["message"]
	}
	words, _ := fault.(string)
	words = strings.ToLower(words)
	return strings.Contains(words, "could not be found") || strings.Contains(words, "not found")
}

// codeOf is a number that JSON has as a number or a text, 0 for what is none.
func codeOf(code any) int {
	switch number := code.(type) {
	case float64:
		return int(number)
	case interface{ Int64() (int64, error) }: // json.Number
		value, _ := number.Int64()
		return int(value)
	case string:
		value, _ := strconv.Atoi(number)
		return value
	default:
		return 0
	}
}
