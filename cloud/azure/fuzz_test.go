package azure_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// fuzz gives any bytes for the answers to one of the actions of a kind: they make rows,
// which can be sealed or are refused with a reason, or an error that says so, and never
// both.
func fuzz(f *testing.F, scope resource.Scope, actions []string, seeds ...string) {
	fuzzAt(f, scope, "", actions, seeds...)
}

// fuzzAt is fuzz for the page at a cursor.
func fuzzAt(f *testing.F, scope resource.Scope, cursor string, actions []string, seeds ...string) {
	for action := range actions {
		for _, seed := range append(seeds, `{"value":[]}`, `{}`, `null`, `[]`, `{"value":[null]}`, `{"value":[{}]}`, `{"value":[{"properties":null}]}`, `{"value":[],"nextLink":"x"}`) {
			f.Add(uint8(action), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, action uint8, body []byte) {
		c := &fake.Cloud{}
		c.Add(account())
		c.Update(withSQL)
		c.Update(withSet)
		c.Record(actions[int(action)%len(actions)], body)
		server := httptest.NewServer(azurefake.New(c))
		defer server.Close()
		page, err := open(settingsFor(server.URL)).List(t.Context(), scope, cursor)
		if err != nil {
			require.Contains(t, []cloud.Class{cloud.BadAnswer, cloud.Incomplete}, cloud.ClassOf(err), err.Error())
			require.Empty(t, page)
			return
		}
		for _, row := range page.Rows {
			if kinds[scope.Kind].Seal(row, scope, 1) == nil {
				require.NotEmpty(t, row.RowMeta().NativeID)
			}
		}
	})
}

func FuzzHosts(f *testing.F) {
	fuzz(f, hostScope, []string{"vm_list", "vm_status_list", "nic_list", "publicip_list", "vnet_list", "disk_list", "size_list"},
		`{"value":[{"id":"/a","name":"a","zones":["1",null],"tags":{"k":null},"properties":{"vmId":"v","hardwareProfile":{"vmSize":"s","vmSizeProperties":{"vCPUsAvailable":1}},
			"storageProfile":{"imageReference":{"id":"/i"},"osDisk":{"osType":"Linux","name":"o","managedDisk":{"id":"/d"}},"dataDisks":[null,{"lun":1,"vhd":{}}]},
			"networkProfile":{"networkInterfaces":[null,{"id":"/n","properties":{"primary":true}}]},"timeCreated":"2024-04-14T22:32:00Z","priority":"Spot"}}]}`,
		`{"value":[{"id":"/a","properties":{"instanceView":{"statuses":[null,{"code":"PowerState/running"}]}}}]}`,
		`{"value":[{"id":"/n","properties":{"ipConfigurations":[null,{"properties":{"privateIPAddress":"10.0.0.1","publicIPAddress":{"id":"/p"},"subnet":{"id":"/s/subnets/x"},"primary":true}}]}}]}`,
		`{"value":[{"id":"/p","properties":{"ipAddress":"203.0.113.1"}}]}`,
		`{"value":[{"name":"s","numberOfCores":2147483647,"memoryInMB":2147483647}]}`)
}

func FuzzScaleSets(f *testing.F) {
	fuzz(f, hostScope, []string{"vmss_list", "vmss_vm_list", "vmss_nic_list", "vmss_publicip_list"},
		`{"value":[{"id":"/subscriptions/`+subscription+`/x/virtualMachineScaleSets/s","properties":{"orchestrationMode":null}}]}`,
		`{"value":[{"id":"/x/virtualMachineScaleSets/s/virtualMachines/0","location":"eastus","sku":{"name":"s"},"properties":{"vmId":"v","instanceView":{"statuses":[null,{"code":"PowerState/running"}]}}}]}`)
}

func FuzzSQLDatabases(f *testing.F) {
	fuzzAt(f, databaseScope, "1+0+", []string{"sqldatabase_list", "sqlserver_list"},
		`{"value":[{"id":"/x/servers/s/databases/d","location":"East US","sku":{"family":"Gen5","capacity":2},"properties":{"databaseId":"D","maxSizeBytes":4398046511104,"creationDate":"2024-04-14T22:32:00Z"}}]}`,
		`{"value":[{"id":"/subscriptions/`+subscription+`/x/servers/s","properties":{"fullyQualifiedDomainName":5}}]}`)
}

func FuzzManagedInstances(f *testing.F) {
	fuzzAt(f, databaseScope, "2+0+", []string{"sqlmi_list"},
		`{"value":[{"id":"/x/managedInstances/m","location":"East US","sku":{"name":"GP_Gen5"},"properties":{"vCores":8,"storageSizeInGB":-1,"subnetId":"/s/subnets/x"}}]}`)
}

func FuzzDisks(f *testing.F) {
	fuzz(f, diskScope, []string{"disk_list", "vm_list"},
		`{"value":[{"id":"/d","name":"d","location":"eastus","managedBy":"/a","managedByExtended":[null,"/b"],"sku":{"name":"Premium_LRS"},"zones":["1"],"tags":{"k":"v"},
			"properties":{"uniqueId":"u","diskState":"Attached","diskSizeGB":30,"osType":"Linux","timeCreated":"2024-04-14T22:32:00.1234567+00:00"}}]}`)
}

func FuzzLoadBalancers(f *testing.F) {
	fuzz(f, balancerScope, []string{"lb_list", "publicip_list", "appgw_list"},
		`{"value":[{"id":"/g","name":"g","location":"eastus","zones":["1",null],"properties":{"resourceGuid":"g","sku":{"name":"WAF_v2"},"operationalState":"Running",
			"gatewayIPConfigurations":[null,{"properties":{"subnet":{"id":"/s/subnets/x"}}}],"frontendPorts":[null,{"id":"/p","properties":{"port":443}}],
			"httpListeners":[null,{"properties":{"protocol":"Https","frontendPort":{"id":"/P"}}}],"listeners":[{"properties":null}]}}]}`,
		`{"value":[{"id":"/l","location":"eastus","properties":{"resourceGuid":"g","loadBalancingRules":[null,{"properties":{"protocol":"All","frontendPort":0}}],
			"inboundNatRules":[{"properties":{"protocol":"Tcp","frontendPort":0,"frontendPortRangeStart":500,"frontendPortRangeEnd":1000}}]}}]}`,
		`{"value":[{"id":"/l","name":"l","location":"eastus","sku":{"name":"Standard"},"properties":{"resourceGuid":"g","provisioningState":"Succeeded","frontendIPConfigurations":[null,
			{"zones":["1",null],"properties":{"privateIPAddress":"10.0.0.1","subnet":{"id":"/s/subnets/x"}}},{"properties":{"publicIPAddress":{"id":"/subscriptions/other/p"}}}]}}]}`)
}

func FuzzVPCs(f *testing.F) { fuzz(f, vpcScope, []string{"vnet_list"}, fuzzedNetworks) }

func FuzzSubnets(f *testing.F) { fuzz(f, subnetScope, []string{"vnet_list"}, fuzzedNetworks) }

const fuzzedNetworks = `{"value":[{"id":"/n","name":"n","location":"East US","tags":{"k":null},"properties":{"provisioningState":"Succeeded","addressSpace":{"addressPrefixes":["10.0.0.0/8",null]},
	"subnets":[null,{"id":"/n/subnets/s","name":"s","properties":{"addressPrefix":"10.0.0.0/24"}},{"id":"/n/subnets/t","properties":{"addressPrefixes":["10.1.0.0/24",null]}},7]}},
	{"id":["/m"],"location":"eastus","properties":"none"},{"id":"/o","location":"eastus","properties":{"subnets":{"a":1}}}]}`

func FuzzSecurityGroups(f *testing.F) {
	fuzz(f, groupScope, []string{"nsg_list"},
		`{"value":[{"id":"/g","name":"g","location":"East US","properties":{"provisioningState":"Succeeded","defaultSecurityRules":7,"securityRules":[null,{"properties":{"direction":"Inbound","access":"Deny",
			"priority":100,"protocol":"*","sourceAddressPrefixes":["10.0.0.0/33",null,"::ffff:1.2.3.4"],"sourceApplicationSecurityGroups":[{"id":"/a"}],"sourcePortRange":"-1/-1","destinationPortRanges":["443","x-y-z",null],
			"destinationAddressPrefix":"Inter net"}}]}}]}`)
}

func FuzzPublicIPs(f *testing.F) {
	fuzz(f, addressScope, []string{"publicip_list"},
		`{"value":[{"id":"/p","name":"p","location":"East US","zones":["1",null],"properties":{"resourceGuid":"G","ipAddress":"203.0.113.1","ipConfiguration":{"id":"/x/providers/a/b/c/d"},"natGateway":{"id":"/providers/"}}}]}`)
}

func FuzzNATGateways(f *testing.F) {
	fuzz(f, natScope, []string{"nat_list", "publicip_list"},
		`{"value":[{"id":"/n","name":"n","location":"East US","sku":{"name":"Standard"},"properties":{"resourceGuid":"G","publicIpAddresses":[null,{"id":"/subscriptions/`+subscription+`/p"}],
			"publicIpAddressesV6":[{"id":"/subscriptions/other/p"}],"subnets":[{"id":"/v/subnets/a"}],"sourceVirtualNetwork":{"id":"/v"}}}]}`,
		`{"value":[{"id":"/subscriptions/`+subscription+`/p","properties":{"ipAddress":"203.0.113.1"}}]}`)
}

func FuzzClusters(f *testing.F) {
	fuzz(f, clusterScope, []string{"aks_list"},
		`{"value":[{"id":"/c","name":"c","location":"East US","sku":{"name":"Base","tier":"Free"},"systemData":{"createdAt":"2024-04-14T22:32:00Z"},"properties":{"resourceUID":"U","powerState":{"code":"Running"},
			"currentKubernetesVersion":"1.31.5","fqdn":"c","agentPoolProfiles":[null,{"vnetSubnetID":"/v/subnets/a"}],"servicePrincipalProfile":{"secret":"s"}}}]}`)
}

func FuzzBuckets(f *testing.F) {
	fuzz(f, bucketScope, []string{"storage_list"},
		`{"value":[{"id":"/a","name":"a","kind":"StorageV2","location":"East US","sku":{"name":"Standard_LRS"},"properties":{"accessTier":"Hot","creationTime":"2024-04-14T22:32:00.1234567Z",
			"primaryEndpoints":{"blob":"https://a.blob.core.windows.net/"}}}]}`)
}

func FuzzSnapshots(f *testing.F) {
	fuzz(f, snapshotScope, []string{"snapshot_list"},
		`{"value":[{"id":"/s","name":"s","location":"East US","properties":{"uniqueId":"U","diskState":"Unattached","diskSizeGB":30,"incremental":true,"timeCreated":"2024-04-14T22:32:00+00:00",
			"creationData":{"sourceResourceId":"/x/providers/a/disks/d","sourceUniqueId":"D"}}}]}`)
}

func FuzzImages(f *testing.F) {
	fuzz(f, imageScope, []string{"image_list"},
		`{"value":[{"id":"/i","name":"i","location":"East US","properties":{"storageProfile":{"osDisk":{"osType":"Linux","diskSizeGB":30},"dataDisks":[null,{"diskSizeGB":1099511627776}]}}}]}`)
}

func FuzzCaches(f *testing.F) {
	fuzz(f, cacheScope, []string{"redis_list", "redisenterprise_list"},
		`{"value":[{"id":"/c","name":"c","location":"East US","zones":["1",null],"tags":{"k":"v"},"properties":{"sku":{"name":"Premium","family":"P","capacity":1},"provisioningState":"Succeeded",
			"redisVersion":"6.0","hostName":"c","sslPort":6380,"shardCount":1099511627776,"replicasPerPrimary":1,"subnetId":"/s/subnets/x"}}]}`,
		`{"value":[{"id":"/m","name":"m","location":"West US","sku":{"name":"EnterpriseFlash_F300","capacity":3},"properties":{"hostName":"m","resourceState":"Running","redisVersion":"6"}}],"nextLink":null}`)
}

func FuzzDatabases(f *testing.F) {
	fuzz(f, databaseScope, []string{"mysql_list", "postgres_list", "size_list"},
		`{"value":[{"id":"/m","name":"m","location":"East US","sku":{"name":"s"},"tags":{"k":"v"},"systemData":{"createdAt":"2024-04-14T22:32:00Z"},
			"properties":{"state":"Ready","version":"8.0.21","storage":{"storageSizeGB":20},"network":{"delegatedSubnetResourceId":"/s/subnets/x"}}}]}`)
}
