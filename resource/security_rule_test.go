package resource_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

func TestSecurityRuleHasOneLine(t *testing.T) {
	t.Parallel()
	for line, rules := range map[string][]resource.SecurityRule{
		"ingress tcp 443-443 0.0.0.0/0 allow 100": {
			{Protocol: "tcp", Ports: "443", Peer: "0.0.0.0/0", Priority: "100"},
			{Protocol: "TCP", Ports: "443/443", Peer: "0.0.0.0/0", Priority: "100", SourcePorts: "*"},
			{Protocol: "Tcp", Ports: "443-443", Peer: "10.0.0.0/0", Priority: "100", SourcePorts: "1/65535", To: "*"},
		},
		"egress all all all allow": {
			{Egress: true},
			{Egress: true, Protocol: "-1", Ports: "-1/-1", Peer: "*"},
			{Egress: true, Protocol: "*", Ports: "0-65535", Peer: "Any", SourcePorts: "0-65535"},
			{Egress: true, Protocol: "ALL", Ports: "ALL", Peer: ""},
			{Egress: true, Ports: "1/65535"},
		},
		"ingress udp 8000-8080 2001:db8::/64 deny 1": {
			{Protocol: "udp", Ports: "8000-8080", Peer: "2001:DB8:0::1/64", Deny: true, Priority: "1"},
		},
		"ingress tcp 22-22 192.0.2.7/32 allow":    {{Protocol: "tcp", Ports: "22", Peer: "192.0.2.7"}, {Protocol: "tcp", Ports: "22", Peer: "192.0.2.7/32"}},
		"ingress tcp 22-22 2001:db8::1/128 allow": {{Protocol: "tcp", Ports: "22", Peer: "2001:0db8::0001"}},
		"ingress tcp 22-22 sg-1 allow from-ports=1024-2048 to=10.0.0.0/8": {
			{Protocol: "tcp", Ports: "22", Peer: "sg-1", SourcePorts: "1024/2048", To: "10.1.2.3/8"},
		},
		"ingress all all sg-1 allow 100 ipv6":   {{Peer: "sg-1", Priority: "100", IPv6: true}},
		"ingress all all 2001:db8::/64 allow 1": {{Peer: "2001:db8::/64", Priority: "1", IPv6: true}, {Peer: "2001:db8::/64", Priority: "1"}},
		"ingress a_b 1_2-1_2 x_y allow":         {{Protocol: "a b", Ports: "1 2", Peer: "x\ny"}},
	} {
		for _, rule := range rules {
			require.Equal(t, line, rule.String(), "%+v", rule)
		}
	}
}

func TestARuleForSeveralHasALineForEach(t *testing.T) {
	t.Parallel()
	rule := resource.SecurityRule{Protocol: "tcp", Priority: "1"}
	require.Equal(t, []string{"ingress tcp all all allow 1"}, slices.Collect(rule.Times(nil, nil, nil, nil)))
	require.ElementsMatch(t, []string{
		"ingress tcp 22-22 sg-1 allow 1 to=a", "ingress tcp 443-443 sg-1 allow 1 to=a",
		"ingress tcp 22-22 sg-1 allow 1 to=b", "ingress tcp 443-443 sg-1 allow 1 to=b",
		"ingress tcp 22-22 sg-2 allow 1 to=a", "ingress tcp 443-443 sg-2 allow 1 to=a",
		"ingress tcp 22-22 sg-2 allow 1 to=b", "ingress tcp 443-443 sg-2 allow 1 to=b",
	}, slices.Collect(rule.Times([]string{"sg-1", "sg-2"}, []string{"a", "b"}, nil, []string{"22", "443"})))
	for line := range rule.Times(nil, nil, []string{"53", "54"}, nil) {
		require.Equal(t, "ingress tcp all all allow 1 from-ports=53-53", line)
		break
	}
}

// Whatever a cloud sends, a rule is one line of words.
func TestSecurityRuleIsOneLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		rule := resource.SecurityRule{
			Protocol: text.Draw(t, "protocol"), Ports: text.Draw(t, "ports"), SourcePorts: text.Draw(t, "source ports"),
			Peer: text.Draw(t, "peer"), To: text.Draw(t, "to"),
		}
		line := rule.String()
		require.Equal(t, strings.Fields(line), strings.Split(line, " "))
	})
}
