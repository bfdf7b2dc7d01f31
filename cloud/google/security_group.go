package google

import (
	"cmp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var firewalls = inProject(firewallList, func(w *firewall) string { return w.SelfLink })

// securityGroups are VPC firewall rules, of which each stands alone: it says itself which
// instances of its network it is for. Firewall policies are not among them.
var securityGroups = listed(resource.SecurityGroupKind, "firewall rule", "id", &firewalls, func(w *firewall) string { return w.ID }, securityGroupRow)

// firewall is a rule, of one direction, for several protocols and peers.
type firewall struct {
	ID, Name, SelfLink, CreationTimestamp string
	Description, Network                  string
	Direction, Priority                   string // INGRESS or EGRESS
	Disabled                              bool
	Allowed, Denied                       []traffic // one of them
	SourceRanges, DestinationRanges       []string
	SourceTags, SourceServiceAccounts     []string
	TargetTags, TargetServiceAccounts     []string // the instances that it is for; none: all
}

// traffic is a protocol, and its ports where it has some.
type traffic struct {
	IPProtocol string
	Ports      []string
}

func securityGroupRow(f *adapter.Fields, w *firewall) resource.Row {
	row := &resource.SecurityGroup{
		Name:           w.Name,
		Status:         "ENABLED", // the console's words
		Description:    w.Description,
		VPCID:          pathOf(w.Network),
		Rules:          w.lines(),
		CloudCreatedAt: f.Time("creationTimestamp", w.CreationTimestamp, zone),
	}
	if w.Disabled {
		row.Status = "DISABLED"
	}
	return row
}

// lines are one for each protocol, range of ports, and peer.
func (w *firewall) lines() []string {
	rule := resource.SecurityRule{Egress: w.Direction == "EGRESS", Deny: len(w.Denied) > 0, Priority: w.Priority}
	sources := slices.Concat(tagged(w.SourceTags), w.SourceServiceAccounts, w.SourceRanges)
	peers, own := sources, w.DestinationRanges
	if rule.Egress {
		peers, own = own, sources
	}
	target := []string{w.target(own)}
	var lines []string
	for _, of := range slices.Concat(w.Allowed, w.Denied) {
		rule.Protocol = of.IPProtocol
		lines = slices.AppendSeq(lines, rule.Times(peers, target, nil, of.Ports))
	}
	return adapter.Set(lines...)
}

// target is one word, since a rule may be for so many tags that a line for each is too much. The
// addresses count for the tagged instances alone.
func (w *firewall) target(addresses []string) string {
	instances := strings.Join(adapter.Set(append(tagged(w.TargetTags), w.TargetServiceAccounts...)...), ",")
	at := strings.Join(adapter.Set(addresses...), ",")
	if instances != "" && at != "" {
		return instances + "&" + at
	}
	return cmp.Or(instances, at)
}

func tagged(tags []string) []string {
	words := make([]string, len(tags))
	for i, tag := range tags {
		words[i] = "tag:" + tag
	}
	return words
}
