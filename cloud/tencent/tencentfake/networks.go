package tencentfake

import "cloudsync/resource"

// vpc has the first range as its own, and the others as assistants.
func vpc(v resource.VPC) object {
	first, rest := cut(v.CIDRs)
	assistants := []object{}
	for _, cidr := range rest {
		assistants = append(assistants, object{"VpcId": v.NativeID, "CidrBlock": cidr, "AssistantType": 0, "SubnetSet": []object{}})
	}
	return object{
		"VpcId": v.NativeID, "VpcName": v.Name, "CidrBlock": first, "Ipv6CidrBlock": "", "AssistantCidrSet": assistants,
		"IsDefault": false, "EnableMulticast": false, "EnableDhcp": true, "DnsServerSet": []string{"183.60.83.19"}, "DhcpOptionsId": "dopt-1", "DomainName": "",
		"TagSet": tags(v.Tags, "Key", "Value"), "CreatedTime": local(v.CloudCreatedAt, ""),
	}
}

// subnet has the second range as that of IPv6.
func subnet(s resource.Subnet) object {
	first, rest := cut(s.CIDRs)
	second, _ := cut(rest)
	return object{
		"SubnetId": s.NativeID, "SubnetName": s.Name, "VpcId": s.VPCID, "Zone": s.Zone, "CidrBlock": first, "Ipv6CidrBlock": second,
		"IsDefault": false, "EnableBroadcast": false, "RouteTableId": "rtb-1", "NetworkAclId": "", "IsRemoteVpcSnat": false,
		"AvailableIpAddressCount": 251, "TotalIpAddressCount": 253,
		"TagSet": tags(s.Tags, "Key", "Value"), "CreatedTime": local(s.CloudCreatedAt, ""),
	}
}

// cut is the first of the texts, and the others.
func cut(texts []string) (first string, rest []string) {
	if len(texts) == 0 {
		return "", nil
	}
	return texts[0], texts[1:]
}
