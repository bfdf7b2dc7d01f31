package azure

import (
	"iter"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var nsgs = listed[groupProperties]("nsg_list")

// A security group has a GUID, too. What refers to one has its id in ARM.
var securityGroups = adapter.Listing[*session, group]{
	Kind: resource.SecurityGroupKind, What: "security group", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &nsgs,
	Believe: permitted("Microsoft.Network/networkSecurityGroups/read"),
	ID:      (*group).key,
	Row:     securityGroupRow,
}

type group = entity[groupProperties]

// groupProperties are without the default rules, which all groups have alike, and without the
// subnets and interfaces that use the group.
type groupProperties struct {
	ProvisioningState string         `json:"provisioningState"`
	SecurityRules     []securityRule `json:"securityRules"`
}

// securityRule has each end in three forms, of which a rule has one or the two last.
type securityRule struct {
	Direction string `at:"properties.direction"`
	Access    string `at:"properties.access"`
	Protocol  string `at:"properties.protocol"`
	Priority  string `at:"properties.priority"`

	Source      string   `at:"properties.sourceAddressPrefix"`
	Sources     []string `at:"properties.sourceAddressPrefixes"`
	SourceASGs  []string `at:"properties.sourceApplicationSecurityGroups[].id"`
	SourcePort  string   `at:"properties.sourcePortRange"`
	SourcePorts []string `at:"properties.sourcePortRanges"`

	Destination      string   `at:"properties.destinationAddressPrefix"`
	Destinations     []string `at:"properties.destinationAddressPrefixes"`
	DestinationASGs  []string `at:"properties.destinationApplicationSecurityGroups[].id"`
	DestinationPort  string   `at:"properties.destinationPortRange"`
	DestinationPorts []string `at:"properties.destinationPortRanges"`
}

func securityGroupRow(f *adapter.Fields, g *group) resource.Row {
	return &resource.SecurityGroup{
		Name:   g.Name,
		Status: g.Properties.ProvisioningState,
		Rules:  linesOf(f, g.Properties.SecurityRules),
		Tags:   tagsOf(g.Tags),
	}
}

// maxLines is how many lines the rules of a group may make. Azure allows a group 4,000
// addresses at each end, which multiply with each other and with ports
// (https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-resource-manager-virtual-networking-limits).
const maxLines = 20_000

func linesOf(f *adapter.Fields, rules []securityRule) (lines []string) {
	for i := range rules {
		for line := range rules[i].lines(f) {
			if lines = append(lines, line); len(lines) > maxLines {
				f.Fail("its rules make more than %d lines", maxLines)
				return nil
			}
		}
	}
	return adapter.Set(lines...)
}

// lines are those of the rule: one for each pair of ends, and of their ports.
func (r *securityRule) lines(f *adapter.Fields) iter.Seq[string] {
	line := resource.SecurityRule{
		Egress: isSecond(f, "direction", r.Direction, "Inbound", "Outbound"), Deny: isSecond(f, "access", r.Access, "Allow", "Deny"),
		Protocol: r.Protocol, Priority: r.Priority,
	}
	peers, own := endsOf(r.Source, r.Sources, r.SourceASGs), endsOf(r.Destination, r.Destinations, r.DestinationASGs)
	if line.Egress {
		peers, own = own, peers
	}
	return line.Times(peers, own, endsOf(r.SourcePort, r.SourcePorts, nil), endsOf(r.DestinationPort, r.DestinationPorts, nil))
}

// isSecond says which of two words a rule has. Without either, nobody knows what it does.
func isSecond(f *adapter.Fields, field, word, first, second string) bool {
	if !strings.EqualFold(word, first) && !strings.EqualFold(word, second) {
		f.Refuse(field, word)
	}
	return strings.EqualFold(word, second)
}

// endsOf are what a rule is for at one end, none where that is any.
func endsOf(one string, several, groups []string) []string {
	all := append(slices.Clone(several), one)
	for _, group := range groups {
		all = append(all, idOf(group))
	}
	return adapter.Set(all...)
}
