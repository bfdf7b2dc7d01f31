package discovery

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/resource"
)

// targetGroup is a group as Prometheus reads it.
type targetGroup struct {
	Targets []string
	Labels  map[string]string
}

func targetsOf(t *testing.T, kind *resource.Kind, options TargetOptions, rows ...resource.Row) (groups []targetGroup, leftOut int) {
	t.Helper()
	var out bytes.Buffer
	leftOut, err := WriteTargets(t.Context(), &out, FromReader(memory(rows)), inventory.Scope{Kinds: []*resource.Kind{kind}}, options)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out.Bytes(), &groups), out.String())
	require.NotNil(t, groups, "a list, if an empty one")
	return groups, leftOut
}

func addressesOf(groups []targetGroup) (all []string) {
	for _, group := range groups {
		all = append(all, group.Targets...)
	}
	return all
}

func TestTargetHasAllThatIsKnown(t *testing.T) {
	t.Parallel()
	host := &resource.Host{
		Meta: resource.Meta{UID: resource.UID{0xab}, Provider: "aws", Account: "prod", Region: "us-east-1", NativeID: "i-1"},
		Name: "web", VCPU: 8, PrivateIPs: []string{"10.0.0.1", "10.0.0.2"}, SecurityGroupIDs: []string{"sg-1"},
		Tags: map[string]string{"env": "prod", "kubernetes.io/role": "node", "empty": ""}, STreeApp: "kafka",
	}
	groups, leftOut := targetsOf(t, resource.HostKind, TargetOptions{Port: "9100", Scheme: "https", Path: `/m?a="b"`}, host)
	require.Zero(t, leftOut)
	require.Equal(t, []targetGroup{{
		Targets: []string{"10.0.0.1:9100"},
		Labels: map[string]string{
			"__scheme__": "https", "__metrics_path__": `/m?a="b"`,
			"__meta_cloudsync_kind": "resource_host", "__meta_cloudsync_uid": host.UID.String(),
			"__meta_cloudsync_provider": "aws", "__meta_cloudsync_account": "prod", "__meta_cloudsync_region": "us-east-1",
			"__meta_cloudsync_native_id": "i-1", "__meta_cloudsync_name": "web", "__meta_cloudsync_vcpu": "8",
			"__meta_cloudsync_private_ips": ",10.0.0.1,10.0.0.2,", "__meta_cloudsync_security_group_ids": ",sg-1,",
			"__meta_cloudsync_stree_app": "kafka", "__meta_cloudsync_tag_env": "prod", "__meta_cloudsync_tag_kubernetes_io_role": "node",
		},
	}}, groups)
}

func TestTagsThatBecomeOneLabel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tags map[string]string
		want string
	}{
		{map[string]string{"a-b": "1", "a.b": "2", "a/b": "3"}, "1"}, // the first
		{map[string]string{"a-b": "1", "a.b": "2", "a_b": "3"}, "3"}, // the one spelled so
		{map[string]string{"a-b": "", "a.b": "2"}, "2"},              // the one with a value
	} {
		for range 20 { // maps have no order
			host := &resource.Host{PrivateIPs: []string{"10.0.0.1"}, Tags: c.tags}
			groups, _ := targetsOf(t, resource.HostKind, TargetOptions{Port: "1"}, host)
			require.Equal(t, c.want, groups[0].Labels["__meta_cloudsync_tag_a_b"])
		}
	}
}

// Whatever a cloud says, the answer is JSON, has no label twice, and is the same each time.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	texts := []string{
		`"`, `\`, `","x":"`, `"}},{"targets":["evil:1"]},{"labels":{"a":"`, "a\nb\x00\x1b[31m", "北京", "\u2028", "{{ 7*7 }}", strings.Repeat("x", 5000), "</script>", "__address__", "\x7f",
	}
	host := &resource.Host{PrivateIPs: []string{"10.0.0.1"}, Tags: map[string]string{}, SecurityGroupIDs: texts}
	host.Name = strings.Join(texts, "")
	for _, text := range texts {
		host.Tags[text] = text
	}
	var before []byte
	for range 5 {
		var out bytes.Buffer
		_, err := WriteTargets(t.Context(), &out, FromReader(memory{host}), hostScope(), TargetOptions{Port: "9100"})
		require.NoError(t, err)
		require.True(t, utf8.Valid(out.Bytes()))
		if before != nil {
			require.Equal(t, before, out.Bytes())
		}
		before = bytes.Clone(out.Bytes())
		var groups []targetGroup
		require.NoError(t, json.Unmarshal(out.Bytes(), &groups))
		require.Len(t, groups, 1)
		require.Equal(t, []string{"10.0.0.1:9100"}, groups[0].Targets)
		require.Equal(t, host.Name, groups[0].Labels["__meta_cloudsync_name"])
		require.Equal(t, ","+strings.Join(texts, ",")+",", groups[0].Labels["__meta_cloudsync_security_group_ids"])
		require.Equal(t, "北京", groups[0].Labels["__meta_cloudsync_tag___"])
		for label := range groups[0].Labels {
			require.Regexp(t, `^__meta_cloudsync_[a-zA-Z0-9_]+$`, label)
			require.Equal(t, 1, bytes.Count(out.Bytes(), []byte(`"`+label+`":`)), label)
		}
	}
}

func TestWhichAddress(t *testing.T) {
	t.Parallel()
	host := func(private, public []string) resource.Row {
		return &resource.Host{PrivateIPs: private, PublicIPs: public}
	}
	balancer := func(scheme string, addresses ...string) resource.Row {
		return &resource.LoadBalancer{Scheme: scheme, Addresses: addresses}
	}
	for name, c := range map[string]struct {
		row    resource.Row
		choice Address
		want   string
	}{
		"usual":                          {host([]string{"fd00::1", "10.0.0.1"}, []string{"1.2.3.4"}), AnyAddress, "10.0.0.1"},
		"private":                        {host([]string{"fd00::1", "10.0.0.1"}, []string{"1.2.3.4"}), Private, "10.0.0.1"},
		"private, of a public range":     {host([]string{"8.8.9.12"}, nil), Private, "8.8.9.12"},
		"public":                         {host([]string{"10.0.0.1"}, []string{"2001:db8::1", "1.2.3.4"}), Public, "1.2.3.4"},
		"ipv6":                           {host([]string{"10.0.0.1", "fd00::1"}, []string{"2001:db8::1"}), IPv6, "fd00::1"},
		"ipv6, public":                   {host([]string{"10.0.0.1"}, []string{"2001:DB8:0::1"}), IPv6, "2001:db8::1"},
		"no private":                     {host(nil, []string{"1.2.3.4"}), Private, ""},
		"no public":                      {host([]string{"10.0.0.1"}, nil), Public, ""},
		"no ipv6":                        {host([]string{"10.0.0.1", "::ffff:10.0.0.2"}, nil), IPv6, ""},
		"in the other form":              {host([]string{"::ffff:10.0.0.2"}, nil), Private, "10.0.0.2"},
		"none":                           {host(nil, nil), AnyAddress, ""},
		"empty":                          {host([]string{""}, []string{""}), AnyAddress, ""},
		"no addresses":                   {host([]string{"evil.example.com", "10.0.0.300", "10.0.0.0/8", "10.0.0.1:22", "fe80::1%eth0"}, nil), AnyAddress, ""},
		"endpoint":                       {&resource.Database{Endpoint: "db.internal"}, AnyAddress, "db.internal"},
		"endpoint, private":              {&resource.Database{Endpoint: "db.internal"}, Private, "db.internal"},
		"endpoint, public":               {&resource.Database{Endpoint: "db.internal"}, Public, ""},
		"endpoint, an address":           {&resource.Database{Endpoint: "10.0.0.9"}, Private, "10.0.0.9"},
		"endpoint, ipv6":                 {&resource.Database{Endpoint: "fd00::9"}, IPv6, "fd00::9"},
		"endpoint, no name":              {&resource.Database{Endpoint: "db/../x"}, AnyAddress, ""},
		"endpoint, with a space":         {&resource.Database{Endpoint: "db x"}, AnyAddress, ""},
		"endpoint, with a port":          {&resource.Database{Endpoint: "db.internal:3306"}, AnyAddress, "db.internal"},
		"cluster":                        {&resource.Cluster{Endpoint: "https://10.0.0.7:6443"}, Private, "10.0.0.7"},
		"cluster, ipv6":                  {&resource.Cluster{Endpoint: "https://[fd00::7]:6443"}, AnyAddress, "fd00::7"},
		"balancer":                       {balancer("public", "lb.example.com"), AnyAddress, "lb.example.com"},
		"balancer, public":               {balancer("public", "lb.example.com"), Public, "lb.example.com"},
		"balancer, public, not private":  {balancer("public", "1.2.3.4"), Private, ""},
		"balancer, internal":             {balancer("internal", "10.0.0.3"), Private, "10.0.0.3"},
		"balancer, internal, not public": {balancer("internal", "10.0.0.3"), Public, ""},
		"public IP":                      {&resource.PublicIP{Address: "1.2.3.4"}, Public, "1.2.3.4"},
		"public IP, usual":               {&resource.PublicIP{Address: "1.2.3.4"}, AnyAddress, "1.2.3.4"},
		"public IPs, a range":            {&resource.PublicIP{Address: "1.2.3.0/28"}, AnyAddress, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			groups, leftOut := targetsOf(t, kindOf(c.row), TargetOptions{Port: "1", Address: c.choice}, c.row)
			if c.want == "" {
				require.Empty(t, groups)
				require.Equal(t, 1, leftOut)
				return
			}
			want := c.want + ":1"
			if strings.Contains(c.want, ":") {
				want = "[" + c.want + "]:1"
			}
			require.Equal(t, []string{want}, addressesOf(groups))
			require.Zero(t, leftOut)
		})
	}
}

func kindOf(row resource.Row) *resource.Kind {
	kinds := resource.Standard()
	i := slices.IndexFunc(kinds.Names(), func(name string) bool {
		kind, _ := kinds.Kind(name)
		return isOf(kind, row)
	})
	kind, _ := kinds.Kind(kinds.Names()[i])
	return kind
}

func TestWhichPort(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row   resource.Row
		given string
		want  []string
	}{
		"given":                   {&resource.Host{PrivateIPs: []string{"10.0.0.1"}}, "9100", []string{"10.0.0.1:9100"}},
		"none":                    {&resource.Host{PrivateIPs: []string{"10.0.0.1"}}, "", nil},
		"of a database":           {&resource.Database{Endpoint: "db.internal", Port: 3306}, "", []string{"db.internal:3306"}},
		"of a database, given":    {&resource.Database{Endpoint: "db.internal", Port: 3306}, "9104", []string{"db.internal:9104"}},
		"of a database, unknown":  {&resource.Database{Endpoint: "db.internal"}, "", nil},
		"of a database, too high": {&resource.Database{Endpoint: "db.internal", Port: 70000}, "", nil},
		"of an endpoint":          {&resource.Cluster{Endpoint: "https://10.0.0.7:6443"}, "", []string{"10.0.0.7:6443"}},
		"of an endpoint, usual":   {&resource.Cluster{Endpoint: "https://k.example.com"}, "", []string{"k.example.com:443"}},
		"of an endpoint, unknown": {&resource.Cluster{Endpoint: "10.0.0.7"}, "", nil},
		"of listeners": {
			&resource.LoadBalancer{Addresses: []string{"lb.example.com"}, Ports: []string{"443/https", "53/udp", "80/http", "80/tcp", "8000-8010/tcp", "x"}}, "",
			[]string{"lb.example.com:443", "lb.example.com:80"},
		},
		"of listeners, given": {&resource.LoadBalancer{Addresses: []string{"10.0.0.3"}, Ports: []string{"443/https"}}, "9", []string{"10.0.0.3:9"}},
		"of no listeners":     {&resource.LoadBalancer{Addresses: []string{"10.0.0.3"}, Ports: []string{"53/udp"}}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			groups, leftOut := targetsOf(t, kindOf(c.row), TargetOptions{Port: c.given}, c.row)
			require.Equal(t, c.want, addressesOf(groups))
			require.Equal(t, c.want == nil, leftOut == 1)
		})
	}
}
