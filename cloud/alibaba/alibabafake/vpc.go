package alibabafake

import (
	"strconv"
	"strings"

	"cloudsync/resource"
)

// counted lists pages by their number, each resource as write has it, at a path of two names.
// Those of VPC, and of ECS's images, take a dry run.
func counted[T any](c *call, all []T, ids []string, id func(T) string, most int, outer, inner string, write func(T) object) (object, *failure) {
	if c.parameters.Get("DryRun") == "true" {
		return nil, dryRunPassed
	}
	part, number, size, total := numbered(c, only(all, ids, id), most)
	list := []object{}
	for _, one := range part {
		list = append(list, write(one))
	}
	return object{outer: object{inner: list}, "PageNumber": number, "PageSize": size, "TotalCount": total}, nil
}

func vpcs(c *call) (object, *failure) {
	id := func(v resource.VPC) string { return v.NativeID }
	return counted(c, c.Region.VPCs, c.commas("VpcId"), id, 50, "Vpcs", "Vpc", func(v resource.VPC) object {
		own, others, six := blocks(v.CIDRs)
		o := object{
			"VpcId": v.NativeID, "VpcName": v.Name, "Status": v.Status, "RegionId": c.Region.Name, "OwnerId": c.ownerID(),
			"CidrBlock": own, "SecondaryCidrBlocks": object{"SecondaryCidrBlock": others}, "Ipv6CidrBlock": strings.Join(six[:min(1, len(six))], ""),
			"VSwitchIds": object{"VSwitchId": []string{"vsw-" + c.volatile}}, "CreationTime": moment(v.CloudCreatedAt, seconds, ""),
		}
		list := []object{}
		for _, block := range six {
			list = append(list, object{"Ipv6CidrBlock": block, "Ipv6Isp": "BGP"})
		}
		o["Ipv6CidrBlocks"] = object{"Ipv6CidrBlock": list}
		setKeys(o, v.Tags)
		return o
	})
}

// blocks are the IPv4 range of a network, others that it has, and those of IPv6.
func blocks(cidrs []string) (own string, others, six []string) {
	others = []string{}
	for _, cidr := range cidrs {
		switch {
		case strings.Contains(cidr, ":"):
			six = append(six, cidr)
		case own == "":
			own = cidr
		default:
			others = append(others, cidr)
		}
	}
	return own, others, six
}

func vSwitches(c *call) (object, *failure) {
	id := func(s resource.Subnet) string { return s.NativeID }
	return counted(c, c.Region.Subnets, c.commas("VSwitchId"), id, 50, "VSwitches", "VSwitch", func(s resource.Subnet) object {
		own, _, six := blocks(s.CIDRs)
		o := object{
			"VSwitchId": s.NativeID, "VSwitchName": s.Name, "Status": s.Status, "ZoneId": s.Zone, "VpcId": s.VPCID, "OwnerId": c.ownerID(), "ShareType": "",
			"CidrBlock": own, "Ipv6CidrBlock": strings.Join(six, ""), "AvailableIpAddressCount": c.volatile, "CreationTime": moment(s.CloudCreatedAt, seconds, ""),
		}
		setKeys(o, s.Tags)
		return o
	})
}

func eips(c *call) (object, *failure) {
	id := func(p resource.PublicIP) string { return p.NativeID }
	return counted(c, c.Region.PublicIPs, c.commas("AllocationId"), id, 100, "EipAddresses", "EipAddress", func(p resource.PublicIP) object {
		o := object{
			"AllocationId": p.NativeID, "Name": p.Name, "Status": p.Status, "RegionId": c.Region.Name, "Zone": p.Zone, "IpAddress": p.Address,
			"InstanceType": p.AttachedType, "InstanceId": p.AttachedID, "Bandwidth": strconv.FormatInt(p.BandwidthMbps, 10), "ChargeType": p.ChargeType,
			"InternetChargeType": "PayByTraffic", "ServiceManaged": 0, "AllocationTime": moment(p.CloudCreatedAt, seconds, ""), "ExpiredTime": moment(p.ExpiresAt, seconds, ""),
		}
		setKeys(o, p.Tags)
		return o
	})
}

func natGateways(c *call) (object, *failure) {
	id := func(g resource.NATGateway) string { return g.NativeID }
	return counted(c, c.Region.NATGateways, c.commas("NatGatewayId"), id, 50, "NatGateways", "NatGateway", func(g resource.NATGateway) object {
		ips := []object{}
		for i, ip := range g.PublicIPs {
			ips = append(ips, object{"IpAddress": ip, "PrivateIpAddress": g.PrivateIPs[i], "UsingStatus": "UsedBySnatTable", "AllocationId": "eip-" + c.volatile})
		}
		o := object{
			"NatGatewayId": g.NativeID, "Name": g.Name, "Status": g.Status, "RegionId": c.Region.Name, "NetworkType": g.GatewayType, "VpcId": g.VPCID, "NatType": "Enhanced",
			"NatGatewayPrivateInfo": object{"IzNo": g.Zone, "VswitchId": g.SubnetID, "PrivateIpAddress": first(g.PrivateIPs)}, "IpLists": object{"IpList": ips},
			"InstanceChargeType": g.ChargeType, "CreationTime": moment(g.CloudCreatedAt, seconds, ""), "ExpiredTime": moment(g.ExpiresAt, minutes, ""),
		}
		setTags(o, g.Tags)
		return o
	})
}
