package main

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The AWS command line prints what the SDK has decoded, not what EC2 sent. wireNames
// are the elements of EC2's answers that are not the same word with a small first
// letter (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html).
var wireNames = map[string]string{
	"Reservations": "reservationSet", "Instances": "instancesSet", "Volumes": "volumeSet", "InstanceTypes": "instanceTypeSet",
	"Regions": "regionInfo", "Groups": "groupSet", "SecurityGroups": "groupSet", "Tags": "tagSet",
	"NetworkInterfaces": "networkInterfaceSet", "PrivateIpAddresses": "privateIpAddressesSet", "Ipv6Addresses": "ipv6AddressesSet",
	"BlockDeviceMappings": "blockDeviceMapping", "Attachments": "attachmentSet", "PublicIpAddress": "ipAddress",
	"PublicDnsName": "dnsName", "StateTransitionReason": "reason", "RegionName": "regionName", "Endpoint": "regionEndpoint",
}

// queryElements are the names of the elements of RDS's lists
// (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html). Those
// of other lists, and of Elastic Load Balancing, are all called member.
var queryElements = map[string]string{
	"DBInstances": "DBInstance", "TagList": "Tag", "Subnets": "Subnet", "ProcessorFeatures": "ProcessorFeature",
	"VpcSecurityGroups": "VpcSecurityGroupMembership", "DBSecurityGroups": "DBSecurityGroup",
	"DBParameterGroups": "DBParameterGroup", "OptionGroupMemberships": "OptionGroupMembership",
	"DomainMemberships": "DomainMembership", "AssociatedRoles": "DBInstanceRole", "StatusInfos": "DBInstanceStatusInfo",
	"ReadReplicaDBInstanceIdentifiers": "ReadReplicaDBInstanceIdentifier",
	"ReadReplicaDBClusterIdentifiers":  "ReadReplicaDBClusterIdentifier",
}

// fromCommandLine turns what the AWS command line prints into the wire's form, which
// depends on the protocol: EC2's has its own, the others' results are in an element of
// that name.
func fromCommandLine(printed document, of action) document {
	path := strings.Split(strings.TrimSuffix(of.lists, "[]"), ".")
	if strings.HasSuffix(path[0], "Result") {
		return fromQuery(printed, of, path)
	}
	return fromEC2(printed, of, path)
}

// fromQuery is fromCommandLine for the query protocol, which has the same names. A bare
// list is taken for one of the action's resources.
func fromQuery(printed document, of action, path []string) document {
	result := printed.root
	if result.shape == list {
		resources := *result
		resources.name = path[1]
		result = &node{shape: object, children: []*node{&resources}}
	}
	result = queried(result, path[0])
	return document{root: &node{name: of.name + "Response", shape: object, children: []*node{result}}, xml: true}
}

func queried(n *node, name string) *node {
	written := &node{name: name, shape: n.shape, scalar: n.scalar}
	for _, child := range n.children {
		childName := child.name
		if n.shape == list {
			childName = cmp.Or(queryElements[name], "member")
		}
		if child.shape != scalar || child.scalar != nil { // null is no element
			written.children = append(written.children, queried(child, childName))
		}
	}
	return written
}

// fromEC2 is fromCommandLine for EC2. The result of a --query, a bare list, is taken for a
// list of the action's resources, whose Tag and ID fields are those that the
// documentation's examples choose.
func fromEC2(printed document, of action, path []string) document {
	root := printed.root
	if root.shape == list {
		set := wire(root, path[0])
		for _, element := range set.children {
			element.rename("ID", of.id)
			element.rename("iD", of.id)
			element.rename("tag", "tagSet")
		}
		root = &node{shape: object, children: []*node{set}}
	} else {
		root = wire(root, "")
	}
	root.name = of.name + "Response"
	return document{root: root, xml: true}
}

func wire(n *node, name string) *node {
	written := &node{name: name, shape: n.shape, scalar: n.scalar}
	for _, child := range n.children {
		childName := "item"
		if n.shape == object {
			childName = wireName(child)
		}
		written.children = append(written.children, wire(child, childName))
	}
	return written
}

func wireName(child *node) string {
	if child.name == "State" && child.shape == object { // an attachment's is a word
		return "instanceState"
	}
	if name, ok := wireNames[child.name]; ok {
		return name
	}
	first, size := utf8.DecodeRuneInString(child.name)
	return string(unicode.ToLower(first)) + child.name[size:]
}

func (n *node) rename(from, to string) {
	for _, child := range n.children {
		if child.name == from {
			child.name = to
		}
	}
}
