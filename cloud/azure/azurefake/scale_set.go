package azurefake

import (
	"net/http"
	"strings"

	"cloudsync/cloud/fake"
)

// scaleSets answers as VirtualMachineScaleSets_ListAll
// (https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/list-all), with a
// flexible one, which has no instances of its own.
func scaleSets(_ *http.Request, j fake.Judgement) (all []any) {
	seen := map[string]bool{}
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if set, _ := setOf(host); set != "" && !seen[set] {
				seen[set] = true
				all = append(all, object{"id": setID(j, set), "name": set, "location": region.Name, "properties": object{
					"orchestrationMode": "Uniform", "virtualMachineProfile": object{"osProfile": object{"adminPassword": Secret, "customData": Secret}},
				}})
			}
		}
	}
	return append(all, object{"id": setID(j, "flexible"), "name": "flexible", "location": "eastus", "properties": object{"orchestrationMode": "Flexible"}})
}

// ofSet answers with a list below a uniform scale set.
func (s server) ofSet(list func(j fake.Judgement, set string) []any) func(http.ResponseWriter, *http.Request, fake.Judgement) {
	return func(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
		all := list(j, r.PathValue("set"))
		if len(all) == 0 {
			refusal(w, http.StatusNotFound, "ResourceNotFound", "The scale set was not found.")
			return
		}
		s.list(w, r, all)
	}
}

// instances answers as VirtualMachineScaleSetVMs_List
// (https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-set-vms/list).
func instances(j fake.Judgement, set string) (all []any) {
	for _, region := range j.Account.Regions {
		attached := region.AttachedDisks()
		for _, host := range region.Hosts {
			if own, _ := setOf(host); !strings.EqualFold(own, set) {
				continue
			}
			one := machine(j, region, host, attached[host.ID])
			one["sku"] = object{"name": host.Type, "tier": "Standard"}
			properties := one["properties"].(object)
			delete(properties, "hardwareProfile")
			properties["instanceView"] = object{"platformUpdateDomain": 1, "statuses": []any{
				object{"code": "ProvisioningState/succeeded", "time": host.Volatile}, object{"code": "PowerState/" + host.Status},
			}}
			all = append(all, one)
		}
	}
	return all
}

// instanceAddresses answer as PublicIPAddresses_ListVirtualMachineScaleSetPublicIPAddresses.
func instanceAddresses(j fake.Judgement, set string) (all []any) {
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if own, _ := setOf(host); !strings.EqualFold(own, set) {
				continue
			}
			for n, ip := range host.PublicIPs {
				all = append(all, object{"id": otherCase(hostAddressID(j, host, n)), "properties": object{"ipAddress": ip}})
			}
		}
	}
	return all
}
