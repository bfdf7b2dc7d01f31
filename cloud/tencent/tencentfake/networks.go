package tencentfake

import (
	"strconv"

	"cloudsync/resource"
)

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

// publicIP has null for what there is not.
func publicIP(p resource.PublicIP) object {
	instance, network := any(p.AttachedID), any(nil)
	if p.AttachedType == "ENI" {
		instance, network = nil, p.AttachedID
	}
	return object{
		"AddressId": p.NativeID, "AddressName": p.Name, "AddressStatus": p.Status, "AddressIp": p.Address, "AddressType": "EIP",
		"InstanceId": instance, "InstanceType": orNull(p.AttachedType), "NetworkInterfaceId": network, "PrivateAddressIp": nil,
		"IsArrears": false, "IsBlocked": false, "CascadeRelease": false, "EipAlgType": object{"Ftp": false, "Sip": false}, "InternetServiceProvider": "BGP",
		"Bandwidth": orNull(p.BandwidthMbps), "InternetChargeType": orNull(p.ChargeType), "TagSet": tags(p.Tags, "Key", "Value"),
		"CreatedTime": utc(p.CloudCreatedAt), "DeadlineDate": utc(p.ExpiresAt), "RenewFlag": "NOTIFY_AND_MANUAL_RENEW",
	}
}

var natVersions = map[string]int{"traditional": 1, "standard": 2}

func natGateway(n resource.NATGateway) object {
	version, exclusive := number(natVersions, n.GatewayType), ""
	if version == nil && n.GatewayType != "" {
		version, exclusive = 2, n.GatewayType
	}
	addresses := []object{}
	for i, address := range n.PublicIPs {
		addresses = append(addresses, object{"AddressId": "eip-" + strconv.Itoa(i), "PublicIpAddress": address, "IsBlocked": false})
	}
	return object{
		"NatGatewayId": n.NativeID, "NatGatewayName": n.Name, "State": n.Status, "NetworkState": "AVAILABLE", "RestrictState": "NORMAL", "Zone": n.Zone,
		"VpcId": n.VPCID, "SubnetId": n.SubnetID, "NatProductVersion": version, "IsExclusive": exclusive != "", "ExclusiveType": exclusive,
		"InternetMaxBandwidthOut": 100, "MaxConcurrentConnection": 1000000, "PublicIpAddressSet": addresses, "SecurityGroupSet": nil,
		"DestinationIpPortTranslationNatRuleSet": []object{{"IpProtocol": "TCP", "PublicPort": 80, "PrivateIpAddress": "10.0.1.7"}}, "SourceIpTranslationNatRuleSet": nil,
		"TagSet": tags(n.Tags, "Key", "Value"), "CreatedTime": local(n.CloudCreatedAt, ""),
	}
}
