package azure_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"
	computefake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	networkfake "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9/fake"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

const providers = "/subscriptions/" + subscription + "/resourceGroups/RG/providers/"

// The provider's own fake servers answer for the lists, with nextLinks of their own;
// ours gives the token, the locations and the permissions.
func TestAgainstTheProvidersOwnFakes(t *testing.T) {
	t.Parallel()
	provider := open(settingsFor(serveOfficial(t).URL))
	rows := listAll(t, provider, hostScope)
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "vm-a"}, Name: "a", Status: "running", Zone: "1,3", InstanceType: "Standard_B1s", VCPU: 1, MemoryMiB: 1024, DiskGiB: 94,
			PrivateIPs: []string{"10.1.0.4", "10.1.0.5"}, PublicIPs: []string{"203.0.113.1"},
			VPCID:    strings.ToLower(providers + "Microsoft.Network/virtualNetworks/net"),
			SubnetID: strings.ToLower(providers + "Microsoft.Network/virtualNetworks/net/subnets/front"),
			SecurityGroupIDs: []string{
				strings.ToLower(providers + "Microsoft.Network/networkSecurityGroups/of-back"), strings.ToLower(providers + "Microsoft.Network/networkSecurityGroups/of-nic"),
			},
			ImageID: "canonical:ubuntu:server:latest", OS: "Linux", ChargeType: "Regular", CloudCreatedAt: created,
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "vm-b"}, Name: "b", Status: "Creating", InstanceType: "Standard_B1s", VCPU: 7, MemoryMiB: 1024, ChargeType: "Low",
			Tags: map[string]string{"empty": "", "team": "shop"},
		},
	}, utc(rows))

	rows = listAll(t, provider, diskScope)
	require.Equal(t, []resource.Row{
		&resource.Disk{
			Meta: resource.Meta{NativeID: "disk-data"}, Name: "data", Status: "Attached", HostNativeID: "vm-a", Role: "data", Device: "lun5", SizeGiB: 64, DiskType: "UltraSSD_LRS",
		},
		&resource.Disk{
			Meta: resource.Meta{NativeID: strings.ToLower(providers + "Microsoft.Compute/disks/set")}, Name: "set", Status: "Attached", Role: "system", SizeGiB: 30,
		},
	}, rows)
	existing, err := provider.Lookup(t.Context(), diskScope, []string{"disk-data", "elsewhere"})
	require.NoError(t, err)
	require.Equal(t, []string{"disk-data"}, existing)
}

func serveOfficial(t *testing.T) *httptest.Server {
	c := &fake.Cloud{}
	c.Add(account())
	ours := azurefake.New(c)
	compute := computefake.NewServerFactoryTransport(officialCompute())
	network := networkfake.NewServerFactoryTransport(officialNetwork())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, _, _ := strings.Cut(r.URL.Path, "/fake_page_") // in the nextLinks of the provider's fakes
		do, operation := compute.Do, ""
		switch path[strings.LastIndex(path, "/")+1:] {
		case "virtualMachines":
			operation = "VirtualMachinesClient.NewListAllPager"
		case "vmSizes":
			operation = "VirtualMachineSizesClient.NewListPager"
		case "disks":
			operation = "DisksClient.NewListPager"
		case "networkInterfaces":
			do, operation = network.Do, "InterfacesClient.NewListAllPager"
		case "virtualNetworks":
			do, operation = network.Do, "VirtualNetworksClient.NewListAllPager"
		case "publicIPAddresses":
			do, operation = network.Do, "PublicIPAddressesClient.NewListAllPager"
		default:
			ours.ServeHTTP(w, r)
			return
		}
		r.URL.Scheme, r.URL.Host = "http", r.Host
		answer, err := do(r.WithContext(context.WithValue(r.Context(), runtime.CtxAPINameKey{}, operation)))
		if err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		defer func() { _ = answer.Body.Close() }()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	}))
	t.Cleanup(server.Close)
	return server
}

func officialCompute() *computefake.ServerFactory {
	id := func(kind, name string) *string { return to.Ptr(providers + "Microsoft.Compute/" + kind + "/" + name) }
	vm := func(name string, p *armcompute.VirtualMachineProperties) *armcompute.VirtualMachine {
		p.VMID = to.Ptr("VM-" + strings.ToUpper(name))
		p.HardwareProfile = &armcompute.HardwareProfile{VMSize: to.Ptr(armcompute.VirtualMachineSizeTypes("Standard_B1s"))}
		return &armcompute.VirtualMachine{ID: id("virtualMachines", name), Name: &name, Location: to.Ptr(region), Properties: p}
	}
	a := vm("a", &armcompute.VirtualMachineProperties{
		TimeCreated: to.Ptr(created),
		StorageProfile: &armcompute.StorageProfile{
			ImageReference: &armcompute.ImageReference{Publisher: to.Ptr("canonical"), Offer: to.Ptr("ubuntu"), SKU: to.Ptr("server"), Version: to.Ptr("latest")},
			OSDisk:         &armcompute.OSDisk{Name: to.Ptr("os"), OSType: to.Ptr(armcompute.OperatingSystemTypesLinux), DiskSizeGB: to.Ptr[int32](30)},
			DataDisks:      []*armcompute.DataDisk{{Lun: to.Ptr[int32](5), ManagedDisk: &armcompute.ManagedDiskParameters{ID: id("DISKS", "DATA")}}},
		},
		NetworkProfile: &armcompute.NetworkProfile{NetworkInterfaces: []*armcompute.NetworkInterfaceReference{{ID: to.Ptr(strings.ToUpper(providers + "nic"))}}},
	})
	a.Zones = []*string{to.Ptr("3"), to.Ptr("1")}
	b := vm("b", &armcompute.VirtualMachineProperties{ProvisioningState: to.Ptr("Creating"), Priority: to.Ptr(armcompute.VirtualMachinePriorityTypesLow)})
	b.Properties.HardwareProfile.VMSizeProperties = &armcompute.VMSizeProperties{VCPUsAvailable: to.Ptr[int32](7)}
	b.Tags = map[string]*string{"team": to.Ptr("shop"), "empty": nil}
	power := vm("A", &armcompute.VirtualMachineProperties{InstanceView: &armcompute.VirtualMachineInstanceView{Statuses: []*armcompute.InstanceViewStatus{
		{Code: to.Ptr("ProvisioningState/succeeded")}, {Code: to.Ptr("PowerState/running")},
	}}})
	return &computefake.ServerFactory{
		VirtualMachinesServer: computefake.VirtualMachinesServer{
			NewListAllPager: func(options *armcompute.VirtualMachinesClientListAllOptions) (pages azfake.PagerResponder[armcompute.VirtualMachinesClientListAllResponse]) {
				add := func(value ...*armcompute.VirtualMachine) {
					pages.AddPage(http.StatusOK, armcompute.VirtualMachinesClientListAllResponse{VirtualMachineListResult: armcompute.VirtualMachineListResult{Value: value}}, nil)
				}
				if options != nil && options.StatusOnly != nil && *options.StatusOnly == "true" {
					add(power, vm("b", &armcompute.VirtualMachineProperties{}))
					return pages
				}
				add(a)
				add(b)
				return pages
			},
		},
		VirtualMachineSizesServer: computefake.VirtualMachineSizesServer{
			NewListPager: func(string, *armcompute.VirtualMachineSizesClientListOptions) (pages azfake.PagerResponder[armcompute.VirtualMachineSizesClientListResponse]) {
				pages.AddPage(http.StatusOK, armcompute.VirtualMachineSizesClientListResponse{VirtualMachineSizeListResult: armcompute.VirtualMachineSizeListResult{Value: []*armcompute.VirtualMachineSize{
					{Name: to.Ptr("standard_b1s"), NumberOfCores: to.Ptr[int32](1), MemoryInMB: to.Ptr[int32](1024)},
				}}}, nil)
				return pages
			},
		},
		DisksServer: computefake.DisksServer{
			NewListPager: func(*armcompute.DisksClientListOptions) (pages azfake.PagerResponder[armcompute.DisksClientListResponse]) {
				for _, one := range officialDisks(id) {
					pages.AddPage(http.StatusOK, armcompute.DisksClientListResponse{DiskList: armcompute.DiskList{Value: []*armcompute.Disk{one}}}, nil)
				}
				return pages
			},
		},
	}
}

// officialDisks are one of a machine, one of a machine of a uniform scale set, and one
// of another location.
func officialDisks(id func(kind, name string) *string) []*armcompute.Disk {
	properties := func(guid string, gib int32) *armcompute.DiskProperties {
		return &armcompute.DiskProperties{UniqueID: &guid, DiskSizeGB: &gib, DiskState: to.Ptr(armcompute.DiskStateAttached)}
	}
	set := properties("", 30)
	set.OSType = to.Ptr(armcompute.OperatingSystemTypesWindows)
	return []*armcompute.Disk{
		{
			ID: id("disks", "data"), Name: to.Ptr("data"), Location: to.Ptr("East US"), ManagedByExtended: []*string{id("VIRTUALMACHINES", "b2"), id("VIRTUALMACHINES", "A")},
			SKU: &armcompute.DiskSKU{Name: to.Ptr(armcompute.DiskStorageAccountTypesUltraSSDLRS)}, Properties: properties("DISK-data", 64),
		},
		{ID: id("disks", "set"), Name: to.Ptr("set"), Location: to.Ptr(region), ManagedBy: id("virtualMachineScaleSets", "s/virtualMachines/0"), Properties: set},
		{ID: id("disks", "elsewhere"), Name: to.Ptr("elsewhere"), Location: to.Ptr("westeurope"), Properties: properties("elsewhere", 1)},
	}
}

func officialNetwork() *networkfake.ServerFactory {
	subnet := func(name string) *armnetwork.Subnet {
		return &armnetwork.Subnet{ID: to.Ptr(providers + "Microsoft.Network/virtualNetworks/net/subnets/" + name)}
	}
	configuration := func(n int, p *armnetwork.InterfaceIPConfigurationPropertiesFormat) *armnetwork.InterfaceIPConfiguration {
		return &armnetwork.InterfaceIPConfiguration{Name: to.Ptr(fmt.Sprint(n)), Etag: to.Ptr("changes"), Properties: p}
	}
	group := func(name string) *armnetwork.SecurityGroup {
		return &armnetwork.SecurityGroup{ID: to.Ptr(providers + "Microsoft.Network/networkSecurityGroups/" + name)}
	}
	return &networkfake.ServerFactory{
		VirtualNetworksServer: networkfake.VirtualNetworksServer{
			NewListAllPager: func(*armnetwork.VirtualNetworksClientListAllOptions) (pages azfake.PagerResponder[armnetwork.VirtualNetworksClientListAllResponse]) {
				back, other := subnet("BACK"), subnet("other")
				back.Properties = &armnetwork.SubnetPropertiesFormat{NetworkSecurityGroup: group("of-back")}
				other.Properties = &armnetwork.SubnetPropertiesFormat{NetworkSecurityGroup: group("of-other")}
				net := &armnetwork.VirtualNetwork{ID: to.Ptr(providers + "Microsoft.Network/virtualNetworks/NET"), Properties: &armnetwork.VirtualNetworkPropertiesFormat{
					Subnets: []*armnetwork.Subnet{subnet("front"), back, other},
				}}
				pages.AddPage(http.StatusOK, armnetwork.VirtualNetworksClientListAllResponse{VirtualNetworkListResult: armnetwork.VirtualNetworkListResult{Value: []*armnetwork.VirtualNetwork{net}}}, nil)
				return pages
			},
		},
		InterfacesServer: networkfake.InterfacesServer{
			NewListAllPager: func(*armnetwork.InterfacesClientListAllOptions) (pages azfake.PagerResponder[armnetwork.InterfacesClientListAllResponse]) {
				nic := &armnetwork.Interface{ID: to.Ptr(providers + "nic"), Properties: &armnetwork.InterfacePropertiesFormat{NetworkSecurityGroup: group("OF-nic"), IPConfigurations: []*armnetwork.InterfaceIPConfiguration{
					configuration(1, &armnetwork.InterfaceIPConfigurationPropertiesFormat{PrivateIPAddress: to.Ptr("10.1.0.5"), Subnet: subnet("back")}),
					configuration(2, &armnetwork.InterfaceIPConfigurationPropertiesFormat{
						PrivateIPAddress: to.Ptr("10.1.0.4"), Subnet: subnet("front"), Primary: to.Ptr(true), PublicIPAddress: &armnetwork.PublicIPAddress{ID: to.Ptr(providers + "IP")},
					}),
				}}}
				for _, value := range [][]*armnetwork.Interface{{}, {nic}} {
					pages.AddPage(http.StatusOK, armnetwork.InterfacesClientListAllResponse{InterfaceListResult: armnetwork.InterfaceListResult{Value: value}}, nil)
				}
				return pages
			},
		},
		PublicIPAddressesServer: networkfake.PublicIPAddressesServer{
			NewListAllPager: func(*armnetwork.PublicIPAddressesClientListAllOptions) (pages azfake.PagerResponder[armnetwork.PublicIPAddressesClientListAllResponse]) {
				ip := &armnetwork.PublicIPAddress{ID: to.Ptr(providers + "ip"), Properties: &armnetwork.PublicIPAddressPropertiesFormat{IPAddress: to.Ptr("203.0.113.1")}}
				pages.AddPage(http.StatusOK, armnetwork.PublicIPAddressesClientListAllResponse{PublicIPAddressListResult: armnetwork.PublicIPAddressListResult{Value: []*armnetwork.PublicIPAddress{ip}}}, nil)
				return pages
			},
		},
	}
}
