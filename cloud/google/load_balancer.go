package google

import (
	"regexp"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// rules are the forwarding rules of the project, global ones too. A rule is one frontend of a
// load balancer; nothing says which rules belong together.
var rules = inProject(ruleList, func(r *rule) string { return r.SelfLink })

var loadBalancers = listed(resource.LoadBalancerKind, "forwarding rule", "id", &rules, func(r *rule) string { return r.ID }, loadBalancerRow)

// rule is a forwarding rule. It has no status.
type rule struct {
	ID, Name, SelfLink, CreationTimestamp    string
	IPAddress, LoadBalancingScheme           string
	IPProtocol                               string
	PortRange                                string   // such as 443-443
	Ports                                    []string // of a rule for single ones
	AllPorts                                 bool
	Network, Subnetwork                      string // no network of a global external one
	Target                                   string // none of one with a backend service
	PscConnectionID                          string
	BaseForwardingRule, ParentForwardingRule string // ? the latter is newer
	Labels                                   map[string]string
}

// Rules lead to other things than load balancers, too: VPN gateways, single instances, and
// services of others through Private Service Connect, whose bundles of APIs have plain names.
var (
	otherTargets = regexp.MustCompile(`/(?:targetVpnGateways|targetInstances|serviceAttachments)/|^(?:all-apis|vpc-sc)$`)
	applications = regexp.MustCompile(`/target(?:Http|Https|Grpc)Proxies/`)
)

// balances says that a rule is the frontend of a load balancer, and no part of another rule.
func (r *rule) balances() bool {
	return r.PscConnectionID == "" && r.BaseForwardingRule == "" && r.ParentForwardingRule == "" && !otherTargets.MatchString(r.Target)
}

func loadBalancerRow(f *adapter.Fields, r *rule) resource.Row {
	if !r.balances() {
		return nil
	}
	row := &resource.LoadBalancer{
		Name:           r.Name,
		BalancerType:   "network",
		Scheme:         resource.SchemeOf(strings.HasPrefix(r.LoadBalancingScheme, "EXTERNAL")),
		Addresses:      adapter.IPs(r.IPAddress),
		Ports:          r.listensAt(f),
		VPCID:          pathOf(r.Network),
		SubnetIDs:      adapter.Set(pathOf(r.Subnetwork)),
		Tags:           tagsOf(r.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", r.CreationTimestamp, zone),
	}
	if applications.MatchString(r.Target) {
		row.BalancerType = "application"
	}
	return row
}

// listensAt is a range, up to five ports, or all. What is for all protocols is called
// L3_DEFAULT.
func (r *rule) listensAt(f *adapter.Fields) []string {
	protocol := r.IPProtocol
	if protocol == "L3_DEFAULT" {
		protocol = ""
	}
	var all []string
	for _, ports := range slices.Concat(r.Ports, []string{r.PortRange}) {
		if first, last, _ := strings.Cut(ports, "-"); first != "" {
			all = append(all, f.Listener(protocol, first, last))
		}
	}
	if r.AllPorts {
		all = append(all, f.Listener(protocol, "", ""))
	}
	return adapter.Set(all...)
}
