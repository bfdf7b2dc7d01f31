package e2e

import (
	"cmp"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"cloudsync/activities"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/google/googlefake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/workflows"
)

// realCloud is what the test of a real cloud has to know of it.
type realCloud struct {
	provider string
	handler  func(*fake.Cloud) http.Handler
	regions  [2]string
	accounts [2]string // the provider's own ids
	running  string    // the provider's word
	id       func(n int) string
	keys     [2]string                               // names of the credential's keys in the configuration
	also     string                                  // further settings of an account
	document func(base, keyID, secret string) string // the credential, where it is one document
	endpoint func(base string) string                // of a server, where that is not its address
	global   bool                                    // it has a region for what is of none
	zones    func(region string) string
	size     string // of a host with 4 vCPU and 16 GiB
	database string // how the ids of databases begin
	balancer string // and those of load balancers, REGION for the region
	cache    string // likewise of caches
	cacheOf  string // a cache's size, where it matters
	cacheHas string // what is in its row, in SQL, where that is not all that the cloud has
	whole    bool   // its lists are of all regions, none of which refuses alone
	// placed are the regions that have resources of a kind, where those are not just all but the
	// one of what is of none.
	placed map[string][]string
}

// global is the region of what is of none.
const global = "global"

// What the rows of caches have, in SQL.
const (
	sharded  = "shards = 2 AND replicas = 1"
	madeThen = "cloud_created_at = '2026-01-02 03:04:00'"
)

var realClouds = []realCloud{
	{
		provider: "alibaba", handler: alibabafake.New, regions: [2]string{"cn-beijing", "cn-hangzhou"},
		accounts: [2]string{"1000000000000001", "1000000000000002"}, running: "Running",
		id: func(n int) string { return fmt.Sprintf("i-bp1%017d", n) }, keys: [2]string{"access_key_id", "access_key_secret"},
		zones: func(region string) string { return region + "-a" }, size: "ecs.g7.xlarge",
		database: "rm-bp1", balancer: "lb-bp1", cache: "r-bp1",
		placed: map[string][]string{"resource_certificate": {"cn-hangzhou"}}, // whose one list is of the account
	},
	{
		provider: "tencent", handler: tencentfake.New, regions: [2]string{"ap-guangzhou", "ap-shanghai"},
		accounts: [2]string{"100000000001", "100000000002"}, running: "RUNNING",
		id: func(n int) string { return fmt.Sprintf("ins-%08d", n) }, keys: [2]string{"secret_id", "secret_key"},
		zones: func(region string) string { return region + "-3" }, size: "S5.LARGE16",
		database: "cdb-", balancer: "lb-", cache: "crs-",
		placed: map[string][]string{"resource_certificate": {"ap-guangzhou"}}, // likewise
	},
	{
		provider: "aws", handler: awsfake.New, regions: [2]string{"eu-west-1", "us-east-1"},
		accounts: [2]string{"100000000001", "100000000002"}, running: "running",
		id: func(n int) string { return fmt.Sprintf("i-%017x", n) }, keys: [2]string{"access_key_id", "secret_access_key"},
		zones: func(region string) string { return region + "a" }, size: "m5.xlarge",
		database: "db-", balancer: "arn:aws:elasticloadbalancing:REGION:100000000001:loadbalancer/app/b/",
		cache: "arn:aws:elasticache:REGION:100000000001:replicationgroup:cache-", cacheHas: "memory_mib IS NULL AND " + sharded + " AND " + madeThen,
	},
	{
		provider: "huawei", handler: huaweifake.New, regions: [2]string{"cn-north-4", "cn-south-1"},
		accounts: [2]string{"0a0000000000000000000000000000a1", "0a0000000000000000000000000000a2"}, running: "ACTIVE",
		id: func(n int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", n) }, keys: [2]string{"access_key_id", "secret_access_key"},
		zones: func(region string) string { return region + "a" }, size: "s6.xlarge.4",
		database: "db", balancer: "lb", cache: "dcs", cacheHas: "memory_mib = 2048 AND " + madeThen,
	},
	{
		provider: "azure", handler: azurefake.New, regions: [2]string{"eastus", "westeurope"},
		accounts: [2]string{"00000000-0000-0000-0000-0000000000a1", "00000000-0000-0000-0000-0000000000a2"}, running: "running",
		id: func(n int) string { return fmt.Sprintf("11111111-0000-0000-0000-%012d", n) }, keys: [2]string{"client_id", "client_secret"},
		also: "tenant_id: 00000000-0000-0000-0000-00000000000d", zones: func(string) string { return "1" }, size: "Standard_D4s_v5",
		database: "db-", balancer: "lb-", cache: "cache-", whole: true,
		cacheOf: "Premium_P1", cacheHas: "instance_type = 'Premium_P1' AND memory_mib = 12288 AND cloud_created_at IS NULL AND " + sharded,
	},
	{
		provider: "google", handler: googlefake.New, regions: [2]string{"europe-west1", "us-east4"},
		accounts: [2]string{"project-one", "project-two"}, running: "RUNNING",
		id: func(n int) string { return fmt.Sprintf("7%018d", n) }, document: googlefake.User, endpoint: googlefake.Endpoint, global: true,
		zones: func(region string) string { return region + "-a" }, size: "n2-standard-4",
		database: "db-", balancer: "lb-", cache: "uid-", whole: true,
		placed: map[string][]string{
			"resource_vpc": {global}, "resource_security_group": {global}, "resource_image": {global},
			"resource_public_ip": {"europe-west1", "us-east4", global}, "resource_snapshot": {"europe-west1", "us-east4", global},
			"resource_bucket": {"europe-west1", "us-east4", global}, "resource_certificate": {"europe-west1", "us-east4", global},
		},
	},
}

// The hosts of the two accounts in their two regions: seven pages, two, two and one.
var fleets = [2][2]int{{700, 130}, {120, 50}}

// accountNames are those of the accounts in the configuration.
var accountNames = [2]string{"one", "two"}

const (
	allHosts = 1000
	// planted is what every secret of these tests begins with, and of the fake servers.
	planted = "planted"
	// secretEnd is in the secrets as well: it looks different in URLs and forms.
	secretEnd = "/+&="
)

// realStack is a stack whose worker syncs two accounts of a cloud's fake server.
type realStack struct {
	*stack
	realCloud
	cloud  *fake.Cloud
	config string
	log    string
	// filling is the account that resources are being added to.
	filling int
}

func newRealStack(t *testing.T, of realCloud) *realStack {
	t.Helper()
	next := 0
	kinds := []string{hostKind, diskKind, "resource_database", "resource_load_balancer", "resource_cache"}
	return newFilledStack(t, of, of.regions[:], kinds, func(r *realStack, region *fake.Region, place int) {
		for range fleets[r.filling][place] {
			next++
			r.addHost(region, next)
		}
		r.addServices(region, next)
	})
}

// newFilledStack is one that syncs the kinds in the regions; fill puts what there is into each.
func newFilledStack(t *testing.T, of realCloud, regions, kinds []string, fill func(r *realStack, region *fake.Region, place int)) *realStack {
	t.Helper()
	r := &realStack{stack: newStack(t), realCloud: of, cloud: &fake.Cloud{PageSize: 100}}
	server := httptest.NewServer(of.handler(r.cloud))
	t.Cleanup(server.Close)
	for a, name := range accountNames {
		account := &fake.Account{ID: of.accounts[a], KeyID: "KEYID" + name, Key: planted + secretEnd + name}
		r.filling = a
		for place, name := range regions {
			region := &fake.Region{Name: name}
			account.Regions = append(account.Regions, region)
			fill(r, region, place)
		}
		r.cloud.Add(account)
	}
	r.filling = 0
	r.config = r.writeCloudConfig(t, server.URL, regions, kinds)
	r.log = r.startProcess(t, r.config).LogFile()
	return r
}

// addHost adds the nth host and its disk.
func (r *realStack) addHost(region *fake.Region, n int) {
	created := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	region.Hosts = append(region.Hosts, fake.Host{
		ID: r.id(n), Name: fmt.Sprintf("host-%d", n), Status: r.running, Zone: r.zones(region.Name), Type: r.size, VCPU: 4, MemoryMiB: 16384,
		PrivateIPs: []string{fmt.Sprintf("10.1.%d.%d", n/250, n%250)}, VPC: "vpc-1", Subnet: "subnet-1", SecurityGroups: []string{"sg-1"},
		Tags: map[string]string{"stree_group": "inf", "number": fmt.Sprint(n)}, Created: created,
	})
	region.Disks = append(region.Disks, fake.Disk{
		ID: fmt.Sprintf("d-%017d", n), Name: fmt.Sprintf("disk-%d", n), Zone: r.zones(region.Name),
		Host: r.id(n), Device: "/dev/vda", System: true, SizeGiB: 40, Created: created,
	})
}

// addServices adds a database, a load balancer and a cache.
func (r *realStack) addServices(region *fake.Region, n int) {
	region.Databases = append(region.Databases, r.databaseOf(n))
	region.LoadBalancers = append(region.LoadBalancers, r.balancerIn(region.Name, n))
	region.Caches = append(region.Caches, r.cacheIn(region.Name, n))
}

func (r *realStack) databaseOf(n int) fake.Database {
	return fake.Database{
		ID: fmt.Sprintf("%s%d", r.database, n), Name: fmt.Sprintf("database-%d", n), Engine: "mysql", Version: "8.0",
		Type: r.size, VCPU: 4, MemoryMiB: 16384, StorageGiB: 100, Endpoint: fmt.Sprintf("10.2.0.%d", n%250), Port: 3306, Created: made,
	}
}

func (r *realStack) balancerIn(region string, n int) fake.LoadBalancer {
	return fake.LoadBalancer{
		ID: fmt.Sprintf("%s%d", strings.ReplaceAll(r.balancer, "REGION", region), n), Name: fmt.Sprintf("balancer-%d", n), Internal: true,
		Addresses: []string{fmt.Sprintf("10.3.0.%d", n%250)}, VPC: "vpc-1", Created: made,
	}
}

func (r *realStack) cacheIn(region string, n int) fake.Cache {
	return fake.Cache{
		ID: fmt.Sprintf("%s%d", strings.ReplaceAll(r.cache, "REGION", region), n), Name: fmt.Sprintf("cache-%d", n), Status: "available",
		Zones: []string{r.zones(region)}, Engine: "redis", Version: "7.0", Type: cmp.Or(r.cacheOf, "cache.small"), MemoryMiB: 2048, Shards: 2, Replicas: 1,
		Endpoint: fmt.Sprintf("10.4.0.%d", n%250), Port: 6379, VPC: "vpc-1", Subnets: []string{"subnet-1"}, Created: made,
	}
}

func (r *realStack) writeCloudConfig(t *testing.T, endpoint string, regions, kinds []string) string {
	t.Helper()
	var accounts strings.Builder
	for i, name := range accountNames {
		fmt.Fprintf(&accounts, "    - { provider: %s, name: %s, account_id: %q, regions: [%s], endpoint: %q, requests_per_second: 1000, %s, %s }\n",
			r.provider, name, r.accounts[i], strings.Join(regions, ", "), r.endpointAt(endpoint), r.writeKeys(t, endpoint, name), r.also)
	}
	var resources strings.Builder
	for _, kind := range kinds {
		fmt.Fprintf(&resources, "    %s: { interval: %s }\n", kind, never)
	}
	text := fmt.Sprintf(`mysql_s: [{ name: test, addr: %[1]q }]
public_cloud_sync:
  resources:
%[2]s  accounts:
%[3]s`, r.dsn, resources.String(), strings.ReplaceAll(accounts.String(), ",  }", " }"))
	path := filepath.Join(t.TempDir(), "cloudsync.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// writeKeys writes the credential of an account as the configuration has it.
func (r *realStack) writeKeys(t *testing.T, endpoint, name string) string {
	t.Helper()
	id, secret, file := "KEYID"+name, planted+secretEnd+name, filepath.Join(t.TempDir(), "key")
	if r.document != nil {
		require.NoError(t, os.WriteFile(file, []byte(r.document(endpoint, id, secret)), 0o600))
		return fmt.Sprintf("credentials_file: %q", file)
	}
	require.NoError(t, os.WriteFile(file, []byte(secret+"\n"), 0o600))
	return fmt.Sprintf("%s: %s, %s_file: %q", r.keys[0], id, r.keys[1], file)
}

// endpointAt is that of a server at the address.
func (r realCloud) endpointAt(base string) string {
	if r.endpoint == nil {
		return base
	}
	return r.endpoint(base)
}

// runKind runs a kind through the command line and returns its report.
func (r *realStack) runKind(t *testing.T, kind string, status int) workflows.Report {
	t.Helper()
	report, got := r.tryKind(t, kind)
	require.Equal(t, status, got)
	return report
}

// tryKind also returns with which status the command line ended.
func (r *realStack) tryKind(t *testing.T, kind string) (report workflows.Report, status int) {
	t.Helper()
	out, status := r.starter(t, r.config, "run", kind, "--wait", "--output", "json")
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	return report, status
}

// region gives change a region of an account.
func (r *realStack) region(account, region int, change func(*fake.Region)) {
	r.cloud.Update(func(accounts []*fake.Account) { change(accounts[account].Regions[region]) })
}

// Each real cloud, from the configuration of an operator to the tables: its official
// SDK against a server that speaks its wire format.
func TestRealClouds(t *testing.T) {
	t.Parallel()
	for _, of := range realClouds {
		t.Run(of.provider, func(t *testing.T) {
			t.Parallel()
			r := newRealStack(t, of)
			_, status := r.starter(t, r.config, "apply")
			require.Zero(t, status)
			r.requireChecked(t)
			r.requirePlanned(t)
			r.requireFirstLoad(t)
			r.requireUnchanged(t)
			r.requireChurnThroughThrottling(t)
			r.requireRefusalsContained(t)
			r.requireNoSecret(t)
		})
	}
}

func (r *realStack) requireChecked(t *testing.T) {
	t.Helper()
	out, status := r.starter(t, r.config, "accounts")
	require.Zero(t, status)
	require.Contains(t, out, r.accounts[0])
	require.Contains(t, out, "2 of 2")
}

func (r *realStack) requirePlanned(t *testing.T) {
	t.Helper()
	out, status := r.starter(t, r.config, "plan", hostKind)
	require.Equal(t, 2, status)
	require.Contains(t, out, fmt.Sprintf("%d to add, 0 to modify, 0 to delete in 4 scopes", allHosts))
	require.Zero(t, r.count(t, "SELECT COUNT(*) FROM resource_host"))
}

func (r *realStack) requireFirstLoad(t *testing.T) {
	t.Helper()
	for _, kind := range []string{hostKind, diskKind} {
		report := r.runKind(t, kind, 0)
		require.Equal(t, activities.OK, report.Outcome)
		require.Equal(t, activities.Stats{CloudNum: allHosts, ToAdd: allHosts, SuAdd: allHosts}, report.Stats)
		require.EqualValues(t, allHosts, r.count(t, "SELECT COUNT(*) FROM "+kind+" WHERE provider = ?", r.provider))
	}
	for _, kind := range []string{"resource_database", "resource_load_balancer", "resource_cache"} {
		report := r.runKind(t, kind, 0)
		require.Equal(t, activities.Stats{CloudNum: 4, ToAdd: 4, SuAdd: 4}, report.Stats)
		require.Equal(t, activities.Unchanged, r.runKind(t, kind, 0).Outcome)
	}
	require.EqualValues(t, 4, r.count(t, "SELECT COUNT(*) FROM resource_database WHERE engine = 'mysql' AND name LIKE 'database-%'"))
	require.EqualValues(t, 4, r.count(t, "SELECT COUNT(*) FROM resource_load_balancer WHERE scheme = 'internal' AND name LIKE 'balancer-%'"))
	has := cmp.Or(r.cacheHas, "memory_mib = 2048 AND "+sharded+" AND "+madeThen)
	require.EqualValues(t, 4, r.count(t, `SELECT COUNT(*) FROM resource_cache WHERE engine = 'redis' AND name LIKE 'cache-%'
		AND port = 6379 AND endpoint LIKE '10.4.0.%' AND `+has))
	require.EqualValues(t, fleets[1][0], r.count(t, "SELECT COUNT(*) FROM resource_host WHERE account = 'two' AND region = ?", r.regions[0]))
	// Host 42, whose every column here needs one of the cloud's listings.
	require.EqualValues(t, 1, r.count(t, `SELECT COUNT(*) FROM resource_host WHERE native_id = ? AND name = 'host-42' AND status = ?
		AND zone = ? AND instance_type = ? AND vcpu = 4 AND memory_mib = 16384 AND disk_gib = 40 AND stree_group = 'inf'
		AND `+r.groups()+` AND JSON_CONTAINS(private_ips, '"10.1.0.42"') AND JSON_VALUE(tags, '$.number') = '42'
		AND cloud_created_at = '2026-01-02 03:04:00'`, r.id(42), r.running, r.zones(r.regions[0]), r.size))
	require.EqualValues(t, 1, r.count(t, `SELECT COUNT(*) FROM resource_disk WHERE host_native_id = ? AND size_gib = 40 AND role = 'system'`, r.id(42)))
}

// groups is what hosts have of security groups, in SQL. Google Cloud has none.
func (r *realStack) groups() string {
	if r.provider == "google" {
		return "security_group_ids IS NULL"
	}
	return "JSON_SEARCH(security_group_ids, 'one', '%sg-1') IS NOT NULL"
}

// requireUnchanged also lets all volatile values change.
func (r *realStack) requireUnchanged(t *testing.T) {
	t.Helper()
	for account := range fleets {
		for region := range fleets[account] {
			r.region(account, region, func(region *fake.Region) {
				for i := range region.Hosts {
					region.Hosts[i].Volatile = fmt.Sprint("again-", i)
				}
			})
		}
	}
	kinds := []string{hostKind, diskKind}
	if r.whole { // hosts share the list of hosts that disks have just had, once
		kinds = append(kinds, hostKind)
	}
	for _, kind := range kinds {
		report := r.runKind(t, kind, 0)
		require.Equal(t, activities.Unchanged, report.Outcome)
		require.Equal(t, activities.Stats{CloudNum: allHosts, DBNum: allHosts}, report.Stats)
	}
}

// requireChurnThroughThrottling changes a region while the cloud throttles now and then.
func (r *realStack) requireChurnThroughThrottling(t *testing.T) {
	t.Helper()
	r.region(0, 0, func(region *fake.Region) {
		region.Hosts = region.Hosts[4:] // 4 go
		for i := range 6 {
			region.Hosts[i].Tags = map[string]string{"stree_group": "ads"}
		}
		for n := range 5 {
			r.addHost(region, 10_000+n)
		}
	})
	const throttled = 6 // more than the attempts that a scope has, without a time to wait, as most clouds do
	fault := fake.Fault{Region: r.regions[0], Cursor: true, Times: throttled, Verdict: fake.Throttled}
	if r.whole {
		fault.Region = ""
	}
	r.cloud.Break(fault)
	report := r.runKind(t, hostKind, 0)
	require.Equal(t, throttled, r.cloud.Struck(), "all of them struck")
	r.cloud.Mend()
	require.Equal(t, activities.OK, report.Outcome)
	require.Equal(t, activities.Stats{
		CloudNum: allHosts + 1, DBNum: allHosts, ToAdd: 5, SuAdd: 5, ToMod: 6, SuMod: 6, ToDel: 4, SuDel: 4,
	}, report.Stats)
	require.EqualValues(t, 4, r.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete' AND run_id = ?", report.RunID))
	require.EqualValues(t, 6, r.count(t, "SELECT COUNT(*) FROM resource_host WHERE stree_group = 'ads'"))
}

// requireRefusalsContained denies a region of one account and lets the credential of
// the other expire: what can be listed is synced, nothing else is touched.
func (r *realStack) requireRefusalsContained(t *testing.T) {
	t.Helper()
	before := r.count(t, "SELECT COUNT(*) FROM resource_host")
	r.cloud.Update(func(accounts []*fake.Account) {
		accounts[0].Regions[1].Denied = !r.whole
		accounts[1].Expired = true
		r.addHost(accounts[0].Regions[0], 20_000)
	})
	report := r.runKind(t, hostKind, 3)
	require.Equal(t, activities.Partial, report.Outcome)
	failed := 3
	if r.whole {
		failed = 2
	}
	require.EqualValues(t, failed, report.ScopesFailed)
	require.EqualValues(t, 1, report.SuAdd)
	require.Zero(t, report.SuDel)
	require.Equal(t, before+1, r.count(t, "SELECT COUNT(*) FROM resource_host"))
	for _, scope := range report.Attention {
		want := "denied"
		if strings.Contains(scope.Place, "/two/") {
			want = "invalid_credential"
		}
		require.Contains(t, scope.Reason, want, scope.Place)
	}
	out, status := r.starter(t, r.config, "accounts")
	require.Equal(t, 3, status)
	require.Contains(t, out, "invalid_credential")
	if !r.whole {
		require.Contains(t, out, "denied")
	}
}

// requireNoSecret looks for the planted secrets in the worker's log, in all tables and
// in all histories.
func (r *realStack) requireNoSecret(t *testing.T) {
	t.Helper()
	log, err := os.ReadFile(r.log)
	require.NoError(t, err)
	require.NotEmpty(t, log)
	require.NotContains(t, string(log), planted)
	require.NotContains(t, r.allTables(t), planted)
	histories := r.allHistories(t)
	require.Contains(t, histories, "FetchCloud")
	require.NotContains(t, histories, planted)
}

func (s *stack) allTables(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, table := range s.tables(t) {
		s.writeTable(t, table, &all)
	}
	return all.String()
}

func (s *stack) tables(t *testing.T) (tables []string) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var table string
		require.NoError(t, rows.Scan(&table))
		tables = append(tables, table)
	}
	require.NoError(t, rows.Err())
	return tables
}

func (s *stack) writeTable(t *testing.T, table string, out *strings.Builder) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT * FROM "+table) // as the server names it
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	values := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		require.NoError(t, rows.Scan(into...))
		for _, value := range values {
			out.Write(value)
			out.WriteByte('\n')
		}
	}
	require.NoError(t, rows.Err())
}

// allHistories are the events of all workflows of the namespace, payloads decoded.
func (s *stack) allHistories(t *testing.T) string {
	t.Helper()
	listed, err := s.temporal.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Namespace: s.namespace, PageSize: 1000})
	require.NoError(t, err)
	var all strings.Builder
	for _, execution := range listed.Executions {
		for _, event := range s.events(t, execution.Execution.WorkflowId, execution.Execution.RunId) {
			text, err := protojson.Marshal(event) // payloads in their short form, where they are JSON
			require.NoError(t, err)
			all.Write(text)
			for _, payload := range payloads.FindAllString(string(text), -1) {
				decoded, err := base64.StdEncoding.DecodeString(strings.Trim(payload, `"`))
				if err == nil {
					all.Write(decoded)
				}
			}
		}
	}
	return all.String()
}

// payloads are texts that may be base64.
var payloads = regexp.MustCompile(`"[A-Za-z0-9+/]{8,}={0,2}"`)
