package alibabafake

import (
	"encoding/json"
	"net/http"
	"strings"

	"cloudsync/cloud/fake"
)

func regions(c *call) (object, *failure) {
	list := []object{}
	for _, region := range c.Account.Regions {
		if !region.Disabled {
			list = append(list, object{"RegionId": region.Name, "LocalName": region.Name, "RegionEndpoint": "ecs." + region.Name + ".aliyuncs.com"})
		}
	}
	return object{"Regions": object{"Region": list}}, nil
}

// ids are those of a JSON array; nil where the parameter is not given.
func (c *call) ids(name string) ([]string, *failure) {
	if !c.parameters.Has(name) {
		return nil, nil
	}
	ids := []string{}
	if err := json.Unmarshal([]byte(c.parameters.Get(name)), &ids); err != nil || len(ids) > 100 {
		return nil, &failure{status: http.StatusBadRequest, code: "Invalid" + name + ".Malformed", message: "The specified " + name + " are not valid."}
	}
	return ids, nil
}

func instances(c *call) (object, *failure) {
	if c.parameters.Get("DryRun") == "true" {
		return nil, dryRunPassed
	}
	ids, failed := c.ids("InstanceIds")
	if failed != nil {
		return nil, failed
	}
	part, token, failed := page(c, only(c.Region.Hosts, ids, func(h fake.Host) string { return h.ID }), 10, 100)
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, host := range part {
		list = append(list, instance(host, c.Region.Name))
	}
	return object{"Instances": object{"Instance": list}, "NextToken": token, "TotalCount": len(part), "PageNumber": 1, "PageSize": 10}, nil
}

// instance is a host. What changes by itself holds its Volatile; the user data, which
// the documented answer lacks, is there so that tests can show that nobody keeps it.
func instance(h fake.Host, region string) object {
	strategy, charge := "NoSpot", h.ChargeType
	if strings.HasPrefix(charge, "Spot") {
		strategy, charge = h.ChargeType, "PostPaid"
	}
	o := object{
		"InstanceId": h.ID, "InstanceName": h.Name, "HostName": h.Name, "Status": h.Status, "RegionId": region, "ZoneId": h.Zone,
		"InstanceType": h.Type, "Cpu": h.VCPU, "Memory": h.MemoryMiB, "ImageId": h.Image, "OSName": h.OS + " 64位", "OSNameEn": h.OS,
		"InstanceChargeType": charge, "SpotStrategy": strategy, "SpotPriceLimit": 0.0,
		"CreationTime": moment(h.Created, minutes, ""), "ExpiredTime": moment(h.Expires, minutes, "2099-12-31T15:59Z"),
		"StartTime": h.Volatile, "DedicatedHostAttribute": object{"DedicatedHostId": h.Volatile, "DedicatedHostName": h.Volatile},
		"UserData": "#!/bin/sh\nexport PASSWORD=planted-user-data", "AutoReleaseTime": "", "OperationLocks": object{"LockReason": []string{}},
	}
	o["SecurityGroupIds"] = object{"SecurityGroupId": h.SecurityGroups}
	addAddresses(o, h)
	setTags(o, h.Tags)
	return o
}

// addAddresses puts the last of several public addresses in as an EIP.
func addAddresses(o object, h fake.Host) {
	public, eip := h.PublicIPs, ""
	if last := len(public) - 1; last > 0 {
		public, eip = public[:last], public[last]
	}
	o["PublicIpAddress"] = object{"IpAddress": public}
	o["EipAddress"] = object{"IpAddress": eip, "AllocationId": "", "InternetChargeType": ""}
	if h.VPC == "" {
		o["InstanceNetworkType"], o["InnerIpAddress"] = "classic", object{"IpAddress": h.PrivateIPs}
		return
	}
	o["InstanceNetworkType"], o["InnerIpAddress"] = "vpc", object{"IpAddress": []string{}}
	sets := []object{}
	for i, ip := range h.PrivateIPs {
		sets = append(sets, object{"PrivateIpAddress": ip, "Primary": i == 0})
	}
	first := h.PrivateIPs[:min(1, len(h.PrivateIPs))]
	o["VpcAttributes"] = object{"VpcId": h.VPC, "VSwitchId": h.Subnet, "NatIpAddress": "", "PrivateIpAddress": object{"IpAddress": first}}
	o["NetworkInterfaces"] = object{"NetworkInterface": []object{{
		"Type": "Primary", "PrimaryIpAddress": strings.Join(first, ""), "PrivateIpSets": object{"PrivateIpSet": sets},
	}}}
}

func disks(c *call) (object, *failure) {
	if c.parameters.Get("DryRun") == "true" {
		return nil, dryRunPassed
	}
	ids, failed := c.ids("DiskIds")
	if failed != nil {
		return nil, failed
	}
	part, token, failed := page(c, only(c.Region.Disks, ids, func(d fake.Disk) string { return d.ID }), 10, 500)
	if failed != nil {
		return nil, failed
	}
	list := []object{}
	for _, disk := range part {
		list = append(list, volume(disk, c.Region.Name))
	}
	return object{"Disks": object{"Disk": list}, "NextToken": token, "TotalCount": len(part), "PageNumber": 1, "PageSize": 10}, nil
}

func volume(d fake.Disk, region string) object {
	role := "data"
	if d.System {
		role = "system"
	}
	attachments := []object{}
	if d.Host != "" {
		attachments = append(attachments, object{"InstanceId": d.Host, "Device": d.Device, "AttachedTime": moment(d.Created, seconds, "")})
	}
	o := object{
		"DiskId": d.ID, "DiskName": d.Name, "Status": d.Status, "RegionId": region, "ZoneId": d.Zone,
		"InstanceId": d.Host, "Device": d.Device, "Attachments": object{"Attachment": attachments}, "MultiAttach": "Disabled",
		"Category": d.Type, "Type": role, "Size": d.SizeGiB, "DiskChargeType": d.ChargeType,
		"CreationTime": moment(d.Created, seconds, ""), "ExpiredTime": moment(d.Expires, minutes, "2999-09-08T16:00Z"),
	}
	setTags(o, d.Tags)
	return o
}
