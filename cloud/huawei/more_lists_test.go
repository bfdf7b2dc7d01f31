package huawei_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

// idOf is the nth id of a product, by how it ends.
func idOf(n int, suffix string) string { return uuid('b', n)[:32] + suffix }

// withMore has databases of all products.
func withMore() fake.Region {
	of := all()
	of.Databases = append(of.Databases, fake.Database{
		ID: idOf(1, "in07"), Name: "ledger", Status: "ACTIVE", Engine: "TaurusDB", Version: "2.0.60", Type: "gaussdb.mysql.large.x86.4", VCPU: 2, MemoryMiB: 8192, StorageGiB: 40,
		Endpoint: "192.168.0.81", Port: 3306, VPC: "vpc-1", Subnet: "subnet-1", ChargeType: "postPaid", Tags: map[string]string{"app": "shop"}, Created: date(5),
	}, fake.Database{
		ID: idOf(1, "in14"), Name: "core", Status: "ACTIVE", Version: "8.201", Type: "gaussdb.opengauss.ee.dn.m6.2xlarge", VCPU: 8, MemoryMiB: 65536, StorageGiB: 480,
		Endpoint: "192.168.0.82", Port: 8000, VPC: "vpc-1", Subnet: "subnet-1", ChargeType: "prePaid", Created: date(6),
	}, fake.Database{
		ID: idOf(1, "in02"), Name: "events", Status: "normal", Zone: "cn-north-4a", Version: "4.4", Type: "dds.mongodb.s6.large.4.repset", StorageGiB: 100,
		Endpoint: "192.168.0.83", Port: 8635, VPC: "vpc-1", Subnet: "subnet-1", ChargeType: "prePaid", Tags: map[string]string{"app": "shop"}, Created: date(7),
	})
	return of
}

func TestFurtherDatabases(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withMore())
	pages := list(t, w.open(), resource.DatabaseKind)
	require.Len(t, pages, 4)
	for i, total := range []int64{2, 1, 1, 1} {
		require.Equal(t, total, pages[i].Total, "of each product")
		require.Equal(t, i > 0, pages[i].Begins)
	}
	rows := rowsOf(pages)
	require.Equal(t, []resource.Row{
		&resource.Database{
			Meta: meta(idOf(1, "in07")), Name: "ledger", Status: "ACTIVE", Engine: "gaussdb-mysql", EngineVersion: "2.0.60", InstanceType: "gaussdb.mysql.large.x86.4",
			VCPU: 2, MemoryMiB: 8192, StorageGiB: 40, Endpoint: "192.168.0.81", Port: 3306, VPCID: "vpc-1", SubnetID: "subnet-1", ChargeType: "postPaid",
			Tags: map[string]string{"app": "shop"}, CloudCreatedAt: date(5),
		},
		&resource.Database{
			Meta: meta(idOf(1, "in14")), Name: "core", Status: "ACTIVE", Engine: "gaussdb", EngineVersion: "8.201", InstanceType: "gaussdb.opengauss.ee.dn.m6.2xlarge",
			VCPU: 8, MemoryMiB: 65536, StorageGiB: 480, Endpoint: "192.168.0.82", Port: 8000, VPCID: "vpc-1", SubnetID: "subnet-1", ChargeType: "prePaid", CloudCreatedAt: date(6),
		},
		&resource.Database{
			Meta: meta(idOf(1, "in02")), Name: "events", Status: "normal", Zone: "cn-north-4a", Engine: "mongodb", EngineVersion: "4.4", InstanceType: "dds.mongodb.s6.large.4.repset",
			StorageGiB: 100, Endpoint: "192.168.0.83", Port: 8635, VPCID: "vpc-1", SubnetID: "subnet-1", ChargeType: "prePaid",
			Tags: map[string]string{"app": "shop"}, CloudCreatedAt: date(7),
		},
	}, rows[2:])
	before := hashes(t, resource.DatabaseKind, rows)
	w.PageSize = 1
	require.Equal(t, before, hashes(t, resource.DatabaseKind, rowsOf(list(t, w.open(), resource.DatabaseKind))))
}

func TestLookupInSeveralProducts(t *testing.T) {
	t.Parallel()
	client := newWorld(t, withMore()).open()
	there := []string{uuid('b', 1), idOf(1, "in07"), idOf(1, "in14"), idOf(1, "in02")}
	found, err := client.Lookup(t.Context(), scopeOf(resource.DatabaseKind), append([]string{idOf(9, "in07"), idOf(9, "in14"), idOf(9, "in02"), idOf(9, "in01")}, there...))
	require.NoError(t, err)
	require.ElementsMatch(t, there, found)
}

// A product that a region does not have is no failure, a refusal of one is.
func TestOneOfSeveralProducts(t *testing.T) {
	t.Parallel()
	for _, action := range []string{huaweifake.TaurusAction, huaweifake.GaussAction, huaweifake.DDSAction} {
		w := newWorld(t, withMore())
		w.Break(fake.Fault{Action: action, Status: 400, Body: `{"error_code":"APIGW.0801","error_msg":"not in this region"}`})
		require.Len(t, rowsOf(list(t, w.open(), resource.DatabaseKind)), 4)
		for verdict, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled} {
			w := newWorld(t, withMore())
			w.Break(fake.Fault{Action: action, Verdict: verdict})
			require.Equal(t, want, cloud.ClassOf(listError(t, w.open())), action)
		}
		w = newWorld(t, withMore())
		w.Record(action, []byte(`{"instances":null}`))
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(listError(t, w.open())), action)
	}
}

func listError(t *testing.T, client cloud.Provider) error {
	t.Helper()
	for cursor := ""; ; {
		page, err := client.List(t.Context(), scopeOf(resource.DatabaseKind), cursor)
		if cursor = page.Next; err != nil || cursor == "" {
			return err
		}
	}
}

func TestOddInstancesOfDDS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withMore())
	w.Record(huaweifake.DDSAction, []byte(`{"total_count":4,"instances":[{"id":"a","groups":"none"},{"id":"b","groups":[{"volume":{"size":"much"}}]},
		{"id":"cin02","groups":[{"volume":null,"nodes":null},{"volume":{"size":"10"},"nodes":[{"private_ip":"10.0.0.9","availability_zone":"x"},{"private_ip":"10.0.0.10","availability_zone":"y"}]},
		{"volume":{"size":"10"},"nodes":[]}],"pay_mode":"0","created":"","tags":[]},{"id":"din02","groups":null,"pay_mode":null}]}`))
	page, err := w.open().List(t.Context(), scopeOf(resource.DatabaseKind), "3+0+")
	require.NoError(t, err)
	require.Len(t, page.Problems, 2)
	require.Equal(t, []resource.Row{
		&resource.Database{Meta: meta("cin02"), Engine: "mongodb", StorageGiB: 20, Endpoint: "10.0.0.10", ChargeType: "postPaid"},
		&resource.Database{Meta: meta("din02"), Engine: "mongodb"},
	}, page.Rows)
}

func FuzzTaurus(f *testing.F) {
	fuzzList(f, resource.DatabaseKind, "1+0+", huaweifake.TaurusAction, `{"total_count":1,"instances":[{"id":"a","flavor_info":{"vcpus":"-1","ram":"NaN"},"created":"2024-01-02T03:04:05+0800","private_ips":[null]}]}`)
}

func FuzzGauss(f *testing.F) {
	fuzzList(f, resource.DatabaseKind, "2+0+", huaweifake.GaussAction, `{"total_count":1,"instances":[{"id":"a","flavor_info":{"vcpu":8,"mem":64},"created":"2024-01-02 03:04:05 +0000","nodes":[{}],"tags":[null]}]}`)
}

func FuzzDDS(f *testing.F) {
	fuzzList(f, resource.DatabaseKind, "3+0+", huaweifake.DDSAction, `{"total_count":1,"instances":[{"id":"a","groups":[null,{"volume":{"size":"1e30"},"nodes":[null,{"private_ip":"x"}]}],"pay_mode":"9"}]}`)
}

func FuzzListeners(f *testing.F) {
	fuzzList(f, resource.LoadBalancerKind, "", "ListListeners", `{"listeners":[{"id":"l","protocol_port":443,"loadbalancers":[null,{"id":"e"}],"port_ranges":[{"start_port":9,"end_port":1}]}],"page_info":{}}`)
}

// fuzzList has one of several lists answer with whatever bytes.
func fuzzList(f *testing.F, kind *resource.Kind, cursor, action string, seeds ...string) {
	for _, seed := range append(seeds, ``, `null`, `{}`, `{"instances":[null]}`, `{"total_count":-1,"instances":[]}`) {
		f.Add([]byte(seed))
	}
	w := newWorld(f, withMore())
	client := w.open()
	f.Fuzz(func(t *testing.T, body []byte) {
		w.Record(action, body)
		page, err := client.List(t.Context(), scopeOf(kind), cursor)
		if err != nil {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), err.Error())
			require.Empty(t, page)
			return
		}
		for _, row := range page.Rows {
			_ = kind.Seal(row, scopeOf(kind), 1) // a row that cannot be stored says so
		}
	})
}
