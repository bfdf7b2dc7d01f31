package tencentfake

import (
	"strings"

	"cloudsync/cloud/fake"
)

// instances leaves out ids that there are not; one of another form makes it refuse
// them all.
func (s *server) instances(asked request) (object, *failure) {
	if failed := tooMany(asked.InstanceIDs, 100); failed != nil {
		return nil, failed
	}
	if malformed(asked.InstanceIDs, "ins-") {
		return nil, &failure{"InvalidInstanceId.Malformed", "The InstanceId is malformed."}
	}
	page, total := list(s, asked, asked.region.Hosts, asked.InstanceIDs, func(h fake.Host) string { return h.ID })
	disks := disksByHost(asked.region)
	set := make([]object, len(page))
	for i, host := range page {
		set[i] = instance(host, disks[host.ID])
	}
	return object{"TotalCount": total, "InstanceSet": set}, nil
}

func instance(h fake.Host, disks []fake.Disk) object {
	system, data := split(disks)
	return object{
		"InstanceId": h.ID, "InstanceName": h.Name, "InstanceState": h.Status, "InstanceType": h.Type,
		"Placement": object{"Zone": h.Zone, "ProjectId": 0, "HostId": nil},
		"CPU":       h.VCPU, "Memory": h.MemoryMiB / 1024,
		"SystemDisk": system, "DataDisks": data,
		"PrivateIpAddresses": h.PrivateIPs, "PublicIpAddresses": h.PublicIPs, "IPv6Addresses": nil,
		"VirtualPrivateCloud": object{"VpcId": h.VPC, "SubnetId": h.Subnet, "AsVpcGateway": false},
		"SecurityGroupIds":    h.SecurityGroups,
		"ImageId":             h.Image, "OsName": h.OS, "InstanceChargeType": h.ChargeType,
		"CreatedTime": utc(h.Created), "ExpiredTime": utc(h.Expires), "RenewFlag": nil,
		"Tags":            tags(h.Tags, "Key", "Value"),
		"LatestOperation": "StartInstances", "LatestOperationState": "SUCCESS",
		"LatestOperationRequestId": h.Volatile, "LatestOperationErrorMsg": h.Volatile,
		"LoginSettings": object{"KeyIds": []string{"skey-1"}, "Password": Planted},
		"Metadata":      object{"Items": []object{{"Key": "user-data", "Value": Planted}}},
		"UserData":      Planted,
	}
}

func disksByHost(region *fake.Region) map[string][]fake.Disk {
	disks := map[string][]fake.Disk{}
	for _, disk := range region.Disks {
		disks[disk.Host] = append(disks[disk.Host], disk)
	}
	return disks
}

func split(disks []fake.Disk) (system any, data []object) {
	data = []object{}
	for _, disk := range disks {
		shown := object{"DiskId": disk.ID, "DiskSize": disk.SizeGiB, "DiskType": strings.ToUpper(disk.Type), "KmsKeyId": nil}
		if disk.System {
			system = shown
		} else {
			data = append(data, shown)
		}
	}
	return system, data
}
