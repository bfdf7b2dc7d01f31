package azure

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
)

// joined is what a page of hosts is joined with.
type joined struct {
	statuses   map[armID]string
	interfaces map[armID]nic
	addresses  map[armID]string
	disks      census[diskFound] // empty where no machine needs it
	sizes      *sizes
}

// nic is a network interface.
type nic struct {
	privateIPs []string
	publicIPs  []armID
	subnet     armID // of the primary configuration
}

// join gets the tables that cover the machines just listed.
func (s *session) join(ctx context.Context, region string, begins bool, found []*armcompute.VirtualMachine) (*joined, error) {
	listed, user := time.Now(), "hosts/"+region
	needs := needsOf(found)
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
	if with.addresses, err = s.tables.addresses.covering(ctx, user, begins, listed, has[string](with.publicIPs(needs.interfaces)), s.listAddresses); err != nil {
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

func needsOf(found []*armcompute.VirtualMachine) (n needs) {
	for _, machine := range found {
		n.machines = append(n.machines, idOf(machine.ID))
		p := machine.Properties
		if p == nil {
			continue
		}
		if p.HardwareProfile != nil {
			n.sizes = append(n.sizes, text(p.HardwareProfile.VMSize))
		}
		for _, reference := range interfacesOf(p.NetworkProfile) {
			n.interfaces = append(n.interfaces, idOf(reference.ID))
		}
		for _, disk := range attachedTo(storageOf(p)) {
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
	all := list[armcompute.VirtualMachine]{action: "vm_status_list", page: paged(
		func() *runtime.Pager[armcompute.VirtualMachinesClientListAllResponse] {
			return s.clients.machines.NewListAllPager(&armcompute.VirtualMachinesClientListAllOptions{StatusOnly: &statusOnly})
		},
		func(page armcompute.VirtualMachinesClientListAllResponse) answered[armcompute.VirtualMachine] {
			return answered[armcompute.VirtualMachine]{Value: page.Value, NextLink: page.NextLink}
		})}
	err := all.each(ctx, s, func(machine *armcompute.VirtualMachine) error {
		statuses[idOf(machine.ID)] = powerOf(machine.Properties)
		return nil
	})
	return statuses, err
}

// powerOf is the power state, such as running or deallocated, out of the codes of a
// machine's instance view; its times and agents change by themselves.
func powerOf(p *armcompute.VirtualMachineProperties) string {
	if p == nil || p.InstanceView == nil {
		return ""
	}
	for _, status := range p.InstanceView.Statuses {
		if status == nil {
			continue
		}
		if power, is := strings.CutPrefix(text(status.Code), "PowerState/"); is {
			return power
		}
	}
	return ""
}

// listInterfaces lists all network interfaces of the subscription but those of uniform
// scale sets, which have a list of their own.
func (s *session) listInterfaces(ctx context.Context) (map[armID]nic, error) {
	interfaces := map[armID]nic{}
	all := list[armnetwork.Interface]{action: "nic_list", page: paged(
		func() *runtime.Pager[armnetwork.InterfacesClientListAllResponse] {
			return s.clients.interfaces.NewListAllPager(nil)
		},
		func(page armnetwork.InterfacesClientListAllResponse) answered[armnetwork.Interface] {
			return answered[armnetwork.Interface]{Value: page.Value, NextLink: page.NextLink}
		})}
	err := all.each(ctx, s, func(one *armnetwork.Interface) error {
		interfaces[idOf(one.ID)] = nicOf(one)
		return nil
	})
	return interfaces, err
}

func nicOf(one *armnetwork.Interface) (found nic) {
	if one.Properties == nil {
		return found
	}
	subnet, isPrimary := armID(""), false
	for _, configuration := range one.Properties.IPConfigurations {
		if configuration == nil || configuration.Properties == nil {
			continue
		}
		p := configuration.Properties
		if ip := text(p.PrivateIPAddress); ip != "" {
			found.privateIPs = append(found.privateIPs, ip)
		}
		if p.PublicIPAddress != nil && text(p.PublicIPAddress.ID) != "" {
			found.publicIPs = append(found.publicIPs, idOf(p.PublicIPAddress.ID))
		}
		if p.Subnet == nil || isPrimary {
			continue
		}
		isPrimary = p.Primary != nil && *p.Primary
		if id := idOf(p.Subnet.ID); isPrimary || subnet == "" || id < subnet { // the order says nothing
			subnet = id
		}
	}
	found.subnet = subnet
	return found
}

// listAddresses lists all public IPs of the subscription; one that has no address at
// present has an empty one.
func (s *session) listAddresses(ctx context.Context) (map[armID]string, error) {
	addresses := map[armID]string{}
	all := list[armnetwork.PublicIPAddress]{action: "publicip_list", page: paged(
		func() *runtime.Pager[armnetwork.PublicIPAddressesClientListAllResponse] {
			return s.clients.addresses.NewListAllPager(nil)
		},
		func(page armnetwork.PublicIPAddressesClientListAllResponse) answered[armnetwork.PublicIPAddress] {
			return answered[armnetwork.PublicIPAddress]{Value: page.Value, NextLink: page.NextLink}
		})}
	err := all.each(ctx, s, func(one *armnetwork.PublicIPAddress) error {
		addresses[idOf(one.ID)] = ""
		if one.Properties != nil {
			addresses[idOf(one.ID)] = text(one.Properties.IPAddress)
		}
		return nil
	})
	return addresses, err
}
