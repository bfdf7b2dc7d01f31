package azure

import (
	"context"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"

	"cloudsync/cloud/adapter"
)

// joined is what a page of hosts is joined with.
type joined struct {
	statuses   map[armID]string
	interfaces map[armID]nic
	addresses  map[armID]publicIP
	disks      census[diskFound] // empty where no machine needs it
	sizes      *sizes
}

// nic is a network interface.
type nic struct {
	privateIPs []string
	publicIPs  []armID
	subnet     armID  // of the primary configuration
	problem    string // why they cannot be relied on
}

// nicListed is a network interface as ARM lists it.
type nicListed struct {
	ID         string `json:"id"`
	Properties struct {
		IPConfigurations []struct {
			Properties struct {
				PrivateIPAddress string    `json:"privateIPAddress"`
				PublicIPAddress  reference `json:"publicIPAddress"`
				Subnet           reference `json:"subnet"`
				Primary          bool      `json:"primary"`
			} `json:"properties"`
		} `json:"ipConfigurations"`
	} `json:"properties"`
}

// publicIP is a public IP; one that has no address at present has an empty one.
type publicIP struct{ address, problem string }

// read is the address.
func (p publicIP) read(f *adapter.Fields) string {
	if p.problem != "" {
		f.Fail("%s", p.problem)
	}
	return p.address
}

// publicIPListed is a public IP as ARM lists it.
type publicIPListed struct {
	ID         string `json:"id"`
	Properties struct {
		IPAddress string `json:"ipAddress"`
	} `json:"properties"`
}

// join gets the tables that cover the machines just listed.
func (s *session) join(ctx context.Context, region string, begins bool, found pageFound[adapter.Item[machine]]) (*joined, error) {
	listed, user := found.listed, "hosts/"+region
	needs := needsOf(found.members)
	with := &joined{}
	var err error
	if with.sizes, err = s.sizes(ctx, region, listed, needs.sizes); err != nil {
		return nil, err
	}
	if with.statuses, err = s.tables.statuses.covering(ctx, user, begins, listed, has[string](needs.machines), s.listStatuses); err != nil {
		return nil, err
	}
	if with.interfaces, err = s.tables.interfaces.covering(ctx, user, begins, listed, has[nic](needs.interfaces), s.listInterfaces); err != nil {
		return nil, err
	}
	if with.addresses, err = s.tables.addresses.covering(ctx, user, begins, listed, has[publicIP](with.publicIPs(needs.interfaces)), s.listAddresses); err != nil {
		return nil, err
	}
	if err = with.checkLists(needs); err != nil {
		return nil, err
	}
	if len(needs.disks) > 0 {
		covers := func(disks census[diskFound]) bool { return has[*member[diskFound]](needs.disks)(disks.byID) }
		with.disks, err = s.tables.disks.covering(ctx, user, begins, listed, covers, s.listDisks)
	}
	return with, err
}

// publicIPs are those of the interfaces.
func (j *joined) publicIPs(interfaces []armID) (ids []armID) {
	for _, id := range interfaces {
		ids = append(ids, j.interfaces[id].publicIPs...)
	}
	return ids
}

// has says of a table whether it has all ids.
func has[T any](ids []armID) func(map[armID]T) bool {
	return func(table map[armID]T) bool {
		return !slices.ContainsFunc(ids, func(id armID) bool {
			_, there := table[id]
			return !there
		})
	}
}

// needs are what machines refer to.
type needs struct {
	machines, interfaces, disks []armID // disks are those whose size is not said
	sizes                       []string
}

func needsOf(found []*member[adapter.Item[machine]]) (n needs) {
	for _, one := range found {
		machine := &one.row.Value
		n.machines = append(n.machines, idOf(machine.ID))
		n.sizes = append(n.sizes, machine.Properties.HardwareProfile.VMSize)
		for _, reference := range machine.interfaces() {
			n.interfaces = append(n.interfaces, idOf(reference.ID))
		}
		for _, disk := range machine.attached(nil) {
			if disk.gib == 0 && disk.id != "" {
				n.disks = append(n.disks, disk.id)
			}
		}
	}
	return n
}

// listStatuses lists the power states of all virtual machines of the subscription.
func (s *session) listStatuses(ctx context.Context) (map[armID]string, error) {
	statusOnly := "true"
	statuses := map[armID]string{}
	all := list[machine]{action: "vm_status_list", page: paged[machine](
		func() *runtime.Pager[armcompute.VirtualMachinesClientListAllResponse] {
			return s.clients.machines.NewListAllPager(&armcompute.VirtualMachinesClientListAllOptions{StatusOnly: &statusOnly})
		})}
	err := all.each(ctx, s, func(item *adapter.Item[machine]) {
		statuses[idOf(item.Value.ID)] = item.Value.power()
	})
	return statuses, err
}

// power is the power state, such as running or deallocated, out of the codes of a
// machine's instance view; its times and agents change by themselves.
func (m *machine) power() string {
	for _, status := range m.Properties.InstanceView.Statuses {
		if power, is := strings.CutPrefix(status.Code, "PowerState/"); is {
			return power
		}
	}
	return ""
}

// listInterfaces lists all network interfaces of the subscription but those of uniform
// scale sets, which have a list of their own.
func (s *session) listInterfaces(ctx context.Context) (map[armID]nic, error) {
	interfaces := map[armID]nic{}
	all := list[nicListed]{action: "nic_list", page: paged[nicListed](
		func() *runtime.Pager[armnetwork.InterfacesClientListAllResponse] {
			return s.clients.interfaces.NewListAllPager(nil)
		})}
	err := all.each(ctx, s, func(item *adapter.Item[nicListed]) {
		found := nicOf(&item.Value)
		found.problem = item.Read("network interface", item.Value.ID).Problem()
		interfaces[idOf(item.Value.ID)] = found
	})
	return interfaces, err
}

func nicOf(one *nicListed) (found nic) {
	subnet, isPrimary := armID(""), false
	for _, configuration := range one.Properties.IPConfigurations {
		p := configuration.Properties
		found.privateIPs = append(found.privateIPs, p.PrivateIPAddress)
		if p.PublicIPAddress.ID != "" {
			found.publicIPs = append(found.publicIPs, idOf(p.PublicIPAddress.ID))
		}
		if p.Subnet.ID == "" || isPrimary {
			continue
		}
		isPrimary = p.Primary
		if id := idOf(p.Subnet.ID); isPrimary || subnet == "" || id < subnet { // the order says nothing
			subnet = id
		}
	}
	found.subnet = subnet
	return found
}

// listAddresses lists all public IPs of the subscription.
func (s *session) listAddresses(ctx context.Context) (map[armID]publicIP, error) {
	addresses := map[armID]publicIP{}
	all := list[publicIPListed]{action: "publicip_list", page: paged[publicIPListed](
		func() *runtime.Pager[armnetwork.PublicIPAddressesClientListAllResponse] {
			return s.clients.addresses.NewListAllPager(nil)
		})}
	err := all.each(ctx, s, func(item *adapter.Item[publicIPListed]) {
		problem := item.Read("public IP", item.Value.ID).Problem()
		addresses[idOf(item.Value.ID)] = publicIP{address: item.Value.Properties.IPAddress, problem: problem}
	})
	return addresses, err
}
