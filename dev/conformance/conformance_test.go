package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// recordings is a folder with one answer of a cloud.
func recordings(t *testing.T, path, body string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(body), 0o600))
	return dir
}

const (
	tencentHost = `{"Response": {"TotalCount": 1, "RequestId": "r", "InstanceSet": [{"InstanceId": "ins-1", "InstanceName": "web", "CPU": 2, "Memory": 4,
		"InstanceType": "S5.MEDIUM4", "InstanceState": "RUNNING", "Placement": {"Zone": "ap-guangzhou-3"},
		"PrivateIpAddresses": ["10.0.0.1", "10.0.0.2"], "LatestOperation": "StartInstances"}]}}`
	printedHost = `{"Reservations": [{"OwnerId": "1", "Instances": [{"InstanceId": "i-1", "ImageId": "ami-1", "InstanceType": "t3.nano",
		"State": {"Code": 16, "Name": "running"}, "Placement": {"AvailabilityZone": "us-east-1a"},
		"CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2}, "Tags": [{"Key": "Name", "Value": "web"}]}]}]}`
	goneHost = `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceType>t3.nano</instanceType>
		<instanceState><code>48</code><name>terminated</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`
)

const (
	printedDatabases = `{"DBInstances": [
		{"DBInstanceIdentifier": "orders", "DbiResourceId": "db-1", "DBInstanceClass": "db.t3.micro", "Engine": "mysql", "DBInstanceStatus": "available",
			"Endpoint": {"Address": "orders.example.com", "Port": 3306}, "AllocatedStorage": 20, "InstanceCreateTime": "2024-01-02T03:04:05.678000+00:00",
			"AvailabilityZone": "us-east-1a", "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [
				{"SubnetIdentifier": "subnet-a", "SubnetAvailabilityZone": {"Name": "us-east-1a"}}, {"SubnetIdentifier": "subnet-b", "SubnetAvailabilityZone": {"Name": "us-east-1b"}}]},
			"TagList": [{"Key": "team", "Value": "shop"}], "ProcessorFeatures": [], "MaxAllocatedStorage": null},
		{"DBInstanceIdentifier": "events", "DbiResourceId": "db-2", "Engine": "postgres", "DBInstanceStatus": "creating"}]}`
	printedBalancers = `{"LoadBalancers": [{"LoadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/b/1", "LoadBalancerName": "b",
		"DNSName": "b.example.com", "Scheme": "internal", "Type": "application", "VpcId": "vpc-1", "State": {"Code": "active"}, "CreatedTime": "2024-01-02T03:04:05Z",
		"AvailabilityZones": [{"ZoneName": "us-east-1a", "SubnetId": "subnet-a"}, {"ZoneName": "us-east-1b", "SubnetId": "subnet-b"}]}]}`
	sentBalancers = `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member>
		<LoadBalancerArn>arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/b/1</LoadBalancerArn><LoadBalancerName>b</LoadBalancerName></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`
	recordedServers = `{"value": [{"id": "/subscriptions/s/resourceGroups/RG/providers/Microsoft.DBforMySQL/flexibleServers/orders", "name": "orders", "location": "East US",
		"type": "Microsoft.DBforMySQL/flexibleServers", "properties": {"state": "Ready", "version": "8.0.21"}}]}`
	recordedCaches = `{"value": [{"id": "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Cache/Redis/sessions", "name": "sessions", "location": "East US",
		"type": "Microsoft.Cache/Redis", "properties": {"provisioningState": "Succeeded", "redisVersion": "6.0"}}]}`
	recordedNetworks = `{"value": [{"id": "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/net", "name": "net", "location": "West US",
		"type": "Microsoft.Network/virtualNetworks", "properties": {"provisioningState": "Succeeded", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
		{"id": "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/net/subnets/a", "name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}},
		{"id": "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/net/subnets/b", "name": "b", "properties": {"addressPrefix": "10.0.1.0/24"}}]}}]}`
	machinesOfTwoLocations = `{"value": [{"id": "/subscriptions/s/x/vm-1", "name": "vm-1", "location": "eastus", "properties": {"vmId": "1"}},
		{"id": "/subscriptions/s/x/vm-2", "name": "vm-2", "location": "westeurope", "properties": {"vmId": "2"}},
		{"id": "/subscriptions/s/x/vm-3", "name": "vm-3", "location": "westeurope", "properties": {"vmId": "3"}}]}`
	zoneOfInstances = `{"kind": "compute#instanceList", "nextPageToken": "more", "items": [{"id": "7", "name": "web", "status": "RUNNING",
		"selfLink": "https://www.googleapis.com/compute/v1/projects/p/zones/us-east1-b/instances/web", "machineType": "https://x/zones/us-east1-b/machineTypes/e2-small",
		"networkInterfaces": [{"name": "nic0", "networkIP": "10.0.0.2", "network": "a"}, {"name": "nic1", "networkIP": "10.1.0.2", "network": "b"}]}]}`
	projectOfRules = `{"kind": "compute#forwardingRuleAggregatedList", "items": {"regions/us-west1": {"warning": {"code": "NO_RESULTS_ON_PAGE"}}, "global": {"forwardingRules": [
		{"id": "1", "name": "front", "IPAddress": "203.0.113.1", "selfLink": "https://x/compute/v1/projects/p/global/forwardingRules/front", "target": "https://x/global/targetHttpProxies/t"},
		{"id": "2", "name": "apis", "selfLink": "https://x/compute/v1/projects/p/global/forwardingRules/apis", "target": "all-apis", "pscConnectionId": "1"}]}}}`
	recordedInstances = `{"headers": {"status": "200"}, "body": {"kind": "sql#instancesList", "items": [{"name": "orders", "connectionName": "p:us-central1:orders",
		"region": "us-central1", "databaseVersion": "MYSQL_8_0", "settings": {"tier": "db-f1-micro"}}]}}`
	recordedClusters  = `{"clusters": [{"uid": "u", "name": "projects/p/locations/us-central1/clusters/c", "shardCount": 3}]}`
	recordedNetwork   = `{"kind": "compute#networkList", "items": [{"id": "7", "name": "prod", "selfLink": "https://www.googleapis.com/compute/v1/projects/p/global/networks/prod"}]}`
	regionOfAddresses = `{"kind": "compute#addressList", "items": [{"id": "7", "name": "web", "address": "203.0.113.4", "selfLink": "https://x/compute/v1/projects/p/regions/us-west1/addresses/web"},
		{"id": "8", "address": "10.0.0.9", "addressType": "INTERNAL", "selfLink": "https://x/compute/v1/projects/p/regions/us-west1/addresses/inner"}]}`
	recordedRouters = `{"kind": "compute#routerAggregatedList", "items": {"regions/us-west1": {"routers": [{"id": "7", "name": "r", "nats": [{"name": "a"}, {"name": "b"}],
		"selfLink": "https://x/compute/v1/projects/p/regions/us-west1/routers/r"}]}}}`
	recordedGKE     = `{"clusters": [{"id": "u", "name": "c", "location": "us-west1-b", "networkConfig": {"network": "projects/p/global/networks/prod"}}, {"id": "v", "name": "d", "location": "us-east1"}]}`
	recordedBuckets = `{"kind": "storage#buckets", "items": [{"name": "logs", "location": "US-EAST1", "locationType": "region"}, {"name": "assets", "location": "EU", "locationType": "multi-region"}]}`
	oneWithoutID    = `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>new</DBInstanceIdentifier></DBInstance>
		<DBInstance><DBInstanceIdentifier>old</DBInstanceIdentifier><DbiResourceId>db-1</DbiResourceId></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, body string
		want       []string
		fails      string
	}{
		"a listing": {"tencent/recorded_1_DescribeInstances.json", tencentHost, []string{
			"tencent/recorded_1_DescribeInstances.json: resource_host: 1 of 1 decoded; same hash with its lists reversed",
			"unmapped: LatestOperation Response.RequestId", "empty:    disk_gib public_ips",
		}, ""},
		"what the command line printed": {"aws/doc_cli_describe_instances_0.json", printedHost, []string{"resource_host: 1 of 1 decoded"}, ""},
		"a resource that is gone":       {"aws/wire_DescribeInstances.xml", goneHost, []string{"resource_host: 0 of 1 decoded, 1 gone"}, ""},
		"an answer of no listing":       {"aws/wire_RunInstances.xml", goneHost, []string{"skipped: no listing of a kind"}, ""},
		"a cut answer": {"tencent/recorded_DescribeInstances.json", tencentHost[:200], []string{"FAILED: neither JSON nor XML"},
			"1 of 1 answers failed"},
		"a wrong type": {"tencent/recorded_DescribeInstances.json", strings.Replace(tencentHost, `"CPU": 2`, `"CPU": "two"`, 1),
			[]string{"FAILED: not decodable"}, "1 of 1 answers failed"},
		"a wrong type in one of two": {"tencent/recorded_DescribeInstances.json", strings.Replace(tencentHost, `"InstanceSet": [`, `"InstanceSet": [{"InstanceId": "ins-2", "CPU": "two"}, `, 1),
			[]string{"resource_host: 1 of 2 decoded, 1 with a problem", `problem: instance "ins-2": CPU makes no sense: "two"`}, ""},
		"another action": {"tencent/recorded_DescribeInstancesStatus.json", tencentHost, []string{"skipped: no listing of a kind"}, ""},
		"a machine whose interface nobody recorded": {"azure/vm_listall_recorded.json", `{"value": [{"id": "/subscriptions/s/x/vm", "name": "vm", "location": "eastus",
			"properties": {"vmId": "1", "networkProfile": {"networkInterfaces": [{"id": "/subscriptions/s/x/NIC"}]}}}]}`, []string{"resource_host: 1 of 1 decoded"}, ""},
		"what the command line printed of RDS": {"aws/describe-db-instances.json", printedDatabases, []string{
			"resource_database: 2 of 2 decoded", "cloud_created_at endpoint engine", "port status storage_gib subnet_id tags vpc_id zone",
		}, ""},
		"a bare list of databases": {"aws/describe_db_instances_query.json", `[{"DbiResourceId": "db-1", "Engine": "mysql"}]`, []string{"resource_database: 1 of 1 decoded"}, ""},
		"what the command line printed of ELBv2": {"aws/doc_cli_describe_load_balancers_0.json", printedBalancers, []string{
			"resource_load_balancer: 1 of 1 decoded", "addresses balancer_type cloud_created_at name scheme status subnet_ids vpc_id zones",
		}, ""},
		"balancers without their tags": {"aws/wire_DescribeLoadBalancers.xml", sentBalancers, []string{"resource_load_balancer: 1 of 1 decoded"}, ""},
		"databases of Azure":           {"azure/mysql_list_recorded.json", recordedServers, []string{"resource_database: 1 of 1 decoded"}, ""},
		"caches of Azure":              {"azure/redis_list_recorded.json", recordedCaches, []string{"resource_cache: 1 of 1 decoded"}, ""},
		"caches of Managed Redis":      {"azure/redisenterprise_list_recorded.json", strings.ReplaceAll(recordedCaches, "Cache/Redis", "Cache/redisEnterprise"), []string{"resource_cache: 1 of 1 decoded"}, ""},
		"caches under another name":    {"azure/caches.json", recordedCaches, []string{"resource_cache: 1 of 1 decoded"}, ""},
		"networks, and what is in them": {"azure/networks.json", recordedNetworks, []string{
			"resource_vpc: 1 of 1 decoded; same hash", "resource_subnet: 2 of 2 decoded; same hash",
		}, ""},
		"databases under another name": {"azure/servers.json", recordedServers, []string{"resource_database: 1 of 1 decoded"}, ""},
		"hosts of several regions": {"alibaba/recorded_DescribeInstances.json", `{"TotalCount": 2, "Instances": {"Instance": [{"InstanceId": "i-1", "RegionId": "cn-beijing"},
			{"InstanceId": "i-2", "RegionId": "cn-shanghai"}]}}`, []string{"resource_host: 2 of 2 decoded"}, ""},
		"instances of a zone":           {"google/recorded.json", zoneOfInstances, []string{"resource_host: 1 of 1 decoded; same hash with its lists reversed"}, ""},
		"rules of a project":            {"google/recorded.json", projectOfRules, []string{"resource_load_balancer: 1 of 2 decoded, 1 gone"}, ""},
		"databases of Google":           {"google/get-sql-instances_1.json", recordedInstances, []string{"resource_database: 1 of 1 decoded"}, ""},
		"clusters of Google":            {"google/recorded_redis_clusters.json", recordedClusters, []string{"resource_cache: 1 of 1 decoded"}, ""},
		"networks of Google":            {"google/recorded.json", recordedNetwork, []string{"resource_vpc: 1 of 1 decoded"}, ""},
		"addresses of a region":         {"google/recorded.json", regionOfAddresses, []string{"resource_public_ip: 1 of 2 decoded, 1 gone"}, ""},
		"gateways of a router":          {"google/recorded.json", recordedRouters, []string{"resource_nat_gateway: 2 of 1 decoded, 1 gone"}, ""},
		"clusters of Kubernetes Engine": {"google/recorded_gke_clusters.json", recordedGKE, []string{"resource_cluster: 2 of 2 decoded"}, ""},
		"buckets of Google":             {"google/recorded.json", recordedBuckets, []string{"resource_bucket: 2 of 2 decoded"}, ""},
		"a zone out of reach":           {"google/recorded.json", `{"kind": "compute#instanceAggregatedList", "items": {"zones/us-central1-a": {"warning": {"code": "UNREACHABLE"}}}}`, []string{"FAILED: not decodable", "incomplete"}, "1 of 1 answers failed"},
		"machines of several locations": {"azure/vm_listall_recorded.json", machinesOfTwoLocations, []string{"resource_host: 3 of 3 decoded"}, ""},
		"one without an id": {"aws/wire_DescribeDBInstances.xml", oneWithoutID, []string{
			"resource_database: 1 of 2 decoded, 1 with a problem", `problem: database without an id: it is called "new"`,
		}, ""},
		"an odd machine of another location": {"azure/vm_listall_recorded.json", strings.Replace(machinesOfTwoLocations, `"vmId": "3"`, `"vmId": "3", "timeCreated": "soon"`, 1), []string{
			"resource_host: 2 of 3 decoded, 1 with a problem", `problem: virtual machine "3": timeCreated makes no sense: "soon"`,
		}, ""},
		"a machine of no location": {"azure/vm_listall_recorded.json", strings.Replace(machinesOfTwoLocations, `"eastus"`, `{"name": "eastus"}`, 1), []string{
			"resource_host: 2 of 3 decoded, 1 with a problem", `problem: virtual machine "1": it has no location`,
		}, ""},
		"several that are odd": {"tencent/recorded_DescribeInstances.json", strings.Replace(tencentHost, `"InstanceSet": [`, `"InstanceSet": [
			{"InstanceId": "ins-2", "PrivateIpAddresses": [{}, []]}, `, 1), []string{"resource_host: 1 of 2 decoded, 1 with a problem"}, ""},
		"private NAT gateways of Huawei": {"huawei/doc_ListPrivateNats.json", `{"gateways": [{"id": "n", "downlink_vpcs": [{"vpc_id": "v"}]}], "page_info": {"next_marker": "n"}}`,
			[]string{"resource_nat_gateway: 1 of 1 decoded"}, ""},
		"certificates of SCM":   {"huawei/doc_scm_ListCertificates.json", `{"total_count": 7, "certificates": [{"id": "scs1", "sans": "a;b"}]}`, []string{"resource_certificate: 1 of 1 decoded"}, ""},
		"elastic IPs of Huawei": {"huawei/doc_publicips.json", `{"total_count": 7, "publicips": [{"id": "p", "tags": ["b=1", "a=2"]}]}`, []string{"resource_public_ip: 1 of 1 decoded"}, ""},
		"a subnet of a project": {"huawei/doc_virsubnets.json", `{"virsubnets": [{"id": "s", "project_id": "p"}, {"id": "t"}]}`, []string{"resource_subnet: 1 of 2 decoded, 1 gone"}, ""},
		"buckets of Huawei": {"huawei/doc_ListBuckets.xml", `<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name><Location>r-1</Location></Bucket>
			<Bucket><Name>b</Name><Location>r-2</Location></Bucket></Buckets></ListAllMyBucketsResult>`, []string{"resource_bucket: 2 of 2 decoded"}, ""},
		"another folder": {"gcp/recorded_list.json", "{}", nil, "has no recorded answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), recordings(t, test.path, test.body), &out)
			if test.fails == "" {
				require.NoError(t, err, out.String())
			} else {
				require.ErrorContains(t, err, test.fails)
			}
			for _, want := range test.want {
				require.Contains(t, out.String(), want)
			}
		})
	}
}

// Azure's lists are of the whole subscription, and regions share them for a minute: what
// one file has is not to serve the next, which is of other locations.
func TestFilesOfSeveralLists(t *testing.T) {
	t.Parallel()
	dir := recordings(t, "huawei/doc_ListNatGateways.json", `{"nat_gateways": [{"id": "n"}]}`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "huawei", "doc_ListPrivateNats.json"), []byte(`{"gateways": [{"id": "p"}]}`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), dir, &out), out.String())
	require.Equal(t, 2, strings.Count(out.String(), "resource_nat_gateway: 1 of 1 decoded"), out.String())
}

func TestFilesOfSeveralLocations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "azure"), 0o700))
	for i, location := range []string{"eastus", "westeurope", "eastus", "uksouth"} {
		body := fmt.Sprintf(`{"value": [{"id": "/subscriptions/s/x/disk-%d", "name": "d", "location": %q, "properties": {"uniqueId": "%d"}}]}`, i, location, i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "azure", fmt.Sprintf("%d_disk_list.json", i)), []byte(body), 0o600))
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), dir, &out), out.String())
	require.Equal(t, 4, strings.Count(out.String(), "resource_disk: 1 of 1 decoded"), out.String())
}

// stub decodes an answer as it is told to.
type stub struct {
	cloud.Provider
	rows func(call int) []*resource.Host
	call int
}

func (s *stub) List(context.Context, resource.Scope, string) (page cloud.Page, err error) {
	for _, row := range s.rows(s.call) {
		page.Rows = append(page.Rows, row)
	}
	s.call++
	return page, nil
}

// An adapter that loses a resource, or depends on an order, does not pass.
func TestDefectsAreFound(t *testing.T) {
	t.Parallel()
	host := func(name string) *resource.Host {
		return &resource.Host{Meta: resource.Meta{NativeID: "ins-1"}, Name: name}
	}
	for name, test := range map[string]struct {
		rows func(call int) []*resource.Host
		want string
	}{
		"a lost resource": {func(int) []*resource.Host { return nil }, "lost: ins-1"},
		"an order that counts": {func(call int) []*resource.Host {
			return []*resource.Host{host([]string{"first", "second"}[min(call, 1)])}
		},
			"other hashes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := clouds()[4]
			s := start(spec)
			defer s.close()
			answers := &stub{rows: test.rows}
			s.open = func() cloud.Provider { return answers }
			answer, err := parse([]byte(tencentHost))
			require.NoError(t, err)
			of, _ := spec.actionOf("doc_DescribeInstances.json")
			_, err = s.check(t.Context(), of, answer)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, reversed string }{
		"JSON": {`{"a":[1,{"b":["x","y"]}],"c":"é"}`, `{"a":[{"b":["y","x"]},1],"c":"é"}`},
		"XML":  {`<A x="1"><bSet><item>1</item><item><c>&lt;</c></item></bSet></A>`, `<A x="1"><bSet><item><c>&lt;</c></item><item>1</item></bSet></A>`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := parse([]byte(test.body))
			require.NoError(t, err)
			require.Equal(t, test.body, written(t, d))
			require.Equal(t, test.reversed, written(t, d.reversed()))
			require.Equal(t, test.body, written(t, d), "the document itself stays as it is")
		})
	}
	d, err := parse([]byte(`{"a":[{"b":1,"c":2},{"b":3}],"d":""}`))
	require.NoError(t, err)
	require.Equal(t, []string{"a[].b", "a[].c"}, d.leaves())
	require.JSONEq(t, `{"a":[{"c":2},{}],"d":""}`, written(t, d.emptied("a[].b")))
}

func written(t *testing.T, d document) string {
	t.Helper()
	body, err := d.encode()
	require.NoError(t, err)
	text := strings.TrimSpace(string(body))
	return strings.TrimPrefix(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
}

// Azure's answers say of what type their resources are, whatever a file is called.
func TestTypesOfAzure(t *testing.T) {
	t.Parallel()
	for of, kind := range map[string]string{
		"Microsoft.Network/networkSecurityGroups": "resource_security_group", "Microsoft.Network/publicIPAddresses": "resource_public_ip",
		"Microsoft.Network/natGateways": "resource_nat_gateway", "Microsoft.ContainerService/ManagedClusters": "resource_cluster",
		"Microsoft.Storage/storageAccounts": "resource_bucket", "Microsoft.Compute/snapshots": "resource_snapshot", "Microsoft.Compute/images": "resource_image",
	} {
		var out bytes.Buffer
		body := fmt.Sprintf(`{"value": [{"id": "/subscriptions/s/resourceGroups/RG/providers/%[1]s/one", "name": "one", "location": "East US", "type": %[1]q, "properties": {}}]}`, of)
		require.NoError(t, run(t.Context(), recordings(t, "azure/answer.json", body), &out), out.String())
		require.Contains(t, out.String(), kind+": 1 of 1 decoded", of)
	}
}
