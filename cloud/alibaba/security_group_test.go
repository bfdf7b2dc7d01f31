package alibaba_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// recordRules makes the answer to what the rules of any group are; rules are those of sg-2.
func (w *world) recordRules(fields string) {
	w.Record("DescribeSecurityGroupAttribute", []byte(`{"SecurityGroupId":"sg-2","VpcId":"vpc-1",`+fields+`}`))
}

func secondGroup(t *testing.T, w *world) (cloud.Page, error) {
	w.Record("DescribeSecurityGroups", []byte(`{"SecurityGroups":{"SecurityGroup":[{"SecurityGroupId":"sg-2"}]}}`))
	return w.worker().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
}

func TestRulesAsTheCloudWritesThem(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string][]string{
		`"Permissions":{"Permission":[]}`: nil,
		`"Permissions":""`:                nil,
		`"InnerAccessPolicy":"Accept","Permissions":{"Permission":[null]}`:                                   {"ingress all all sg-2 allow"},
		`"Permissions":{"Permission":[{"Direction":"ingress","IpProtocol":"ALL","PortRange":"-1/-1"}]}`:      {"ingress all all all allow"},
		`"Permissions":{"Permission":[{"Direction":"egress","Policy":"drop","Priority":1,"Description":1}]}`: {"egress all all all deny 1"},
		`"Permissions":{"Permission":[{"IpProtocol":"TCP","PortRange":"1/65535","SourceCidrIp":"10.0.0.1"},{"IpProtocol":"TCP","PortRange":"1/65535","SourceCidrIp":"10.0.0.1","CreateTime":"x"}]}`: {
			"ingress tcp all 10.0.0.1/32 allow",
		},
		`"Permissions":{"Permission":[{"IpProtocol":"TCP","PortRangeListId":"prl-7","SourceGroupId":"sg-9","SourceGroupOwnerAccount":"x","NicType":"intranet"}]}`: {"ingress tcp prl-7 sg-9 allow"},
	} {
		w := newWorld(t, everything())
		w.recordRules(fields)
		page, err := secondGroup(t, w)
		require.NoError(t, err, fields)
		require.Equal(t, want, page.Rows[0].(*resource.SecurityGroup).Rules, fields)
	}
	for rule, says := range map[string]string{
		`"PortRange":{}`:       `Permissions.Permission[0].PortRange makes no sense: "{}"`,
		`"Policy":"Log"`:       `Policy makes no sense: "Log"`,
		`"Direction":"in/out"`: `Direction makes no sense: "in/out"`,
	} {
		w := newWorld(t, everything())
		w.recordRules(`"Permissions":{"Permission":[{` + rule + `}]}`)
		page, err := secondGroup(t, w)
		require.NoError(t, err)
		require.Equal(t, []cloud.Problem{{NativeID: "sg-2", Text: `security group "sg-2": ` + says}}, page.Problems)
	}
}

// Rules that cannot be had are no rules that went: those of one group are a problem of it, those
// of none fail the list.
func TestRulesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	const ofAnother = "of another"
	for name, body := range map[string]string{
		"no rules":      `{"SecurityGroupId":"sg-2","VpcId":"vpc-1"}`,
		ofAnother:       `{"SecurityGroupId":"sg-1","Permissions":{"Permission":[]}}`,
		"of nobody":     `{"Permissions":{"Permission":[]}}`,
		"null":          `null`,
		"a list":        `[]`,
		"the same page": `{"SecurityGroupId":"sg-2","VpcId":"vpc-1","Permissions":{"Permission":[]},"NextToken":"again"}`,
	} {
		w := newWorld(t, everything())
		w.Record("DescribeSecurityGroupAttribute", []byte(body))
		if name != ofAnother { // it is of the first
			page, err := w.worker().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
			requireClass(t, cloud.BadAnswer, page, err, name)
			require.ErrorContains(t, err, "DescribeSecurityGroupAttribute of cn-beijing", name)
		}
		page, err := secondGroup(t, w)
		require.NoError(t, err, name)
		require.Empty(t, page.Rows, name)
		require.Len(t, page.Problems, 1, name)
		require.Equal(t, "sg-2", page.Problems[0].NativeID, name)
		require.Contains(t, page.Problems[0].Text, "DescribeSecurityGroupAttribute of cn-beijing: bad_answer", name)
	}
	for verdict, want := range map[fake.Verdict]cloud.Class{fake.Denied: cloud.Denied, fake.Throttled: cloud.Throttled, fake.ServerError: cloud.Unavailable} {
		w := newWorld(t, everything())
		w.Break(fake.Fault{Action: "DescribeSecurityGroupAttribute", Verdict: verdict})
		page, err := w.worker().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
		requireClass(t, want, page, err, string(want))
	}
}

// A group that goes between the list and the call for its rules is no row.
func TestAGroupThatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	w.Break(fake.Fault{Action: "DescribeSecurityGroupAttribute", Times: 1, Moves: func(r *fake.Region) { r.SecurityGroups = r.SecurityGroups[1:] }})
	page, err := w.worker().List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
	require.NoError(t, err)
	require.Len(t, page.Rows, 2)
	require.Empty(t, page.Problems)
	require.EqualValues(t, 1, page.Others)
}

func TestManyGroupsAndRules(t *testing.T) {
	t.Parallel()
	region := &fake.Region{Name: beijing}
	for i := range 230 {
		region.SecurityGroups = append(region.SecurityGroups, fake.SecurityGroup{SecurityGroup: resource.SecurityGroup{Meta: id(fmt.Sprintf("sg-%d", i)), VPCID: "vpc-1"}})
	}
	for i := range 1200 {
		region.SecurityGroups[7].Rules = append(region.SecurityGroups[7].Rules, resource.SecurityRule{Protocol: "tcp", Ports: fmt.Sprintf("%d-%d", i+1, i+1), Peer: "10.0.0.0/8"})
	}
	w := newWorld(t, region)
	rows, pages := listAll(t, w.worker(), resource.SecurityGroupKind)
	require.Equal(t, 3, pages)
	require.Len(t, rows, 230)
	require.Len(t, rows[7].(*resource.SecurityGroup).Rules, 1200)
	require.Equal(t, 231, w.asked("DescribeSecurityGroupAttribute"))
}

func FuzzRules(f *testing.F) {
	fuzzAnswers(f, resource.SecurityGroupKind, "DescribeSecurityGroupAttribute",
		`{"SecurityGroupId":"sg-1","VpcId":"vpc-1","Permissions":{"Permission":[{"Direction":"egress","PortRange":"1/2","Priority":"1","DestCidrIp":"::/0"}]}}`)
}
