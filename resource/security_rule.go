package resource

import (
	"iter"
	"net/netip"
	"strconv"
	"strings"
)

// SecurityRule is one rule of a security group, for one range of ports and one peer. A
// cloud's rule with several is several of them.
type SecurityRule struct {
	Egress   bool
	Protocol string // as the cloud calls it; empty, -1 and * are all
	// Ports are those of the destination: 443, 8000-8080, or all, which the clouds write as
	// nothing, -1, -1/-1, 1/65535, 0-65535 or *. Of ICMP they are type and code.
	Ports string
	// SourcePorts is written like Ports. All is the usual.
	SourcePorts string
	Peer        string // an address, a range of them, a group, a list of prefixes; empty: any
	// To is the other end, where a rule names it: addresses of the group's own side.
	To string
	// IPv6 says that the rule is for IPv6 alone, where the peer is no address that says so.
	IPv6     bool
	Deny     bool
	Priority string // empty where the cloud has none
}

// anything is written where a rule is for all protocols, ports or peers.
const anything = "all"

// String is the rule's canonical line, such as
//
//	ingress tcp 443-443 0.0.0.0/0 allow 100
//
// It is the same however the cloud writes the rule, and two rules have the same only if
// they do the same.
func (r SecurityRule) String() string {
	words := []string{"ingress", protocolOf(r.Protocol), portsOf(r.Ports), peerOf(r.Peer), "allow"}
	if r.Egress {
		words[0] = "egress"
	}
	if r.Deny {
		words[4] = "deny"
	}
	if r.Priority != "" {
		words = append(words, r.Priority)
	}
	if from := portsOf(r.SourcePorts); from != anything {
		words = append(words, "from-ports="+from)
	}
	if to := peerOf(r.To); to != anything {
		words = append(words, "to="+to)
	}
	if r.IPv6 && !strings.Contains(words[3], ":") {
		words = append(words, "ipv6")
	}
	return strings.Join(words, " ")
}

// Times are the lines of a rule for several: one for each of its peers, of the other ends, and
// of the ports of both. A list without any is one of all.
func (r SecurityRule) Times(peers, others, sourcePorts, ports []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, r.Peer = range orAll(peers) {
			for _, r.To = range orAll(others) {
				for _, r.SourcePorts = range orAll(sourcePorts) {
					for _, r.Ports = range orAll(ports) {
						if !yield(r.String()) {
							return
						}
					}
				}
			}
		}
	}
}

func orAll(list []string) []string {
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

func protocolOf(text string) string {
	switch text = strings.ToLower(oneWord(text)); text {
	case "", "*", "-1", "any":
		return anything
	default:
		return text
	}
}

func portsOf(text string) string {
	first, last, isRange := strings.Cut(strings.ReplaceAll(oneWord(text), "/", "-"), "-")
	switch text = strings.ToLower(text); {
	case text == "" || text == "*" || text == anything || text == "any" || strings.HasPrefix(text, "-1"):
		return anything
	case !isRange:
		last = first
	}
	if isFirstPort(first) && last == "65535" {
		return anything
	}
	return first + "-" + last
}

func isFirstPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n <= 1
}

// peerOf writes addresses as ranges, in their canonical text (RFC 5952).
func peerOf(text string) string {
	text = oneWord(text)
	if text == "" || text == "*" || strings.EqualFold(text, "any") {
		return anything
	}
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked().String()
	}
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		return netip.PrefixFrom(address, address.BitLen()).String()
	}
	return text
}

// oneWord keeps what a cloud sends one word of a line.
func oneWord(text string) string { return strings.Join(strings.Fields(text), "_") }
