package tencentfake

import "cloudsync/cloud/fake"

func (s *server) disks(asked request) (object, *failure) {
	if failed := tooMany(asked.DiskIDs, 100); failed != nil {
		return nil, failed
	}
	page, total := list(s, asked, asked.region.Disks, asked.DiskIDs, func(d fake.Disk) string { return d.ID })
	set := make([]object, len(page))
	for i, disk := range page {
		set[i] = cbsDisk(disk)
	}
	return object{"TotalCount": total, "DiskSet": set}, nil
}

func cbsDisk(d fake.Disk) object {
	usage := "DATA_DISK"
	if d.System {
		usage = "SYSTEM_DISK"
	}
	hosts := []string{}
	if d.Host != "" {
		hosts = append(hosts, d.Host)
	}
	return object{
		"DiskId": d.ID, "DiskName": d.Name, "DiskState": d.Status, "DiskUsage": usage, "DiskType": d.Type, "DiskSize": d.SizeGiB,
		"Placement": object{"Zone": d.Zone, "ProjectId": 0, "CdcId": ""},
		"Attached":  d.Host != "", "InstanceId": d.Host, "InstanceIdList": hosts, "InstanceType": "CVM",
		"DiskChargeType": d.ChargeType, "Tags": tags(d.Tags, "Key", "Value"),
		"CreateTime": local(d.Created, ""), "DeadlineTime": local(d.Expires, ""), "DifferDaysOfDeadline": nil,
		"LatestOperation": "", "SnapshotCount": 0,
	}
}
