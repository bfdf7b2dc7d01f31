package azure

import (
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
	Properties struct {
		Direction string `json:"direction"`
		Access    string `json:"access"`
		Protocol  string `json:"protocol"`
		Priority  string `json:"priority"`

		SourceAddressPrefix             string      `json:"sourceAddressPrefix"`
		SourceAddressPrefixes           []string    `json:"sourceAddressPrefixes"`
		SourceApplicationSecurityGroups []reference `json:"sourceApplicationSecurityGroups"`
		SourcePortRange                 string      `json:"sourcePortRange"`
		SourcePortRanges                []string    `json:"sourcePortRanges"`

		DestinationAddressPrefix             string      `json:"destinationAddressPrefix"`
		DestinationAddressPrefixes           []string    `json:"destinationAddressPrefixes"`
		DestinationApplicationSecurityGroups []reference `json:"destinationApplicationSecurityGroups"`
		DestinationPortRange                 string      `json:"destinationPortRange"`
		DestinationPortRanges                []string    `json:"destinationPortRanges"`
	} `json:"properties"`
}

func securityGroupRow(f *adapter.Fields, g *group) resource.Row {
	return &resource.SecurityGroup{
		Meta:   resource.Meta{NativeID: f.ID()},
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
func (r *securityRule) lines(f *adapter.Fields) func(yield func(string) bool) {
	p := &r.Properties
	line := resource.SecurityRule{
		Egress: isSecond(f, "direction", p.Direction, "Inbound", "Outbound"), Deny: isSecond(f, "access", p.Access, "Allow", "Deny"),
		Protocol: p.Protocol, Priority: p.Priority,
	}
	peers := endsOf(p.SourceAddressPrefix, p.SourceAddressPrefixes, p.SourceApplicationSecurityGroups)
	own := endsOf(p.DestinationAddressPrefix, p.DestinationAddressPrefixes, p.DestinationApplicationSecurityGroups)
	if line.Egress {
		peers, own = own, peers
	}
	sourcePorts, ports := endsOf(p.SourcePortRange, p.SourcePortRanges, nil), endsOf(p.DestinationPortRange, p.DestinationPortRanges, nil)
	return func(yield func(string) bool) {
		for _, line.Peer = range peers {
			for _, line.To = range own {
				for _, line.SourcePorts = range sourcePorts {
					for _, line.Ports = range ports {
						if !yield(line.String()) {
							return
						}
					}
				}
			}
		}
	}
}

// isSecond says which of two words a rule has. Without either, nobody knows what it does.
func isSecond(f *adapter.Fields, field, word, first, second string) bool {
	if !strings.EqualFold(word, first) && !strings.EqualFold(word, second) {
		f.Refuse(field, word)
	}
	return strings.EqualFold(word, second)
}

// endsOf are what a rule is for at one end; any is one, too.
func endsOf(one string, several []string, groups []reference) []string {
	all := append(slices.Clone(several), one)
	for _, group := range groups {
		all = append(all, idOf(group.ID))
	}
	if all = adapter.Set(all...); len(all) == 0 {
		return []string{""}
	}
	return all
}
