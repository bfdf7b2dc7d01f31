package tencent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

// withMore is a region that has databases of all products.
func withMore() *fake.Region {
	of := aRegion()
	created, expires := at("2023-08-29T00:37:00Z"), at("2026-08-29T00:37:00Z")
	of.Databases = append(of.Databases, fake.Database{
		ID: "postgres-ledger01", Name: "ledger", Status: "running", Zone: "ap-beijing-3", Version: "14.2", Type: "pg.it.small2", VCPU: 2, MemoryMiB: 4096,
		StorageGiB: 50, Endpoint: "10.0.5.4", Port: 5432, VPC: "vpc-1", Subnet: "subnet-2", ChargeType: "prepaid",
		Tags: map[string]string{"app": "shop", "env": "prod"}, Created: created, Expires: expires,
	}, fake.Database{ID: "postgres-recycled", Status: "recycled"}, fake.Database{
		ID: "cynosdbmysql-orders", Name: "orders", Status: "running", Zone: "ap-beijing-5", Engine: "mysql", Version: "8.0", Type: "NORMAL",
		Endpoint: "10.0.6.4", Port: 3306, VPC: "vpc-1", Subnet: "subnet-2", ChargeType: "postpaid", Tags: map[string]string{"app": "shop"}, Created: created,
	}, fake.Database{ID: "cynosdbpg-gone", Status: "deleted"}, fake.Database{
		ID: "cmgo-events01", Name: "events", Status: "RUNNING", Zone: "ap-beijing-3", Version: "MONGO_44_WT", Type: "HIO10G", VCPU: 4, MemoryMiB: 8192,
		StorageGiB: 100, Endpoint: "10.0.7.4", Port: 27017, VPC: "vpc-1", Subnet: "subnet-2", ChargeType: "prepaid", Tags: map[string]string{"app": "shop"},
		Created: created, Expires: expires,
	}, fake.Database{ID: "cmgo-isolated", Status: "ISOLATED", Version: "5.0"})
	return of
}

func TestFurtherDatabases(t *testing.T) {
	t.Parallel()
	created, expires := at("2023-08-29T00:37:00Z"), at("2026-08-29T00:37:00Z")
	rows := list(t, enter(t, newCloud(withMore())), resource.DatabaseKind)
	require.Len(t, rows, 6)
	requireRows(t, resource.DatabaseKind, []resource.Row{
		&resource.Database{
			Meta: meta("postgres-ledger01"), Name: "ledger", Status: "running", Zone: "ap-beijing-3", Engine: "postgresql", EngineVersion: "14.2", InstanceType: "pg.it.small2",
			VCPU: 2, MemoryMiB: 4096, StorageGiB: 50, Endpoint: "10.0.5.4", Port: 5432, VPCID: "vpc-1", SubnetID: "subnet-2", ChargeType: "prepaid",
			Tags: map[string]string{"app": "shop", "env": "prod"}, CloudCreatedAt: created, ExpiresAt: expires,
		},
		&resource.Database{
			Meta: meta("cynosdbmysql-orders"), Name: "orders", Status: "running", Zone: "ap-beijing-5", Engine: "mysql", EngineVersion: "8.0", InstanceType: "NORMAL",
			Endpoint: "10.0.6.4", Port: 3306, VPCID: "vpc-1", SubnetID: "subnet-2", ChargeType: "postpaid", Tags: map[string]string{"app": "shop"}, CloudCreatedAt: created,
		},
		&resource.Database{
			Meta: meta("cmgo-events01"), Name: "events", Status: "RUNNING", Zone: "ap-beijing-3", Engine: "mongodb", EngineVersion: "4.4", InstanceType: "HIO10G",
			VCPU: 4, MemoryMiB: 8192, StorageGiB: 100, Endpoint: "10.0.7.4", Port: 27017, VPCID: "vpc-1", SubnetID: "subnet-2", ChargeType: "prepaid",
			Tags: map[string]string{"app": "shop"}, CloudCreatedAt: created, ExpiresAt: expires,
		},
		&resource.Database{Meta: meta("cmgo-isolated"), Status: "ISOLATED", Engine: "mongodb", EngineVersion: "5.0"},
	}, rows[2:])
	c := newCloud(withMore())
	before := hashes(t, c, resource.DatabaseKind)
	c.PageSize = 1
	require.Equal(t, before, hashes(t, c, resource.DatabaseKind), "one on a page")
}

// An instance has an address in each of its networks, in no documented order.
func TestPostgresHasOneEndpoint(t *testing.T) {
	t.Parallel()
	for _, places := range []string{
		`{"NetType":"public","Ip":"1.2.3.4","Port":9},{"NetType":"private","Ip":"","Port":7},{"NetType":"private","Ip":"10.0.5.4","Port":5432},{"NetType":"private","Ip":"10.0.9.4","Port":5433}`,
		`{"NetType":"private","Ip":"10.0.9.4","Port":5433},{"NetType":"private","Ip":"10.0.5.4","Port":5432},{"NetType":"private","Ip":"","Port":7}`,
	} {
		c := newCloud(withMore())
		c.Record(tencentfake.PostgresAction, []byte(`{"Response":{"TotalCount":1,"DBInstanceSet":[{"DBInstanceId":"postgres-1","DBInstanceNetInfo":[`+places+`]}]}}`))
		page, err := enter(t, c).List(t.Context(), scopeOf(resource.DatabaseKind), "1+0+")
		require.NoError(t, err)
		require.Equal(t, []resource.Row{&resource.Database{Meta: meta("postgres-1"), Engine: "postgresql", Endpoint: "10.0.5.4", Port: 5432}}, page.Rows)
	}
}

func TestLookupInSeveralProducts(t *testing.T) {
	t.Parallel()
	ids := []string{"cdb-orders01", "postgres-ledger01", "cynosdbmysql-orders", "cmgo-events01"}
	client := enter(t, newCloud(withMore()))
	existing, err := client.Lookup(t.Context(), scopeOf(resource.DatabaseKind), append([]string{"cdb-gone", "postgres-gone", "postgres-recycled", "cynosdbpg-gone", "cmgo-gone"}, ids...))
	require.NoError(t, err)
	require.ElementsMatch(t, ids, existing)
}

// A product that a region does not have is no failure, a refusal of one is.
func TestOneOfSeveralProducts(t *testing.T) {
	t.Parallel()
	for _, action := range also[resource.DatabaseKind] {
		c := newCloud(withMore())
		c.Break(fake.Fault{Action: action, Verdict: fake.RegionDisabled})
		require.NotEmpty(t, list(t, enter(t, c), resource.DatabaseKind))
		for verdict, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable} {
			c := newCloud(withMore())
			c.Break(fake.Fault{Action: action, Verdict: verdict})
			require.Equal(t, want, cloud.ClassOf(listError(t, enter(t, c))), action)
		}
		c = newCloud(withMore())
		c.Record(action, []byte(`{"Response":{"RequestId":"1"}}`))
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(listError(t, enter(t, c))), action)
	}
}

func listError(t *testing.T, client cloud.Provider) error {
	for cursor := ""; ; {
		page, err := client.List(t.Context(), scopeOf(resource.DatabaseKind), cursor)
		if cursor = page.Next; err != nil || cursor == "" {
			return err
		}
	}
}

func TestOddValuesOfFurtherDatabases(t *testing.T) {
	t.Parallel()
	for cursor, test := range map[string]struct{ action, body, want string }{
		"1+0+": {tencentfake.PostgresAction, `{"TotalCount":2,"DBInstanceSet":[{"DBInstanceId":"postgres-1","DBInstanceCpu":"two"},{"DBInstanceId":"postgres-2","DBInstanceNetInfo":null,"TagList":null}]}`, "DBInstanceCpu makes no sense"},
		"2+0+": {tencentfake.CynosAction, `{"TotalCount":2,"ClusterSet":[{"ClusterId":"cynosdbmysql-1","CreateTime":"soon"},{"ClusterId":"cynosdbmysql-2","PayMode":null,"ResourceTags":null,"PeriodEndTime":null}]}`, "CreateTime makes no sense"},
		"3+0+": {tencentfake.MongoAction, `{"TotalCount":2,"InstanceDetails":[{"InstanceId":"cmgo-1","Vport":99999},{"InstanceId":"cmgo-2","MongoVersion":"MONGO_X","Memory":null}]}`, "Vport makes no sense"},
	} {
		c := newCloud(withMore())
		c.Record(test.action, []byte(`{"Response":`+test.body+`}`))
		page, err := enter(t, c).List(t.Context(), scopeOf(resource.DatabaseKind), cursor)
		require.NoError(t, err, test.action)
		require.Len(t, page.Rows, 1, test.action)
		require.Len(t, page.Problems, 1, test.action)
		require.Contains(t, page.Problems[0].Text, test.want)
	}
}

func FuzzPostgres(f *testing.F) {
	fuzzList(f, "1+0+", tencentfake.PostgresAction,
		`{"Response":{"TotalCount":1,"DBInstanceSet":[{"DBInstanceId":"postgres-1","DBInstanceMemory":1e30,"DBInstanceNetInfo":[null,{"Ip":"10.0.0.1","Port":-1}],"TagList":[null]}]}}`)
}

func FuzzCynos(f *testing.F) {
	fuzzList(f, "2+0+", tencentfake.CynosAction, `{"Response":{"TotalCount":1,"ClusterSet":[{"ClusterId":"cynosdbmysql-1","PayMode":7,"PeriodEndTime":"0000-00-00 00:00:00"}]}}`)
}

func FuzzMongo(f *testing.F) {
	fuzzList(f, "3+0+", tencentfake.MongoAction, `{"Response":{"TotalCount":1,"InstanceDetails":[{"InstanceId":"cmgo-1","MongoVersion":"MONGO_44_WT","Volume":1,"Status":-9}]}}`)
}

// fuzzList has one of several lists answer with whatever bytes.
func fuzzList(f *testing.F, cursor, action string, seeds ...string) {
	for _, seed := range append(seeds, ``, `null`, `{}`, `{"Response":null}`, `{"Response":{"TotalCount":-1}}`) {
		f.Add([]byte(seed))
	}
	c := newCloud(withMore())
	client := enter(f, c)
	f.Fuzz(func(t *testing.T, body []byte) {
		c.Record(action, body)
		page, err := client.List(t.Context(), scopeOf(resource.DatabaseKind), cursor)
		requireRowsOrBadAnswer(t, resource.DatabaseKind, body, page, err)
	})
}
