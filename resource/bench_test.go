package resource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

var benchScope = resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: "beijing"}

// benchHost is an ordinary host with eight tags, some 450 bytes in the table.
func benchHost() *resource.Host {
	return &resource.Host{
		Meta: resource.Meta{NativeID: "i-9e3779b97f4a7c15"},
		Name: "genMockResourceHost_host_1", Status: "running", Zone: "beijing-a",
		InstanceType: "8c32g", VCPU: 8, MemoryMiB: 32 << 10, DiskGiB: 512,
		PrivateIPs: []string{"8.8.9.12"}, VPCID: "vpc-beijing", SubnetID: "subnet-beijing-a",
		ImageID: "img-aws-linux", OS: "linux", ChargeType: "postpaid",
		Tags: map[string]string{
			"stree_group": "inf", "stree_product": "k8s", "stree_app": "kafka", "cluster": "middleware",
			"arch": "amd64", "idc": "idc-1", "os": "linux", "job": "online",
		},
		STreeGroup: "inf", STreeProduct: "k8s", STreeApp: "kafka",
		CloudCreatedAt: time.Date(2024, 4, 14, 0, 0, 0, 0, time.UTC),
	}
}

// The cost of one row: canonical form, uid, hash and encoding.
func BenchmarkSeal(b *testing.B) {
	host, sealer := benchHost(), resource.HostKind.Sealer(benchScope, 1)
	var encoded []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if encoded, err = sealer.Append(encoded[:0], host); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(encoded)))
}

func BenchmarkDecode(b *testing.B) {
	encoded, err := resource.HostKind.Sealer(benchScope, 1).Append(nil, benchHost())
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := resource.HostKind.Decode(encoded, benchScope, 1); err != nil {
			b.Fatal(err)
		}
	}
}

// The cost of one row of a bulk insert, up to the driver.
func BenchmarkValues(b *testing.B) {
	encoded, err := resource.HostKind.Sealer(benchScope, 1).Append(nil, benchHost())
	require.NoError(b, err)
	reader := resource.HostKind.Values()
	var values []any
	b.ReportAllocs()
	for b.Loop() {
		if values, _, err = reader.Append(values[:0], encoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDigestAdd(b *testing.B) {
	host := benchHost()
	require.NoError(b, resource.HostKind.Seal(host, benchScope, 1))
	entry := host.Entry()
	var digest resource.Digest
	b.ReportAllocs()
	for b.Loop() {
		digest.Add(entry)
	}
}
