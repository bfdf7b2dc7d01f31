package discovery

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// manyHosts are ordinary hosts with eight tags each.
func manyHosts(n int) memory {
	hosts := make(memory, n)
	for i := range hosts {
		region := fmt.Sprintf("region-%d", i%20)
		hosts[i] = &resource.Host{
			Meta: resource.Meta{
				UID: resource.UID{byte(i >> 16), byte(i >> 8), byte(i)}, Provider: "aws", Account: "prod", Region: region,
				NativeID: fmt.Sprintf("i-%016x", i), CreatedAt: time.Unix(1_700_000_000, 0), UpdatedAt: time.Unix(1_700_000_000+int64(i), 0),
			},
			Name: fmt.Sprintf("web-%06d", i), Status: "running", Zone: region + "-a", InstanceType: "8c32g", VCPU: 8, MemoryMiB: 32 << 10, DiskGiB: 512,
			PrivateIPs: []string{fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)}, VPCID: "vpc-" + region, SubnetID: "subnet-" + region,
			SecurityGroupIDs: []string{"sg-1", "sg-2"}, ImageID: "img-linux", OS: "linux", ChargeType: "postpaid",
			Tags: map[string]string{
				"stree_group": "inf", "stree_product": "k8s", "stree_app": "kafka", "cluster": "middleware",
				"kubernetes.io/arch": "amd64", "idc": "idc-1", "os": "linux", "job": "online",
			},
			STreeGroup: "inf", STreeProduct: "k8s", STreeApp: "kafka", CloudCreatedAt: time.Unix(1_600_000_000, 0),
		}
	}
	return hosts
}

// 100,000 targets, from rows and from labels that are there already, as an index has them;
// beside what encoding/json takes for the same.
func BenchmarkTargets(b *testing.B) {
	const n = 100_000
	hosts := manyHosts(n)
	for name, source := range map[string]Source{"rows": FromReader(hosts), "labels": read(b, FromReader(hosts))} {
		handler := TargetsHandler(source, resource.Standard())
		for _, accept := range []string{"", "gzip"} {
			b.Run(name+accept, func(b *testing.B) {
				for b.Loop() {
					request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/?port=9100", nil)
					request.SetPathValue("kind", "host")
					request.Header.Set("Accept-Encoding", accept)
					sent := discarded{header: http.Header{}}
					handler.ServeHTTP(&sent, request)
					require.Equal(b, "0", sent.header.Get(LeftOutHeader))
					b.ReportMetric(float64(sent.bytes)/1e6, "MB")
				}
			})
		}
	}
	b.Run("encoding/json", func(b *testing.B) {
		source := read(b, FromReader(hosts))
		for b.Loop() {
			encoder := json.NewEncoder(io.Discard)
			require.NoError(b, source.Each(b.Context(), hostScope(), func(kind *resource.Kind, labels Labels) error {
				target := struct {
					Targets []string          `json:"targets"`
					Labels  map[string]string `json:"labels"`
				}{Targets: []string{"10.0.0.1:9100"}, Labels: map[string]string{}}
				labels.Each(func(label, value string) { target.Labels[metaPrefix+label] = value })
				return encoder.Encode(target)
			}))
		}
	})
}

// BenchmarkAnsible is the inventory of 10,000 hosts.
func BenchmarkAnsible(b *testing.B) {
	source := read(b, FromReader(manyHosts(10_000)))
	for b.Loop() {
		hosts, err := NewAnsible(b.Context(), source, hostScope(), AnyAddress)
		require.NoError(b, err)
		require.NoError(b, json.NewEncoder(io.Discard).Encode(hosts))
	}
}

func hostScope() inventory.Scope {
	return inventory.Scope{Kinds: []*resource.Kind{resource.HostKind}, Query: query.Query{}}
}

// discarded is an answer that nobody keeps.
type discarded struct {
	header http.Header
	bytes  int64
}

func (d *discarded) Header() http.Header { return d.header }
func (d *discarded) WriteHeader(int)     {}
func (d *discarded) Write(p []byte) (int, error) {
	d.bytes += int64(len(p))
	return len(p), nil
}
