package googlefake

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// project answers as projects.get
// (https://cloud.google.com/resource-manager/reference/rest/v3/projects/get).
func (s server) project(w http.ResponseWriter, _ *http.Request, j fake.Judgement) {
	write(w, http.StatusOK, object{"name": "projects/1234567890", "projectId": j.Account.ID, "state": "ACTIVE", "displayName": "demo", "etag": "e"})
}

// regions answers as regions.list. It is of the whole project, which has no other regions.
func (s server) regions(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	var all []object
	for _, region := range j.Account.Regions {
		if !region.Disabled && region.Name != global {
			all = append(all, object{"kind": "compute#region", "name": region.Name, "status": "UP", "quotas": []object{{"metric": "CPUS", "usage": 7}}})
		}
	}
	list(s, w, r, "compute#regionList", "items", all)
}

// global is the region of what is of none.
const global = "global"

// machineTypes answers as machineTypes.list, with those of the region's hosts.
func (s server) machineTypes(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	var all []object
	seen := map[string]bool{}
	for _, host := range j.Region.Hosts {
		if !seen[host.Type] && !strings.Contains(host.Type, "custom") {
			seen[host.Type] = true
			all = append(all, object{
				"kind": "compute#machineType", "name": host.Type, "guestCpus": host.VCPU, "memoryMb": host.MemoryMiB, "isSharedCpu": false, "zone": r.PathValue("zone"),
			})
		}
	}
	list(s, w, r, "compute#machineTypeList", "items", all)
}

// located is a resource in a list by zones and regions.
type located struct {
	scope string
	of    func() object // made for the page that has it alone
}

// aggregated answers as the aggregatedList of a resource: each zone or region has a list, or a
// warning instead. What is in zones that cannot be reached is left out, as the answer says.
func (s server) aggregated(name string, all func(fake.Judgement) []located) http.HandlerFunc {
	mask := regexp.MustCompile(`items/\*/` + name + `\(([^)]*)\)`)
	return s.answer("compute."+name+".aggregatedList", func(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
		scopes, lost := scopesOf(j)
		if len(lost) > 0 && r.URL.Query().Get("returnPartialSuccess") != "true" {
			refuse(w, r, fake.Judgement{Verdict: fake.ServerError})
			return
		}
		page, next, ok := cut(s, w, r, slices.DeleteFunc(all(j), func(l located) bool { return slices.Contains(lost, l.scope) }))
		if !ok {
			return
		}
		items := map[string]object{}
		for _, scope := range scopes {
			items[scope] = object{"warning": object{"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope '" + scope + "' on this page."}}
		}
		for _, scope := range lost {
			items[scope] = object{"warning": object{"code": "UNREACHABLE", "message": "The scope '" + scope + "' is not reachable."}}
		}
		fields := mask.FindStringSubmatch(r.URL.Query().Get("fields"))
		for _, l := range page {
			have, _ := items[l.scope][name].([]object)
			items[l.scope] = object{name: append(have, masked(fields, l.of()))}
		}
		answer := object{"kind": "compute#" + singular(name) + "AggregatedList", "id": "projects/p/aggregated", "items": items}
		if next != "" {
			answer["nextPageToken"] = next
		}
		if len(lost) > 0 {
			answer["unreachables"] = lost
		}
		write(w, http.StatusOK, answer)
	})
}

// singular is one of a collection, such as address of addresses.
func singular(name string) string {
	if one, is := strings.CutSuffix(name, "sses"); is {
		return one + "ss"
	}
	return strings.TrimSuffix(name, "s")
}

// scopesOf are the zones and regions of the project, and of those the ones out of reach.
func scopesOf(j fake.Judgement) (all, lost []string) {
	all = []string{global}
	for _, region := range j.Account.Regions {
		all = append(all, "regions/"+region.Name, "zones/"+region.Name+"-a", "zones/"+region.Name+"-b")
		for _, zone := range region.Unreachable {
			lost = append(lost, "zones/"+zone)
		}
	}
	return all, lost
}

// masked has of a resource what a mask asks for.
func masked(mask []string, of object) object {
	if mask == nil {
		return of
	}
	kept := object{}
	for field := range strings.SplitSeq(mask[1], ",") {
		if value, has := of[field]; has {
			kept[field] = value
		}
	}
	return kept
}

// link is the address of something in a project.
func link(project, path string) string {
	const base = "https://www.googleapis.com/compute/v1/"
	if strings.HasPrefix(path, "projects/") { // it says itself
		return base + path
	}
	return base + "projects/" + project + "/" + path
}

func zonal(zone, of, name string) string { return "zones/" + zone + "/" + of + "/" + name }

// numeric is an id of Compute Engine's form, of one that is not.
func numeric(id string) string {
	if strings.Trim(id, "0123456789") == "" && id != "" {
		return id
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // cannot fail
	return fmt.Sprint(h.Sum64())
}

// instances answers as instances.aggregatedList
// (https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList).
func instances(j fake.Judgement) (all []located) {
	for _, region := range j.Account.Regions {
		attached := region.AttachedDisks()
		for i := range region.Hosts {
			host := &region.Hosts[i]
			all = append(all, located{"zones/" + host.Zone, func() object {
				var disks []object
				for _, disk := range attached[host.ID] {
					disks = append(disks, attachedDisk(j, region, disk))
				}
				return instance(j, region, *host, disks)
			}})
		}
	}
	return all
}

func instance(j fake.Judgement, region *fake.Region, host fake.Host, disks []object) object {
	project := j.Account.ID
	for _, disk := range disks {
		if disk["boot"] == true && host.OS != "" {
			disk["licenses"] = []string{link("debian-cloud", "global/licenses/"+host.OS)}
		}
	}
	one := object{
		"kind": "compute#instance", "id": numeric(host.ID), "name": host.Name, "status": host.Status,
		"selfLink": link(project, zonal(host.Zone, "instances", host.Name)), "zone": link(project, "zones/"+host.Zone),
		"machineType": link(project, zonal(host.Zone, "machineTypes", host.Type)), "networkInterfaces": interfaces(j, region, host),
		"disks": disks, "scheduling": scheduling(host), "fingerprint": host.Volatile, "labelFingerprint": host.Volatile, "lastStartTimestamp": host.Volatile,
		"metadata": object{"fingerprint": host.Volatile, "items": []object{{"key": "startup-script", "value": Secret}}},
	}
	if len(host.Tags) > 0 {
		one["labels"] = host.Tags
	}
	putTime(one, "creationTimestamp", host.Created)
	return one
}

func scheduling(host fake.Host) object {
	one := object{"preemptible": host.ChargeType == "PREEMPTIBLE", "onHostMaintenance": "MIGRATE"}
	if host.ChargeType != "" && host.ChargeType != "PREEMPTIBLE" {
		one["provisioningModel"] = host.ChargeType
	}
	putTime(one, "terminationTime", host.Expires)
	return one
}

// interfaces are one for each private address, of which IPv6 ones are on the first. The public
// addresses are at the first.
func interfaces(j fake.Judgement, region *fake.Region, host fake.Host) []object {
	first := object{"kind": "compute#networkInterface", "name": "nic0", "fingerprint": host.Volatile}
	if host.VPC != "" {
		first["network"] = link(j.Account.ID, "global/networks/"+host.VPC)
		first["subnetwork"] = link(j.Account.ID, "regions/"+region.Name+"/subnetworks/"+host.Subnet)
	}
	for _, ip := range host.PublicIPs {
		configs, _ := first["accessConfigs"].([]object)
		first["accessConfigs"] = append(configs, object{"kind": "compute#accessConfig", "name": "External NAT", "natIP": ip, "networkTier": "PREMIUM"})
	}
	all := []object{first}
	for i, ip := range host.PrivateIPs {
		switch {
		case strings.Contains(ip, ":"):
			first["ipv6AccessConfigs"] = []object{{"externalIpv6": ip, "externalIpv6PrefixLength": 96}}
		case i == 0:
			first["networkIP"] = ip
		default: // of another network
			all = append(all, object{"name": fmt.Sprintf("nic%d", i), "networkIP": ip, "network": link(j.Account.ID, "global/networks/other")})
		}
	}
	return all
}

func attachedDisk(j fake.Judgement, region *fake.Region, disk fake.Disk) object {
	one := object{"kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": "READ_WRITE", "deviceName": disk.Device, "diskSizeGb": fmt.Sprint(disk.SizeGiB), "boot": disk.System}
	if disk.Type == "local-ssd" {
		one["type"] = "SCRATCH"
	} else {
		one["source"] = link(j.Account.ID, diskPath(region, disk))
		one["diskEncryptionKey"] = object{"rawKey": Secret}
	}
	return one
}

// diskPath is where a disk is: one with two zones is of its region.
func diskPath(region *fake.Region, disk fake.Disk) string {
	if strings.Contains(disk.Zone, ",") {
		return "regions/" + region.Name + "/disks/" + disk.Name
	}
	return zonal(disk.Zone, "disks", disk.Name)
}

func putTime(to object, name string, at time.Time) {
	if !at.IsZero() {
		to[name] = at.In(time.FixedZone("", -8*60*60)).Format("2006-01-02T15:04:05.000-07:00")
	}
}

// disks answers as disks.aggregatedList
// (https://cloud.google.com/compute/docs/reference/rest/v1/disks/aggregatedList).
func disks(j fake.Judgement) (all []located) {
	for _, region := range j.Account.Regions {
		users := map[string]string{}
		for _, host := range region.Hosts {
			users[host.ID] = link(j.Account.ID, zonal(host.Zone, "instances", host.Name))
		}
		for _, disk := range region.Disks {
			if disk.Type != "local-ssd" {
				path := diskPath(region, disk)
				all = append(all, located{path[:strings.Index(path, "/disks/")], func() object { return persistentDisk(j, region, disk, users[disk.Host]) }})
			}
		}
	}
	return all
}

func persistentDisk(j fake.Judgement, region *fake.Region, disk fake.Disk, user string) object {
	path := diskPath(region, disk)
	one := object{
		"kind": "compute#disk", "id": numeric(disk.ID), "name": disk.Name, "status": disk.Status, "sizeGb": fmt.Sprint(disk.SizeGiB),
		"selfLink": link(j.Account.ID, path), "type": link(j.Account.ID, "zones/z/diskTypes/"+disk.Type), "lastAttachTimestamp": time.Now().Format(time.RFC3339Nano),
		"diskEncryptionKey": object{"rawKey": Secret, "sha256": "s"}, "labelFingerprint": fmt.Sprint(time.Now().UnixNano()),
	}
	if zones := strings.Split(disk.Zone, ","); len(zones) > 1 {
		one["region"] = link(j.Account.ID, "regions/"+region.Name)
		one["replicaZones"] = []string{link(j.Account.ID, "zones/"+zones[0]), link(j.Account.ID, "zones/"+zones[1])}
	} else {
		one["zone"] = link(j.Account.ID, "zones/"+disk.Zone)
	}
	if user != "" {
		one["users"] = []string{user}
	}
	if len(disk.Tags) > 0 {
		one["labels"] = disk.Tags
	}
	putTime(one, "creationTimestamp", disk.Created)
	return one
}

// forwardingRules answers as forwardingRules.aggregatedList
// (https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules/aggregatedList). A
// load balancer's type is the collection of its target, such as targetHttpsProxies.
func forwardingRules(j fake.Judgement) (all []located) {
	for _, region := range j.Account.Regions {
		scope := scopeOf(region)
		for _, balancer := range region.LoadBalancers {
			all = append(all, located{scope, func() object { return forwardingRule(j, region, scope, balancer) }})
		}
	}
	return all
}

func forwardingRule(j fake.Judgement, region *fake.Region, scope string, balancer fake.LoadBalancer) object {
	one := object{
		"kind": "compute#forwardingRule", "id": numeric(balancer.ID), "name": balancer.Name, "selfLink": link(j.Account.ID, scope+"/forwardingRules/"+balancer.Name),
		"IPProtocol": "TCP", "loadBalancingScheme": "EXTERNAL_MANAGED", "fingerprint": fmt.Sprint(time.Now().UnixNano()),
	}
	switch {
	case balancer.Type == "":
		one["backendService"] = link(j.Account.ID, scope+"/backendServices/"+balancer.Name)
	case strings.Contains(balancer.Type, "-"): // a bundle of APIs
		one["target"], one["pscConnectionId"] = balancer.Type, "1"
	default:
		one["target"] = link(j.Account.ID, scope+"/"+balancer.Type+"/"+balancer.Name)
	}
	if balancer.Internal {
		one["loadBalancingScheme"] = "INTERNAL"
	}
	for _, ip := range balancer.Addresses {
		one["IPAddress"] = ip
	}
	putPorts(one, balancer.Ports)
	if balancer.VPC != "" {
		one["network"] = link(j.Account.ID, "global/networks/"+balancer.VPC)
	}
	for _, subnet := range balancer.Subnets {
		one["subnetwork"] = link(j.Account.ID, "regions/"+region.Name+"/subnetworks/"+subnet)
	}
	if len(balancer.Tags) > 0 {
		one["labels"] = balancer.Tags
	}
	putTime(one, "creationTimestamp", balancer.Created)
	return one
}

// putPorts writes several ports as single ones, and one, or one range, as a range. All have one
// protocol.
func putPorts(to object, ports []string) {
	var single []string
	for _, port := range ports {
		port, protocol, _ := strings.Cut(port, "/")
		to["IPProtocol"] = strings.ToUpper(protocol)
		if single = append(single, port); !strings.Contains(port, "-") {
			port += "-" + port
		}
		to["portRange"] = port
	}
	if len(single) > 1 {
		to["ports"] = single
		delete(to, "portRange")
	}
}
