package discovery

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

// script is what an inventory script prints for --list.
type script struct {
	Meta struct {
		Hostvars map[string]map[string]any
	} `json:"_meta"`
	groups map[string]scriptGroup
}

type scriptGroup struct {
	Hosts    []string
	Children []string
	Vars     map[string]any
}

func ansibleOf(t *testing.T, rows ...resource.Row) (printed script, made *Ansible) {
	t.Helper()
	made, err := NewAnsible(t.Context(), FromReader(memory(rows)), hostScope(), AnyAddress)
	require.NoError(t, err)
	text, err := json.Marshal(made)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &printed))
	groups := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(text, &groups))
	delete(groups, "_meta")
	printed.groups = map[string]scriptGroup{}
	for name, described := range groups {
		var group scriptGroup
		require.NoError(t, json.Unmarshal(described, &group))
		require.NotNil(t, group.Hosts, "Ansible takes %s for a host", name)
		printed.groups[name] = group
	}
	return printed, made
}

func (s script) names() []string { return slices.Sorted(maps.Keys(s.Meta.Hostvars)) }

func unsafeOf(text string) map[string]any { return map[string]any{"__ansible_unsafe": text} }

// ansibleHost is a host with an address of its own.
func ansibleHost(n byte, name, nativeID string) *resource.Host {
	return &resource.Host{
		Meta: resource.Meta{UID: resource.UID{n}, Provider: "aws", Account: "prod", Region: "cn-north-1", NativeID: nativeID},
		Name: name, PrivateIPs: []string{fmt.Sprintf("10.0.0.%d", n)},
	}
}

func TestVariablesOfAHost(t *testing.T) {
	t.Parallel()
	host := ansibleHost(1, "web", "i-1")
	host.VCPU, host.SecurityGroupIDs = 8, []string{"sg-1", "sg-2"}
	host.Tags = map[string]string{"kubernetes.io/role": "{{ 7*7 }}", "empty": "", "__ansible_unsafe": "x", "__ansible_vault": "y"}
	printed, made := ansibleOf(t, host)
	variables := printed.Meta.Hostvars["web"]
	require.Equal(t, "10.0.0.1", variables["ansible_host"])
	require.Equal(t, "resource_host", variables["cloudsync_kind"])
	require.Equal(t, host.UID.String(), variables["cloudsync_uid"])
	require.Equal(t, unsafeOf("cn-north-1"), variables["cloudsync_region"])
	require.InDelta(t, 8, variables["cloudsync_vcpu"], 0)
	require.Nil(t, variables["cloudsync_memory_mib"])
	require.Equal(t, []any{unsafeOf("sg-1"), unsafeOf("sg-2")}, variables["cloudsync_security_group_ids"])
	require.Equal(t, map[string]any{"kubernetes.io/role": unsafeOf("{{ 7*7 }}"), "empty": unsafeOf("")}, variables["cloudsync_tags"])
	for _, column := range resource.HostKind.Columns() { // whether it has a value or not
		require.Contains(t, variables, "cloudsync_"+column)
	}
	text, known := made.Host("web")
	require.True(t, known)
	var alone map[string]any
	require.NoError(t, json.Unmarshal(text, &alone))
	require.Equal(t, variables, alone)
	_, known = made.Host("nobody")
	require.False(t, known)
}

func TestGroups(t *testing.T) {
	t.Parallel()
	one, two, three, four := ansibleHost(1, "one", "i-1"), ansibleHost(2, "two", "i-2"), ansibleHost(3, "three", "i-3"), ansibleHost(4, "four", "i-4")
	one.STreeGroup, one.STreeProduct, one.STreeApp = "inf", "mon-itor", "pro.me"
	two.STreeGroup, two.STreeProduct, two.Region = "inf", "mon-itor", "北京"
	three.STreeGroup, three.STreeApp, three.Provider = "inf", "lost", "azure"
	four.STreeProduct = "lost"
	printed, _ := ansibleOf(t, one, two, three, four)
	require.Equal(t, map[string]scriptGroup{
		"all": {
			Hosts: []string{}, Vars: map[string]any{"cloudsync_left_out": 0.0},
			Children: []string{"account_aws_prod", "account_azure_prod", "provider_aws", "provider_azure", "region_cn_north_1", "region_北京", "stree_inf", "ungrouped"},
		},
		"ungrouped":          {Hosts: []string{}},
		"account_aws_prod":   {Hosts: []string{"four", "one", "two"}, Vars: map[string]any{"cloudsync_provider": unsafeOf("aws"), "cloudsync_account": unsafeOf("prod")}},
		"account_azure_prod": {Hosts: []string{"three"}, Vars: map[string]any{"cloudsync_provider": unsafeOf("azure"), "cloudsync_account": unsafeOf("prod")}},
		"provider_aws":       {Hosts: []string{"four", "one", "two"}, Vars: map[string]any{"cloudsync_provider": unsafeOf("aws")}},
		"provider_azure":     {Hosts: []string{"three"}, Vars: map[string]any{"cloudsync_provider": unsafeOf("azure")}},
		"region_cn_north_1":  {Hosts: []string{"four", "one", "three"}, Vars: map[string]any{"cloudsync_region": unsafeOf("cn-north-1")}},
		"region_北京":          {Hosts: []string{"two"}, Vars: map[string]any{"cloudsync_region": unsafeOf("北京")}},
		"stree_inf": {
			Hosts: []string{"three"}, Children: []string{"stree_inf_mon_itor"}, Vars: map[string]any{"cloudsync_stree_group": unsafeOf("inf")},
		},
		"stree_inf_mon_itor": {
			Hosts: []string{"two"}, Children: []string{"stree_inf_mon_itor_pro_me"},
			Vars: map[string]any{"cloudsync_stree_group": unsafeOf("inf"), "cloudsync_stree_product": unsafeOf("mon-itor")},
		},
		"stree_inf_mon_itor_pro_me": {Hosts: []string{"one"}, Vars: map[string]any{
			"cloudsync_stree_group": unsafeOf("inf"), "cloudsync_stree_product": unsafeOf("mon-itor"), "cloudsync_stree_app": unsafeOf("pro.me"),
		}},
	}, printed.groups)
}

// Groups that would have one name are told apart, whoever comes first.
func TestGroupsThatWouldHaveOneName(t *testing.T) {
	t.Parallel()
	one, two, three := ansibleHost(1, "one", "i-1"), ansibleHost(2, "two", "i-2"), ansibleHost(3, "three", "i-3")
	one.STreeGroup, one.STreeProduct = "a", "b"
	two.STreeGroup = "a_b"
	three.STreeGroup = "a-b"
	printed, _ := ansibleOf(t, one, two, three)
	turned, _ := ansibleOf(t, three, two, one)
	require.Equal(t, printed, turned)
	require.NotContains(t, printed.groups, "stree_a_b")
	found := map[string]string{}
	for name, group := range printed.groups {
		if regexp.MustCompile(`^stree_a_b_[0-9a-f]{8}$`).MatchString(name) {
			require.Len(t, group.Hosts, 1)
			found[group.Hosts[0]] = name
		}
	}
	require.Len(t, found, 3)
	require.Equal(t, []string{found["one"]}, printed.groups["stree_a"].Children)
}

func TestNamesOfHosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows []resource.Row
		want []string
	}{
		"by name":            {[]resource.Row{ansibleHost(1, "web-1.prod", "i-1")}, []string{"web-1.prod"}},
		"by id":              {[]resource.Row{ansibleHost(1, "", "i-1")}, []string{"i-1"}},
		"two of a name":      {[]resource.Row{ansibleHost(1, "web", "i-1"), ansibleHost(2, "web", "i-2"), ansibleHost(3, "db", "i-3")}, []string{"db", "web_i-1", "web_i-2"}},
		"one after the safe": {[]resource.Row{ansibleHost(1, "a b", "i-1"), ansibleHost(2, "a/b", "i-2")}, []string{"a_b_i-1", "a_b_i-2"}},
		"two of an id, too": {
			[]resource.Row{ansibleHost(1, "web", "i-1"), ansibleHost(2, "web", "i-1")},
			[]string{"web_" + resource.UID{1}.String(), "web_" + resource.UID{2}.String()},
		},
		"one that looks like another's": {
			[]resource.Row{ansibleHost(1, "web", "i-1"), ansibleHost(2, "web", "i-2"), ansibleHost(3, "web_i-1", "i-3")},
			[]string{"web_" + resource.UID{1}.String(), "web_i-1_i-3", "web_i-2"},
		},
		"long ids":             {[]resource.Row{ansibleHost(1, "web", strings.Repeat("/x", 40)), ansibleHost(2, "web", "i-2")}, []string{"web_" + resource.UID{1}.String(), "web_i-2"}},
		"Ansible's machine":    {[]resource.Row{ansibleHost(1, "localhost", "i-1"), ansibleHost(2, "127.0.0.1", "i-2"), ansibleHost(3, "::1", "i-3")}, []string{"127.0.0.1_i-2", "__1", "localhost_i-1"}},
		"Ansible's groups":     {[]resource.Row{ansibleHost(1, "all", "i-1"), ansibleHost(2, "ungrouped", "i-2")}, []string{"all_i-1", "ungrouped_i-2"}},
		"a group's":            {[]resource.Row{ansibleHost(1, "provider_aws", "i-1")}, []string{"provider_aws_i-1"}},
		"Ansible's marks":      {[]resource.Row{ansibleHost(1, "__ansible_unsafe", "i-1"), ansibleHost(2, "__ansible_vault", "i-2")}, []string{"__ansible_unsafe_" + resource.UID{1}.String(), "__ansible_vault_" + resource.UID{2}.String()}},
		"a template":           {[]resource.Row{ansibleHost(1, "{{ 7*7 }}", "i-1")}, []string{"___7_7___"}},
		"a path":               {[]resource.Row{ansibleHost(1, "../../etc/x", "i-1")}, []string{"_._.._etc_x"}},
		"patterns and options": {[]resource.Row{ansibleHost(1, "-web[1:3],!db&x*", "i-1"), ansibleHost(2, "@file", "i-2"), ansibleHost(3, "~re", "i-3")}, []string{"_file", "_re", "_web_1_3___db_x_"}},
		"letters of others":    {[]resource.Row{ansibleHost(1, "北京-1", "i-1")}, []string{"北京-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			printed, _ := ansibleOf(t, c.rows...)
			require.Equal(t, slices.Sorted(slices.Values(c.want)), printed.names())
			slices.Reverse(c.rows)
			turned, _ := ansibleOf(t, c.rows...)
			require.Equal(t, printed, turned)
		})
	}
}

// Without an address of theirs, Ansible would work at what has their name, or here.
func TestHostsThatCannotBeReached(t *testing.T) {
	t.Parallel()
	rows := []resource.Row{ansibleHost(1, "web", "i-1")}
	for i, addresses := range [][]string{nil, {"127.0.0.1"}, {"127.1.2.3"}, {"0.0.0.0"}, {"evil.example.com"}} {
		host := ansibleHost(byte(i+2), fmt.Sprintf("host-%d", i), fmt.Sprintf("i-%d", i+2))
		host.PrivateIPs = addresses
		rows = append(rows, host)
	}
	printed, made := ansibleOf(t, rows...)
	require.Equal(t, []string{"web"}, printed.names())
	require.Equal(t, 5, made.LeftOut)
	require.Equal(t, map[string]any{"cloudsync_left_out": 5.0}, printed.groups["all"].Vars)
	require.Equal(t, []string{"web"}, printed.groups["provider_aws"].Hosts)
}

func TestNobody(t *testing.T) {
	t.Parallel()
	printed, _ := ansibleOf(t)
	require.Empty(t, printed.names())
	require.Equal(t, map[string]scriptGroup{
		"all":       {Hosts: []string{}, Children: []string{"ungrouped"}, Vars: map[string]any{"cloudsync_left_out": 0.0}},
		"ungrouped": {Hosts: []string{}},
	}, printed.groups)
}
