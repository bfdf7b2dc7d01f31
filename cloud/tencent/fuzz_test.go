package tencent_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

func FuzzHosts(f *testing.F) {
	fuzz(f, resource.HostKind, `{"InstanceId":"i","CPU":-1}`, `{"InstanceId":"i","Memory":1e30}`, `null`,
		`{"InstanceId":"i","CreatedTime":"2020-09-22T00:00:00+00:00","Tags":[null],"DataDisks":[{"DiskSize":9223372036854775807},{"DiskSize":1}]}`)
}

func FuzzDisks(f *testing.F) {
	fuzz(f, resource.DiskKind, `{"DiskId":"d","InstanceIdList":["b","a",""],"DiskSize":-1}`, `{"DiskId":"d","CreateTime":"0000-00-00 00:00:00","DeadlineTime":"x"}`)
}

func FuzzDatabases(f *testing.F) {
	fuzz(f, resource.DatabaseKind, `{"InstanceId":"c","Status":-9,"Vport":70000,"TagList":[{"TagKey":""}]}`, `{"InstanceId":"c","Zone":1}`)
}

func FuzzLoadBalancers(f *testing.F) {
	fuzz(f, resource.LoadBalancerKind, `{"LoadBalancerId":"l","LoadBalancerVips":[null,"1.1.1.1"],"MasterZone":null}`, `{"LoadBalancerId":"l","Forward":2,"ExpireTime":"0001-01-01 00:00:00"}`)
}

func FuzzCaches(f *testing.F) {
	fuzz(f, resource.CacheKind, `{"InstanceId":"c","Region":"ap-beijing","ZoneId":2100080001,"NodeSet":[null,{"ZoneId":800003}],"Type":200,"Size":1024.5}`, `{"InstanceId":"c","Status":-4,"Port":70000,"InstanceTags":[null],"DeadlineTime":"x"}`)
}

func FuzzVPCs(f *testing.F) {
	fuzz(f, resource.VPCKind, `{"VpcId":"v","AssistantCidrSet":[null,{"CidrBlock":7}],"Ipv6CidrBlockSet":[{}]}`, `{"VpcId":"v","CreatedTime":"x","TagSet":{}}`)
}

func FuzzSubnets(f *testing.F) {
	fuzz(f, resource.SubnetKind, `{"SubnetId":"s","CidrBlock":null,"Ipv6CidrBlock":[],"TagSet":[null]}`)
}

func FuzzPublicIPs(f *testing.F) {
	fuzz(f, resource.PublicIPKind, `{"AddressId":"p","AddressIp":"::ffff:1.2.3.4","Bandwidth":1e9,"NetworkInterfaceId":"e"}`, `{"AddressId":"p","DeadlineDate":"0","InstanceType":null}`)
}

func FuzzNATGateways(f *testing.F) {
	fuzz(f, resource.NATGatewayKind, `{"NatGatewayId":"n","PublicIpAddressSet":[{"PublicIpAddress":1}],"NatProductVersion":"2"}`, `{"NatGatewayId":"n","PublicIpAddressSet":{}}`)
}

func FuzzSnapshots(f *testing.F) {
	fuzz(f, resource.SnapshotKind, `{"SnapshotId":"s","SnapshotType":"SHARED_SNAPSHOT","DiskSize":1e30}`, `{"SnapshotId":"s","AutoSnapshotPolicyId":[],"DeadlineTime":"0000-00-00 00:00:00"}`)
}

func FuzzImages(f *testing.F) {
	fuzz(f, resource.MachineImageKind, `{"ImageId":"i","ImageType":{},"SnapshotSet":[null,{"DiskSize":9223372036854775807}]}`, `{"ImageId":"i","ImageSize":-1,"Architecture":7}`)
}

func FuzzClusters(f *testing.F) {
	fuzz(f, resource.ClusterKind, `{"ClusterId":"c","ClusterNetworkSettings":{"Subnets":[null,1]},"TagSpecification":[null,{"Tags":{}}]}`, `{"ClusterId":"c","K8SVersion":1.30,"SubnetIds":"s","CreatedTime":1}`)
}

func FuzzCertificates(f *testing.F) {
	fuzz(f, resource.CertificateKind, `{"CertificateId":"c","CertificateType":"CA"}`, `{"CertificateId":"c","Status":1.0,"SubjectAltName":[1,null],"CertEndTime":"9999-12-31 23:59:59"}`)
}

func FuzzSecurityGroups(f *testing.F) {
	fuzz(f, resource.SecurityGroupKind, `{"SecurityGroupId":"g","SecurityGroupDesc":null,"TagSet":[{}]}`)
}

// fuzz has the API answer with whatever bytes, through the official SDK: there are
// rows, or an error that says that the answer is bad, and never a part of a page.
func fuzz(f *testing.F, kind *resource.Kind, items ...string) {
	f.Add(answerOfTheFake(f, kind))
	for _, item := range items {
		f.Add(page(kind, 1, item))
	}
	for _, body := range []string{``, `null`, `{}`, `[]`, `{"Response":null}`, `{"Response":{"TotalCount":0}}`, `{"Response":{"TotalCount":-1}}`, `{"code":1}`} {
		f.Add([]byte(body))
	}
	f.Add(failed("InvalidInstanceId.NotFound", "no"))

	api := tencentfake.New(newCloud(filled(0)))
	var body atomic.Pointer[[]byte]
	client := enterAt(f, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-TC-Action") != actionOf(kind) {
			api.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(*body.Load())
	}))
	f.Fuzz(func(t *testing.T, content []byte) {
		body.Store(&content)
		got, err := client.List(t.Context(), scopeOf(kind), "")
		requireRowsOrBadAnswer(t, kind, content, got, err)
		existing, err := client.Lookup(t.Context(), scopeOf(kind), []string{"a", "b"})
		if err != nil {
			require.Empty(t, existing)
		}
	})
}

func requireRowsOrBadAnswer(t *testing.T, kind *resource.Kind, content []byte, got cloud.Page, err error) {
	t.Helper()
	if err != nil {
		require.Empty(t, got)
		var failure *cloud.Error
		require.ErrorAs(t, err, &failure)
		if lower := strings.ToLower(string(content)); !strings.Contains(lower, "code") && !strings.Contains(lower, `\u`) {
			require.Equal(t, cloud.BadAnswer, failure.Class, "%v", err)
		}
		require.Less(t, len(err.Error()), 2000)
		return
	}
	require.GreaterOrEqual(t, got.Total, int64(0))
	for _, row := range got.Rows {
		_ = kind.Seal(row, scopeOf(kind), 7) // a row that cannot be stored says so
	}
}

func answerOfTheFake(f *testing.F, kind *resource.Kind) []byte {
	f.Helper()
	request := httptest.NewRequestWithContext(f.Context(), http.MethodPost, "/", strings.NewReader("{}"))
	versions := map[*resource.Kind]string{
		resource.HostKind: "2017-03-12", resource.DiskKind: "2017-03-12", resource.DatabaseKind: "2017-03-20", resource.LoadBalancerKind: "2018-03-17",
		resource.CacheKind: "2018-04-12", resource.VPCKind: "2017-03-12", resource.SubnetKind: "2017-03-12", resource.SecurityGroupKind: "2017-03-12",
		resource.PublicIPKind: "2017-03-12", resource.NATGatewayKind: "2017-03-12",
		resource.SnapshotKind: "2017-03-12", resource.MachineImageKind: "2017-03-12", resource.ClusterKind: "2018-05-25",
		resource.CertificateKind: "2019-12-05",
	}
	request.Header.Set("X-TC-Action", actionOf(kind))
	request.Header.Set("X-TC-Version", versions[kind])
	request.Header.Set("X-TC-Region", beijing)
	request.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+secretID+"/2024-01-01/x/tc3_request")
	recorder := httptest.NewRecorder()
	tencentfake.New(newCloud(aRegion())).ServeHTTP(recorder, request)
	require.Contains(f, recorder.Body.String(), `"TotalCount"`)
	return recorder.Body.Bytes()
}
