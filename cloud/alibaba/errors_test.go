package alibaba_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/alibaba/alibabafake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// actionOf is the action that lists a kind.
var actionOf = map[*resource.Kind]string{
	resource.HostKind: "DescribeInstances", resource.DiskKind: "DescribeDisks",
	resource.DatabaseKind: "DescribeDBInstances", resource.LoadBalancerKind: "DescribeLoadBalancers",
	resource.CacheKind: alibabafake.CacheAction,
}

// requireClass checks that nothing came back but an error of the class, which gives
// nothing away.
func requireClass(t *testing.T, want cloud.Class, page cloud.Page, err error, name string) {
	t.Helper()
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure, name)
	require.Equal(t, want, failure.Class, "%s: %v", name, err)
	require.Equal(t, cloud.Page{}, page, name)
	for _, hidden := range []string{secretKey, "Signature", "planted-token", "MaxResults", "x-acs-"} {
		require.NotContains(t, err.Error(), hidden, name)
	}
	require.Less(t, len(err.Error()), 600, name)
}

func TestErrorsOfTheCloud(t *testing.T) {
	t.Parallel()
	answer := func(status int, code string) fake.Fault {
		return fake.Fault{Status: status, Body: fmt.Sprintf(`{"Code":%q,"Message":"a message","RequestId":"1"}`, code)}
	}
	for name, test := range map[string]struct {
		fault fake.Fault
		want  cloud.Class
	}{
		"invalid credential":      {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
		"denied":                  {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"region disabled":         {fake.Fault{Verdict: fake.RegionDisabled}, cloud.RegionDisabled},
		"throttled":               {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"server error":            {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"expired cursor":          {fake.Fault{Verdict: fake.ExpiredCursor}, cloud.ExpiredCursor},
		"throttled, this action":  {answer(400, "Throttling.Api"), cloud.Throttled},
		"throttled, all":          {answer(503, "Throttling"), cloud.Throttled},
		"throttled, concurrency":  {answer(429, "Throttling.Concurrent"), cloud.Throttled},
		"token expired":           {answer(400, "InvalidSecurityToken.Expired"), cloud.InvalidCredential},
		"key disabled":            {answer(403, "InvalidAccessKeyId.Inactive"), cloud.InvalidCredential},
		"forbidden":               {answer(403, "Forbidden"), cloud.Denied},
		"no permission":           {answer(403, "NoPermission"), cloud.Denied},
		"an unknown 403":          {answer(403, "OperationDenied.Other"), cloud.Denied},
		"an unknown 400":          {answer(400, "MissingParameter"), cloud.BadAnswer},
		"an internal error":       {answer(500, "InternalError"), cloud.Unavailable},
		"a token of another form": {answer(400, "InvalidNextToken"), cloud.ExpiredCursor},
		"a page of a proxy":       {fake.Fault{Status: 502, Body: "<html>bad gateway</html>"}, cloud.Unavailable},
		"an error without a code": {fake.Fault{Status: 500, Body: `{}`}, cloud.Unavailable},
		"an error that is a list": {fake.Fault{Status: 500, Body: `["InternalError"]`}, cloud.Unavailable},
		"an error that is a text": {fake.Fault{Status: 400, Body: `"x"`}, cloud.BadAnswer},
		"an empty error":          {fake.Fault{Status: 503, Body: " "}, cloud.Unavailable},
		"cut short":               {fake.Fault{Truncated: true, Body: `{"Instances":{"Inst`}, cloud.Unavailable},
		"cut before it began":     {fake.Fault{Truncated: true}, cloud.Unavailable},
		"no JSON":                 {fake.Fault{Body: `<html>`}, cloud.BadAnswer},
		"half of the JSON":        {fake.Fault{Body: `{"Instances":{"Instance":[{"InstanceId":"i-1"}`}, cloud.BadAnswer},
		"more than the JSON":      {fake.Fault{Body: `{"Instances":{"Instance":[]}} {}`}, cloud.BadAnswer},
		"nothing":                 {fake.Fault{Body: " "}, cloud.BadAnswer},
		"null":                    {fake.Fault{Body: `null`}, cloud.BadAnswer},
		"a list":                  {fake.Fault{Body: `[]`}, cloud.BadAnswer},
		"an object without any":   {fake.Fault{Body: `{"RequestId":"1"}`}, cloud.BadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, action := range actionOf {
				w := newWorld(t, everything())
				test.fault.Action = action
				w.Break(test.fault)
				client := w.worker()
				page, err := client.List(t.Context(), scopeOf(kind), "")
				requireClass(t, test.want, page, err, action)
				require.ErrorContains(t, err, "alibaba/prod: "+strings.TrimPrefix(action, "r-kvstore_")+" of cn-beijing")
				found, err := client.Lookup(t.Context(), scopeOf(kind), []string{"gone"})
				requireClass(t, test.want, cloud.Page{}, err, action)
				require.Empty(t, found)
			}
		})
	}
}

func TestAnEmptyBodyIsNoAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for kind, action := range actionOf {
		w.Record(action, []byte{})
		page, err := w.worker().List(t.Context(), scopeOf(kind), "")
		requireClass(t, cloud.BadAnswer, page, err, action)
	}
}

func TestThrottledSaysHowLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeInstances", Verdict: fake.Throttled, RetryAfter: 1500 * time.Millisecond})
	_, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	var failure *cloud.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cloud.Throttled, failure.Class)
	require.Equal(t, 1500*time.Millisecond, failure.RetryAfter)
}

// A listing goes on with a token that is not the cloud's any more.
func TestAnExpiredToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Cursor: true, Verdict: fake.ExpiredCursor})
	w.PageSize = 1
	for kind := range actionOf {
		first, err := w.worker().List(t.Context(), scopeOf(kind), "")
		if kind != resource.HostKind && kind != resource.SecurityGroupKind { // whose disks and rules are on several pages, too
			require.NoError(t, err)
			_, err = w.worker().List(t.Context(), scopeOf(kind), first.Next)
		}
		require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err), kind.Name())
	}
	w.Mend()
	for kind := range actionOf {
		_, err := w.worker().List(t.Context(), scopeOf(kind), "made up")
		require.Equal(t, cloud.ExpiredCursor, cloud.ClassOf(err), kind.Name())
	}
}

func TestUnknownAndDisabledRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &fake.Region{Name: beijing, Disabled: true})
	for kind := range actionOf {
		for _, region := range []string{beijing, "cn-nowhere"} {
			scope := scopeOf(kind)
			scope.Region = region
			page, err := w.worker().List(t.Context(), scope, "")
			requireClass(t, cloud.RegionDisabled, page, err, region)
		}
	}
}

// What external-dns #2858 and #3997 got wrong: a time-out is no answer.
func TestASlowCloud(t *testing.T) {
	t.Parallel()
	for kind, action := range actionOf {
		w := newWorld(t, everything())
		client := w.worker()
		_, err := client.Lookup(t.Context(), scopeOf(kind), nil) // enters
		require.NoError(t, err)
		w.Break(fake.Fault{Action: action, Delay: 5 * time.Minute})
		for name, test := range map[string]struct {
			context func() (context.Context, context.CancelFunc)
			want    cloud.Class
		}{
			"deadline": {func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(t.Context(), 100*time.Millisecond)
			}, cloud.Timeout},
			"cancel": {func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				return ctx, func() { time.AfterFunc(100*time.Millisecond, cancel) }
			}, cloud.Unavailable},
		} {
			ctx, cancel := test.context()
			if name == "cancel" {
				cancel()
			}
			began := time.Now()
			page, err := client.List(ctx, scopeOf(kind), "")
			requireClass(t, test.want, page, err, name)
			_, err = client.Lookup(ctx, scopeOf(kind), []string{"i-1"})
			require.Error(t, err)
			require.Less(t, time.Since(began), 20*time.Second, name)
			cancel()
		}
	}
}

// A value that makes no sense costs its row, and the problem says whose it is. Where nothing
// of a page can be read, the page fails.
func TestAbsurdValues(t *testing.T) {
	t.Parallel()
	host := func(fields string) string {
		return `{"Instances":{"Instance":[{"InstanceId":"i-0"},{"InstanceId":"i-7",` + fields + `}]}}`
	}
	disk := func(fields string) string { return `{"Disks":{"Disk":[{"DiskId":"d-7",` + fields + `}]}}` }
	database := func(fields string) string {
		return `{"Items":{"DBInstance":[{"DBInstanceId":"rm-7",` + fields + `}]}}`
	}
	balancer := func(fields string) string {
		return `{"TotalCount":1,"LoadBalancers":{"LoadBalancer":[{"LoadBalancerId":"lb-7",` + fields + `}]}}`
	}
	for _, test := range []struct {
		kind *resource.Kind
		body string
		want string
	}{
		{resource.HostKind, host(`"Cpu":-1`), `instance "i-7": Cpu makes no sense: "-1"`},
		{resource.HostKind, host(`"Cpu":2.5`), `instance "i-7": Cpu makes no sense: "2.5"`},
		{resource.HostKind, host(`"Cpu":{"Count":2}`), `instance "i-7": Cpu makes no sense`},
		{resource.HostKind, host(`"Memory":1e30`), `instance "i-7": Memory makes no sense: "1e30"`},
		{resource.HostKind, host(`"Memory":99999999999999999999`), `instance "i-7": Memory makes no sense`},
		{resource.HostKind, host(`"Memory":"eight"`), `instance "i-7": Memory makes no sense: "eight"`},
		{resource.HostKind, host(`"CreationTime":"yesterday"`), `instance "i-7": CreationTime makes no sense: "yesterday"`},
		{resource.HostKind, host(`"ExpiredTime":"2024-13-41T00:00Z"`), `instance "i-7": ExpiredTime makes no sense`},
		{resource.HostKind, host(`"InstanceName":{}`), `instance "i-7": InstanceName makes no sense: "{}"`},
		{resource.HostKind, host(`"VpcAttributes":["v"]`), `instance "i-7": VpcAttributes makes no sense`},
		{resource.HostKind, `{"Instances":{"Instance":[{"InstanceId":{}}]}}`, `instance without an id: InstanceId makes no sense: "{}"`},
		{resource.HostKind, `{"Instances":{"Instance":[{"InstanceId":"i-0"},null]}}`, `instance without an id: it makes no sense: "null"`},
		{resource.DiskKind, disk(`"Size":-40`), `disk "d-7": Size makes no sense: "-40"`},
		{resource.DiskKind, disk(`"CreationTime":"1"`), `disk "d-7": CreationTime makes no sense`},
		{resource.DatabaseKind, database(`"DBInstanceCPU":"-2"`), `database "rm-7": DBInstanceCPU makes no sense: "-2"`},
		{resource.DatabaseKind, database(`"DBInstanceMemory":1e30`), `database "rm-7": DBInstanceMemory makes no sense`},
		{resource.DatabaseKind, database(`"ExpireTime":"never"`), `database "rm-7": ExpireTime makes no sense`},
		{resource.LoadBalancerKind, balancer(`"CreateTime":"soon"`), `load balancer "lb-7": CreateTime makes no sense`},
	} {
		w := newWorld(t, everything())
		w.Record(actionOf[test.kind], []byte(test.body))
		page, err := w.worker().List(t.Context(), scopeOf(test.kind), "")
		require.NoError(t, err, test.body)
		require.Len(t, page.Problems, 1, test.body)
		require.Contains(t, page.Problems[0].Text, test.want)
		require.Len(t, page.Rows, strings.Count(test.body, `"i-0"`), "the others are rows")
	}
	for kind, body := range map[*resource.Kind]string{
		resource.HostKind:         `{"Instances":{"Instance":{"InstanceId":"i-1"}}}`,
		resource.DiskKind:         `{"Disks":{"Disk":[null,"d-1"]}}`,
		resource.LoadBalancerKind: `{"TotalCount":-1,"LoadBalancers":{"LoadBalancer":[]}}`,
	} {
		w := newWorld(t, everything())
		w.Record(actionOf[kind], []byte(body))
		page, err := w.worker().List(t.Context(), scopeOf(kind), "")
		requireClass(t, cloud.BadAnswer, page, err, body)
	}
}

// What rows are joined with costs those that it belongs to.
func TestAbsurdValuesInWhatIsJoined(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	hosts := func(disk string) (cloud.Page, error) {
		w.Record("DescribeDisks", []byte(`{"Disks":{"Disk":[{"DiskId":"d-1","InstanceId":"i-1","Size":40},{"DiskId":"d-7",`+disk+`}]}}`))
		return w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	}
	page, err := hosts(`"InstanceId":"i-2","Size":"x"`)
	require.NoError(t, err)
	require.Equal(t, []cloud.Problem{{NativeID: "i-2", Text: `instance "i-2": disk "d-7": Size makes no sense: "x"`}}, page.Problems)
	require.Len(t, page.Rows, 1)
	page, err = hosts(`"Size":"x"`)
	require.NoError(t, err, "no host has it")
	require.Len(t, page.Rows, 2)
	page, err = hosts(`"Attachments":"i-2"`)
	requireClass(t, cloud.BadAnswer, page, err, "nobody knows who has it")

	tags := func(tag string) (cloud.Page, error) {
		w.Record("ListTagResources", []byte(`{"TagResources":{"TagResource":[{"ResourceId":"rm-1","TagKey":"a","TagValue":1},{`+tag+`}]}}`))
		return w.worker().List(t.Context(), scopeOf(resource.DatabaseKind), "")
	}
	page, err = tags(`"ResourceId":"pgm-2","TagKey":"a","TagValue":{}`)
	require.NoError(t, err)
	require.Len(t, page.Problems, 1)
	require.Equal(t, "pgm-2", page.Problems[0].NativeID)
	require.Equal(t, map[string]string{"a": "1"}, page.Rows[0].(*resource.Database).Tags)
	page, err = tags(`"TagKey":"a"`)
	requireClass(t, cloud.BadAnswer, page, err, "nobody knows whose it is")
	w.Record("ListTagResources", []byte(`{}`))
	page, err = w.worker().List(t.Context(), scopeOf(resource.DatabaseKind), "")
	requireClass(t, cloud.BadAnswer, page, err, "tags")
}

// What cloudquery's plugin-sdk got wrong: a resource without an id is no resource less.
func TestARowWithoutAnID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Record("DescribeInstances", []byte(`{"Instances":{"Instance":[{"InstanceName":"x"},{"InstanceId":"i-1"}]}}`))
	page, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Equal(t, []cloud.Problem{{Text: "instance without an id"}}, page.Problems)
	require.Len(t, page.Rows, 1)

	w.Record("DescribeDBInstances", []byte(`{"Items":{"DBInstance":[{"DBInstanceDescription":"x"}]}}`))
	page, err = w.worker().List(t.Context(), scopeOf(resource.DatabaseKind), "")
	require.NoError(t, err)
	require.Len(t, page.Problems, 1)
	require.Zero(t, w.asked("ListTagResources"))
}

// The cloud repeats what was signed when a signature is wrong.
func TestAWrongSignatureGivesNothingAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeInstances", Status: 400, Body: `{"Code":"SignatureDoesNotMatch",
		"Message":"Specified signature is not matched with our calculation. server string to sign is:POST\n/\nMaxResults=100\nx-acs-security-token:planted-token"}`})
	_, err := w.worker().List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.EqualError(t, err, "alibaba/prod: DescribeInstances of cn-beijing: invalid_credential: SignatureDoesNotMatch (HTTP 400)")
}

func TestAnAddressWhereNobodyIs(t *testing.T) {
	t.Parallel()
	settings := newWorld(t).settings()
	settings.Endpoint = "http://127.0.0.1:1"
	_, err := adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	for _, wrong := range []string{"127.0.0.1:80", "ftp://127.0.0.1", "http://[::1", "http://"} {
		settings.Endpoint = wrong
		_, err = adapterOf(settings).List(t.Context(), scopeOf(resource.HostKind), "")
		require.ErrorContains(t, err, "endpoint", wrong)
	}
}
