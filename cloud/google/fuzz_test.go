package google_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/resource"
)

// fuzz gives any bytes for the answers to one of the actions of a kind: they make rows, which
// can be sealed or are refused with a reason, or an error that says so, and never both.
func fuzz(f *testing.F, scope resource.Scope, seeds ...string) {
	of := actions[scope]
	for action := range of {
		for _, seed := range append(seeds, `{}`, `null`, `[]`, `{"items":[null]}`, `{"items":{"zones/a-b1-c":null}}`, `{"nextPageToken":"x"}`, `{"unreachable":[null]}`, `{"warning":{"code":7}}`) {
			f.Add(uint8(action), []byte(seed))
		}
	}
	kind, err := resource.Standard().Kind(scope.Kind)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, action uint8, body []byte) {
		c := &fake.Cloud{}
		c.Add(account())
		c.Record(of[int(action)%len(of)], body)
		server := httptest.NewServer(googlefake.New(c))
		defer server.Close()
		provider := open(settingsFor(server.URL))
		for cursor, n := "", 0; n < 5 && (n == 0 || cursor != ""); n++ {
			page, err := provider.List(t.Context(), scope, cursor)
			if err != nil {
				require.Contains(t, []cloud.Class{cloud.BadAnswer, cloud.Incomplete, cloud.RegionDisabled}, cloud.ClassOf(err), err.Error())
				require.Empty(t, page)
				return
			}
			for _, row := range page.Rows {
				if kind.Seal(row, scope, 1) == nil {
					require.NotEmpty(t, row.RowMeta().NativeID)
				}
			}
			cursor = page.Next
		}
	})
}

func FuzzHosts(f *testing.F) {
	fuzz(f, hostScope, `{"kind":"compute#instanceAggregatedList","items":{"zones/europe-west1-b":{"instances":[{"id":1,"selfLink":"/projects/p/zones/europe-west1-b/instances/n","labels":{"k":null},
		"machineType":"/projects/p/zones/europe-west1-b/machineTypes/custom-999999-999999999","disks":[null,{"diskSizeGb":"10","licenses":["x"],"boot":true}],"scheduling":{"terminationTime":"9999-12-31T00:00:00Z"},
		"networkInterfaces":[null,{"name":"nic0","networkIP":"10.0.0.1","accessConfigs":[null,{"natIP":"203.0.113.1"}]}]}]}}}`,
		`{"kind":"compute#machineTypeList","items":[{"name":"n2-standard-2","guestCpus":2147483647,"memoryMb":2147483647}]}`)
}

func FuzzDisks(f *testing.F) {
	fuzz(f, diskScope, `{"kind":"compute#diskAggregatedList","items":{"regions/europe-west1":{"disks":[{"id":"1","selfLink":"/projects/p/regions/europe-west1/disks/n","replicaZones":[null,"z"],"users":["x"],"sizeGb":"7"}]}}}`)
}

func FuzzLoadBalancers(f *testing.F) {
	fuzz(f, balancerScope, `{"kind":"compute#forwardingRuleAggregatedList","items":{"global":{"forwardingRules":[{"id":"1","selfLink":"/projects/p/global/forwardingRules/n","IPAddress":"::1/96","target":"x"}]}}}`)
}

func FuzzDatabases(f *testing.F) {
	fuzz(f, databaseScope, `{"kind":"sql#instancesList","items":[{"connectionName":"p:r:n","region":"europe-west1","databaseVersion":"MYSQL_8_0","settings":{"tier":"db-custom-1-1","dataDiskSizeGb":"7"}}]}`,
		`{"kind":"sql#tiersList","items":[{"tier":"db-perf-optimized-N-8","RAM":"9223372036854775807"}]}`)
}

func FuzzCaches(f *testing.F) {
	fuzz(f, cacheScope, `{"instances":[{"name":"projects/p/locations/europe-west1/instances/n","memorySizeGb":1099511627776,"port":1}]}`,
		`{"clusters":[{"uid":"u","name":"projects/p/locations/europe-west1/clusters/n","shardCount":"3","preciseSizeGb":1.5}]}`,
		`{"instances":[{"uid":"u","name":"a/instances/n","shardCount":1099511627776,"nodeConfig":{"sizeGb":1.5},"endpoints":[null,{"connections":[null]}]}],"nextPageToken":"1"}`)
}

func FuzzNetworks(f *testing.F) {
	fuzz(f, vpcScope, `{"kind":"compute#networkList","items":[{"id":1,"selfLink":"/projects/p/global/networks/n","IPv4Range":"10.0.0.0/8"}]}`)
}

func FuzzSubnets(f *testing.F) {
	fuzz(f, subnetScope, `{"kind":"compute#subnetworkAggregatedList","items":{"regions/europe-west1":{"subnetworks":[{"selfLink":"/projects/p/regions/europe-west1/subnetworks/n","secondaryIpRanges":[null,{"ipCidrRange":"x"}]}]}}}`)
}

func FuzzFirewalls(f *testing.F) {
	fuzz(f, groupScope, `{"kind":"compute#firewallList","items":[{"id":1,"selfLink":"/projects/p/global/firewalls/n","allowed":[null,{"IPProtocol":"tcp","ports":["1-"]}],"denied":[{}],"sourceRanges":[" "],"targetTags":[null,"x"]}]}`)
}

func FuzzAddresses(f *testing.F) {
	fuzz(f, addressScope, `{"kind":"compute#addressAggregatedList","items":{"regions/europe-west1":{"addresses":[{"id":1,"selfLink":"/projects/p/regions/europe-west1/addresses/n","address":"::1/7","prefixLength":96,"users":["x",null]}]}}}`)
}

func FuzzNATs(f *testing.F) {
	fuzz(f, natScope, `{"kind":"compute#routerAggregatedList","items":{"regions/europe-west1":{"routers":[{"id":1,"selfLink":"/projects/p/regions/europe-west1/routers/n","nats":[null,7,{"name":"n","natIps":[null,"x"]}]}]}}}`)
}

func FuzzSnapshots(f *testing.F) {
	fuzz(f, snapshotScope, `{"kind":"compute#snapshotList","items":[{"id":1,"selfLink":"/projects/p/regions/europe-west1/snapshots/n","diskSizeGb":"7"}],"nextPageToken":"x"}`)
}

func FuzzImages(f *testing.F) {
	fuzz(f, imageScope, `{"kind":"compute#imageList","items":[{"id":1,"selfLink":"/projects/p/global/images/n","deprecated":{"state":7},"licenses":[null,"x"]}]}`)
}

func FuzzClusters(f *testing.F) {
	fuzz(f, gkeScope, `{"clusters":[{"id":"u","location":"europe-west1-b","autopilot":{"enabled":"true"}}],"missingZones":[null,"us-east4-b"]}`)
}

func FuzzBuckets(f *testing.F) {
	fuzz(f, bucketScope, `{"kind":"storage#buckets","items":[{"name":"b","location":"EUROPE-WEST1","timeCreated":"2024-01-01T00:00:00Z"},{"name":"c","location":"US"}]}`)
}

func FuzzCertificates(f *testing.F) {
	fuzz(f, certificateScope, `{"kind":"compute#sslCertificateAggregatedList","items":{"regions/europe-west1":{"sslCertificates":[{"id":1,"selfLink":"/projects/p/regions/europe-west1/sslCertificates/n","managed":{"domains":[null]}}]}}}`,
		`{"certificates":[{"name":"projects/p/locations/europe-west1/certificates/n","managed":{},"sanDnsnames":"x"}],"nextPageToken":"1"}`)
}
