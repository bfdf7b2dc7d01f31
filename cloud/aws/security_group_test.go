package aws_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func someSecurityGroups() []fake.SecurityGroup {
	return []fake.SecurityGroup{
		{
			SecurityGroup: resource.SecurityGroup{
				Meta: resource.Meta{NativeID: "sg-web"}, Name: "web", Description: "all that is seen", VPCID: "vpc-1", Tags: map[string]string{"team": "shop"},
			},
			Rules: []resource.SecurityRule{
				{Protocol: "tcp", Ports: "443-443", Peer: "0.0.0.0/0"}, {Protocol: "tcp", Ports: "443-443", Peer: "2001:db8::/32"},
				{Protocol: "tcp", Ports: "443-443", Peer: "pl-1"}, {Protocol: "tcp", Ports: "22-22", Peer: "sg-admin"}, {Protocol: "tcp", Ports: "22-22", Peer: "sg-web"},
				{Protocol: "50", Peer: "10.0.0.0/8"}, {Egress: true, Peer: "0.0.0.0/0"}, {Egress: true, Peer: "::/0"},
			},
		},
		{SecurityGroup: resource.SecurityGroup{Meta: resource.Meta{NativeID: "sg-shared", Account: elsewhere}, Name: "shared", VPCID: "vpc-shared"}},
		{SecurityGroup: resource.SecurityGroup{Meta: resource.Meta{NativeID: "sg-none"}, Name: "default", Description: "default VPC security group", VPCID: "vpc-1"}},
	}
}

func securityGroupRows(of []fake.SecurityGroup) (rows []resource.Row) {
	for _, group := range of {
		rows = append(rows, rowsOf([]resource.SecurityGroup{*group.Row()})...)
	}
	return rows
}

func TestRulesOfASecurityGroup(t *testing.T) {
	t.Parallel()
	const any4, any6 = "<ipRanges><item><cidrIp>0.0.0.0/0</cidrIp><description>why</description></item></ipRanges>", "<ipv6Ranges><item><cidrIpv6>2001:DB8::/32</cidrIpv6></item></ipv6Ranges>"
	for permission, want := range map[string][]string{
		"<ipProtocol>-1</ipProtocol>" + any4 + any6:                                                                                        {"ingress all all 0.0.0.0/0 allow", "ingress all all 2001:db8::/32 allow"},
		"<ipProtocol>tcp</ipProtocol><fromPort>0</fromPort><toPort>65535</toPort>" + any4:                                                  {"ingress tcp all 0.0.0.0/0 allow"},
		"<ipProtocol>udp</ipProtocol><fromPort>8000</fromPort><toPort>8080</toPort>" + any4:                                                {"ingress udp 8000-8080 0.0.0.0/0 allow"},
		"<ipProtocol>icmp</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort>" + any4:                                                   {"ingress icmp all 0.0.0.0/0 allow"},
		"<ipProtocol>icmp</ipProtocol><fromPort>8</fromPort><toPort>-1</toPort>" + any4:                                                    {"ingress icmp 8-all 0.0.0.0/0 allow"},
		"<ipProtocol>icmp</ipProtocol><fromPort>3</fromPort><toPort>4</toPort>" + any4:                                                     {"ingress icmp 3-4 0.0.0.0/0 allow"},
		"<ipProtocol>icmpv6</ipProtocol>" + any6:                                                                                           {"ingress icmpv6 all 2001:db8::/32 allow"},
		"<ipProtocol>47</ipProtocol><groups><item><groupId>sg-1</groupId><userId>1</userId></item></groups>":                               {"ingress 47 all sg-1 allow"},
		"<ipProtocol>-1</ipProtocol><groups><item><groupName>default</groupName></item></groups>":                                          {"ingress all all default allow"},
		"<ipProtocol>-1</ipProtocol><prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds>":                         {"ingress all all pl-1 allow"},
		"<ipProtocol>-1</ipProtocol><ipRanges><item><cidrIp>10.1.2.3/8</cidrIp></item><item><cidrIp>10.0.0.0/8</cidrIp></item></ipRanges>": {"ingress all all 10.0.0.0/8 allow"},
		// A peer that is not known is not any.
		"<ipProtocol>-1</ipProtocol>":                                                 nil,
		"<ipProtocol>-1</ipProtocol><ipRanges><item/></ipRanges>":                     nil,
		"<ipProtocol>-1</ipProtocol><groups><item><userId>1</userId></item></groups>": nil,
	} {
		page := recorded(t, newCloud(few()), resource.SecurityGroupKind, "DescribeSecurityGroups",
			listXML("DescribeSecurityGroups", "securityGroupInfo", "<groupId>sg-1</groupId><ipPermissions><item>"+permission+"</item></ipPermissions>"))
		require.Empty(t, page.Problems)
		requireRows(t, resource.SecurityGroupKind, []resource.Row{&resource.SecurityGroup{Meta: resource.Meta{NativeID: "sg-1"}, Rules: want}}, page.Rows)
	}
}
