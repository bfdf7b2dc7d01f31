package azurefake

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// group is the resource group of a resource: one for each, since names are not unique
// in a fake cloud.
func group(j fake.Judgement, id string) string {
	return "/subscriptions/" + j.Account.ID + "/resourceGroups/rg-" + id
}

// setOf is the uniform scale set of a host, "" for one of its own: its name is SET_N.
func setOf(host fake.Host) (set, instance string) {
	set, instance, found := strings.Cut(host.Name, "_")
	if !found {
		return "", ""
	}
	return set, instance
}

func setID(j fake.Judgement, set string) string {
	return group(j, "sets") + "/providers/Microsoft.Compute/virtualMachineScaleSets/" + set
}

func machineID(j fake.Judgement, host fake.Host) string {
	if set, instance := setOf(host); set != "" {
		return setID(j, set) + "/virtualMachines/" + instance
	}
	return group(j, host.ID) + "/providers/Microsoft.Compute/virtualMachines/" + host.Name
}

func diskID(j fake.Judgement, disk fake.Disk) string {
	return group(j, disk.ID) + "/providers/Microsoft.Compute/disks/" + disk.Name
}

// otherCase is an id as another list writes it.
func otherCase(id string) string { return strings.ToUpper(id) }

// machines answers as VirtualMachines_ListAll
// (https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all).
func machines(j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		attached := region.AttachedDisks()
		for _, host := range region.Hosts {
			if set, _ := setOf(host); set == "" {
				all = append(all, later(func() object { return machine(j, region, host, attached[host.ID]) }))
			}
		}
	}
	return all
}

func machine(j fake.Judgement, region *fake.Region, host fake.Host, disks []fake.Disk) object {
	properties := object{
		"vmId": host.ID, "provisioningState": "Succeeded",
		"hardwareProfile": object{"vmSize": host.Type},
		"storageProfile":  storage(j, host, disks),
		"networkProfile":  object{"networkInterfaces": references(j, host)},
		"osProfile":       object{"computerName": host.Name, "adminUsername": "demo", "adminPassword": Secret, "customData": Secret},
		"userData":        Secret,
	}
	put(properties, "priority", host.ChargeType)
	putTime(properties, "timeCreated", host.Created)
	return object{
		"id": machineID(j, host), "name": host.Name, "type": "Microsoft.Compute/virtualMachines",
		"location": region.Name, "zones": zones(host.Zone), "tags": tags(host.Tags),
		"etag": host.Volatile, "properties": properties,
	}
}

// statuses answers as VirtualMachines_ListAll with statusOnly
// (https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all).
func statuses(j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, host := range region.Hosts {
			if set, _ := setOf(host); set != "" {
				continue
			}
			now := time.Now().UTC().Format(time.RFC3339Nano)
			all = append(all, later(func() object {
				return object{
					"id": otherCase(machineID(j, host)), "name": host.Name, "location": region.Name,
					"properties": object{"vmId": host.ID, "instanceView": object{
						"rdpThumbPrint": host.Volatile,
						"vmAgent":       object{"vmAgentVersion": host.Volatile, "statuses": []any{object{"code": "ProvisioningState/succeeded", "message": host.Volatile, "time": now}}},
						"statuses": []any{
							object{"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Provisioning succeeded", "time": now},
							object{"code": "PowerState/" + host.Status, "level": "Info", "displayStatus": "VM " + host.Status},
						},
					}},
				}
			}))
		}
	}
	return all
}

// storage leaves the sizes of disks out of a machine that is deallocated, as Azure
// does.
func storage(j fake.Judgement, host fake.Host, disks []fake.Disk) object {
	system, data := object{"osType": host.OS}, []any{}
	for _, disk := range disks {
		one := object{"name": disk.Name, "managedDisk": object{"id": otherCase(diskID(j, disk))}}
		if host.Status != "deallocated" {
			one["diskSizeGB"] = disk.SizeGiB
		}
		if disk.System {
			one["osType"] = host.OS
			system = one
			continue
		}
		lun := len(data)
		_, _ = fmt.Sscanf(disk.Device, "lun%d", &lun) // another name has none
		one["lun"] = lun
		data = append(data, one)
	}
	return object{"osDisk": system, "dataDisks": data, "imageReference": image(j, host)}
}

// image is one of the marketplace, publisher:offer:sku:version, or one of the
// subscription.
func image(j fake.Judgement, host fake.Host) object {
	if parts := strings.Split(host.Image, ":"); len(parts) == 4 {
		return object{"publisher": parts[0], "offer": parts[1], "sku": parts[2], "version": "latest", "exactVersion": parts[3]}
	}
	if host.Image == "" {
		return nil
	}
	return object{"id": group(j, "images") + "/providers/Microsoft.Compute/images/" + host.Image}
}

// sizes are those of the hosts and of the databases of the region, in one page
// (https://learn.microsoft.com/rest/api/compute/virtual-machine-sizes/list).
func sizes(w http.ResponseWriter, _ *http.Request, j fake.Judgement) {
	all := []any{}
	seen := map[string]bool{"": true}
	add := func(name string, vcpu, memoryMiB int64) {
		if !seen[name] {
			seen[name] = true
			all = append(all, object{"name": name, "numberOfCores": vcpu, "memoryInMB": memoryMiB, "maxDataDiskCount": 4})
		}
	}
	for _, host := range j.Region.Hosts {
		add(host.Type, host.VCPU, host.MemoryMiB)
	}
	for _, database := range j.Region.Databases {
		add(database.Type, database.VCPU, database.MemoryMiB)
	}
	write(w, http.StatusOK, object{"value": all})
}

// disks answers as Disks_List (https://learn.microsoft.com/rest/api/compute/disks/list).
func disks(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		managers := map[string]string{}
		for _, host := range region.Hosts {
			managers[host.ID] = otherCase(machineID(j, host))
		}
		for _, disk := range region.Disks {
			properties := object{
				"uniqueId": disk.ID, "diskState": disk.Status, "diskSizeGB": disk.SizeGiB,
				"provisioningState": "Succeeded", "creationData": object{"createOption": "Empty"},
				"LastOwnershipUpdateTime": time.Now().UTC().Format(time.RFC3339Nano),
			}
			if disk.System {
				properties["osType"] = "Linux"
			}
			putTime(properties, "timeCreated", disk.Created)
			one := object{
				"id": diskID(j, disk), "name": disk.Name, "type": "Microsoft.Compute/disks", "location": region.Name,
				"zones": zones(disk.Zone), "tags": tags(disk.Tags), "sku": object{"name": disk.Type}, "properties": properties,
			}
			put(one, "managedBy", managers[disk.Host])
			all = append(all, one)
		}
	}
	return all
}

func zones(zone string) []string {
	if zone == "" {
		return nil
	}
	return strings.Split(zone, ",")
}

func tags(all map[string]string) any {
	if len(all) == 0 {
		return nil
	}
	return all
}

func put(to object, name, value string) {
	if value != "" {
		to[name] = value
	}
}

func putTime(to object, name string, at time.Time) {
	if !at.IsZero() {
		to[name] = at.UTC().Format("2006-01-02T15:04:05.0000000-07:00")
	}
}
