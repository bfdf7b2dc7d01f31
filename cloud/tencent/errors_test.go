package tencent_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	html := "<html>" + strings.Repeat("planted ", 10_000) + "Authorization: TC3-HMAC-SHA256 Signature=0123</html>"
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
	}{
		"invalid credential":        {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
		"denied":                    {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"region disabled":           {fake.Fault{Verdict: fake.RegionDisabled}, cloud.RegionDisabled},
		"throttled":                 {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"server error":              {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"expired cursor":            {fake.Fault{Verdict: fake.ExpiredCursor}, cloud.ExpiredCursor},
		"truncated":                 {fake.Fault{Truncated: true, Body: `{"Response":{"TotalCount":0,"InstanceSet":[],"DiskSet":[],"Items":[],"LoadBalancerSet":[]}}`}, cloud.Unavailable},
		"truncated at once":         {fake.Fault{Truncated: true}, cloud.Unavailable},
		"half a document":           {fake.Fault{Body: `{"Response":{"TotalCount":1,"InstanceSet":[{"Instan`}, cloud.BadAnswer},
		"blank":                     {fake.Fault{Body: " "}, cloud.BadAnswer},
		"an empty object":           {fake.Fault{Body: "{}"}, cloud.BadAnswer},
		"an empty response":         {fake.Fault{Body: `{"Response":{}}`}, cloud.BadAnswer},
		"a null response":           {fake.Fault{Body: `{"Response":null}`}, cloud.BadAnswer},
		"null":                      {fake.Fault{Body: `null`}, cloud.BadAnswer},
		"a list":                    {fake.Fault{Body: `[]`}, cloud.BadAnswer},
		"a page of a proxy":         {fake.Fault{Body: html}, cloud.BadAnswer},
		"a page of a proxy, 502":    {fake.Fault{Body: html, Status: http.StatusBadGateway}, cloud.Unavailable},
		"a page of a proxy, 504":    {fake.Fault{Body: html, Status: http.StatusGatewayTimeout}, cloud.Timeout},
		"a page of a proxy, 403":    {fake.Fault{Body: html, Status: http.StatusForbidden}, cloud.Denied},
		"a page of a proxy, 429":    {fake.Fault{Body: html, Status: http.StatusTooManyRequests}, cloud.Throttled},
		"JSON with 500":             {fake.Fault{Body: `{"message":"planted"}`, Status: http.StatusInternalServerError}, cloud.Unavailable},
		"JSON with 404":             {fake.Fault{Body: `{"message":"planted"}`, Status: http.StatusNotFound}, cloud.BadAnswer},
		"an error with 500":         {fake.Fault{Body: string(failed("RequestLimitExceeded", "slow down")), Status: http.StatusInternalServerError}, cloud.Throttled},
		"an error of API 2017":      {fake.Fault{Body: `{"code":4500,"message":"replay","codeDesc":"InternalError"}`}, cloud.Unavailable},
		"an error without a code":   {fake.Fault{Body: `{"Response":{"Error":{"Message":"?"},"RequestId":"r"}}`}, cloud.BadAnswer},
		"an error and a list":       {fake.Fault{Body: `{"Response":{"Error":{"Code":"InternalError","Message":"no"},"TotalCount":0}}`}, cloud.Unavailable},
		"an error that says it all": {fake.Fault{Body: string(failed("InternalError", "key "+secretKey+" of https://cvm.tencentcloudapi.com/?Signature=abc&x=1 "+strings.Repeat("数", 9_000)))}, cloud.Unavailable},
	} {
		for kind, action := range kinds {
			t.Run(name+"/"+kind.Name(), func(t *testing.T) {
				t.Parallel()
				c := newCloud(filled(2))
				fault := test.fault
				fault.Action = action
				c.Break(fault)
				page, err := enter(t, c).List(t.Context(), scopeOf(kind), "")
				require.Equal(t, test.class, cloud.ClassOf(err), "%v", err)
				require.Empty(t, page)
				require.ErrorContains(t, err, "tencent/prod: "+actionOf(kind)+" of "+beijing)
				require.Less(t, len(err.Error()), 1000)
				if name != "an error without a code" {
					requireShowsNothing(t, strings.ReplaceAll(err.Error(), "?…", ""))
				}
			})
		}
	}
}

// The codes of the API, in the classes of the program.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	for code, class := range map[string]cloud.Class{
		"AuthFailure":                                       cloud.InvalidCredential,
		"AuthFailure.SecretIdNotFound":                      cloud.InvalidCredential,
		"AuthFailure.InvalidSecretId":                       cloud.InvalidCredential,
		"AuthFailure.SignatureExpire":                       cloud.InvalidCredential,
		"AuthFailure.SignatureFailure":                      cloud.InvalidCredential,
		"AuthFailure.TokenFailure":                          cloud.InvalidCredential,
		"AuthFailure.UnauthorizedOperation":                 cloud.Denied,
		"UnauthorizedOperation":                             cloud.Denied,
		"InvalidParameter.PermissionDenied":                 cloud.Denied,
		"UnauthorizedOperation.CamNoAuth":                   cloud.Denied,
		"OperationDenied.CamDeniedError":                    cloud.Denied,
		"RequestLimitExceeded":                              cloud.Throttled,
		"RequestLimitExceeded.UinLimitExceeded":             cloud.Throttled,
		"RequestLimitExceeded.IPLimitExceeded":              cloud.Throttled,
		"RequestLimitExceeded.GlobalRegionUinLimitExceeded": cloud.Throttled,
		"LimitExceeded":                                     cloud.Throttled,
		"UnsupportedRegion":                                 cloud.RegionDisabled,
		"UnsupportedOperation.ServiceUnsupportedRegion":     cloud.RegionDisabled,
		"UnsupportedOperation":                              cloud.BadAnswer,
		"InternalError.CamNoAuth":                           cloud.Denied,
		"FailedOperation.CAMAuthorizedFail":                 cloud.Denied,
		"InvalidRegion.NotFound":                            cloud.RegionDisabled,
		"InternalError":                                     cloud.Unavailable,
		"InternalError.DatabaseAccessError":                 cloud.Unavailable,
		"InternalServerError":                               cloud.Unavailable,
		"ServiceUnavailable":                                cloud.Unavailable,
		"ResourceUnavailable":                               cloud.Unavailable,
		"FailedOperation":                                   cloud.Unavailable,
		"CdbError":                                          cloud.Unavailable,
		"InvalidParameterValueOffset":                       cloud.ExpiredCursor,
		"ResourceNotFound":                                  cloud.NotFound,
		"InvalidParameter":                                  cloud.BadAnswer,
		"InvalidParameterValue.InvalidAppIdFormat":          cloud.BadAnswer,
		"InvalidAction":                                     cloud.BadAnswer,
		"NoSuchVersion":                                     cloud.BadAnswer,
		"ACodeThatIsNew":                                    cloud.BadAnswer,
		"ClientError.CredentialError":                       cloud.InvalidCredential,
		"InternalErrorThatOnlySharesTheFirstLetters":        cloud.BadAnswer,
	} {
		c := newCloud(filled(1))
		c.Record("DescribeInstances", failed(code, "words"))
		_, err := enter(t, c).List(t.Context(), scopeOf(resource.HostKind), "")
		require.Equal(t, class, cloud.ClassOf(err), code)
		require.ErrorContains(t, err, code, "the operator can look it up")
		require.Equal(t, class == cloud.Throttled, retryAfter(t, err) == time.Second, code)
	}
}

// The API names no time to wait; a proxy's does.
func TestRetryAfterOfAProxy(t *testing.T) {
	t.Parallel()
	client := enterAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	_, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	require.Equal(t, 7*time.Second, retryAfter(t, err))
}

func retryAfter(t *testing.T, err error) time.Duration {
	t.Helper()
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	return failure.RetryAfter
}

// A region that answered 403 was turned into an empty list by cartography (#1398,
// #2658), and the sweep after it deleted everything.
func TestDeniedIsNoEmptyList(t *testing.T) {
	t.Parallel()
	region := filled(3)
	region.Denied = true
	client := enter(t, newCloud(region, &fake.Region{Name: "na-ashburn", Disabled: true}))
	for kind := range kinds {
		page, err := client.List(t.Context(), scopeOf(kind), "")
		require.Equal(t, cloud.Denied, cloud.ClassOf(err), kind.Name())
		require.Empty(t, page)
		if kind == resource.CertificateKind { // of no region
			continue
		}
		for _, name := range []string{"na-ashburn", "xx-nowhere"} {
			scope := scopeOf(kind)
			scope.Region = name
			_, err = client.List(t.Context(), scope, "")
			require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err), name)
		}
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"GetCallerIdentity", "DescribeInstances", "DescribeLoadBalancers"} {
		kind := resource.HostKind
		if action == "DescribeLoadBalancers" {
			kind = resource.LoadBalancerKind
		}
		c := newCloud(filled(1))
		c.Break(fake.Fault{Action: action, Delay: 5 * time.Minute})
		client := enter(t, c)
		began := time.Now()

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := client.List(ctx, scopeOf(kind), "")
		cancel()
		require.Equal(t, cloud.Timeout, cloud.ClassOf(err), action)

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err = client.Lookup(ctx, scopeOf(kind), []string{"ins-00000000"})
		require.Equal(t, cloud.Unavailable, cloud.ClassOf(err), action)
		require.ErrorIs(t, err, context.Canceled)

		require.Less(t, time.Since(began), 20*time.Second, action)
	}
}

// Nobody answers at the address.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	server := settings("http://127.0.0.1:1")
	_, err := newProvider(server).List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	requireShowsNothing(t, err.Error())
}

// The SDK's retries are off: who throttles is asked once.
func TestNoRetries(t *testing.T) {
	t.Parallel()
	for _, fault := range []fake.Fault{{Verdict: fake.Throttled}, {Verdict: fake.ServerError}, {Truncated: true}} {
		c := newCloud(filled(1))
		fault.Action = "DescribeDisks"
		c.Break(fault)
		_, err := enter(t, c).List(t.Context(), scopeOf(resource.DiskKind), "")
		require.Error(t, err)
		require.Equal(t, 1, actionsOf(c)["DescribeDisks"])
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind  *resource.Kind
		items string
		says  []string
	}{
		"negative CPU":             {resource.HostKind, `{"InstanceId":"ins-1","CPU":-1}`, []string{"ins-1", "CPU", "-1"}},
		"negative memory":          {resource.HostKind, `{"InstanceId":"ins-1","Memory":-4}`, []string{"ins-1", "Memory"}},
		"memory beyond an int":     {resource.HostKind, `{"InstanceId":"ins-1","Memory":9223372036854775807}`, []string{"ins-1", "Memory"}},
		"memory beyond all":        {resource.HostKind, `{"InstanceId":"ins-1","Memory":1e30}`, []string{"Memory"}},
		"a negative disk":          {resource.HostKind, `{"InstanceId":"ins-1","DataDisks":[{"DiskSize":-1}]}`, []string{"ins-1", "DiskSize"}},
		"disks beyond an int":      {resource.HostKind, `{"InstanceId":"ins-1","SystemDisk":{"DiskSize":9223372036854775807},"DataDisks":[{"DiskSize":1}]}`, []string{"ins-1", "DiskSize"}},
		"no time":                  {resource.HostKind, `{"InstanceId":"ins-1","CreatedTime":"yesterday"}`, []string{"ins-1", "CreatedTime", "yesterday"}},
		"half a CPU":               {resource.HostKind, `{"InstanceId":"ins-1","CPU":0.5}`, []string{"ins-1", "CPU", "0.5"}},
		"an id that is an object":  {resource.HostKind, `{"InstanceId":{}}`, []string{"InstanceId"}},
		"tags that are a map":      {resource.HostKind, `{"InstanceId":"ins-1","Tags":{"a":"b"}}`, []string{"Tags"}},
		"null for an instance":     {resource.HostKind, `{"InstanceId":"ins-2"},null`, []string{"null"}},
		"a text for an instance":   {resource.HostKind, `{"InstanceId":"ins-2"},"ins-1"`, []string{"without an id", "ins-1"}},
		"the second of two":        {resource.HostKind, `{"InstanceId":"ins-2"},{"InstanceId":"ins-1","CPU":-1}`, []string{"ins-1", "CPU"}},
		"a disk less than nothing": {resource.DiskKind, `{"DiskId":"disk-1","DiskSize":-10}`, []string{"disk-1", "DiskSize"}},
		"a disk's date":            {resource.DiskKind, `{"DiskId":"disk-1","CreateTime":"2024-02-30 00:00:00"}`, []string{"disk-1", "CreateTime"}},
		"a disk's size in words":   {resource.DiskKind, `{"DiskId":"disk-1","DiskSize":"ten"}`, []string{"DiskSize"}},
		"a database's port":        {resource.DatabaseKind, `{"InstanceId":"cdb-1","Vport":-1}`, []string{"cdb-1", "Vport"}},
		"a database's end":         {resource.DatabaseKind, `{"InstanceId":"cdb-1","DeadlineTime":"soon"}`, []string{"cdb-1", "DeadlineTime"}},
		"a database's volume":      {resource.DatabaseKind, `{"InstanceId":"cdb-1","Volume":-1}`, []string{"cdb-1", "Volume"}},
		"a balancer's end":         {resource.LoadBalancerKind, `{"LoadBalancerId":"lb-1","ExpireTime":"2024"}`, []string{"lb-1", "ExpireTime"}},
		"a balancer's status":      {resource.LoadBalancerKind, `{"LoadBalancerId":"lb-1","Status":["up"]}`, []string{"Status"}},
		"a cache's size":           {resource.CacheKind, `{"InstanceId":"crs-1","Size":-1024}`, []string{"crs-1", "Size"}},
		"half a shard":             {resource.CacheKind, `{"InstanceId":"crs-1","RedisShardNum":0.5}`, []string{"crs-1", "RedisShardNum"}},
		"a cache's port":           {resource.CacheKind, `{"InstanceId":"crs-1","Port":70000}`, []string{"crs-1", "Port", "70000"}},
		"a cache's zone":           {resource.CacheKind, `{"InstanceId":"crs-1","Region":"ap-beijing","NodeSet":[{"ZoneId":800003},{"ZoneId":"three"}]}`, []string{"crs-1", "ZoneId", "three"}},
		"a cache's birth":          {resource.CacheKind, `{"InstanceId":"crs-1","Createtime":"soon"}`, []string{"crs-1", "Createtime"}},
		"a VPC's birth":            {resource.VPCKind, `{"VpcId":"vpc-1","CreatedTime":"in May"}`, []string{"vpc-1", "CreatedTime", "in May"}},
		"ranges that are a text":   {resource.VPCKind, `{"VpcId":"vpc-1","AssistantCidrSet":"10.0.0.0/8"}`, []string{"vpc-1", "AssistantCidrSet"}},
		"a subnet's ranges":        {resource.SubnetKind, `{"SubnetId":"subnet-1","CidrBlock":["10.0.0.0/8"]}`, []string{"subnet-1", "CidrBlock"}},
		"an EIP's bandwidth":       {resource.PublicIPKind, `{"AddressId":"eip-1","Bandwidth":-1}`, []string{"eip-1", "Bandwidth"}},
		"an EIP's end":             {resource.PublicIPKind, `{"AddressId":"eip-1","DeadlineDate":"some day"}`, []string{"eip-1", "DeadlineDate"}},
		"a gateway's addresses":    {resource.NATGatewayKind, `{"NatGatewayId":"nat-1","PublicIpAddressSet":["203.0.113.1"]}`, []string{"nat-1", "PublicIpAddressSet"}},
		"a gateway's birth":        {resource.NATGatewayKind, `{"NatGatewayId":"nat-1","CreatedTime":"2022-13-01"}`, []string{"nat-1", "CreatedTime"}},
		"a snapshot's size":        {resource.SnapshotKind, `{"SnapshotId":"snap-1","DiskSize":0.5}`, []string{"snap-1", "DiskSize"}},
		"a snapshot's end":         {resource.SnapshotKind, `{"SnapshotId":"snap-1","DeadlineTime":"never"}`, []string{"snap-1", "DeadlineTime"}},
		"an image's size":          {resource.MachineImageKind, `{"ImageId":"img-1","ImageSize":"big"}`, []string{"img-1", "ImageSize"}},
		"an image's disks":         {resource.MachineImageKind, `{"ImageId":"img-1","SnapshotSet":[{"DiskSize":-1}]}`, []string{"img-1", "DiskSize"}},
		"an image's birth":         {resource.MachineImageKind, `{"ImageId":"img-1","CreatedTime":"2024"}`, []string{"img-1", "CreatedTime"}},
		"a cluster's birth":        {resource.ClusterKind, `{"ClusterId":"cls-1","CreatedTime":"now"}`, []string{"cls-1", "CreatedTime"}},
		"a cluster's network":      {resource.ClusterKind, `{"ClusterId":"cls-1","ClusterNetworkSettings":["vpc-1"]}`, []string{"cls-1", "ClusterNetworkSettings"}},
		"a certificate's end":      {resource.CertificateKind, `{"CertificateId":"cert-1","CertEndTime":"31.12.2026"}`, []string{"cert-1", "CertEndTime"}},
		"a certificate's domains":  {resource.CertificateKind, `{"CertificateId":"cert-1","SubjectAltName":"a,b"}`, []string{"cert-1", "SubjectAltName"}},
		"a very long time":         {resource.LoadBalancerKind, `{"LoadBalancerId":"lb-1","CreateTime":"` + strings.Repeat("9", 100_000) + `"}`, []string{"lb-1", "CreateTime"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud()
			c.Record(kinds[test.kind], page(test.kind, 2, test.items))
			got, err := enter(t, c).List(t.Context(), scopeOf(test.kind), "")
			require.NoError(t, err)
			require.Len(t, got.Problems, 1)
			require.Len(t, got.Rows, strings.Count(test.items, `"ins-2"`), "the others are rows")
			for _, word := range test.says {
				require.Contains(t, got.Problems[0].Text, word)
			}
			require.Less(t, len(got.Problems[0].Text), 300)
		})
	}
	for _, items := range []string{`null`, `"ins-1"`, `[],7`} {
		c := newCloud()
		c.Record(kinds[resource.HostKind], page(resource.HostKind, 2, items))
		got, err := enter(t, c).List(t.Context(), scopeOf(resource.HostKind), "")
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "nothing of it can be read: %v", err)
		require.Empty(t, got)
	}
	for _, total := range []string{"-1", "null", `"two"`, "1e30", "0.5", `{}`} {
		c := newCloud()
		c.Record("DescribeDisks", []byte(`{"Response":{"TotalCount":`+total+`,"DiskSet":[]}}`))
		_, err := enter(t, c).List(t.Context(), scopeOf(resource.DiskKind), "")
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), total)
	}
}
