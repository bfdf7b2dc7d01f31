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

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// serversPerPage is what the provider suggests for large accounts; it takes up to
	// 1,000 (https://support.huaweicloud.com/intl/zh-cn/ae-ad-1-api-ecs/zh-cn_topic_0094148850.html).
	serversPerPage = 200
	// maxServerIDs is how many ids the provider suggests to ask for at most.
	maxServerIDs = 100
)

var hosts = adapter.Listing[*session, server]{
	Kind: resource.HostKind, What: "server",
	Action: "ListServersDetails", Path: "servers", IDField: "id",
	Pages: adapter.Numbers(serversPerPage), IDs: adapter.Together(maxServerIDs).If(isID).Uncounted(),
	Ask: ask[server](ecsProduct, "count", ecs.GenReqDefForListServersDetails, func(q adapter.Query) any {
		return &model.ListServersDetailsRequest{
			Limit: given(int32(q.Limit)), Offset: given(int32(q.Number)), // of the page
			ServerId: given(strings.Join(q.IDs, ",")),
		}
	}),
	ID:   serverID,
	Gone: (*server).gone,
	Join: withDisks,
}

// server is the part of a server that is kept. What changes by itself is left out, and
// so is the user data, which may hold a password.
type server struct {
	ID, Name, Status, Created string
	Zone                      string `json:"OS-EXT-AZ:availability_zone"`
	Metadata                  map[string]string
	Flavor                    struct {
		ID, VCPUs string
		RAM       string // MiB
	}
	Addresses map[string][]struct {
		Address string `json:"addr"`
		Type    string `json:"OS-EXT-IPS:type"`
	}
	NetworkInterfaces []struct {
		Primary  bool
		SubnetID string `json:"subnet_id"`
	} `json:"network_interfaces"`
	SecurityGroups []struct{ ID string } `json:"security_groups"`
	Tags           []string
	SysTags        []adapter.Tag `json:"sys_tags"`
	Fault          any
}

func serverID(s *server) string { return s.ID }

func hostRow(f *adapter.Fields, s *server, diskGiB int64) resource.Row {
	return &resource.Host{
		Meta:             resource.Meta{NativeID: s.ID},
		Name:             s.Name,
		Status:           s.Status,
		Zone:             s.Zone,
		InstanceType:     s.Flavor.ID,
		VCPU:             f.Whole("flavor.vcpus", s.Flavor.VCPUs),
		MemoryMiB:        f.Whole("flavor.ram", s.Flavor.RAM),
		DiskGiB:          diskGiB,
		PrivateIPs:       s.addresses(false),
		PublicIPs:        s.addresses(true),
		VPCID:            s.Metadata["vpc_id"],
		SubnetID:         s.subnet(),
		SecurityGroupIDs: s.securityGroups(),
		ImageID:          s.Metadata["image_name"],
		OS:               s.Metadata["os_type"],
		ChargeType:       adapter.Word(chargingModes, s.Metadata["charging_mode"]),
		Tags:             s.tags(),
		CloudCreatedAt:   f.Time("created", s.Created, utc),
	}
}

// hostDisks are what servers are joined with. The API can be asked for the volumes of one
// server, but not of several.
var hostDisks = adapter.Beside[*session, volume, int64]{List: &disks, Add: adapter.Sum, Whose: []string{"attachments"}, Of: func(f *adapter.Fields, v *volume) (gib int64, servers []string) {
	for _, attachment := range v.Attachments {
		servers = append(servers, attachment.ServerID)
	}
	return f.Whole("size", v.Size), servers
}}

// withDisks gives the servers of a page the sizes of their volumes.
func withDisks(ctx context.Context, s *session, page adapter.Batch[server]) (func(*adapter.Fields, *server) resource.Row, error) {
	diskGiB, err := hostDisks.Join(ctx, s, page.Visit(), page.IDs(serverID))
	return func(f *adapter.Fields, server *server) resource.Row { return hostRow(f, server, diskGiB(f, server.ID)) }, err
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

// securityGroups are those of all network interfaces; one has an entry for each of them.
func (s *server) securityGroups() (ids []string) {
	for _, group := range s.SecurityGroups {
		ids = append(ids, group.ID)
	}
	return adapter.Set(ids...)
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
	return adapter.Only(all...)
}

// tags are the user's tags, which come as "key=value", and those of the system under
// keys that the user has not taken.
func (s *server) tags() map[string]string {
	tags := adapter.TagsOf(s.SysTags)
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

// gone says that there is no such server. One that was asked for by its id is listed all
// the same, with its id and a fault alone, as the SDK documents it. The fault's code says
// so, or its words where it has no code. Any other fault keeps from knowing.
func (s *server) gone() (bool, error) {
	if s.Status != "" {
		return false, nil
	}
	id := adapter.Clip(s.ID, 64)
	fault, _ := s.Fault.(map[string]any)
	code, _ := strconv.Atoi(fmt.Sprint(fault["code"])) // a number or a text
	switch {
	case s.Fault == nil:
		return false, adapter.BadAnswer("", "server %q has neither a status nor a fault", id)
	case fault["code"] == nil && saysNotFound(s.Fault), code == http.StatusNotFound:
		return true, nil
	case fault["code"] == nil:
		return false, adapter.BadAnswer("", "server %q has a fault without a code instead of a status", id)
	default:
		return false, &cloud.Error{Class: adapter.StatusClass(code), Err: fmt.Errorf("server %q has fault %d instead of a status", id, code)}
	}
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
