package huaweifake

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// UserData is a server's user data, which has a password's hash in it.
var UserData = base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\necho 'root:$6$PLANTED$hashofapassword' | chpasswd -e"))

func (s server) servers(region *fake.Region, query url.Values) (any, *refusal) {
	limit, refused := number(query, "limit", 25, 0, 1000)
	if refused != nil {
		return nil, refused
	}
	if query.Has("server_id") {
		list := serversOf(region, strings.Split(query.Get("server_id"), ","))
		page, _ := fake.Page(s.cloud, list, 0, limit)
		return map[string]any{"count": len(list), "servers": page}, nil
	}
	page, refused := number(query, "offset", 1, 0, unlimited)
	if refused != nil {
		return nil, refused
	}
	if s.cloud.PageSize > 0 {
		limit = min(limit, s.cloud.PageSize)
	}
	hosts, _ := fake.Page(s.cloud, region.Hosts, (max(page, 1)-1)*limit, limit)
	list, attached := []any{}, region.AttachedDisks()
	for _, host := range hosts {
		list = append(list, serverOf(host, attached[host.ID]))
	}
	return map[string]any{"count": len(region.Hosts), "servers": list}, nil
}

// serversOf answers for ids: one that there is not has an entry with a fault.
func serversOf(region *fake.Region, ids []string) []any {
	list, attached := []any{}, region.AttachedDisks()
	for _, id := range ids {
		i := slices.IndexFunc(region.Hosts, func(h fake.Host) bool { return h.ID == id })
		if i >= 0 {
			list = append(list, serverOf(region.Hosts[i], attached[id]))
			continue
		}
		entry := map[string]any{"id": id, "fault": map[string]any{"code": http.StatusNotFound, "message": "Instance could not be found."}}
		for _, field := range []string{"name", "status", "addresses", "flavor", "metadata", "tags", "created", "image"} {
			entry[field] = nil
		}
		list = append(list, entry)
	}
	return list
}

func serverOf(h fake.Host, disks []fake.Disk) map[string]any {
	return map[string]any{
		"id": h.ID, "name": h.Name, "status": h.Status, "created": zulu(h.Created), "fault": nil,
		"flavor":    map[string]any{"id": h.Type, "name": h.Type, "disk": "0", "vcpus": fmt.Sprint(h.VCPU), "ram": fmt.Sprint(h.MemoryMiB)},
		"addresses": map[string]any{h.VPC: serverAddresses(h)},
		"metadata": map[string]any{
			"vpc_id": h.VPC, "image_name": h.Image, "os_type": h.OS, "charging_mode": mode(h.ChargeType),
			"metering.resourcespeccode": h.Type + ".linux", "os_bit": "64",
		},
		"network_interfaces": []any{
			map[string]any{"port_id": "port-of-" + h.ID, "primary": true, "subnet_id": h.Subnet, "ip_addresses": h.PrivateIPs},
			map[string]any{"port_id": "other-port-of-" + h.ID, "primary": false, "subnet_id": "another-subnet"},
		},
		"image": map[string]any{"id": "image-of-" + h.Image}, "tags": pairs(h.Tags),
		"OS-EXT-AZ:availability_zone":          h.Zone,
		"os-extended-volumes:volumes_attached": volumesOf(disks),
		"OS-EXT-STS:vm_state":                  "active", "OS-EXT-STS:power_state": 1, "locked": false,
		"security_groups": securityGroupsOf(h),
		"tenant_id":       "project", "user_id": "user", "key_name": "key",
		"OS-EXT-SRV-ATTR:user_data": UserData,
		// What changes by itself.
		"updated": "2024-01-02T03:04:05Z " + h.Volatile, "progress": len(h.Volatile), "hostId": h.Volatile,
		"OS-EXT-STS:task_state": h.Volatile, "OS-EXT-SRV-ATTR:host": h.Volatile,
		"OS-EXT-SRV-ATTR:hypervisor_hostname": h.Volatile, "host_status": h.Volatile, "OS-SRV-USG:launched_at": h.Volatile,
	}
}

// securityGroupsOf has each group twice, as that of two interfaces.
func securityGroupsOf(h fake.Host) []any {
	list := []any{}
	for _, id := range append(h.SecurityGroups, h.SecurityGroups...) {
		list = append(list, map[string]any{"id": id, "name": "default"})
	}
	return list
}

func serverAddresses(h fake.Host) []any {
	list := []any{}
	for kind, ips := range map[string][]string{"fixed": h.PrivateIPs, "floating": h.PublicIPs} {
		for _, ip := range ips {
			list = append(list, map[string]any{
				"version": "4", "addr": ip, "OS-EXT-IPS:type": kind,
				"OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01", "OS-EXT-IPS:port_id": "port-of-" + h.ID,
			})
		}
	}
	return list
}

func volumesOf(disks []fake.Disk) []any {
	list := []any{}
	for _, disk := range disks {
		list = append(list, map[string]any{"id": disk.ID, "device": disk.Device, "delete_on_termination": "false"})
	}
	return list
}

// mode is the number of a charging mode.
func mode(charge string) string {
	if i := slices.Index([]string{"postPaid", "prePaid", "spot"}, charge); i >= 0 {
		return fmt.Sprint(i)
	}
	return charge
}

// pairs are tags as "key=value".
func pairs(tags map[string]string) []string {
	list := []string{}
	for key, value := range tags {
		list = append(list, key+"="+value)
	}
	return list
}

// keyValues are tags as objects.
func keyValues(tags map[string]string) []any {
	list := []any{}
	for key, value := range tags {
		list = append(list, map[string]any{"key": key, "value": value})
	}
	return list
}

// form of times in UTC; "" for none.
func formatted(at time.Time, layout string) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(layout)
}

func zulu(at time.Time) string { return formatted(at, "2006-01-02T15:04:05Z") }
