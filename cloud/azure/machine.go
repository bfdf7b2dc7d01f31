package azure

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// machines are all virtual machines of the subscription, for hosts and for the disks that
// are attached to them. A list by location would be a request for each of them. Those of
// flexible scale sets are among them; the instances of uniform ones are in lists of their
// own.
var machines = adapter.Census[*session, machine]{
	Actions: []string{"vm_list", "vmss_vm_list"}, Path: listPath, Ask: askWithScaleSets[machine],
	Key:    (*machine).key,
	Region: func(m *machine) string { return locationOf(m.Location) },
}

// machine is a virtual machine as ARM lists it. What is secret in it, such as customData
// and userData, is not looked at.
type machine struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Zones      []string          `json:"zones"`
	Tags       map[string]string `json:"tags"`
	SKU        sku               `json:"sku"` // the size of an instance of a scale set
	Properties struct {
		InstanceView      instanceView `json:"instanceView"` // likewise
		VMID              string       `json:"vmId"`
		ProvisioningState string       `json:"provisioningState"`
		Priority          string       `json:"priority"`
		TimeCreated       string       `json:"timeCreated"`
		HardwareProfile   struct {
			VMSize           string `json:"vmSize"`
			VMSizeProperties struct {
				VCPUsAvailable string `json:"vCPUsAvailable"`
			} `json:"vmSizeProperties"`
		} `json:"hardwareProfile"`
		StorageProfile struct {
			ImageReference image    `json:"imageReference"`
			OSDisk         vmDisk   `json:"osDisk"`
			DataDisks      []vmDisk `json:"dataDisks"`
		} `json:"storageProfile"`
		NetworkProfile struct {
			NetworkInterfaces []nicReference `json:"networkInterfaces"`
		} `json:"networkProfile"`
	} `json:"properties"`
}

// image is what a machine was made from.
type image struct {
	ID                      string `json:"id"`
	CommunityGalleryImageID string `json:"communityGalleryImageId"`
	SharedGalleryImageID    string `json:"sharedGalleryImageId"`
	Publisher               string `json:"publisher"`
	Offer                   string `json:"offer"`
	SKU                     string `json:"sku"`
	Version                 string `json:"version"`
	ExactVersion            string `json:"exactVersion"`
}

// vmDisk is a disk in a machine's storage profile.
type vmDisk struct {
	Name        string     `json:"name"`
	OSType      string     `json:"osType"`
	DiskSizeGB  string     `json:"diskSizeGB"`
	LUN         string     `json:"lun"`
	ManagedDisk *reference `json:"managedDisk"`
	VHD         any        `json:"vhd"`
}

// nicReference is a network interface of a machine.
type nicReference struct {
	ID         string `json:"id"`
	Properties struct {
		Primary bool `json:"primary"`
	} `json:"properties"`
}

func (m *machine) key() string { return idOf(m.ID) }

func (m *machine) size() string { return cmp.Or(m.Properties.HardwareProfile.VMSize, m.SKU.Name) }

// nativeID is empty for an answer without one.
func (m *machine) nativeID() string { return strings.ToLower(m.Properties.VMID) }

// interfaces are the ids of network interfaces, the primary one first.
func (m *machine) interfaces() []string {
	var primary, others []string
	for _, reference := range m.Properties.NetworkProfile.NetworkInterfaces {
		if reference.Properties.Primary {
			primary = append(primary, idOf(reference.ID))
		} else {
			others = append(others, idOf(reference.ID))
		}
	}
	slices.Sort(primary)
	slices.Sort(others)
	return append(primary, others...)
}

// powers are the power states of all virtual machines.
var powers = adapter.Census[*session, power]{
	Actions: []string{"vm_status_list"}, Path: listPath, Ask: ask[power], Key: func(p *power) string { return idOf(p.ID) },
}

type power struct {
	ID         string `json:"id"`
	Properties struct {
		InstanceView instanceView `json:"instanceView"`
	} `json:"properties"`
}

type instanceView struct {
	Statuses []struct {
		Code string `json:"code"`
	} `json:"statuses"`
}

// unviewed is the id of a machine that is listed without its power state.
func (m *machine) unviewed() string {
	if isInScaleSet(m.key()) {
		return ""
	}
	return m.key()
}

// state is the power state, such as running or deallocated, out of the codes of a
// machine's instance view; its times and agents change by themselves.
func (v *instanceView) state() string {
	for _, status := range v.Statuses {
		if state, is := strings.CutPrefix(status.Code, "PowerState/"); is {
			return state
		}
	}
	return ""
}

// attached is a disk that a machine has.
type attached struct {
	id     string // empty for an unmanaged one
	gib    int64  // 0 where it is not said
	system bool
	device string
}

// attached are the disks in the machine's storage profile. f may be nil where their
// sizes make no difference.
func (m *machine) attached(f *adapter.Fields) []attached {
	if f == nil {
		f = adapter.NewFields("virtual machine", m.nativeID())
	}
	storage := &m.Properties.StorageProfile
	var all []attached
	if os := storage.OSDisk; os.ManagedDisk != nil || os.VHD != nil || os.DiskSizeGB != "" || os.Name != "" {
		all = append(all, attached{id: os.managed(), gib: f.Whole("diskSizeGB", os.DiskSizeGB), system: true})
	}
	for _, data := range storage.DataDisks {
		disk := attached{id: data.managed(), gib: f.Whole("diskSizeGB", data.DiskSizeGB)}
		if data.LUN != "" {
			disk.device = "lun" + data.LUN
		}
		all = append(all, disk)
	}
	return all
}

// unsized are the managed disks whose sizes the machine does not say.
func (m *machine) unsized() (ids []string) {
	for _, disk := range m.attached(nil) {
		if disk.gib == 0 {
			ids = append(ids, disk.id)
		}
	}
	return ids
}

func (d *vmDisk) managed() string {
	if d.ManagedDisk == nil {
		return ""
	}
	return idOf(d.ManagedDisk.ID)
}

// attach sets what a disk has of its machine. One that the list lacks is gone.
func attach(f *adapter.Fields, row *resource.Disk, d *managedDisk, machines *adapter.Members[machine], manager string) {
	found := machines.Of(manager)
	if found != nil {
		f.Inherit(found.Read("virtual machine", found.Value.ID))
		row.HostNativeID = found.Value.nativeID()
	}
	if row.HostNativeID == "" {
		if nameless := machines.Nameless(locationOf(d.Location)); nameless != nil { // it may be that one
			f.Inherit(nameless.Read("virtual machine", ""))
		}
		return
	}
	for _, at := range found.Value.attached(nil) {
		if at.id == idOf(d.ID) {
			row.Device, row.Role = at.device, roleOf(at.system)
		}
	}
}

// name is the id of an image or of its version, or the URN of one of the marketplace,
// publisher:offer:sku:version.
func (i image) name() string {
	if id := cmp.Or(i.ID, i.CommunityGalleryImageID, i.SharedGalleryImageID); id != "" {
		return idOf(id)
	}
	urn := strings.Join([]string{i.Publisher, i.Offer, i.SKU, cmp.Or(i.ExactVersion, i.Version)}, ":")
	if urn == ":::" {
		return ""
	}
	return urn
}
