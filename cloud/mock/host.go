package mock

import (
	"strconv"
	"time"

	"cloudsync/resource"
)

// place is a region with the names that all its hosts share, made once.
type place struct {
	region  string
	regions int // how many the cloud has
	zones   []string
	subnets []string
	vpc     string
	// securityGroups are those of a host, by its group in the service tree.
	securityGroups [][]string
}

func newPlace(region string, regions int) place {
	p := place{region: region, regions: regions, vpc: "vpc-" + region}
	for _, zone := range zones {
		p.zones = append(p.zones, region+"-"+zone)
		p.subnets = append(p.subnets, "subnet-"+region+"-"+zone)
	}
	for _, group := range groups {
		p.securityGroups = append(p.securityGroups, []string{"sg-" + region + "-" + group})
	}
	return p
}

// positionOf is where the life stands among the region's: see slotAt.
func (p *place) positionOf(l life) int64 { return l.slot / int64(p.regions) }

// opened is the day on which the simulated clouds opened.
var opened = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func (t traits) created() time.Time { return opened.Add(time.Duration(t.createdDay) * day) }

// expires is five years after the creation for what is paid in advance.
func (t traits) expires() time.Time {
	if charges[t.charge] != "prepaid" {
		return time.Time{}
	}
	return t.created().Add(5 * 365 * day)
}

func (l life) hostID() string { return string(l.appendHostID(nil)) }

func (l life) appendHostID(text []byte) []byte {
	return strconv.AppendUint(append(text, "i-"...), l.id, 16)
}

// hostNames is what all names begin with, as in the original sketch.
const hostNames = "genMockResourceHost_host_"

func hostRows(rows []resource.Row, p *place, l life) []resource.Row {
	t := l.traits()
	host := &resource.Host{
		Status:           statuses[t.status],
		Zone:             p.zones[t.zone],
		InstanceType:     instanceTypes[t.instanceType],
		VCPU:             vCPUs[t.vCPU],
		MemoryMiB:        memoryGiB[t.memory] * 1024,
		DiskGiB:          diskGiB[t.disk],
		VPCID:            p.vpc,
		SubnetID:         p.subnets[t.zone],
		SecurityGroupIDs: p.securityGroups[t.group],
		ImageID:          images[t.vendor][t.system],
		OS:               systems[t.system],
		ChargeType:       charges[t.charge],
		Tags:             t.hostTags(),
		CloudCreatedAt:   t.created(),
		ExpiresAt:        t.expires(),
	}
	l.nameHost(host, t.public)
	return append(rows, host)
}

// nameHost sets what only this host has, cut from one text and one list: a listing
// makes a million of each.
func (l life) nameHost(host *resource.Host, public bool) {
	var room [128]byte
	text := strconv.AppendInt(append(room[:0], hostNames...), l.slot, 10)
	name := len(text)
	text = l.appendHostID(text)
	id := len(text)
	text = appendIPv4(text, privateIP(l.slot))
	private := len(text)
	if public {
		text = appendIPv4(text, publicIP(l.id))
	}
	all := string(text)
	host.Name, host.NativeID = all[:name], all[name:id]
	addresses := []string{all[id:private], all[private:]}
	host.PrivateIPs = addresses[:1:1]
	if public {
		host.PublicIPs = addresses[1:]
	}
}

func (t traits) hostTags() map[string]string {
	return map[string]string{
		"stree_group":   groups[t.group],
		"stree_product": products[t.product],
		"stree_app":     apps[t.app],
		"cluster":       clusters[t.cluster],
		"arch":          architectures[t.arch],
		"idc":           dataCenters[t.idc],
		"os":            systems[t.system],
		"job":           jobs[t.job],
	}
}

// privateIP is 8.8.8.1 to 8.8.8.250 for the first slots, as in the original
// sketch, and from 8.8.9.0 upwards for the others.
func privateIP(slot int64) uint32 {
	const first, others = 0x08080801, 0x08080900
	if slot < 250 {
		return first + uint32(slot)
	}
	address := others + uint32(slot-250)
	return 8<<24 | address&0xffffff // MaxHosts stays below a full turn
}

// publicIP is an address of 47.0.0.0/8.
func publicIP(id uint64) uint32 { return 47<<24 | uint32(id>>40) }

func appendIPv4(text []byte, address uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		text = strconv.AppendUint(text, uint64(address>>shift&0xff), 10)
		if shift > 0 {
			text = append(text, '.')
		}
	}
	return text
}
