package alibaba_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// declared is what the tests know of a kind whose rows the fake server has as they
// are to come out.
type declared struct {
	kind   *resource.Kind
	action string
	page   string // an answer, with a %s for the resources
	id     string // the name of
	odd    map[string]string
	null   string
	region string   // the name of a resource's region; "": it does not say
	total  bool     // announces one
	dryRun bool     // proves that nothing is there
	ids    []string // of everything
	rows   func(*fake.Region) []resource.Row
	turn   func(*fake.Region) // into another order
}

var declaredKinds = []declared{
	{
		kind: resource.VPCKind, action: "DescribeVpcs", page: `{"Vpcs":{"Vpc":[%s]},"TotalCount":"9"}`, id: "VpcId",
		odd:  map[string]string{"CreationTime": `"soon"`, "CidrBlock": `["10.0.0.0/8"]`, "Tags": `"none"`, "Ipv6CidrBlocks": `{"Ipv6CidrBlock":["::/0"]}`},
		null: `"Tags":{"Tag":[null]},"SecondaryCidrBlocks":null,"Ipv6CidrBlocks":{"Ipv6CidrBlock":[null]},"OwnerId":null,"CidrBlock":""`, region: "RegionId",
		total: true, dryRun: true, ids: []string{"vpc-1", "vpc-2"},
		rows: func(r *fake.Region) []resource.Row { return rowsOf(r.VPCs) },
		turn: func(r *fake.Region) {
			slices.Reverse(r.VPCs)
			r.VPCs[0].CIDRs = r.VPCs[0].CIDRs[:1:1]
			last := &r.VPCs[len(r.VPCs)-1]
			last.CIDRs = []string{last.CIDRs[0], last.CIDRs[1], last.CIDRs[3], last.CIDRs[2]}
		},
	},
	{
		kind: resource.SubnetKind, action: "DescribeVSwitches", page: `{"VSwitches":{"VSwitch":[%s]},"TotalCount":9}`, id: "VSwitchId",
		odd:  map[string]string{"CreationTime": `-1`, "Tags": `{"Tag":"none"}`, "ZoneId": `{}`},
		null: `"Tags":null,"OwnerId":"","Ipv6CidrBlock":null,"CreationTime":""`, total: true, dryRun: true, ids: []string{"vsw-1", "vsw-2"},
		rows: func(r *fake.Region) []resource.Row { return rowsOf(r.Subnets) },
		turn: func(r *fake.Region) { slices.Reverse(r.Subnets) },
	},
}

// rowsOf are the rows as a listing has them.
func rowsOf[T any, P interface {
	*T
	resource.Row
}](all []T) (rows []resource.Row) {
	for _, one := range all {
		rows = append(rows, P(&one))
	}
	return rows
}

func someVPCs() []resource.VPC {
	return []resource.VPC{{
		Meta: id("vpc-1"), Name: "main", Status: "Available", CIDRs: []string{"172.16.0.0/12", "192.168.0.0/16", "2408:4005:3c0::/56", "2408:4006:1::/56"},
		Tags: map[string]string{"team": "a", "app": "web"}, CloudCreatedAt: at(time.January, 2),
	}, {Meta: id("vpc-2"), Status: "Pending", CIDRs: []string{"10.0.0.0/8"}, CloudCreatedAt: at(time.January, 3)}}
}

func someSubnets() []resource.Subnet {
	return []resource.Subnet{{
		Meta: id("vsw-1"), Name: "front", Status: "Available", Zone: "cn-beijing-l", VPCID: "vpc-1", CIDRs: []string{"172.16.0.0/24", "2408:4005:3c0::/64"},
		Tags: map[string]string{"team": "a"}, CloudCreatedAt: at(time.January, 4),
	}, {Meta: id("vsw-2"), Status: "Pending", Zone: "cn-beijing-a", VPCID: "vpc-2", CIDRs: []string{"10.1.0.0/16"}, CloudCreatedAt: at(time.January, 5)}}
}

// Each kind's rows are those of the cloud, column by column.
func TestRowsOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything())
	for _, of := range declaredKinds {
		want := of.rows(everything())
		rows, pages := listAll(t, w.worker(), of.kind)
		require.Equal(t, 1, pages)
		require.Equal(t, want, rows, of.kind.Name())
		require.Len(t, rows, len(of.ids))

		page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Equal(t, of.total, page.Total > 0, of.kind.Name())
		again, _ := listAll(t, w.worker(), of.kind) // the fake's volatile values are others
		require.Equal(t, hashes(t, of.kind, rows), hashes(t, of.kind, again), of.kind.Name())
	}
}

// The order of a list, or of tags, is no modification.
func TestOrderIsNoModificationOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		w := newWorld(t, everything())
		before, _ := listAll(t, w.worker(), of.kind)
		w.Update(func(accounts []*fake.Account) { of.turn(accounts[0].Regions[0]) })
		after, _ := listAll(t, w.worker(), of.kind)
		require.Equal(t, hashes(t, of.kind, before), hashes(t, of.kind, after), of.kind.Name())
	}
}

// What is absent is empty; what makes no sense costs its own row.
func TestOddResourcesOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		w := newWorld(t, everything())
		resources := []string{fmt.Sprintf(`{%q:"good"},{%q:"null",%s}`, of.id, of.id, of.null)}
		for field, value := range of.odd {
			resources = append(resources, fmt.Sprintf(`{%q:%q,%q:%s}`, of.id, "odd "+field, field, value))
		}
		resources = append(resources, `{"Name":"nobody"}`)
		w.Record(of.action, fmt.Appendf(nil, of.page, strings.Join(resources, ",")))
		page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err, of.kind.Name())
		require.Len(t, page.Rows, 2, "%s: %v", of.kind.Name(), page.Problems)
		for i, id := range []string{"good", "null"} {
			want := of.kind.NewRow()
			want.RowMeta().NativeID = id
			require.Equal(t, want, page.Rows[i], of.kind.Name())
		}
		require.Len(t, page.Problems, len(of.odd)+1, of.kind.Name())
		for _, problem := range page.Problems {
			field, isOdd := strings.CutPrefix(problem.NativeID, "odd ")
			if !isOdd {
				require.Contains(t, problem.Text, "without an id")
				continue
			}
			require.Contains(t, problem.Text, field)
			require.Contains(t, problem.Text, " makes no sense: ")
		}
	}
}

// A resource that says that it is of another region is no row of this one.
func TestDeclaredResourcesOfAnotherRegion(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		if of.region == "" {
			continue
		}
		for region, want := range map[string]int{beijing: 2, "cn-hangzhou": 1, "cn-beijing-btc-a01": 2} {
			w := newWorld(t, everything())
			w.Record(of.action, fmt.Appendf(nil, of.page, fmt.Sprintf(`{%q:"a"},{%q:"b",%q:%q}`, of.id, of.id, of.region, region)))
			page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
			require.NoError(t, err)
			require.Len(t, page.Rows, want, of.kind.Name())
			require.EqualValues(t, 2-want, page.Others)
		}
	}
}

// A list that lacks its total, or that is none, is no whole listing.
func TestDeclaredListingsThatEndEarly(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		one := fmt.Sprintf(of.page, fmt.Sprintf(`{%q:"a"}`, of.id))
		for name, body := range map[string]string{
			"no total": strings.Replace(one, "TotalCount", "Count", 1),
			"no list":  `{"TotalCount":1,"NextToken":""}`,
		} {
			if name == "no total" && !of.total {
				continue
			}
			w := newWorld(t, everything())
			w.Record(of.action, []byte(body))
			page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
			requireClass(t, cloud.BadAnswer, page, err, name)
		}
	}
}

func TestLookupOfDeclaredKinds(t *testing.T) {
	t.Parallel()
	for _, of := range declaredKinds {
		for _, size := range []int{0, 1} {
			w := newWorld(t, everything())
			w.PageSize = size
			client := w.worker()
			asked := slices.Clone(of.ids)
			for len(asked) < client.LookupLimit(of.kind.Name()) {
				asked = append(asked, fmt.Sprintf("gone-%d", len(asked)))
			}
			for _, test := range [][2][]string{{asked, of.ids}, {of.ids[:1], of.ids[:1]}, {{"gone"}, {}}, {{}, {}}} {
				found, err := client.Lookup(t.Context(), scopeOf(of.kind), test[0])
				require.NoError(t, err, of.kind.Name())
				require.ElementsMatch(t, test[1], found, of.kind.Name())
			}
		}
		w := newWorld(t, everything())
		w.Record(of.action, fmt.Appendf(nil, of.page, fmt.Sprintf(`{%q:"another"}`, of.id)))
		_, err := w.worker().Lookup(t.Context(), scopeOf(of.kind), []string{"x-1"})
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), of.kind.Name())
	}
}

// What another account shares is listed, and is no row of this one.
func TestSharedNetworks(t *testing.T) {
	t.Parallel()
	for _, kind := range []*resource.Kind{resource.VPCKind, resource.SubnetKind} {
		of := declaredKinds[slices.IndexFunc(declaredKinds, func(of declared) bool { return of.kind == kind })]
		w := newWorld(t, everything())
		body := fmt.Sprintf(`{%q:"own","OwnerId":%s},{%q:"shared","OwnerId":253460731706911258}`, of.id, accountID, of.id)
		w.Record(of.action, fmt.Appendf(nil, strings.Replace(of.page, "9", "2", 1), body))
		page, err := w.worker().List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		require.Equal(t, "own", page.Rows[0].RowMeta().NativeID)
		require.EqualValues(t, 1, page.Others)
		require.Empty(t, page.Next)
	}
}

func FuzzDeclaredKinds(f *testing.F) {
	worlds := make([]cloud.Provider, len(declaredKinds))
	clouds := make([]*world, len(declaredKinds))
	for i, of := range declaredKinds {
		resources := []string{fmt.Sprintf(`{%q:"good",%s}`, of.id, of.null)}
		for field, value := range of.odd {
			resources = append(resources, fmt.Sprintf(`{%q:"x",%q:%s}`, of.id, field, value))
		}
		f.Add(uint8(i), fmt.Appendf(nil, of.page, strings.Join(resources, ",")))
		f.Add(uint8(i), []byte(`{}`))
		clouds[i] = newWorld(f, everything())
		worlds[i] = clouds[i].worker()
	}
	f.Fuzz(func(t *testing.T, of uint8, body []byte) {
		i := int(of) % len(declaredKinds)
		fuzzed(t, clouds[i], worlds[i], declaredKinds[i].kind, "", declaredKinds[i].action, body)
	})
}
