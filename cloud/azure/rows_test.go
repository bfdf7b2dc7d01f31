package azure_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// under is an ARM id of the subscription, in lower case.
func under(path string) string { return "/subscriptions/" + subscription + "/resourcegroups/" + path }

const (
	vnetB  = "rg-network/providers/microsoft.network/virtualnetworks/vnet-b"
	vnetA  = "rg-network/providers/microsoft.network/virtualnetworks/vnet-a"
	groups = "rg-network/providers/microsoft.network/networksecuritygroups/"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), hostScope))
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "vm-0001"}, Name: "web", Status: "running", Zone: "2",
			InstanceType: "Standard_D2s_v5", VCPU: 2, MemoryMiB: 8192, DiskGiB: 286,
			PrivateIPs: []string{"10.0.0.4", "10.0.1.4", "10.0.1.5"}, PublicIPs: []string{"203.0.113.4"},
			VPCID: under(vnetA), SubnetID: under(vnetA + "/subnets/front"),
			SecurityGroupIDs: []string{under(groups + "front-nsg"), under(groups + "web-nsg")},
			ImageID:          "Canonical:ubuntu:server:24.04.1", OS: "Linux", ChargeType: "Spot",
			Tags: map[string]string{"team": "shop", "tier": "web"}, CloudCreatedAt: created,
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "vm-0002"}, Name: "db", Status: "deallocated",
			InstanceType: "Standard_E4s_v5", VCPU: 4, MemoryMiB: 32768, DiskGiB: 127,
			PrivateIPs: []string{"10.0.0.5"}, VPCID: under(vnetA), SubnetID: under(vnetA + "/subnets/back"),
			ImageID: under("rg-images/providers/microsoft.compute/images/golden"), OS: "Windows", ChargeType: "Regular", CloudCreatedAt: created,
		},
	}, utc(rows))
	require.Zero(t, calls(c)["vnet_get"], "the list has all networks")
}

func TestDisks(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), diskScope))
	disk := func(id, name, status string) *resource.Disk {
		return &resource.Disk{Meta: resource.Meta{NativeID: id}, Name: name, Status: status, CloudCreatedAt: created}
	}
	webOS, webData, dbOS, spare := disk("disk-0001", "web-os", "Attached"), disk("disk-0002", "web-data", "Attached"),
		disk("disk-0003", "db-os", "Reserved"), disk("disk-0004", "spare", "Unattached")
	webOS.Zone, webOS.HostNativeID, webOS.DiskType, webOS.Role, webOS.SizeGiB = "2", "vm-0001", "Premium_LRS", "system", 30
	webData.Zone, webData.HostNativeID, webData.DiskType, webData.Role, webData.SizeGiB = "2", "vm-0001", "StandardSSD_LRS", "data", 256
	webData.Device, webData.Tags = "lun3", map[string]string{"team": "shop"}
	dbOS.HostNativeID, dbOS.DiskType, dbOS.Role, dbOS.SizeGiB = "vm-0002", "Premium_LRS", "system", 127
	spare.DiskType, spare.Role, spare.SizeGiB = "Standard_LRS", "data", 64
	require.Equal(t, []resource.Row{webOS, webData, dbOS, spare}, utc(rows))
}

func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), balancerScope))
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "lb-0001"}, Name: "front", Status: "Succeeded", BalancerType: "Standard", Scheme: "public",
			Addresses: []string{"203.0.113.8", "203.0.113.9"}, Ports: []string{"443/tcp", "53/udp"}, Zones: []string{"1", "2"}, Tags: map[string]string{"team": "shop"},
		},
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "lb-0002"}, Name: "inner", Status: "Succeeded", BalancerType: "Basic", Scheme: "internal",
			Addresses: []string{"10.0.0.9"}, VPCID: under(vnetA), SubnetIDs: []string{under(vnetA + "/subnets/back")},
		},
	}, rows)
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), databaseScope))
	require.Equal(t, []resource.Row{
		&resource.Database{
			Meta: resource.Meta{NativeID: under("rg-db-0001/providers/microsoft.dbformysql/flexibleservers/orders")},
			Name: "orders", Status: "Ready", Zone: "1", Engine: "mysql", EngineVersion: "8.0.21",
			InstanceType: "Standard_D2ds_v4", VCPU: 2, MemoryMiB: 8192, StorageGiB: 128,
			Endpoint: "orders.mysql.database.azure.com", Port: 3306, VPCID: under(vnetA), SubnetID: under(vnetA + "/subnets/data"),
			Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: under("rg-db-0002/providers/microsoft.dbforpostgresql/flexibleservers/events")},
			Name: "events", Status: "Stopped", Engine: "postgresql", EngineVersion: "16",
			InstanceType: "Standard_E4ds_v5", VCPU: 4, MemoryMiB: 32768, StorageGiB: 64,
			Endpoint: "events.postgres.database.azure.com", Port: 5432, CloudCreatedAt: created,
		},
	}, utc(rows))
}

func TestCaches(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), cacheScope))
	require.Equal(t, []resource.Row{
		&resource.Cache{
			Meta: resource.Meta{NativeID: under("rg-cache-0001/providers/microsoft.cache/redis/sessions")},
			Name: "sessions", Status: "Succeeded", Zones: []string{"1", "2"}, Engine: "redis", EngineVersion: "6.0",
			InstanceType: "Premium_P1", MemoryMiB: 18432, Shards: 3, Replicas: 2, Endpoint: "sessions.redis.cache.windows.net", Port: 6380,
			VPCID: under(vnetA), SubnetIDs: []string{under(vnetA + "/subnets/data")}, Tags: map[string]string{"team": "shop"},
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: under("rg-cache-0002/providers/microsoft.cache/redis/plain")},
			Name: "plain", Status: "Creating", Engine: "redis", EngineVersion: "6.0",
			InstanceType: "Basic_C0", MemoryMiB: 250, Endpoint: "plain.redis.cache.windows.net", Port: 6380,
		},
		&resource.Cache{
			Meta: resource.Meta{NativeID: under("rg-cache-0003/providers/microsoft.cache/redisenterprise/vectors")},
			Name: "vectors", Status: "Running", Zones: []string{"1", "3"}, Engine: "redis", EngineVersion: "7.4",
			InstanceType: "Balanced_B10", Endpoint: "vectors.eastus.redis.azure.net", Tags: map[string]string{"team": "search"},
		},
	}, rows)
}

func withGateways(accounts []*fake.Account) {
	r := accounts[0].Region(region)
	r.LoadBalancers = append(r.LoadBalancers, fake.LoadBalancer{
		ID: "lb-0003", Name: "shop", Status: "Running", Type: "WAF_v2", Addresses: []string{"203.0.113.7"}, Ports: []string{"443/https", "80/http"},
		VPC: "vnet-a", Subnets: []string{"gateways"}, Zones: []string{"2", "1"}, Tags: map[string]string{"team": "shop"},
	}, fake.LoadBalancer{
		ID: "lb-0004", Name: "intranet", Status: "Stopped", Type: "Standard_v2", Internal: true, Addresses: []string{"10.0.0.8"}, VPC: "vnet-a", Subnets: []string{"gateways"},
	})
}

func TestApplicationGateways(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	c.Update(withGateways)
	rows := bare(t, listAll(t, provider, balancerScope))
	require.Len(t, rows, 4)
	require.Equal(t, []resource.Row{
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "lb-0003"}, Name: "shop", Status: "Running", BalancerType: "WAF_v2", Scheme: "public",
			Addresses: []string{"203.0.113.7"}, Ports: []string{"443/https", "80/http"}, Zones: []string{"1", "2"},
			VPCID: under(vnetA), SubnetIDs: []string{under(vnetA + "/subnets/gateways")}, Tags: map[string]string{"team": "shop"},
		},
		&resource.LoadBalancer{
			Meta: resource.Meta{NativeID: "lb-0004"}, Name: "intranet", Status: "Stopped", BalancerType: "Standard_v2", Scheme: "internal",
			Addresses: []string{"10.0.0.8"}, VPCID: under(vnetA), SubnetIDs: []string{under(vnetA + "/subnets/gateways")},
		},
	}, rows[2:])
	require.NotContains(t, fmt.Sprintf("%+v", rows[2]), azurefake.Secret)
	existing, err := provider.Lookup(t.Context(), balancerScope, []string{"lb-0001", "lb-0004", "lb-gone"})
	require.NoError(t, err)
	require.Equal(t, []string{"lb-0001", "lb-0004"}, existing)
	require.Equal(t, 2, calls(c)["appgw_list"], "once a listing, and once a look-up")
}

// What a load balancer lets in: a port, a range, or all of them.
func TestPortsOfLoadBalancers(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string][]string{
		``: nil,
		`"loadBalancingRules":[{"properties":{"protocol":"All","frontendPort":0}}]`:                                                                                                             {"all/all"},
		`"loadBalancingRules":[{"properties":{"protocol":"Tcp","frontendPort":443}},{"properties":{"protocol":"Udp","frontendPort":"443"}}]`:                                                    {"443/tcp", "443/udp"},
		`"inboundNatRules":[{"properties":{"protocol":"Tcp","frontendPort":2201}},{"properties":{"protocol":"Tcp","frontendPort":0,"frontendPortRangeStart":500,"frontendPortRangeEnd":1000}}]`: {"2201/tcp", "500-1000/tcp"},
		`"inboundNatPools":[{"properties":{"protocol":"Tcp","frontendPortRangeStart":5000,"frontendPortRangeEnd":5119,"backendPort":22}}]`:                                                      {"5000-5119/tcp"},
		`"frontendPorts":[{"id":"/A","properties":{"port":443}},{"id":"/b","properties":{"port":25}}],"httpListeners":[{"properties":{"protocol":"Https","frontendPort":{"id":"/a"}}},{"properties":{"protocol":"Https","frontendPort":{"id":"/gone"}}}],
			"listeners":[{"properties":{"protocol":"Tls","frontendPort":{"id":"/B"}}}]`: {"25/tls", "443/https"},
	} {
		c, settings := setup(t)
		c.Record("lb_list", []byte(`{"value":[{"id":"/l","location":"eastus","properties":{`+strings.TrimPrefix(properties+`,"resourceGuid":"G"`, ",")+`}}]}`))
		c.Record("appgw_list", []byte(`{"value":[]}`))
		rows := listAll(t, open(settings), balancerScope)
		require.Len(t, rows, 1, properties)
		require.Equal(t, want, rows[0].(*resource.LoadBalancer).Ports)
	}
}

func TestVPCs(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), vpcScope))
	require.Equal(t, []resource.Row{
		&resource.VPC{
			Meta: meta(under(vnetA)), Name: "main", Status: "Succeeded", CIDRs: []string{"10.0.0.0/16", "2001:db8::/48"}, Tags: map[string]string{"team": "shop"},
		},
		&resource.VPC{Meta: meta(under(vnetB)), Name: "bare", Status: "Updating", CIDRs: []string{"172.16.0.0/12"}},
	}, rows)
}

func TestSubnets(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), subnetScope))
	require.Equal(t, []resource.Row{
		&resource.Subnet{Meta: meta(under(vnetA + "/subnets/back")), Name: "back", Status: "Failed", VPCID: under(vnetA), CIDRs: []string{"10.0.1.0/24", "2001:db8:0:1::/64"}},
		&resource.Subnet{Meta: meta(under(vnetA + "/subnets/front")), Name: "front", Status: "Succeeded", VPCID: under(vnetA), CIDRs: []string{"10.0.0.0/24"}},
		&resource.Subnet{Meta: meta(under(vnetB + "/subnets/front")), Name: "front", Status: "Succeeded", VPCID: under(vnetB), CIDRs: []string{"172.16.0.0/24"}},
	}, rows)
}

// A subnet is where its network is. One that is odd costs neither the network nor another
// subnet; where nobody knows which subnets a network has, none is absent.
func TestOddSubnets(t *testing.T) {
	t.Parallel()
	const front = `{"id":"/VNET/Subnets/front","properties":{"addressPrefix":"10.0.0.0/24"}}`
	for subnets, test := range map[string]struct {
		rows  int
		says  string
		vague bool
	}{
		`"subnets":[` + front + `,{"id":"/VNET/subnets/back","properties":{"addressPrefixes":"all"}}]`: {
			rows: 1, says: `subnet "/vnet/subnets/back": properties.addressPrefixes makes no sense: "\"all\""`,
		},
		`"subnets":[null,` + front + `]`: {rows: 1, says: "subnet without an id", vague: true},
		`"subnets":"none"`:               {says: "subnet without an id", vague: true},
		`"subnets":{"0":` + front + `}`:  {says: "subnet without an id", vague: true},
		`"subnets":[]`:                   {},
		`"subnets":null`:                 {},
		`"subnets":[{"id":"/VNET/subnets/front","properties":null}]`: {rows: 1},
	} {
		c, settings := setup(t)
		c.Record("vnet_list", []byte(`{"value":[{"id":"/VNET","name":"net","location":"East US","properties":{`+subnets+`}}]}`))
		provider := open(settings)
		require.Len(t, listAll(t, provider, vpcScope), 1, subnets)
		page, err := provider.List(t.Context(), subnetScope, "")
		require.NoError(t, err)
		require.Len(t, page.Rows, test.rows, subnets)
		if test.rows > 0 {
			require.Equal(t, "/vnet/subnets/front", page.Rows[0].RowMeta().NativeID)
			require.Equal(t, "/vnet", page.Rows[0].(*resource.Subnet).VPCID)
		}
		if test.says == "" {
			require.Empty(t, page.Problems, subnets)
		} else {
			require.Len(t, page.Problems, 1, subnets)
			require.Contains(t, page.Problems[0].Text, test.says)
		}
		_, err = provider.Lookup(t.Context(), subnetScope, []string{"/vnet/subnets/gone"})
		if test.vague {
			requireClass(t, cloud.BadAnswer, err)
		} else {
			require.NoError(t, err, subnets)
		}
		page, err = provider.List(t.Context(), scopeOf("resource_subnet", "westeurope"), "")
		require.NoError(t, err)
		require.Empty(t, page.Rows)
		require.Empty(t, page.Problems)
	}
}

func TestSecurityGroups(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), groupScope))
	require.Equal(t, []resource.Row{
		&resource.SecurityGroup{Meta: meta(under(groups + "front-nsg")), Name: "front-nsg", Status: "Updating"},
		&resource.SecurityGroup{
			Meta: meta(under(groups + "web-nsg")), Name: "web-nsg", Status: "Succeeded", Tags: map[string]string{"team": "shop"},
			Rules: []string{
				"egress all all Storage.EastUS allow 100 from-ports=1024-65535",
				"ingress tcp 22-22 10.0.0.0/8 deny 100 to=10.0.0.0/24",
				"ingress tcp 443-443 Internet allow 200",
			},
		},
	}, rows)
}

// What a host refers to is known by the same ids.
func TestNetworksOfHostsAreRows(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	provider := open(settings)
	known := map[string]bool{}
	for _, scope := range []resource.Scope{vpcScope, subnetScope, groupScope} {
		for _, row := range listAll(t, provider, scope) {
			known[row.RowMeta().NativeID] = true
		}
	}
	host := listAll(t, provider, hostScope)[0].(*resource.Host)
	require.Len(t, host.SecurityGroupIDs, 2)
	for _, id := range append([]string{host.VPCID, host.SubnetID}, host.SecurityGroupIDs...) {
		require.Contains(t, known, id)
	}
}

func ruleList(rules ...string) []byte {
	return []byte(`{"value":[{"id":"/G","location":"East US","properties":{"securityRules":[{"properties":{` + strings.Join(rules, `}},{"properties":{`) + `}}]}}]}`)
}

// A rule for several ports and peers is a line for each; what a rule has in one field and in
// a list counts together.
func TestRulesOfSecurityGroups(t *testing.T) {
	t.Parallel()
	const in, out = `"direction":"Inbound","access":"Allow","priority":100,`, `"direction":"outbound","access":"DENY","priority":"4096",`
	for rule, want := range map[string][]string{
		in + `"protocol":"Tcp","sourceAddressPrefixes":["2001:DB8::/32","10.0.0.1"],"destinationAddressPrefix":"*","sourcePortRange":"*","destinationPortRanges":["80","8000-8080"]`: {
			"ingress tcp 80-80 10.0.0.1/32 allow 100", "ingress tcp 80-80 2001:db8::/32 allow 100",
			"ingress tcp 8000-8080 10.0.0.1/32 allow 100", "ingress tcp 8000-8080 2001:db8::/32 allow 100",
		},
		in + `"protocol":"*","sourceApplicationSecurityGroups":[{"id":"/ASG/Web"},null],"destinationApplicationSecurityGroups":[{"id":"/ASG/Db","location":"eastus"},{"id":"/ASG/Cache"}],"destinationPortRange":"0-65535"`: {
			"ingress all all /asg/web allow 100 to=/asg/cache", "ingress all all /asg/web allow 100 to=/asg/db",
		},
		out + `"protocol":"Icmp","sourceAddressPrefix":"VirtualNetwork","destinationAddressPrefix":"Internet","destinationPortRange":"*"`: {
			"egress icmp all Internet deny 4096 to=VirtualNetwork",
		},
		out + `"protocol":"Udp","destinationAddressPrefix":"192.0.2.1","destinationAddressPrefixes":["192.0.2.1","192.0.2.2"],"sourcePortRanges":["53","123"],"destinationPortRanges":["53"]`: {
			"egress udp 53-53 192.0.2.1/32 deny 4096 from-ports=123-123", "egress udp 53-53 192.0.2.1/32 deny 4096 from-ports=53-53",
			"egress udp 53-53 192.0.2.2/32 deny 4096 from-ports=123-123", "egress udp 53-53 192.0.2.2/32 deny 4096 from-ports=53-53",
		},
		in + `"protocol":"","sourceAddressPrefixes":null`: {"ingress all all all allow 100"},
	} {
		c, settings := setup(t)
		c.Record("nsg_list", ruleList(rule))
		rows := listAll(t, open(settings), groupScope)
		require.Len(t, rows, 1)
		require.Equal(t, want, rows[0].(*resource.SecurityGroup).Rules, rule)
	}
}

// Of a rule that nobody knows the meaning of there is no line: half of the rules would be
// worse than none.
func TestRulesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	const fine = `"direction":"Inbound","access":"Allow"`
	many := `"` + strings.Repeat(`1","`, 150) + `1"`
	for i := range 151 {
		many = strings.Replace(many, `"1"`, fmt.Sprintf(`"%d"`, i+2), 1)
	}
	for rule, says := range map[string]string{
		`"access":"Allow"`:                       `direction makes no sense: ""`,
		`"direction":"Both","access":"Allow"`:    `direction makes no sense: "Both"`,
		`"direction":"Inbound","access":"Maybe"`: `access makes no sense: "Maybe"`,
		fine + `,"sourceAddressPrefixes":"all"`:  `properties.securityRules[1].properties.sourceAddressPrefixes makes no sense`,
		fine + `,"sourceAddressPrefixes":[` + many + `],"destinationPortRanges":[` + many + `]`: "its rules make more than 20000 lines",
	} {
		c, settings := setup(t)
		c.Record("nsg_list", ruleList(fine, rule))
		page, err := open(settings).List(t.Context(), groupScope, "")
		require.NoError(t, err)
		require.Empty(t, page.Rows)
		require.Len(t, page.Problems, 1)
		require.Equal(t, "/g", page.Problems[0].NativeID)
		require.Contains(t, page.Problems[0].Text, says)
	}
}

// Public IPs of hosts, load balancers and NAT gateways are there as well. The fake cloud gives
// these no GUID.
func TestPublicIPs(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), addressScope))
	of := func(group, address string) *resource.PublicIP {
		return &resource.PublicIP{Meta: meta(under(group)), Name: "ip", Address: address}
	}
	const ips = "/providers/microsoft.network/publicipaddresses/ip-"
	require.Equal(t, []resource.Row{
		of("rg-lb-0001"+ips+"0", "203.0.113.9"), of("rg-lb-0001"+ips+"1", "203.0.113.8"),
		of("rg-nat-0001"+ips+"0", "203.0.113.31"), of("rg-nat-0001"+ips+"1", "203.0.113.30"),
		of("rg-vm-0001"+ips+"0", "203.0.113.4"),
		&resource.PublicIP{
			Meta: meta("ip-0001"), Name: "vpn", Status: "Succeeded", Zone: "1,2,3", Address: "203.0.113.20",
			AttachedType: "virtualnetworkgateways", AttachedID: under("rg-vpn/providers/microsoft.network/virtualnetworkgateways/vpn"), Tags: map[string]string{"team": "shop"},
		},
		&resource.PublicIP{
			Meta: meta("ip-0002"), Name: "out", Status: "Succeeded", Address: "2001:db8::14",
			AttachedType: "natgateways", AttachedID: under("rg-egress/providers/microsoft.network/natgateways/egress"),
		},
		&resource.PublicIP{Meta: meta("ip-0003"), Name: "idle", Status: "Updating"},
	}, utc(rows))
}

// What a public IP is attached to is the resource that the IP configuration is of.
func TestWhatPublicIPsAreAttachedTo(t *testing.T) {
	t.Parallel()
	const group = "/subscriptions/other/resourceGroups/RG"
	for properties, want := range map[string][2]string{
		`"ipConfiguration":{"id":"` + group + `/providers/Microsoft.Network/networkInterfaces/Nic/ipConfigurations/a"}`:                      {"networkinterfaces", "/networkinterfaces/nic"},
		`"ipConfiguration":{"id":"` + group + `/providers/Microsoft.Network/loadBalancers/Lb/frontendIPConfigurations/a"},"natGateway":null`: {"loadbalancers", "/loadbalancers/lb"},
		`"natGateway":{"id":"` + group + `/providers/Microsoft.Network/natGateways/Nat","properties":{"x":1}}`:                               {"natgateways", "/natgateways/nat"},
	} {
		c, settings := setup(t)
		c.Record("publicip_list", []byte(`{"value":[{"id":"/p","location":"East US","properties":{`+properties+`}}]}`))
		row := listAll(t, open(settings), addressScope)[0].(*resource.PublicIP)
		require.Equal(t, want[0], row.AttachedType)
		require.Equal(t, strings.ToLower(group)+"/providers/microsoft.network"+want[1], row.AttachedID)
	}
	for _, properties := range []string{`"ipConfiguration":null,"natGateway":{}`, `"ipConfiguration":{"id":""}`} {
		c, settings := setup(t)
		c.Record("publicip_list", []byte(`{"value":[{"id":"/p","location":"East US","properties":{`+properties+`}}]}`))
		row := listAll(t, open(settings), addressScope)[0].(*resource.PublicIP)
		require.Empty(t, row.AttachedType+row.AttachedID)
	}
	c, settings := setup(t)
	c.Record("publicip_list", []byte(`{"value":[{"id":"/p","location":"East US","properties":{"ipConfiguration":{"id":"Somewhere/Else"}}}]}`))
	row := listAll(t, open(settings), addressScope)[0].(*resource.PublicIP)
	require.Empty(t, row.AttachedType)
	require.Equal(t, "somewhere/else", row.AttachedID)
}

func TestNATGateways(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), natScope))
	require.Equal(t, []resource.Row{
		&resource.NATGateway{
			Meta: meta("nat-0001"), Name: "egress", Status: "Succeeded", Zone: "1", GatewayType: "Standard", VPCID: under(vnetA),
			PublicIPs: []string{"203.0.113.30", "203.0.113.31"}, Tags: map[string]string{"team": "shop"},
		},
		&resource.NATGateway{Meta: meta("nat-0002"), Name: "spare", Status: "Updating", GatewayType: "StandardV2"},
	}, rows)
}

// A gateway may say its network, or that of its subnets. Public IPs of other subscriptions
// are in no list that is seen here; one of this subscription that is missing makes half a row.
func TestNetworksAndAddressesOfNATGateways(t *testing.T) {
	t.Parallel()
	const ips = `"publicIpAddresses":[{"id":"/subscriptions/other/p"}],"publicIpAddressesV6":[null,{"id":"/subscriptions/` + subscription + `/P6"}]`
	for properties, want := range map[string]resource.NATGateway{
		`"sourceVirtualNetwork":{"id":"/VNET"}`:                                                  {VPCID: "/vnet"},
		`"sourceVirtualNetwork":{"id":"/VNET"},"subnets":[{"id":"/vnet/Subnets/A"}]`:             {VPCID: "/vnet"},
		`"subnets":[{"id":"/vnet/subnets/a"},null,{"id":"/VNET/subnets/b"}]`:                     {VPCID: "/vnet"},
		`"subnets":[{"id":"/vnet/subnets/a"},{"id":"/other/subnets/b"}],"publicIpPrefixes":[{}]`: {},
		ips: {PublicIPs: []string{"2001:db8::6"}},
	} {
		c, settings := setup(t)
		c.Record("nat_list", []byte(`{"value":[{"id":"/n","location":"East US","properties":{"resourceGuid":"G",`+properties+`}}]}`))
		c.Record("publicip_list", []byte(`{"value":[{"id":"/SUBSCRIPTIONS/`+subscription+`/p6","location":"eastus","properties":{"ipAddress":"2001:DB8::6"}}]}`))
		want.Meta = meta("g")
		require.Equal(t, []resource.Row{&want}, listAll(t, open(settings), natScope), properties)
	}
	c, settings := setup(t)
	c.Record("nat_list", []byte(`{"value":[{"id":"/n","location":"East US","properties":{`+ips+`}}]}`))
	c.Record("publicip_list", []byte(`{"value":[]}`))
	_, err := open(settings).List(t.Context(), natScope, "")
	requireClass(t, cloud.Incomplete, err)
	c.Record("publicip_list", []byte(`{"value":[{"id":"/other","location":"eastus"}]}`))
	page, err := open(settings).List(t.Context(), natScope, "")
	require.NoError(t, err)
	require.Equal(t, []cloud.Problem{{NativeID: "/n", Text: `NAT gateway "/n": no list has its public IP p6`}}, page.Problems)
}

func TestClusters(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), clusterScope))
	require.Equal(t, []resource.Row{
		&resource.Cluster{
			Meta: meta("aks-0001"), Name: "shop", Status: "Running", ClusterType: "Base_Standard", Version: "1.31.5", Endpoint: "shop-1.hcp.eastus.azmk8s.io",
			VPCID: under(vnetA), SubnetIDs: []string{under(vnetA + "/subnets/back"), under(vnetA + "/subnets/front")}, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.Cluster{Meta: meta("aks-0002"), Name: "lab", Status: "Stopped", ClusterType: "Automatic_Free", Version: "1.30.0"},
	}, rows)
}

// What a cluster does not say itself, or says in another field.
func TestClustersInOtherForms(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]resource.Cluster{
		`"properties":{"resourceUID":"U-1","provisioningState":"Creating","kubernetesVersion":"1.31","privateFQDN":"a.privatelink.eastus.azmk8s.io"}`: {
			Meta: meta("u-1"), Status: "Creating", Version: "1.31", Endpoint: "a.privatelink.eastus.azmk8s.io",
		},
		`"properties":{"kubernetesVersion":"1.31","currentKubernetesVersion":"1.31.5","fqdn":"a","privateFQDN":"b","agentPoolProfiles":[{"vnetSubnetID":"/V/subnets/a"},{"vnetSubnetID":"/w/subnets/b"}]}`: {
			Meta: meta("/c"), Version: "1.31.5", Endpoint: "a", SubnetIDs: []string{"/v/subnets/a", "/w/subnets/b"},
		},
		`"sku":{"tier":"Free"},"properties":{"agentPoolProfiles":[null,{"vnetSubnetID":null},{"vnetSubnetID":"/v/subnets/a"}]}`: {
			Meta: meta("/c"), ClusterType: "Free", VPCID: "/v", SubnetIDs: []string{"/v/subnets/a"},
		},
	} {
		c, settings := setup(t)
		c.Record("aks_list", []byte(`{"value":[{"id":"/C","location":"East US",`+fields+`}]}`))
		require.Equal(t, []resource.Row{&want}, listAll(t, open(settings), clusterScope), fields)
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), bucketScope))
	const accounts = "/providers/microsoft.storage/storageaccounts/"
	require.Equal(t, []resource.Row{
		&resource.Bucket{
			Meta: meta(under("rg-files" + accounts + "files")), Name: "files", Status: "Creating", BucketType: "FileStorage_Premium_LRS", Endpoint: "files.z1.blob.storage.azure.net",
		},
		&resource.Bucket{
			Meta: meta(under("rg-logs" + accounts + "logs")), Name: "logs", Status: "Succeeded", BucketType: "StorageV2_Standard_GRS", StorageClass: "Cool",
			Endpoint: "logs.blob.core.windows.net", Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
	}, rows)
}

func TestEndpointsOfBuckets(t *testing.T) {
	t.Parallel()
	for endpoints, want := range map[string]string{
		`{"blob":"https://a.blob.core.windows.net/","file":"https://a.file.core.windows.net/"}`: "a.blob.core.windows.net",
		`{"file":"https://a.file.core.windows.net/"}`:                                           "a.file.core.windows.net",
		`{"blob":"http://127.0.0.1:10000/a"}`:                                                   "127.0.0.1:10000/a",
		`{"blob":"elsewhere"}`:                                                                  "elsewhere",
		`null`:                                                                                  "",
	} {
		c, settings := setup(t)
		c.Record("storage_list", []byte(`{"value":[{"id":"/A","location":"East US","kind":"StorageV2","properties":{"primaryEndpoints":`+endpoints+`}}]}`))
		require.Equal(t, []resource.Row{&resource.Bucket{Meta: meta("/a"), BucketType: "StorageV2", Endpoint: want}}, listAll(t, open(settings), bucketScope), endpoints)
	}
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), snapshotScope))
	require.Equal(t, []resource.Row{
		&resource.Snapshot{
			Meta: meta("snap-0001"), Name: "nightly", Status: "Unattached", SnapshotType: "Incremental", DiskNativeID: "disk-0001", SizeGiB: 30,
			Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.Snapshot{Meta: meta("snap-0002"), Name: "before", Status: "ActiveSAS", SnapshotType: "Full", SizeGiB: 4},
	}, rows)
}

// The source is a disk, known as resource_disk has it, or something that is no disk.
func TestSourcesOfSnapshots(t *testing.T) {
	t.Parallel()
	const disk, other = "/x/providers/Microsoft.Compute/Disks/D", "/x/providers/Microsoft.Compute/snapshots/S"
	for source, want := range map[string]string{
		`{"sourceResourceId":"` + disk + `","sourceUniqueId":"U-1"}`:  "u-1",
		`{"sourceResourceId":"` + disk + `"}`:                         "/x/providers/microsoft.compute/disks/d",
		`{"sourceResourceId":"` + other + `","sourceUniqueId":"U-1"}`: "",
		`{"sourceUri":"https://a.blob.core.windows.net/x?sig=1"}`:     "",
		`{"sourceResourceId":null}`:                                   "",
		`null`:                                                        "",
	} {
		c, settings := setup(t)
		c.Record("snapshot_list", []byte(`{"value":[{"id":"/S","location":"East US","properties":{"provisioningState":"Creating","creationData":`+source+`}}]}`))
		require.Equal(t, []resource.Row{&resource.Snapshot{Meta: meta("/s"), Status: "Creating", SnapshotType: "Full", DiskNativeID: want}}, listAll(t, open(settings), snapshotScope), source)
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := bare(t, listAll(t, open(settings), imageScope))
	const images = "/providers/microsoft.compute/images/"
	require.Equal(t, []resource.Row{
		&resource.MachineImage{
			Meta: meta(under("rg-img-0001" + images + "golden")), Name: "golden", Status: "Succeeded", OS: "Linux", SizeGiB: 164, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.MachineImage{Meta: meta(under("rg-img-0002" + images + "old")), Name: "old", Status: "Failed", OS: "Windows"},
	}, rows)
}

// The sum of all disks, or nothing: half a sum would be wrong.
func TestSizesOfImages(t *testing.T) {
	t.Parallel()
	for storage, want := range map[string]int64{
		`{"osDisk":{"osType":"Linux","diskSizeGB":30},"dataDisks":[{"diskSizeGB":"64"},null,{"diskSizeGB":8}]}`: 102,
		`{"osDisk":{"diskSizeGB":30},"dataDisks":[{"lun":0}]}`:                                                  0,
		`{"osDisk":{},"dataDisks":[{"diskSizeGB":8}]}`:                                                          0,
		`{"osDisk":null,"dataDisks":[{"diskSizeGB":8}]}`:                                                        8,
		`{}`:   0,
		`null`: 0,
	} {
		c, settings := setup(t)
		c.Record("image_list", []byte(`{"value":[{"id":"/I","location":"East US","properties":{"storageProfile":`+storage+`}}]}`))
		require.Equal(t, want, listAll(t, open(settings), imageScope)[0].(*resource.MachineImage).SizeGiB, storage)
	}
}

// Memory is that of all shards. A cache without shards has what one shard has, one of a size
// that is not known tells none.
func TestMemoryOfCaches(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]struct {
		size   string
		memory int64
	}{
		`"sku":{"name":"Standard","family":"C","capacity":2}`:                  {"Standard_C2", 2560},
		`"sku":{"name":"Standard","family":"C","capacity":6},"shardCount":0`:   {"Standard_C6", 54272},
		`"sku":{"name":"Premium","family":"P","capacity":"5"},"shardCount":10`: {"Premium_P5", 1228800},
		`"sku":{"name":"Premium","family":"P","capacity":6},"shardCount":2`:    {"Premium_P6", 0},
		`"sku":{"name":"Premium"},"shardCount":2`:                              {"Premium", 0},
		`"sku":{"family":null}`: {"", 0},
		`"shardCount":2`:        {"", 0},
	} {
		c, settings := setup(t)
		c.Record("redis_list", []byte(`{"value":[{"id":"/c","location":"East US","properties":{`+properties+`}}]}`))
		c.Record("redisenterprise_list", []byte(`{"value":[],"nextLink":null}`))
		rows := listAll(t, open(settings), cacheScope)
		require.Len(t, rows, 1, properties)
		require.Equal(t, want.size, rows[0].(*resource.Cache).InstanceType, properties)
		require.Equal(t, want.memory, rows[0].(*resource.Cache).MemoryMiB, properties)
	}
}

// utc brings the rows' times into one form: the SDK gives them a zone of their own.
func utc(rows []resource.Row) []resource.Row {
	for _, row := range rows {
		switch row := row.(type) {
		case *resource.Host:
			row.CloudCreatedAt = row.CloudCreatedAt.UTC()
		case *resource.Disk:
			row.CloudCreatedAt = row.CloudCreatedAt.UTC()
		case *resource.Database:
			row.CloudCreatedAt = row.CloudCreatedAt.UTC()
		}
	}
	return rows
}

// diffsync #25: the order of a list made every object "modified" at each run. What
// changes by itself is no part of a resource, either.
func TestOrderAndVolatileFieldsLeaveTheHash(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	before := map[string]map[string]resource.Hash{}
	for _, scope := range allScopes {
		before[scope.Kind] = entries(t, kinds[scope.Kind], scope, listAll(t, provider, scope))
		require.Len(t, before[scope.Kind], len(listAll(t, provider, scope)))
	}
	c.Update(func(accounts []*fake.Account) {
		r := accounts[0].Region(region)
		for i := range r.Hosts {
			r.Hosts[i].Volatile = "second"
			last := slices.Clone(r.Hosts[i].PrivateIPs)
			if len(last) == 3 { // the first is on the primary interface
				last[1], last[2] = last[2], last[1]
			}
			r.Hosts[i].PrivateIPs = last
		}
		for i := range r.LoadBalancers {
			reversed := slices.Clone(r.LoadBalancers[i].Addresses)
			slices.Reverse(reversed)
			r.LoadBalancers[i].Addresses = reversed
			zones := slices.Clone(r.LoadBalancers[i].Zones)
			slices.Reverse(zones)
			r.LoadBalancers[i].Zones = zones
		}
		for i := range r.Caches {
			r.Caches[i].Zones = slices.Clone(r.Caches[i].Zones)
			slices.Reverse(r.Caches[i].Zones)
		}
		for i := range r.VPCs {
			r.VPCs[i].CIDRs = slices.Clone(r.VPCs[i].CIDRs)
			slices.Reverse(r.VPCs[i].CIDRs)
		}
		for i := range r.Subnets {
			r.Subnets[i].CIDRs = slices.Clone(r.Subnets[i].CIDRs)
			slices.Reverse(r.Subnets[i].CIDRs)
		}
		for i := range r.SecurityGroups {
			r.SecurityGroups[i].Rules = slices.Clone(r.SecurityGroups[i].Rules)
			slices.Reverse(r.SecurityGroups[i].Rules)
		}
		for i := range r.NATGateways {
			r.NATGateways[i].PublicIPs = slices.Clone(r.NATGateways[i].PublicIPs)
			slices.Reverse(r.NATGateways[i].PublicIPs)
		}
		for i := range r.Clusters {
			r.Clusters[i].SubnetIDs = slices.Clone(r.Clusters[i].SubnetIDs)
			slices.Reverse(r.Clusters[i].SubnetIDs)
		}
		slices.Reverse(r.Clusters)
		slices.Reverse(r.Buckets)
		slices.Reverse(r.Snapshots)
		slices.Reverse(r.Images)
		slices.Reverse(r.PublicIPs)
		slices.Reverse(r.NATGateways)
		slices.Reverse(r.SecurityGroups)
		slices.Reverse(r.VPCs)
		slices.Reverse(r.Subnets)
		slices.Reverse(r.Hosts)
		slices.Reverse(r.Disks)
		slices.Reverse(r.LoadBalancers)
		slices.Reverse(r.Databases)
		slices.Reverse(r.Caches)
	})
	for _, scope := range allScopes {
		require.Equal(t, before[scope.Kind], entries(t, kinds[scope.Kind], scope, listAll(t, provider, scope)), scope.Kind)
	}
}

// bk-hcm compared slices by a subset test, and missed a removed IP. A run sees at once
// what changed since its last one, whatever tables the runs before have left.
func TestChangesOfJoinedListsAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fake.Region){
		"private IP removed": func(r *fake.Region) { r.Hosts[0].PrivateIPs = []string{"10.0.0.4", "10.0.1.4"} },
		"private IP changed": func(r *fake.Region) { r.Hosts[0].PrivateIPs = []string{"10.0.0.7", "10.0.1.4", "10.0.1.5"} },
		"public IP removed":  func(r *fake.Region) { r.Hosts[0].PublicIPs = nil },
		"public IP changed":  func(r *fake.Region) { r.Hosts[0].PublicIPs = []string{"203.0.113.7"} },
		"status changed":     func(r *fake.Region) { r.Hosts[0].Status = "stopped" },
		"size changed":       func(r *fake.Region) { r.Hosts[0].Type, r.Hosts[0].VCPU = "Standard_D8s_v5", 8 },
		"disk grown": func(r *fake.Region) {
			i := slices.IndexFunc(r.Disks, func(d fake.Disk) bool { return d.ID == "disk-0001" })
			r.Disks[i].SizeGiB = 60
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			provider := open(settings)
			before := entries(t, resource.HostKind, hostScope, listAll(t, provider, hostScope))
			c.Update(func(accounts []*fake.Account) { change(accounts[0].Region(region)) })
			after := entries(t, resource.HostKind, hostScope, listAll(t, provider, hostScope))
			require.NotEqual(t, before["vm-0001"], after["vm-0001"])
			require.Equal(t, before["vm-0002"], after["vm-0002"])
		})
	}
}

// A machine that appears after another region's listing has its interface in no table so
// far: they are loaded anew, once.
func TestTablesAreLoadedAnewForWhatTheyLack(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.PageSize = 1
	provider := open(settings)
	listAll(t, provider, hostScope)
	listAll(t, provider, diskScope)
	before := calls(c)
	c.Update(func(accounts []*fake.Account) {
		r := accounts[0].Region("westeurope")
		r.Hosts = append(r.Hosts, fake.Host{
			ID: "vm-0003", Name: "late", Status: "running", Type: "Standard_New", VCPU: 16, MemoryMiB: 1024,
			PrivateIPs: []string{"10.0.0.6"}, PublicIPs: []string{"203.0.113.6"}, VPC: "vnet-a", Subnet: "front",
		})
	})
	listAll(t, provider, diskScope) // of the next run: lists the machines anew
	rows := listAll(t, provider, scopeOf("resource_host", "westeurope"))
	require.Len(t, rows, 1)
	late := rows[0].(*resource.Host)
	require.Equal(t, "vm-0003", late.NativeID)
	require.Equal(t, []string{"10.0.0.6"}, late.PrivateIPs)
	require.Equal(t, []string{"203.0.113.6"}, late.PublicIPs)
	require.Equal(t, "running", late.Status)
	require.EqualValues(t, 16, late.VCPU)
	after := calls(c)
	require.Equal(t, before["size_list"]+1, after["size_list"])
	require.Equal(t, before["nic_list"]+4, after["nic_list"], "the four interfaces, one a page, once")
	require.Equal(t, before["vm_list"]+3, after["vm_list"], "the three machines, one a page, once")
}

// An empty list says nothing of a machine.
func TestAnEmptyListThatMachinesAreIn(t *testing.T) {
	t.Parallel()
	for action, what := range map[string]string{"vm_status_list": "power state", "nic_list": "network interface", "vnet_list": "virtual network", "publicip_list": "public IP"} {
		c, settings := setup(t)
		c.Record(action, []byte(`{"value":[]}`))
		_, err := open(settings).List(t.Context(), hostScope, "")
		require.ErrorContains(t, err, what)
		require.ErrorContains(t, err, action)
		requireClass(t, cloud.Incomplete, err)
	}
}

// What a machine refers to and its list lacks, loaded anew, would be half a row, in each
// run: the machine is refused with the reason, and stops no other.
func TestAMachineThatALaterListLacks(t *testing.T) {
	t.Parallel()
	const machine2 = "/subscriptions/" + subscription + "/resourceGroups/rg-vm-0002/providers/Microsoft.Compute/virtualMachines/db"
	const nic2 = "/subscriptions/" + subscription + "/resourceGroups/rg-vm-0002/providers/Microsoft.Network/networkInterfaces/nic-0"
	const nothingOfIt = `{"value":[{"id":"/subscriptions/` + subscription + `/x/other"}]}`
	for action, test := range map[string]struct{ body, says string }{
		"vm_status_list": {`{"value":[{"id":"` + machine2 + `","properties":{"instanceView":{"statuses":[{"code":"PowerState/running"}]}}}]}`, "no list has its power state web"},
		"nic_list":       {`{"value":[{"id":"` + nic2 + `"}]}`, "no list has its network interface nic-"},
		"publicip_list":  {nothingOfIt, "no list has its public IP ip-0"},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Record(action, []byte(test.body))
			provider := open(settings)
			var rows []resource.Row
			var problems []cloud.Problem
			for cursor := ""; ; {
				page, err := provider.List(t.Context(), hostScope, cursor)
				require.NoError(t, err)
				rows, problems = append(rows, page.Rows...), append(problems, page.Problems...)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			require.Len(t, rows, 1)
			require.Equal(t, "db", rows[0].(*resource.Host).Name)
			require.Len(t, problems, 1)
			require.Equal(t, "vm-0001", problems[0].NativeID)
			require.Contains(t, problems[0].Text, test.says)
		})
	}
}

// A subnet that the list of networks lacks is looked for in its network. A machine keeps its
// security groups while the list is late, and its stored row where nobody finds the subnet.
func TestAMachineInASubnetThatNoListHas(t *testing.T) {
	t.Parallel()
	const other = `{"value":[{"id":"/SUBSCRIPTIONS/` + subscription + `/x/other","location":"eastus","properties":{"subnets":[{"id":"/y"}]}}]}`
	network := `{"value":[{"id":"` + under(vnetA) + `","location":"eastus","properties":{"subnets":[{"id":"` + under(vnetA) + `/subnets/new"}]}}]}`
	ofBoth, ofInterface := []string{under(groups + "front-nsg"), under(groups + "web-nsg")}, []string{under(groups + "web-nsg")}
	for name, test := range map[string]struct {
		list   string
		answer *fake.Fault // to who asks for the network
		groups []string    // nil: the machines are refused
	}{
		"a list without the network":      {other, nil, ofBoth},
		"a list without the subnet":       {network, nil, ofBoth},
		"a network that is not seen":      {other, &fake.Fault{Verdict: fake.Denied}, ofInterface},
		"a network that is not found":     {other, &fake.Fault{Status: 404, Body: armBody("ResourceNotFound")}, nil},
		"a network without the subnet":    {other, &fake.Fault{Status: 200, Body: `{"properties":{"subnets":[{"id":"/y"}]}}`}, nil},
		"a network that makes no sense":   {other, &fake.Fault{Status: 200, Body: `{"properties":{"subnets":7}}`}, nil},
		"an answer that makes no sense":   {other, &fake.Fault{Status: 200, Body: `{"properties":`}, nil},
		"a question that makes no sense":  {other, &fake.Fault{Status: 400, Body: armBody("InvalidResourceName")}, nil},
		"a subnet of another of the name": {strings.ReplaceAll(network, "vnet-a", "vnet-b"), nil, ofBoth},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			c.Record("vnet_list", []byte(test.list))
			if test.answer != nil {
				test.answer.Action = "vnet_get"
				c.Break(*test.answer)
			}
			provider := open(settings)
			for range 2 { // runs
				var rows []*resource.Host
				var problems []string
				for cursor := ""; ; {
					page, err := provider.List(t.Context(), hostScope, cursor)
					require.NoError(t, err)
					for _, row := range page.Rows {
						rows = append(rows, row.(*resource.Host))
					}
					for _, problem := range page.Problems {
						problems = append(problems, problem.Text)
					}
					if cursor = page.Next; cursor == "" {
						break
					}
				}
				if test.groups == nil {
					require.Empty(t, rows)
					require.Equal(t, []string{
						`virtual machine "vm-0001": no list has its virtual network's subnet front`,
						`virtual machine "vm-0002": no list has its virtual network's subnet back`,
					}, problems)
					continue
				}
				require.Empty(t, problems)
				require.Len(t, rows, 2)
				require.Equal(t, test.groups, rows[0].SecurityGroupIDs)
				require.Equal(t, []string{under(vnetA), under(vnetA + "/subnets/front")}, []string{rows[0].VPCID, rows[0].SubnetID})
				require.Empty(t, rows[1].SecurityGroupIDs)
			}
			require.Equal(t, 2, calls(c)["vnet_get"], "one for all machines of a page")
		})
	}
	for verdict, class := range map[fake.Verdict]cloud.Class{fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable, fake.InvalidCredential: cloud.InvalidCredential} {
		c, settings := setup(t)
		c.Record("vnet_list", []byte(other))
		c.Break(fake.Fault{Action: "vnet_get", Verdict: verdict})
		_, err := open(settings).List(t.Context(), hostScope, "")
		requireClass(t, class, err)
	}
}

// A subnet of another subscription is in no list of this one.
func TestAMachineInASubnetOfAnotherSubscription(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	var interfaces []string
	for _, id := range []string{"rg-vm-0001/providers/microsoft.network/networkinterfaces/nic-0", "rg-vm-0001/providers/microsoft.network/networkinterfaces/nic-1",
		"rg-vm-0001/providers/microsoft.network/networkinterfaces/nic-2", "rg-vm-0002/providers/microsoft.network/networkinterfaces/nic-0"} {
		interfaces = append(interfaces, `{"id":"`+under(id)+`","properties":{"networkSecurityGroup":{"id":"/G"},"ipConfigurations":[{"properties":{"subnet":{"id":"/subscriptions/other/VNET/subnets/S"}}}]}}`)
	}
	c.Record("nic_list", []byte(`{"value":[`+strings.Join(interfaces, ",")+`]}`))
	for _, row := range listAll(t, open(settings), hostScope) {
		host := row.(*resource.Host)
		require.Equal(t, []string{"/g"}, host.SecurityGroupIDs)
		require.Equal(t, "/subscriptions/other/vnet/subnets/s", host.SubnetID)
		require.Equal(t, "/subscriptions/other/vnet", host.VPCID)
	}
	require.Zero(t, calls(c)["vnet_list"]+calls(c)["vnet_get"])
}

// A machine that is made while disks are listed would leave its disk attached to nothing.
func TestDisksAreListedBeforeTheirMachines(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	_, err := provider.Regions(t.Context())
	require.NoError(t, err)
	listAll(t, provider, diskScope)
	var lists []string
	for _, request := range c.Requests() {
		if request.Action == "vm_list" || request.Action == "disk_list" {
			lists = append(lists, request.Action)
		}
	}
	require.Equal(t, []string{"disk_list", "vm_list"}, lists)
}

// A list of machines that was loaded for hosts while disks were listed does not cover a
// machine that was made meanwhile.
func TestMachinesThatWereListedAmidTheDisksAreListedAnew(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	c.Add(account())
	inner := azurefake.New(c)
	var provider cloud.Provider
	var once sync.Once
	var amid error
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/disks") {
			once.Do(func() {
				_, amid = provider.List(r.Context(), scopeOf("resource_host", "westeurope"), "") // none, so they need no disks
				c.Update(many(1))
			})
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	provider = open(settingsFor(server.URL))
	rows := listAll(t, provider, diskScope)
	require.NoError(t, amid)
	require.Len(t, rows, 1)
	require.Equal(t, "vm-000000", rows[0].(*resource.Disk).HostNativeID)
}

func TestUserDataIsNeverInARow(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	provider := open(settings)
	for _, scope := range allScopes {
		for _, row := range listAll(t, provider, scope) {
			require.NotContains(t, fmt.Sprintf("%+v", row), azurefake.Secret)
		}
	}
}

// A machine of a size that is not offered any more has no known cores; asking again at
// each page would tell nothing new.
func TestASizeThatIsNotOfferedIsAskedForOnceMore(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Record("size_list", []byte(`{"value":[{"name":"other","numberOfCores":1,"memoryInMB":1}]}`))
	provider := open(settings)
	for range 3 {
		rows := listAll(t, provider, hostScope)
		require.Zero(t, rows[0].(*resource.Host).VCPU)
	}
	require.LessOrEqual(t, calls(c)["size_list"], 2)
}

// The engine whose resource provider is not registered has no servers; the other has.
func TestDatabasesOfASubscriptionWithoutOneEngine(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Break(fake.Fault{Action: "mysql_list", Status: 409, Body: `{"error":{"code":"MissingSubscriptionRegistration","message":"The subscription is not registered to use namespace 'Microsoft.DBforMySQL'."}}`})
	rows := listAll(t, open(settings), databaseScope)
	require.Len(t, rows, 1)
	require.Equal(t, "events", rows[0].(*resource.Database).Name)
}

// Both products are of one resource provider; a subscription that has not registered it has
// no caches.
func TestCachesOfASubscriptionWithoutTheirProvider(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	body := `{"error":{"code":"MissingSubscriptionRegistration","message":"The subscription is not registered to use namespace 'Microsoft.Cache'."}}`
	c.Break(fake.Fault{Action: "redis_list", Status: 409, Body: body})
	require.Len(t, listAll(t, open(settings), cacheScope), 1)
	c.Break(fake.Fault{Action: "redisenterprise_list", Status: 409, Body: body})
	require.Empty(t, listAll(t, open(settings), cacheScope))
}

// Clusters and storage are products of their own, which a subscription need not have.
func TestKindsOfASubscriptionWithoutTheirProvider(t *testing.T) {
	t.Parallel()
	for action, scope := range map[string]resource.Scope{"aks_list": clusterScope, "storage_list": bucketScope} {
		c, settings := setup(t)
		c.Break(fake.Fault{Action: action, Status: 409, Body: armBody("MissingSubscriptionRegistration")})
		require.Empty(t, listAll(t, open(settings), scope))
	}
}

// Of a list in each kind, one resource has an odd number, one an odd time, one null where
// there should be a list, one a text where there should be a number or an object.
func TestOneOddResourceCostsOneRow(t *testing.T) {
	t.Parallel()
	for scope, test := range map[resource.Scope]struct {
		action, fine string
		odd          map[string]string // fields that make no sense, by what is said of them
		fields       []string          // that are as good as absent
	}{
		hostScope: {
			action: "vm_list", fine: `"priority":"Spot"`,
			odd: map[string]string{
				`"hardwareProfile":{"vmSizeProperties":{"vCPUsAvailable":-2}}`: `vCPUsAvailable makes no sense: "-2"`,
				`"timeCreated":"yesterday"`:                                    `timeCreated makes no sense: "yesterday"`,
				`"storageProfile":{"osDisk":{"diskSizeGB":"big"}}`:             `diskSizeGB makes no sense: "big"`,
				`"networkProfile":"none"`:                                      `properties.networkProfile makes no sense: "\"none\""`,
			},
			fields: []string{`"networkProfile":{"networkInterfaces":null}`, `"storageProfile":{"dataDisks":[null]}`, `"timeCreated":null`},
		},
		diskScope: {
			action: "disk_list", fine: `"diskSizeGB":64`,
			odd: map[string]string{
				`"diskSizeGB":0.5`:               `diskSizeGB makes no sense: "0.5"`,
				`"timeCreated":"2024-13-01"`:     `timeCreated makes no sense: "2024-13-01"`,
				`"diskSizeGB":"big"`:             `diskSizeGB makes no sense: "big"`,
				`"diskState":["Attached"]`:       `properties.diskState makes no sense: "[\"Attached\"]"`,
				`"diskSizeGB":1},"zones":{"1":1`: `zones makes no sense: "{\"1\":1}"`,
			},
			fields: []string{`"diskSizeGB":null},"zones":null,"x":{"y":1`, `"osType":null},"managedByExtended":null,"x":{"y":1`},
		},
		balancerScope: {
			action: "lb_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"frontendIPConfigurations":"none"`: `properties.frontendIPConfigurations makes no sense: "\"none\""`,
				`"provisioningState":["Succeeded"]`: `properties.provisioningState makes no sense: "[\"Succeeded\"]"`,
			},
			fields: []string{`"frontendIPConfigurations":null`, `"frontendIPConfigurations":[null,{"zones":null}]`},
		},
		databaseScope: {
			action: "mysql_list", fine: `"state":"Ready"`,
			odd: map[string]string{
				`"storage":{"storageSizeGB":-1}`:               `storageSizeGB makes no sense: "-1"`,
				`"state":"Ready"},"systemData":{"createdAt":1`: `createdAt makes no sense: "1"`,
				`"storage":{"storageSizeGB":"big"}`:            `storageSizeGB makes no sense: "big"`,
				`"storage":"big"`:                              `properties.storage makes no sense: "\"big\""`,
			},
			fields: []string{`"storage":null`, `"network":[]},"tags":null,"x":{"y":1`},
		},
		cacheScope: {
			action: "redis_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"shardCount":-1`:                              `shardCount makes no sense: "-1"`,
				`"replicasPerPrimary":0.5`:                     `replicasPerPrimary makes no sense: "0.5"`,
				`"sslPort":65536`:                              `sslPort makes no sense: "65536"`,
				`"sku":"Premium"`:                              `properties.sku makes no sense: "\"Premium\""`,
				`"hostName":["a"]`:                             `properties.hostName makes no sense: "[\"a\"]"`,
				`"redisVersion":"6.0"},"zones":"1","x":{"y":1`: `zones makes no sense: "\"1\""`,
			},
			fields: []string{
				`"shardCount":null,"sku":null,"subnetId":""`, `"sslPort":"","redisConfiguration":7,"accessKeys":[1]`,
				`"redisVersion":null},"zones":null,"tags":null,"sku":null,"x":{"y":1`,
			},
		},
		clusterScope: {
			action: "aks_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"powerState":"Running"`:      `properties.powerState makes no sense: "\"Running\""`,
				`"agentPoolProfiles":{"a":1}`: `properties.agentPoolProfiles makes no sense: "{\"a\":1}"`,
				`"fqdn":["a"]`:                `properties.fqdn makes no sense: "[\"a\"]"`,
				`"fqdn":"a"},"systemData":{"createdAt":"soon"},"x":{"y":1`: `createdAt makes no sense: "soon"`,
				`"agentPoolProfiles":[{"vnetSubnetID":[1]}]`:               `properties.agentPoolProfiles[0].vnetSubnetID makes no sense: "[1]"`,
			},
			fields: []string{
				`"powerState":null,"agentPoolProfiles":null`, `"agentPoolProfiles":[null,{}],"servicePrincipalProfile":7,"windowsProfile":[1]`,
				`"fqdn":null},"sku":null,"systemData":null,"x":{"y":1`,
			},
		},
		bucketScope: {
			action: "storage_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"creationTime":"2024-13-01"`:                         `creationTime makes no sense: "2024-13-01"`,
				`"primaryEndpoints":"https://a"`:                      `properties.primaryEndpoints makes no sense: "\"https://a\""`,
				`"accessTier":{"a":1}`:                                `properties.accessTier makes no sense: "{\"a\":1}"`,
				`"accessTier":"Hot"},"kind":["StorageV2"],"x":{"y":1`: `kind makes no sense: "[\"StorageV2\"]"`,
			},
			fields: []string{`"creationTime":null,"primaryEndpoints":null`, `"accessTier":null,"keyCreationTime":7,"encryption":"none"`, `"primaryEndpoints":""},"tags":null,"x":{"y":1`},
		},
		snapshotScope: {
			action: "snapshot_list", fine: `"diskSizeGB":64`,
			odd: map[string]string{
				`"diskSizeGB":-1`:           `diskSizeGB makes no sense: "-1"`,
				`"timeCreated":"yesterday"`: `timeCreated makes no sense: "yesterday"`,
				`"incremental":"some"`:      `properties.incremental makes no sense: "\"some\""`,
				`"creationData":"none"`:     `properties.creationData makes no sense: "\"none\""`,
			},
			fields: []string{`"incremental":null,"creationData":null`, `"incremental":"True","diskSizeGB":"","completionPercent":"most"`},
		},
		imageScope: {
			action: "image_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"storageProfile":"none"`:                             `properties.storageProfile makes no sense: "\"none\""`,
				`"storageProfile":{"osDisk":{"diskSizeGB":"big"}}`:    `diskSizeGB makes no sense: "big"`,
				`"storageProfile":{"dataDisks":[{"diskSizeGB":0.5}]}`: `diskSizeGB makes no sense: "0.5"`,
				`"storageProfile":{"dataDisks":[{"diskSizeGB":[]}]}`:  `properties.storageProfile.dataDisks[0].diskSizeGB makes no sense: "[]"`,
			},
			fields: []string{`"storageProfile":null`, `"storageProfile":{"osDisk":null,"dataDisks":null}`, `"storageProfile":{"osDisk":{"blobUri":[1]}}},"systemData":{},"x":{"y":1`},
		},
		addressScope: {
			action: "publicip_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"ipAddress":["203.0.113.1"]`:            `properties.ipAddress makes no sense: "[\"203.0.113.1\"]"`,
				`"ipConfiguration":"none"`:               `properties.ipConfiguration makes no sense: "\"none\""`,
				`"natGateway":[{"id":"/n"}]`:             `properties.natGateway makes no sense: "[{\"id\":\"/n\"}]"`,
				`"ipAddress":""},"zones":"1","x":{"y":1`: `zones makes no sense: "\"1\""`,
			},
			fields: []string{`"ipAddress":null,"ipConfiguration":null`, `"ipAddress":"","ipConfiguration":{"id":null}`},
		},
		natScope: {
			action: "nat_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"subnets":"none"`:                 `properties.subnets makes no sense: "\"none\""`,
				`"publicIpAddresses":["/p"]`:       `properties.publicIpAddresses[0] makes no sense: "\"/p\""`,
				`"subnets":[]},"sku":7,"x":{"y":1`: `sku makes no sense: "7"`,
			},
			fields: []string{`"subnets":null,"publicIpAddresses":null`, `"subnets":[null,{"id":null}],"publicIpAddresses":[{}]`},
		},
		groupScope: {
			action: "nsg_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"securityRules":"none"`:                                  `properties.securityRules makes no sense: "\"none\""`,
				`"securityRules":[{"properties":{}}]`:                     `direction makes no sense: ""`,
				`"securityRules":[{"properties":{"priority":{"a":"b"}}}]`: `properties.securityRules[0].properties.priority makes no sense: "{\"a\":\"b\"}"`,
				`"provisioningState":["Succeeded"]`:                       `properties.provisioningState makes no sense: "[\"Succeeded\"]"`,
			},
			fields: []string{`"securityRules":null`, `"securityRules":[null]`, `"securityRules":"","defaultSecurityRules":"none","subnets":7`},
		},
		vpcScope: {
			action: "vnet_list", fine: `"provisioningState":"Succeeded"`,
			odd: map[string]string{
				`"addressSpace":"all"`:                     `properties.addressSpace makes no sense: "\"all\""`,
				`"addressSpace":{"addressPrefixes":"all"}`: `properties.addressSpace.addressPrefixes makes no sense: "\"all\""`,
				`"subnets":[]},"tags":[1],"x":{"y":1`:      `tags makes no sense: "[1]"`,
			},
			fields: []string{`"addressSpace":null,"subnets":"none"`, `"addressSpace":{"addressPrefixes":null}`, `"subnets":[{"id":[]}]},"zones":null,"kind":null,"x":{"y":1`},
		},
	} {
		t.Run(scope.Kind, func(t *testing.T) {
			t.Parallel()
			c, settings := setup(t)
			var all []string
			add := func(fields string) string {
				id := fmt.Sprintf("/odd/%02d", len(all))
				all = append(all, fmt.Sprintf(`{"id":%q,"location":"eastus","properties":{"vmId":%q,"uniqueId":%q,"resourceGuid":%q,"resourceUID":%q,%s}}`, id, id, id, id, id, fields))
				return id
			}
			fine := []string{add(test.fine)}
			var problems []string
			for fields, says := range test.odd {
				problems = append(problems, fmt.Sprintf("%q: %s", add(fields), says))
			}
			for _, fields := range test.fields {
				fine = append(fine, add(fields))
			}
			body := []byte(`{"value":[` + strings.Join(all, ",") + `]}`)
			c.Record("vm_status_list", body)
			c.Record("postgres_list", []byte(`{"value":[]}`))
			c.Record("redisenterprise_list", []byte(`{"value":[]}`))
			c.Record(test.action, body)
			page, err := open(settings).List(t.Context(), scope, "")
			require.NoError(t, err)
			var rows, told []string
			for _, row := range page.Rows {
				rows = append(rows, row.RowMeta().NativeID)
			}
			for _, problem := range page.Problems {
				told = append(told, problem.Text[strings.Index(problem.Text, `"`):])
				require.NotEmpty(t, problem.NativeID)
			}
			require.Equal(t, fine, rows)
			require.Equal(t, problems, told)
		})
	}
}

// A page whose resources are each odd in another way: what can be read is, and what makes
// no sense costs its own row.
func TestOneOddValueCostsOneRow(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	one := func(id, fields string) string {
		return `{"id":"/` + id + `","location":"East US","properties":{"uniqueId":"` + id + `",` + fields + `}}`
	}
	c.Record("disk_list", []byte(`{"value":[`+strings.Join([]string{
		one("d-1", `"diskSizeGB":"64","timeCreated":"2024-04-14 22:32:00Z"`),
		one("d-2", `"diskSizeGB":64.0,"timeCreated":"2024-04-14T22:32:00"`),
		one("d-3", `"timeCreated":"0001-01-01T08:00:00+08:00"`),
		one("d-4", `"timeCreated":""`),
		one("d-5", `"diskSizeGB":0.5`),
		one("d-6", `"timeCreated":"soon"`),
		one("d-7", `"diskState":["Attached"]`),
		one("d-8", `"diskSizeGB":"big"`),
	}, ",")+`]}`))
	page, err := open(settings).List(t.Context(), diskScope, "")
	require.NoError(t, err)
	disk := func(id string, gib int64, at time.Time) resource.Row {
		return &resource.Disk{Meta: resource.Meta{NativeID: id}, Role: "data", SizeGiB: gib, CloudCreatedAt: at}
	}
	require.Equal(t, []resource.Row{disk("d-1", 64, created), disk("d-2", 64, created), disk("d-3", 0, time.Time{}), disk("d-4", 0, time.Time{})}, page.Rows)
	require.Equal(t, []cloud.Problem{
		{NativeID: "d-5", Text: `disk "d-5": diskSizeGB makes no sense: "0.5"`},
		{NativeID: "d-6", Text: `disk "d-6": timeCreated makes no sense: "soon"`},
		{NativeID: "d-7", Text: `disk "d-7": properties.diskState makes no sense: "[\"Attached\"]"`},
		{NativeID: "d-8", Text: `disk "d-8": diskSizeGB makes no sense: "big"`},
	}, page.Problems)
}

// A time in another form once made the lists of databases of all regions fail.
func TestTimesOfDatabases(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	server := func(id, createdAt string) string {
		return `{"id":"/` + id + `","location":"eastus","systemData":{"createdAt":` + createdAt + `}}`
	}
	c.Record("mysql_list", []byte(`{"value":[`+strings.Join([]string{
		server("a", `"2024-04-14T22:32:00"`), server("b", `"2024-04-14T22:32:00.0000000Z"`), server("c", `"2024-04-14 22:32"`),
		server("d", `null`), server("e", `""`), server("f", `"0001-01-01T00:00:00+00:00"`),
	}, ",")+`]}`))
	c.Record("postgres_list", []byte(`{"value":[]}`))
	page, err := open(settings).List(t.Context(), databaseScope, "")
	require.NoError(t, err)
	require.Empty(t, page.Problems)
	var times []time.Time
	for _, row := range page.Rows {
		times = append(times, row.(*resource.Database).CloudCreatedAt)
	}
	require.Equal(t, []time.Time{created, created, created, {}, {}, {}}, times)
}

// Two interfaces of a machine may have one address, in two networks.
func TestAddressesOfAMachineAreThereOnce(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(func(accounts []*fake.Account) {
		accounts[0].Regions[0].Hosts[0].PrivateIPs = []string{"10.0.0.4", "10.0.0.4", "2001:DB8::4", "10.0.0.4"}
	})
	page, err := open(settings).List(t.Context(), hostScope, "")
	require.NoError(t, err)
	require.Equal(t, []string{"10.0.0.4", "2001:db8::4"}, page.Rows[0].(*resource.Host).PrivateIPs)
}
