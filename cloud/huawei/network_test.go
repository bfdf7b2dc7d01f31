package huawei_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// What the fake server renders comes back as it is.
func TestNetworkRows(t *testing.T) {
	t.Parallel()
	client := newWorld(t, all()).open()
	for kind, want := range map[*resource.Kind][]resource.Row{
		resource.VPCKind:           pointers(someVPCs()),
		resource.SubnetKind:        pointers(someSubnets()),
		resource.SecurityGroupKind: fake.SecurityGroupRows(someSecurityGroups()),
		resource.PublicIPKind:      pointers(somePublicIPs()),
		resource.NATGatewayKind:    pointers(someNATGateways()),
	} {
		require.Equal(t, want, rowsOf(list(t, client, kind)))
	}
}

func TestWhatVPCsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["VPCs"], map[string]looks{
		"nothing but an id":           {`"name":null`, &resource.VPC{}},
		"all that may be null is":     {`"cidr":null,"extend_cidrs":null,"tags":null,"status":null,"created_at":null`, &resource.VPC{}},
		"no range":                    {`"cidr":"","extend_cidrs":[""]`, &resource.VPC{}},
		"a range twice":               {`"cidr":"10.0.0.0/8","extend_cidrs":["172.16.0.0/12","10.0.0.0/8"]`, &resource.VPC{CIDRs: []string{"10.0.0.0/8", "172.16.0.0/12"}}},
		"a time with its zone":        {`"created_at":"2024-03-01T08:30:00Z"`, &resource.VPC{CloudCreatedAt: date(1)}},
		"a time without":              {`"created_at":"2024-03-01T08:30:00"`, &resource.VPC{CloudCreatedAt: date(1)}},
		"what changes by itself":      {`"updated_at":"x","cloud_resources":[{"resource_type":"virsubnet","resource_count":9}]`, &resource.VPC{}},
		"a tag without key, or value": {`"tags":[{"value":"x"},{"key":"k"}]`, &resource.VPC{Tags: map[string]string{"k": ""}}},
	})
}

func TestWhatSubnetsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["subnets"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.Subnet{}},
		"all that may be null is": {`"subnet_cidrs":null,"tags":null,"zone_id":null,"vpc_id":null,"project_id":null`, &resource.Subnet{}},
		"no range":                {`"subnet_cidrs":[{"cidr":""},{"id":"n"},null]`, &resource.Subnet{}},
		"ranges in another order": {`"subnet_cidrs":[{"cidr":"2001:db8::/64"},{"cidr":"10.0.0.0/24"}]`, &resource.Subnet{CIDRs: []string{"10.0.0.0/24", "2001:db8::/64"}}},
		"its own project":         {`"project_id":"` + huaweifake.ProjectID(domain, beijing) + `"`, &resource.Subnet{}},
		"what changes by itself":  {`"updated_at":"x","available_ip_address_count":9`, &resource.Subnet{}},
	})
}

// A subnet that another project shares is its owner's.
func TestSubnetsOfOtherProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListVirsubnets", []byte(`{"virsubnets":[{"id":"s-1","project_id":"another"},{"id":"s-2"}],"page_info":{}}`))
	page, err := w.open().List(t.Context(), scopeOf(resource.SubnetKind), "")
	require.NoError(t, err)
	require.Equal(t, []string{"s-2"}, ids(page.Rows))
	require.Equal(t, int64(1), page.Others)
	w.Record("ListVirsubnets", []byte(`{"virsubnets":[{"id":"s-1","project_id":"another"}],"page_info":{}}`))
	page, err = w.open().List(t.Context(), scopeOf(resource.SubnetKind), "")
	require.NoError(t, err)
	require.Equal(t, cloud.Page{Rows: []resource.Row{}, Others: 1}, page)
}

// 2,000 are one request.
func TestRequestsOfNetworks(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	w := newWorld(t, crowd(2001))
	for _, name := range []string{"VPCs", "subnets", "security groups", "elastic IPs", "NAT gateways"} {
		require.Len(t, rowsOf(list(t, w.open(), kinds[name].kind)), 2001)
		require.Equal(t, 2, w.count(kinds[name].action), name)
	}
	require.Equal(t, 2, w.count("ListSecurityGroupRules"), "once for all pages")
}

func TestWhatSecurityGroupsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["security groups"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.SecurityGroup{}},
		"all that may be null is": {`"description":null,"tags":null,"created_at":null`, &resource.SecurityGroup{}},
		"what changes by itself":  {`"updated_at":"x","vpc_id":"v"`, &resource.SecurityGroup{}},
		"a description":           {`"description":"d"`, &resource.SecurityGroup{Description: "d"}},
	})
}

// What rules may look like, and how they are written.
func TestRulesOfSecurityGroups(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		want   []string
	}{
		"several ports":          {`"direction":"ingress","protocol":"tcp","multiport":"22,8000-8080","priority":5,"remote_ip_prefix":"10.0.0.0/8"`, []string{"ingress tcp 22-22 10.0.0.0/8 allow 5", "ingress tcp 8000-8080 10.0.0.0/8 allow 5"}},
		"all that may be null":   {`"direction":"egress","protocol":null,"multiport":null,"priority":null,"ethertype":null,"action":null,"enabled":null`, []string{"egress all all 0.0.0.0/0 allow"}},
		"all of IPv6":            {`"direction":"egress","ethertype":"IPv6","action":"allow","priority":"100"`, []string{"egress all all ::/0 allow 100"}},
		"a group, of IPv6":       {`"direction":"ingress","ethertype":"IPv6","remote_group_id":"sg-9"`, []string{"ingress all all sg-9 allow ipv6"}},
		"a group of addresses":   {`"direction":"ingress","ethertype":"IPv4","action":"deny","remote_address_group_id":"ag-9"`, []string{"ingress all all ag-9 deny"}},
		"one address":            {`"direction":"ingress","remote_ip_prefix":"192.0.2.1"`, []string{"ingress all all 192.0.2.1/32 allow"}},
		"the number of protocol": {`"direction":"ingress","protocol":50`, []string{"ingress 50 all 0.0.0.0/0 allow"}},
		"it is switched off":     {`"direction":"ingress","enabled":false`, nil},
		"of another group":       {`"direction":"ingress","security_group_id":"g-2"`, nil},
	} {
		w := newWorld(t, fake.Region{})
		w.Record("ListSecurityGroups", []byte(`{"security_groups":[{"id":"g-1"}],"page_info":{}}`))
		w.Record("ListSecurityGroupRules", fmt.Appendf(nil, `{"security_group_rules":[{"id":"r","security_group_id":"g-1",%s}],"page_info":{}}`, test.fields))
		rows := rowsOf(list(t, w.open(), resource.SecurityGroupKind))
		require.Len(t, rows, 1, name)
		require.Equal(t, test.want, rows[0].(*resource.SecurityGroup).Rules, name)
	}
}

// A rule that makes no sense costs the row of its group.
func TestARuleMakesNoSense(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListSecurityGroups", []byte(`{"security_groups":[{"id":"g-1"},{"id":"g-2"}],"page_info":{}}`))
	for field, of := range map[string]string{`"direction":"sideways"`: `direction makes no sense: "sideways"`, `"direction":"ingress","action":"perhaps"`: `action makes no sense: "perhaps"`} {
		w.Record("ListSecurityGroupRules", []byte(`{"security_group_rules":[{"id":"r","security_group_id":"g-2",`+field+`}],"page_info":{}}`))
		page, err := w.open().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
		require.NoError(t, err)
		require.Equal(t, []string{"g-1"}, ids(page.Rows))
		require.Equal(t, []cloud.Problem{{NativeID: "g-2", Text: `security group "g-2": security group rule "r": ` + of}}, page.Problems)
	}
	w.Record("ListSecurityGroupRules", []byte(`{"security_group_rules":[{"id":"r","security_group_id":{}}],"page_info":{}}`))
	_, err := w.open().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
	classed(t, cloud.BadAnswer, err)
}

// A group is never listed without its rules.
func TestSecurityGroupsNeedTheirRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Break(fake.Fault{Action: "ListSecurityGroupRules", Verdict: fake.Denied})
	page, err := w.open().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
	classed(t, cloud.Denied, err)
	require.Empty(t, page.Rows)
}

// A rule that comes, or goes, is a change of its group.
func TestARuleThatGoesIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	before := hashes(t, resource.SecurityGroupKind, rowsOf(list(t, w.open(), resource.SecurityGroupKind)))
	w.region(func(r *fake.Region) { r.SecurityGroups[0].Rules = r.SecurityGroups[0].Rules[1:] })
	after := hashes(t, resource.SecurityGroupKind, rowsOf(list(t, w.open(), resource.SecurityGroupKind)))
	require.NotEqual(t, before[uuid('g', 1)], after[uuid('g', 1)])
	require.Equal(t, before[uuid('g', 2)], after[uuid('g', 2)])
}

func TestWhatElasticIPsMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["elastic IPs"], map[string]looks{
		"nothing but an id":       {`"alias":null`, &resource.PublicIP{ChargeType: "postPaid"}},
		"all that may be null is": {`"bandwidth":null,"vnic":null,"tags":null,"associate_instance_type":null,"billing_info":null`, &resource.PublicIP{ChargeType: "postPaid"}},
		"a port of an instance": {
			`"associate_instance_type":"PORT","associate_instance_id":"port","vnic":{"instance_type":"RDS","instance_id":"rds-1","device_id":"d","device_owner":"compute:a"}`,
			&resource.PublicIP{AttachedType: "RDS", AttachedID: "rds-1", ChargeType: "postPaid"},
		},
		"a port of a server": {
			`"associate_instance_type":"PORT","associate_instance_id":"port","vnic":{"device_id":"h-1","device_owner":"compute:cn-north-4a"}`,
			&resource.PublicIP{AttachedType: "compute", AttachedID: "h-1", ChargeType: "postPaid"},
		},
		"a port of its own": {
			`"associate_instance_type":"PORT","associate_instance_id":"port","vnic":{"device_id":"","device_owner":"neutron:VIP_PORT"}`,
			&resource.PublicIP{AttachedType: "PORT", AttachedID: "port", ChargeType: "postPaid"},
		},
		"a port of nobody":        {`"associate_instance_type":"PORT","associate_instance_id":"port"`, &resource.PublicIP{AttachedType: "PORT", AttachedID: "port", ChargeType: "postPaid"}},
		"an address of IPv6":      {`"public_ip_address":"10.0.0.1","public_ipv6_address":"2001:DB8::0:9"`, &resource.PublicIP{Address: "2001:db8::9", ChargeType: "postPaid"}},
		"tags as texts":           {`"tags":["a=b","c=d=e","f.g","h",""]`, &resource.PublicIP{Tags: map[string]string{"a": "b", "c": "d=e", "f": "g", "h": ""}, ChargeType: "postPaid"}},
		"what changes by itself":  {`"updated_at":"x","lock_status":"locked"`, &resource.PublicIP{ChargeType: "postPaid"}},
		"paid in advance":         {`"billing_info":"CS1:O:r:p"`, &resource.PublicIP{ChargeType: "prePaid"}},
		"a bandwidth as a number": {`"bandwidth":{"size":300,"share_type":"WHOLE"}`, &resource.PublicIP{BandwidthMbps: 300, ChargeType: "postPaid"}},
	})
}

func TestWhatNATGatewaysMayLookLike(t *testing.T) {
	t.Parallel()
	requireLooks(t, kinds["NAT gateways"], map[string]looks{
		"nothing but an id":       {`"name":null`, &resource.NATGateway{GatewayType: "public", ChargeType: "postPaid"}},
		"all that may be null is": {`"router_id":null,"internal_network_id":null,"ngport_ip_address":null,"billing_info":null,"created_at":null`, &resource.NATGateway{GatewayType: "public", ChargeType: "postPaid"}},
		"what may change":         {`"session_conf":{"tcp_session_expire_time":9},"pps_max":9`, &resource.NATGateway{GatewayType: "public", ChargeType: "postPaid"}},
	})
	private := kinds["NAT gateways"]
	private.action, private.list = "ListPrivateNats", "gateways"
	requireLooks(t, private, map[string]looks{
		"nothing but an id": {`"downlink_vpcs":null,"tags":null`, &resource.NATGateway{GatewayType: "private"}},
		"in one VPC": {
			`"downlink_vpcs":[{"vpc_id":"v","virsubnet_id":"s","ngport_ip_address":"10.0.0.1"}]`,
			&resource.NATGateway{GatewayType: "private", VPCID: "v", SubnetID: "s", PrivateIPs: []string{"10.0.0.1"}},
		},
		"in two subnets": {
			`"downlink_vpcs":[{"vpc_id":"v","virsubnet_id":"s"},{"vpc_id":"v","virsubnet_id":"t"}]`, &resource.NATGateway{GatewayType: "private", VPCID: "v"},
		},
	})
}

// A region that does not know the API of private NAT gateways has none. Nobody can ask there
// whether a gateway is one.
func TestRegionsWithoutPrivateNATGateways(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Break(fake.Fault{Action: "ListPrivateNats", Status: http.StatusNotFound, Body: `{"error_code":"APIGW.0101","error_msg":"The API does not exist"}`})
	require.Equal(t, []string{uuid('n', 1), uuid('n', 2)}, ids(rowsOf(list(t, w.open(), resource.NATGatewayKind))))
	_, err := w.open().Lookup(t.Context(), scopeOf(resource.NATGatewayKind), []string{uuid('n', 9)})
	classed(t, cloud.RegionDisabled, err)
	w.Mend()
	w.Break(fake.Fault{Action: "ListPrivateNats", Verdict: fake.Denied})
	client := w.open()
	first, err := client.List(t.Context(), scopeOf(resource.NATGatewayKind), "")
	require.NoError(t, err)
	_, err = client.List(t.Context(), scopeOf(resource.NATGatewayKind), first.Next)
	classed(t, cloud.Denied, err)
}

// A full page that ends without an id has no next one, and may not be the last.
func TestAFullPageOfNATGateways(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Record("ListNatGateways", []byte(`{"nat_gateways":[`+strings.Repeat(`{"id":"n"},`, 1999)+`{}]}`))
	_, err := w.open().List(t.Context(), scopeOf(resource.NATGatewayKind), "")
	classed(t, cloud.BadAnswer, err)
	w.Record("ListNatGateways", []byte(`{"nat_gateways":[`+strings.Repeat(`{"id":"n"},`, 1999)+`{"id":"last"}]}`))
	client := w.open()
	page, err := client.List(t.Context(), scopeOf(resource.NATGatewayKind), "")
	require.NoError(t, err)
	_, err = client.List(t.Context(), scopeOf(resource.NATGatewayKind), page.Next)
	classed(t, cloud.BadAnswer, err)
}

// The elastic IPs are asked for only where there are public gateways.
func TestNATGatewaysNeedTheirElasticIPs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fake.Region{})
	w.Break(fake.Fault{Action: "ListPublicips", Verdict: fake.Denied})
	require.Empty(t, rowsOf(list(t, w.open(), resource.NATGatewayKind)))
	w.region(func(r *fake.Region) { r.NATGateways = someNATGateways() })
	_, err := w.open().List(t.Context(), scopeOf(resource.NATGatewayKind), "")
	classed(t, cloud.Denied, err)
}
