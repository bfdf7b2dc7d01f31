package tencent_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/resource"
)

const policiesAction = "DescribeSecurityGroupPolicies"

// aGroup is a cloud with one security group, to which the API gives these rules.
func aGroup(policies string) *fake.Cloud {
	region := filled(0)
	region.SecurityGroups = filled(1).SecurityGroups
	c := newCloud(region)
	c.Record(policiesAction, []byte(policies))
	return c
}

func ingress(rules string) string {
	return `{"Response":{"SecurityGroupPolicySet":{"Version":"3","Ingress":[` + rules + `],"Egress":[]},"RequestId":"r"}}`
}

func linesOf(t testing.TB, c *fake.Cloud) []string {
	t.Helper()
	return list(t, enter(t, c), resource.SecurityGroupKind)[0].(*resource.SecurityGroup).Rules
}

// A rule is a line for each range of ports and each peer, with its place among the rules.
func TestLinesOfRules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules string
		want  []string
	}{
		"none":                     {``, nil},
		"null":                     {`null`, nil},
		"a port":                   {`{"PolicyIndex":0,"Protocol":"tcp","Port":"22","CidrBlock":"10.0.0.1","Action":"ACCEPT"}`, []string{"ingress tcp 22-22 10.0.0.1/32 allow 0"}},
		"several ports":            {`{"PolicyIndex":2,"Protocol":"TCP","Port":"80,443,8000-8080","CidrBlock":"10.0.0.0/8","Action":"DROP"}`, []string{"ingress tcp 443-443 10.0.0.0/8 deny 2", "ingress tcp 80-80 10.0.0.0/8 deny 2", "ingress tcp 8000-8080 10.0.0.0/8 deny 2"}},
		"all":                      {`{"PolicyIndex":"1","Protocol":"ALL","Port":"ALL","CidrBlock":"0.0.0.0/0","Ipv6CidrBlock":"","SecurityGroupId":"","Action":"ACCEPT"}`, []string{"ingress all all 0.0.0.0/0 allow 1"}},
		"two peers":                {`{"PolicyIndex":1,"Protocol":"ICMP","Port":"all","CidrBlock":"0.0.0.0/0","Ipv6CidrBlock":"::/0","Action":"ACCEPT"}`, []string{"ingress icmp all 0.0.0.0/0 allow 1", "ingress icmp all ::/0 allow 1"}},
		"no peer":                  {`{"PolicyIndex":1,"Protocol":"GRE","Port":null,"CidrBlock":null,"AddressTemplate":null,"Action":"ACCEPT"}`, []string{"ingress gre all all allow 1"}},
		"a group of templates":     {`{"PolicyIndex":1,"ServiceTemplate":{"ServiceId":"","ServiceGroupId":"ppmg-1"},"AddressTemplate":{"AddressId":"ipm-1"},"Action":"ACCEPT"}`, []string{"ingress ppmg-1 all ipm-1 allow 1"}},
		"a place that is not told": {`{"Protocol":"TCP","Port":"1-65535","SecurityGroupId":"sg-2","Action":"accept"}`, []string{"ingress tcp all sg-2 allow"}},
	} {
		require.Equal(t, test.want, linesOf(t, aGroup(ingress(test.rules))), name)
	}
	require.Equal(t, []string{"egress tcp 25-25 all deny 0"},
		linesOf(t, aGroup(`{"Response":{"SecurityGroupPolicySet":{"Ingress":null,"Egress":[{"PolicyIndex":0,"Protocol":"TCP","Port":"25","Action":"DROP"}]}}}`)))
}

// The first rule that fits counts, so that their order is content. Who changed what when is not.
func TestOrderOfRulesIsContent(t *testing.T) {
	t.Parallel()
	hash := func(version, modified string, first, second int) resource.Hash {
		c := aGroup(fmt.Sprintf(`{"Response":{"SecurityGroupPolicySet":{"Version":%q,"Egress":[],"PolicyStatistics":{"IngressIPv4TotalCount":%d},"Ingress":[
			{"PolicyIndex":%d,"Protocol":"TCP","Port":"22","CidrBlock":"10.0.0.0/8","Action":"ACCEPT","ModifyTime":%q,"PolicyDescription":%q},
			{"PolicyIndex":%d,"Protocol":"ALL","Port":"all","CidrBlock":"0.0.0.0/0","Action":"DROP"}]}}}`, version, len(modified), first, modified, modified, second))
		return list(t, enter(t, c), resource.SecurityGroupKind)[0].RowMeta().Hash
	}
	before := hash("1", "2024-01-01 00:00:00", 0, 1)
	require.Equal(t, before, hash("2", "yesterday", 0, 1))
	require.NotEqual(t, before, hash("1", "2024-01-01 00:00:00", 1, 0))
}

// Rules that cannot be read cost the group its row, not the others theirs.
func TestOddRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ rules, says string }{
		{`{"PolicyIndex":0,"Protocol":"TCP","Port":"22","Action":"LOG"}`, `Action makes no sense: "LOG"`},
		{`{"PolicyIndex":0,"Protocol":"TCP","Port":"22"}`, `Action makes no sense`},
		{`{"PolicyIndex":0,"Protocol":{},"Action":"ACCEPT"}`, `Ingress[0].Protocol makes no sense`},
		{`"all"`, `Ingress[0] makes no sense`},
	} {
		got, err := enter(t, aGroup(ingress(test.rules))).List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
		require.NoError(t, err)
		require.Empty(t, got.Rows)
		require.Len(t, got.Problems, 1)
		require.Equal(t, "sg-00000000", got.Problems[0].NativeID)
		require.Contains(t, got.Problems[0].Text, test.says)
	}
}

// A list whose rules cannot be had is none.
func TestGroupsWithoutTheirRules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fake.Fault
		class cloud.Class
	}{
		"denied":              {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
		"throttled":           {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
		"server error":        {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
		"cut short":           {fake.Fault{Body: `{"Response":`, Truncated: true}, cloud.Unavailable},
		"no rules":            {fake.Fault{Body: `{"Response":{"RequestId":"r"}}`}, cloud.BadAnswer},
		"null for the rules":  {fake.Fault{Body: `{"Response":{"SecurityGroupPolicySet":null}}`}, cloud.BadAnswer},
		"a list of the rules": {fake.Fault{Body: `{"Response":{"SecurityGroupPolicySet":[]}}`}, cloud.BadAnswer},
		"a wrong parameter":   {fake.Fault{Body: string(failed("InvalidParameterValue.Malformed", "no"))}, cloud.BadAnswer},
	} {
		c := newCloud(filled(2))
		fault := test.fault
		fault.Action = policiesAction
		c.Break(fault)
		got, err := enter(t, c).List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
		require.Equal(t, test.class, cloud.ClassOf(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "tencent/prod: "+policiesAction+" of "+beijing)
		require.Empty(t, got)
	}
}

// A group that goes while the rules are asked for is no row; one that the list still has keeps
// its row.
func TestAGroupThatGoes(t *testing.T) {
	t.Parallel()
	c := newCloud(filled(3))
	c.Break(fake.Fault{Action: policiesAction, Times: 1, Moves: func(r *fake.Region) { r.SecurityGroups = r.SecurityGroups[1:] }})
	got, err := enter(t, c).List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
	require.NoError(t, err)
	require.Len(t, got.Rows, 2)
	require.Empty(t, got.Problems)

	c = newCloud(filled(3))
	c.Break(fake.Fault{Action: policiesAction, Times: 1, Body: string(failed("ResourceNotFound", "no"))})
	got, err = enter(t, c).List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
	require.NoError(t, err)
	require.Len(t, got.Rows, 2)
	require.Len(t, got.Problems, 1)
	require.Equal(t, "sg-00000000", got.Problems[0].NativeID)
}

func FuzzRules(f *testing.F) {
	for _, rules := range []string{``, `null`, `{"PolicyIndex":-1,"Port":",,","Action":"DROP"}`, `{"Protocol":7,"CidrBlock":"::/0","ServiceTemplate":[],"Action":"ACCEPT"}`} {
		f.Add([]byte(ingress(rules)))
	}
	api := tencentfake.New(newCloud(filled(1)))
	var body atomic.Pointer[[]byte]
	client := enterAt(f, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-TC-Action") != policiesAction {
			api.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(*body.Load())
	}))
	f.Fuzz(func(t *testing.T, content []byte) {
		body.Store(&content)
		got, err := client.List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
		requireRowsOrBadAnswer(t, resource.SecurityGroupKind, content, got, err)
	})
}
