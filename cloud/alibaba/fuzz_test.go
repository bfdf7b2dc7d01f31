package alibaba_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/resource"
)

// fuzzAnswers gives a kind's listing any answers: the outcome is rows, or an error
// that says that they cannot be had, and never a part of each.
func fuzzAnswers(f *testing.F, kind *resource.Kind, action string, seeds ...string) {
	fuzzAnswersAt(f, kind, "", action, seeds...)
}

// fuzzAnswersAt is fuzzAnswers for the page at a cursor.
func fuzzAnswersAt(f *testing.F, kind *resource.Kind, cursor, action string, seeds ...string) {
	for _, seed := range append(seeds, ``, `{}`, `null`, `[]`, `{"RequestId":"1"}`, `{"Code":"Throttling"}`) {
		f.Add([]byte(seed))
	}
	w := newWorld(f, withMore())
	client := w.worker()
	f.Fuzz(func(t *testing.T, body []byte) { fuzzed(t, w, client, kind, beijing, cursor, action, body) })
}

func fuzzed(t *testing.T, w *world, client cloud.Provider, kind *resource.Kind, region, cursor, action string, body []byte) {
	w.Record(action, body)
	page, err := client.List(t.Context(), scopeIn(kind, region), cursor)
	if err != nil {
		// Unproven is that of an empty list, Incomplete of one with a total alone.
		require.True(t, slices.Contains([]cloud.Class{cloud.BadAnswer, cloud.Unproven, cloud.Incomplete}, cloud.ClassOf(err)), "%v", err)
		require.Equal(t, cloud.Page{}, page)
		return
	}
	for _, row := range page.Rows {
		sealed := kind.Seal(row, scopeOf(kind), 7)
		require.True(t, sealed == nil || row.RowMeta().Hash == resource.Hash{}, "%v", sealed)
	}
}

func FuzzHosts(f *testing.F) {
	fuzzAnswers(f, resource.HostKind, "DescribeInstances",
		`{"Instances":{"Instance":[{"InstanceId":"i-1","Cpu":2,"Memory":8192,"CreationTime":"2024-04-14T22:32Z","ExpiredTime":"2099-12-31T15:59Z",
		"Tags":{"Tag":[{"TagKey":"a","TagValue":"b"}]},"VpcAttributes":{"VpcId":"v","PrivateIpAddress":{"IpAddress":["10.0.0.1"]}},
		"NetworkInterfaces":{"NetworkInterface":[{"PrimaryIpAddress":"10.0.0.1","PrivateIpSets":{"PrivateIpSet":[{"PrivateIpAddress":"10.0.0.2"}]}}]},
		"InnerIpAddress":{"IpAddress":[]},"PublicIpAddress":{"IpAddress":["1.2.3.4"]},"EipAddress":{"IpAddress":"1.2.3.5"}}]},"NextToken":""}`,
		`{"Instances":{"Instance":[{"InstanceId":"i-1","Cpu":-1}]}}`, `{"Instances":{"Instance":[{"InstanceId":7}]}}`)
}

func FuzzDiskSizesOfHosts(f *testing.F) {
	fuzzAnswers(f, resource.HostKind, "DescribeDisks",
		`{"Disks":{"Disk":[{"DiskId":"d-1","Size":2147483647,"InstanceId":"i-1","Attachments":{"Attachment":[{"InstanceId":"i-2"}]}}]},"NextToken":""}`,
		`{"Disks":{"Disk":[{"Size":1e30}]},"NextToken":"again"}`)
}

func FuzzDisks(f *testing.F) {
	fuzzAnswers(f, resource.DiskKind, "DescribeDisks",
		`{"Disks":{"Disk":[{"DiskId":"d-1","Size":40,"InstanceId":"i-1","Device":"/dev/xvda","Attachments":{"Attachment":[{"InstanceId":"i-1","Device":"/dev/xvda"}]},
		"CreationTime":"2024-04-16T02:10:57Z","ExpiredTime":"2999-09-08T16:00Z","Type":"system","Tags":{"Tag":[]}}]},"NextToken":""}`,
		`{"Disks":{"Disk":[{"DiskId":"d-1","Size":-40}]}}`)
}

func FuzzDatabases(f *testing.F) {
	fuzzAnswers(f, resource.DatabaseKind, "DescribeDBInstances",
		`{"Items":{"DBInstance":[{"DBInstanceId":"rm-1","DBInstanceCPU":"4","DBInstanceMemory":8192,"Engine":"MySQL","CreateTime":"2024-03-03T22:32:00Z","ExpireTime":""}]}}`,
		`{"Items":{"DBInstance":[{"DBInstanceId":"","DBInstanceCPU":"four"}]},"NextToken":"x"}`)
}

func FuzzDatabaseTags(f *testing.F) {
	fuzzAnswers(f, resource.DatabaseKind, "ListTagResources",
		`{"TagResources":{"TagResource":[{"ResourceId":"rm-1","TagKey":"a","TagValue":"b"}]},"NextToken":""}`, `{"TagResources":{"TagResource":[{}]},"NextToken":"x"}`)
}

func FuzzLoadBalancers(f *testing.F) {
	fuzzAnswers(f, resource.LoadBalancerKind, "DescribeLoadBalancers",
		`{"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-1","Address":"1.2.3.4","AddressType":"internet","CreateTime":"2024-07-07T22:32:00Z","Tags":{"Tag":[{"TagKey":"a","TagValue":"b"}]}}]},
		"PageNumber":1,"PageSize":100,"TotalCount":1}`, `{"LoadBalancers":{"LoadBalancer":[{}]},"PageSize":2147483647,"TotalCount":-1}`)
}

func FuzzCaches(f *testing.F) {
	fuzzAnswers(f, resource.CacheKind, alibabafake.CacheAction,
		`{"Instances":{"KVStoreInstance":[{"InstanceId":"r-1","InstanceType":"Redis","Capacity":1024,"ShardCount":2,"Port":6379,"CreateTime":"2024-08-08T22:32:00Z","EndTime":"","Tags":{"Tag":[{"Key":"a","Value":"b"}]}}]},
		"PageNumber":1,"PageSize":50,"TotalCount":1}`, `{"Instances":{"KVStoreInstance":[{}]},"PageSize":2147483647,"TotalCount":-1}`)
}
