package huawei

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	ecs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// What the provider suggests at most: servers on a page, for large accounts, though it takes 1,000
// (https://support.huaweicloud.com/intl/zh-cn/ae-ad-1-api-ecs/zh-cn_topic_0094148850.html), and ids.
const serversPerPage, maxServerIDs = 200, 100

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
	Gone: (*server).gone,
	Join: adapter.With(&hostDisks, serverID, hostRow),
}

// server is the part of a server that is kept. What changes by itself is left out, and
// so is the user data, which may hold a password.
type server struct {
	ID, Name, Status, Created string
	Zone                      string `json:"OS-EXT-AZ:availability_zone"`
	Metadata                  map[string]string
	Flavor                    struct{ ID, VCPUs, RAM string } // RAM in MiB
	Addresses                 map[string][]struct {
		Address string `json:"addr"`
		Type    string `json:"OS-EXT-IPS:type"`
	}
	Interfaces     []networkInterface `json:"network_interfaces"`
	SecurityGroups []string           `at:"security_groups[].id"` // of all interfaces, each for itself
	Tags           []string
	SysTags        []adapter.Tag `json:"sys_tags"`
	Fault          any
}

type networkInterface struct {
	Primary  bool
	SubnetID string `json:"subnet_id"`
}

func serverID(s *server) string { return s.ID }

func hostRow(f *adapter.Fields, s *server, diskGiB int64) resource.Row {
	return &resource.Host{
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
		SecurityGroupIDs: adapter.Set(s.SecurityGroups...),
		ImageID:          s.Metadata["image_name"],
		OS:               s.Metadata["os_type"],
		ChargeType:       adapter.Word(chargingModes, s.Metadata["charging_mode"]),
		Tags:             s.tags(),
		CloudCreatedAt:   f.Time("created", s.Created, utc),
	}
}

// hostDisks are what servers are joined with. The API can be asked for the volumes of one
// server, but not of several.
var hostDisks = adapter.Beside[*session, volume, int64]{
	List: &disks, Add: adapter.Sum, Whose: []string{"attachments"},
	Of: func(f *adapter.Fields, v *volume) (gib int64, servers []string) {
		return f.Whole("size", v.Size), v.Servers
	},
}

// addresses are those of one sort, in all the server's networks.
func (s *server) addresses(public bool) (list []string) {
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
	isPrimary := func(i networkInterface) bool { return i.Primary }
	return ofPrimary(s.Interfaces, isPrimary, func(i networkInterface) string { return i.SubnetID })
}

// tags are the user's tags, which come as "key=value", and those of the system under
// keys that the user has not taken.
func (s *server) tags() map[string]string {
	tags := map[string]string{}
	maps.Copy(tags, adapter.TagsOf(s.SysTags))
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
	fault, isObject := s.Fault.(map[string]any)
	if !isObject {
		fault = map[string]any{"message": s.Fault}
	}
	id := adapter.Clip(s.ID, 64)
	code, _ := strconv.Atoi(fmt.Sprint(fault["code"])) // a number or a text
	words, _ := fault["message"].(string)
	switch {
	case s.Fault == nil:
		return false, adapter.BadAnswer("", "server %q has neither a status nor a fault", id)
	case fault["code"] == nil && notFound.MatchString(words), code == http.StatusNotFound:
		return true, nil
	case fault["code"] == nil:
		return false, adapter.BadAnswer("", "server %q has a fault without a code instead of a status", id)
	default:
		return false, &cloud.Error{Class: adapter.StatusClass(code), Err: fmt.Errorf("server %q has fault %d instead of a status", id, code)}
	}
}

var notFound = regexp.MustCompile(`(?i)could not be found|not found`)
