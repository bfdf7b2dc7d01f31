package e2e

import (
	"context"
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
	"cloudsync/worker/clouds"
)

const (
	refusingRegions = 17
	hostsOfRefusing = 5 // in each of them
)

// listHosts is what each cloud calls the listing of a region's hosts. Azure and Google list those
// of all regions at once: a region of them can refuse only the sizes that they are joined with.
var listHosts = map[string]string{
	"alibaba": "DescribeInstances", "tencent": "DescribeInstances", "aws": "DescribeInstances",
	"huawei": "ListServersDetails", "azure": "size_list", "google": "compute.machineTypes.list",
}

// firstRefused is an account in which the first region that a run asks, of those that
// have not refused yet, refuses the credential at once, while the others' answers take until the gate opens.
type firstRefused struct {
	cloud.Provider
	open   func() cloud.Provider
	fake   *fake.Cloud
	action string

	mu      sync.Mutex
	refuses string          // the region, once one was asked
	refused map[string]bool // in this run or before
	lists   cloud.Provider  // in this run
	gate    chan struct{}
	told    chan struct{} // closed once the region has refused
}

// begin makes the cloud ready for another run, by a client that keeps nothing of a region.
// open opens the gate once the region has refused.
func (f *firstRefused) begin(t *testing.T) (open func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fake.Mend()
	f.lists = f.open()
	gate, told := make(chan struct{}), make(chan struct{})
	f.refuses, f.gate, f.told = "", gate, told
	return func() {
		select {
		case <-told:
		case <-time.After(patience):
			t.Error("no region was asked")
		}
		close(gate)
	}
}

// List implements cloud.Provider.
func (f *firstRefused) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	f.mu.Lock()
	if f.refuses == "" && !f.refused[scope.Region] && scope.Region != "global" {
		f.refuses, f.refused[scope.Region] = scope.Region, true
		f.fake.Break(fake.Fault{Region: scope.Region, Action: f.action, Verdict: fake.InvalidCredential})
	}
	client, gate, told, waits := f.lists, f.gate, f.told, f.refuses != scope.Region
	f.mu.Unlock()
	if waits {
		select {
		case <-gate:
		case <-ctx.Done():
			return cloud.Page{}, ctx.Err()
		}
	}
	page, err := client.List(ctx, scope, cursor)
	if !waits {
		f.tell(told)
	}
	return page, err
}

// tell closes told. It is no failure that passes, but an attempt may be lost, and made again.
func (f *firstRefused) tell(told chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-told:
	default:
		close(told)
	}
}

// One region of seventeen refuses the credential at once, whose identity was verified,
// and the others take their time: none of them is skipped. In each run it is
// another region, so that in the end all are synced.
func TestARegionThatRefusesLeavesTheOthers(t *testing.T) {
	t.Parallel()
	for _, of := range realClouds {
		for _, all := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, regions: [all] is %t", of.provider, all), func(t *testing.T) {
				t.Parallel()
				s := newStack(t)
				account := newFirstRefused(t, of, all)
				deps := s.deps(nil)
				deps.Accounts = cloud.Accounts{{Account: resource.Account{Provider: of.provider, Name: "demo"}, Client: account}}
				s.startWorker(t, deps)
				for range 3 {
					open := account.begin(t)
					run := s.start(t, hostKind)
					open()
					report := s.report(t, run)
					require.Equal(t, activities.Partial, report.Outcome)
					scopes := refusingRegions
					if of.global && all {
						scopes++
					}
					require.EqualValues(t, scopes, report.Scopes)
					require.EqualValues(t, 1, report.ScopesFailed)
					require.Equal(t, of.provider+"/demo/"+account.refuses, report.Attention[0].Place)
					require.Contains(t, report.Attention[0].Reason, string(cloud.InvalidCredential))
					require.GreaterOrEqual(t, s.count(t, "SELECT COUNT(*) FROM resource_host"), int64((refusingRegions-1)*hostsOfRefusing))
				}
				require.EqualValues(t, refusingRegions*hostsOfRefusing, s.count(t, "SELECT COUNT(*) FROM resource_host"))
			})
		}
	}
}

func newFirstRefused(t *testing.T, of realCloud, all bool) *firstRefused {
	t.Helper()
	has := &fake.Cloud{}
	server := httptest.NewServer(of.handler(has))
	t.Cleanup(server.Close)
	account := &fake.Account{ID: of.accounts[0], KeyID: "KEYIDdemo", Key: planted + "-demo"}
	settings := cloud.Settings{
		Provider: of.provider, Name: "demo", AccountID: account.ID, Endpoint: of.endpointAt(server.URL), RequestsPerSecond: 1000,
		Credential: cloud.Credential{ID: cloud.SecretText(account.KeyID), Key: cloud.SecretText(account.Key), Tenant: "directory"},
	}
	if of.document != nil {
		settings.Credential = cloud.Credential{Key: cloud.SecretText(of.document(server.URL, account.KeyID, account.Key))}
	}
	r := realStack{realCloud: of}
	for i := range refusingRegions {
		region := &fake.Region{Name: regionOf(of.provider, i)}
		for n := range hostsOfRefusing {
			r.addHost(region, i*hostsOfRefusing+n+1)
		}
		account.Regions = append(account.Regions, region)
		if !all {
			settings.Regions = append(settings.Regions, region.Name)
		}
	}
	has.Add(account)
	open := func() cloud.Provider {
		client, err := clouds.Open(settings)
		require.NoError(t, err)
		return client
	}
	return &firstRefused{Provider: open(), open: open, fake: has, action: listHosts[of.provider], refused: map[string]bool{}}
}

// regionOf is a region's name of the cloud's form.
func regionOf(provider string, n int) string {
	letter := string(rune('a' + n))
	return map[string]string{
		"alibaba": "cn-north" + letter, "tencent": "ap-north" + letter, "aws": fmt.Sprintf("eu-north-%d", n+20),
		"huawei": fmt.Sprintf("cn-north-%d", n+20), "azure": "north" + letter, "google": fmt.Sprintf("europe-north%d", n+20),
	}[provider]
}
