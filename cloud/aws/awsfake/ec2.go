package awsfake

import (
	"encoding/xml"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// Planted is put where AWS shows what no inventory is to keep. No row, error or log may
// have it.
const Planted = "planted-Passw0rd-9f31"

const (
	maxFilterValues = 200
	rootDevice      = "/dev/xvda"
)

type regionsAnswer struct {
	XMLName   xml.Name `xml:"http://ec2.amazonaws.com/doc/2016-11-15/ DescribeRegionsResponse"`
	RequestID string   `xml:"requestId"`
	Regions   struct {
		Items []regionItem `xml:"item"`
	} `xml:"regionInfo"`
}

type regionItem struct {
	Name     string `xml:"regionName"`
	Endpoint string `xml:"regionEndpoint"`
	Status   string `xml:"optInStatus"`
}

func (q *request) describeRegions() (any, error) {
	filters, err := q.filters("Filter.", ".Value")
	if err != nil {
		return nil, err
	}
	answer := regionsAnswer{RequestID: q.id()}
	for _, region := range varied(q, q.Account.Regions) {
		item := regionItem{Name: region.Name, Endpoint: "ec2." + region.Name + ".amazonaws.com", Status: "opt-in-not-required"}
		if region.Disabled {
			item.Status = "not-opted-in"
		}
		if filters.take("region-name", region.Name) && (!region.Disabled || q.form.Get("AllRegions") == "true") {
			answer.Regions.Items = append(answer.Regions.Items, item)
		}
	}
	return answer, nil
}

type instancesAnswer struct {
	XMLName      xml.Name `xml:"http://ec2.amazonaws.com/doc/2016-11-15/ DescribeInstancesResponse"`
	RequestID    string   `xml:"requestId"`
	Reservations struct {
		Items []reservation `xml:"item"`
	} `xml:"reservationSet"`
	NextToken string `xml:"nextToken,omitempty"`
}

type reservation struct {
	ID        string     `xml:"reservationId"`
	Owner     string     `xml:"ownerId"`
	Instances []instance `xml:"instancesSet>item"`
}

type instance struct {
	ID             string             `xml:"instanceId"`
	Image          string             `xml:"imageId,omitempty"`
	StateCode      int                `xml:"instanceState>code"`
	State          string             `xml:"instanceState>name"`
	Reason         string             `xml:"reason"`
	StateReason    string             `xml:"stateReason>message"`
	Type           string             `xml:"instanceType"`
	LaunchTime     string             `xml:"launchTime"`
	Zone           string             `xml:"placement>availabilityZone"`
	PrivateIP      string             `xml:"privateIpAddress,omitempty"`
	PublicIP       string             `xml:"ipAddress,omitempty"`
	VPC            string             `xml:"vpcId,omitempty"`
	Subnet         string             `xml:"subnetId,omitempty"`
	Groups         []group            `xml:"groupSet>item"`
	RootDevice     string             `xml:"rootDeviceName"`
	BlockDevices   []blockDevice      `xml:"blockDeviceMapping>item"`
	Lifecycle      string             `xml:"instanceLifecycle,omitempty"`
	ClientToken    string             `xml:"clientToken"`
	Tags           []tag              `xml:"tagSet>item"`
	Interfaces     []networkInterface `xml:"networkInterfaceSet>item"`
	CPU            *cpuOptions        `xml:"cpuOptions"`
	OS             string             `xml:"platformDetails,omitempty"`
	UsageOperation string             `xml:"usageOperation"`
	UsageUpdated   string             `xml:"usageOperationUpdateTime"`
}

type cpuOptions struct {
	Cores   int64 `xml:"coreCount"`
	Threads int64 `xml:"threadsPerCore"`
}

type blockDevice struct {
	Name     string `xml:"deviceName"`
	Volume   string `xml:"ebs>volumeId"`
	Status   string `xml:"ebs>status"`
	Attached string `xml:"ebs>attachTime,omitempty"`
}

type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

type networkInterface struct {
	ID         string       `xml:"networkInterfaceId"`
	PrivateIP  string       `xml:"privateIpAddress,omitempty"`
	Attachment string       `xml:"attachment>attachmentId"`
	Attached   string       `xml:"attachment>attachTime,omitempty"`
	Public     *association `xml:"association"`
	IPs        []privateIP  `xml:"privateIpAddressesSet>item"`
	Groups     []group      `xml:"groupSet>item"`
}

type group struct {
	ID   string `xml:"groupId"`
	Name string `xml:"groupName"`
}

// groupsOf are security groups with names.
func groupsOf(ids []string) (groups []group) {
	for _, id := range ids {
		groups = append(groups, group{ID: id, Name: "name of " + id})
	}
	return groups
}

type privateIP struct {
	IP      string       `xml:"privateIpAddress"`
	Primary bool         `xml:"primary"`
	Public  *association `xml:"association"`
}

type association struct {
	PublicIP string `xml:"publicIp"`
}

func (q *request) describeInstances() (any, error) {
	limit, err := q.limit("MaxResults", 5, 1000)
	if err != nil {
		return nil, err
	}
	filters, err := q.filters("Filter.", ".Value")
	if err != nil {
		return nil, err
	}
	var hosts []fake.Host
	for _, host := range q.Region.Hosts {
		if filters.take("instance-id", host.ID) {
			hosts = append(hosts, host)
		}
	}
	hosts, next, err := page(q, hosts, limit)
	if err != nil {
		return nil, err
	}
	answer := instancesAnswer{RequestID: q.id(), NextToken: next}
	attached := q.Region.AttachedDisks()
	for both := range slices.Chunk(hosts, 2) {
		of := reservation{ID: "r-" + both[0].ID, Owner: q.Account.ID}
		for _, host := range varied(q, both) {
			of.Instances = append(of.Instances, q.instance(host, attached[host.ID]))
		}
		answer.Reservations.Items = append(answer.Reservations.Items, of)
	}
	return answer, nil
}

var stateCodes = map[string]int{"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}

// instance leaves out the CPU options of bare metal, which has none.
func (q *request) instance(host fake.Host, disks []fake.Disk) instance {
	of := instance{
		ID: host.ID, Image: host.Image, State: host.Status, StateCode: stateCodes[host.Status],
		Reason: host.Volatile, StateReason: host.Volatile, Type: host.Type,
		LaunchTime: volatileTime(host.Volatile), UsageUpdated: volatileTime(host.Volatile), UsageOperation: "RunInstances",
		Zone: host.Zone, VPC: host.VPC, Subnet: host.Subnet, RootDevice: rootDevice,
		ClientToken: Planted, Tags: q.tags(host.Tags, host.Name), OS: host.OS,
	}
	if host.ChargeType != "on-demand" {
		of.Lifecycle = host.ChargeType
	}
	if !strings.HasSuffix(host.Type, ".metal") && host.VCPU != 0 {
		of.CPU = &cpuOptions{Cores: host.VCPU, Threads: 1}
		if host.VCPU%2 == 0 {
			of.CPU = &cpuOptions{Cores: host.VCPU / 2, Threads: 2}
		}
	}
	of.PrivateIP, of.PublicIP = first(host.PrivateIPs), first(host.PublicIPs)
	of.Interfaces = varied(q, q.interfaces(host))
	of.Groups = groupsOf(host.SecurityGroups[:min(1, len(host.SecurityGroups))])
	for _, disk := range varied(q, disks) {
		if disk.System {
			of.RootDevice = disk.Device
		}
		of.BlockDevices = append(of.BlockDevices, blockDevice{Name: disk.Device, Volume: disk.ID, Status: "attached", Attached: timeText(host.Created)})
	}
	return of
}

// interfaces have two private addresses each, of which the first was attached when the
// host was made. Public ones belong to a private one as long as there are any.
func (q *request) interfaces(host fake.Host) (all []networkInterface) {
	public := host.PublicIPs
	next := func() *association {
		if len(public) == 0 {
			return nil
		}
		ip := public[0]
		public = public[1:]
		return &association{ip}
	}
	for i := 0; i < len(host.PrivateIPs); i += 2 {
		of := networkInterface{ID: "eni-" + host.ID + strconv.Itoa(i), PrivateIP: host.PrivateIPs[i], Attachment: "eni-attach-" + host.ID}
		if !host.Created.IsZero() {
			of.Attached = timeText(host.Created.Add(time.Duration(i) * time.Hour))
		}
		for n, ip := range host.PrivateIPs[i:min(i+2, len(host.PrivateIPs))] {
			of.IPs = append(of.IPs, privateIP{IP: ip, Primary: n == 0, Public: next()})
		}
		of.Public = of.IPs[0].Public
		of.IPs = varied(q, of.IPs)
		of.Groups = varied(q, groupsOf(host.SecurityGroups))
		all = append(all, of)
	}
	for len(public) > 0 {
		all = append(all, networkInterface{ID: "eni-" + host.ID + public[0], Public: next()})
	}
	return all
}

// volatileTime is a time that follows from the text.
func volatileTime(text string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(text)) // it never fails
	return timeText(time.Unix(1_700_000_000+int64(sum.Sum32()%100_000_000), 0))
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// tags are those of a resource, of which the name is one.
func (q *request) tags(tags map[string]string, name string) []tag {
	var list []tag
	for key, value := range tags {
		if key != "Name" {
			list = append(list, tag{key, value})
		}
	}
	if name != "" {
		list = append(list, tag{"Name", name})
	}
	return list
}

type volumesAnswer struct {
	XMLName   xml.Name `xml:"http://ec2.amazonaws.com/doc/2016-11-15/ DescribeVolumesResponse"`
	RequestID string   `xml:"requestId"`
	Volumes   struct {
		Items []volume `xml:"item"`
	} `xml:"volumeSet"`
	NextToken string `xml:"nextToken,omitempty"`
}

type volume struct {
	ID          string       `xml:"volumeId"`
	Size        int64        `xml:"size"`
	Zone        string       `xml:"availabilityZone"`
	Status      string       `xml:"status"`
	Created     string       `xml:"createTime,omitempty"`
	Attachments []attachment `xml:"attachmentSet>item"`
	Tags        []tag        `xml:"tagSet>item"`
	Type        string       `xml:"volumeType"`
}

type attachment struct {
	Volume   string `xml:"volumeId"`
	Instance string `xml:"instanceId"`
	Device   string `xml:"device"`
	Status   string `xml:"status"`
}

func (q *request) describeVolumes() (any, error) {
	limit, err := q.limit("MaxResults", 5, 500)
	if err != nil {
		return nil, err
	}
	filters, err := q.filters("Filter.", ".Value")
	if err != nil {
		return nil, err
	}
	var disks []fake.Disk
	for _, disk := range q.Region.Disks {
		if filters.take("volume-id", disk.ID) && filters.take("attachment.instance-id", disk.Host) {
			disks = append(disks, disk)
		}
	}
	disks, next, err := page(q, disks, limit)
	if err != nil {
		return nil, err
	}
	answer := volumesAnswer{RequestID: q.id(), NextToken: next}
	for _, disk := range varied(q, disks) {
		of := volume{
			ID: disk.ID, Size: disk.SizeGiB, Zone: disk.Zone, Status: disk.Status, Created: timeText(disk.Created),
			Tags: q.tags(disk.Tags, disk.Name), Type: disk.Type,
		}
		if disk.Host != "" {
			of.Attachments = []attachment{{Volume: disk.ID, Instance: disk.Host, Device: disk.Device, Status: "attached"}}
		}
		answer.Volumes.Items = append(answer.Volumes.Items, of)
	}
	return answer, nil
}

type typesAnswer struct {
	XMLName   xml.Name `xml:"http://ec2.amazonaws.com/doc/2016-11-15/ DescribeInstanceTypesResponse"`
	RequestID string   `xml:"requestId"`
	Types     struct {
		Items []instanceType `xml:"item"`
	} `xml:"instanceTypeSet"`
	NextToken string `xml:"nextToken,omitempty"`
}

type instanceType struct {
	Name      string `xml:"instanceType"`
	VCPU      int64  `xml:"vCpuInfo>defaultVCpus"`
	MemoryMiB int64  `xml:"memoryInfo>sizeInMiB"`
}

func (q *request) describeInstanceTypes() (any, error) {
	limit, err := q.limit("MaxResults", 5, 100)
	if err != nil {
		return nil, err
	}
	filters, err := q.filters("Filter.", ".Value")
	if err != nil {
		return nil, err
	}
	var types []instanceType
	for _, host := range q.Region.Hosts {
		of := instanceType{Name: host.Type, VCPU: host.VCPU, MemoryMiB: host.MemoryMiB}
		if host.MemoryMiB != 0 && filters.take("instance-type", host.Type) && !slices.Contains(types, of) {
			types = append(types, of)
		}
	}
	types, next, err := page(q, types, limit)
	answer := typesAnswer{RequestID: q.id(), NextToken: next}
	answer.Types.Items = varied(q, types)
	return answer, err
}

// filters are the request's by name.
type filters map[string][]*regexp.Regexp

// filters reads parameters such as Filter.1.Value.2; RDS has Filters.Filter.1.Values.Value.2.
func (q *request) filters(prefix, values string) (filters, error) {
	found, count := filters{}, 0
	for i := 1; ; i++ {
		name := prefix + strconv.Itoa(i)
		if !q.form.Has(name + ".Name") {
			return found, nil
		}
		for _, value := range q.texts(name + values) {
			found[q.form.Get(name+".Name")] = append(found[q.form.Get(name+".Name")], pattern(value))
			if count++; count > maxFilterValues {
				return nil, &failure{http.StatusBadRequest, "FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200"}
			}
		}
	}
}

// take says whether something with the value passes the filter of that name.
func (f filters) take(name, value string) bool {
	patterns, filtered := f[name]
	return !filtered || slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(value) })
}

// pattern is a filter's value: * and ? are wildcards unless a backslash comes first.
func pattern(value string) *regexp.Regexp {
	var text strings.Builder
	escaped := false
	for _, c := range value {
		switch {
		case !escaped && c == '\\':
			escaped = true
			continue
		case !escaped && c == '*':
			text.WriteString(".*")
		case !escaped && c == '?':
			text.WriteString(".")
		default:
			text.WriteString(regexp.QuoteMeta(string(c)))
		}
		escaped = false
	}
	return regexp.MustCompile("^(?s:" + text.String() + ")$")
}
