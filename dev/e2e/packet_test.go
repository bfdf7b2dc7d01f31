package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/dev/mariadb"
	"cloudsync/diff"
	"cloudsync/resource"
)

// tagged is a cloud of one region whose hosts have many tags, which hardly compress.
type tagged struct {
	mu    sync.Mutex
	hosts []resource.Host
}

func (c *tagged) Lists(kind string) bool                    { return kind == hostKind }
func (c *tagged) Regions(context.Context) ([]string, error) { return []string{"r0"}, nil }
func (c *tagged) LookupLimit(string) int                    { return 100 }

func (c *tagged) List(context.Context, resource.Scope, string) (page cloud.Page, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, host := range c.hosts {
		page.Rows = append(page.Rows, &host)
	}
	return page, nil
}

func (c *tagged) Lookup(_ context.Context, _ resource.Scope, ids []string) (existing []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, host := range c.hosts {
		if slices.Contains(ids, host.NativeID) {
			existing = append(existing, host.NativeID)
		}
	}
	return existing, nil
}

func (c *tagged) change(change func(hosts []resource.Host) []resource.Host) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts = change(c.hosts)
}

func newTagged(hosts, tags int, random *rand.Rand) *tagged {
	c := &tagged{}
	for i := range hosts {
		host := resource.Host{Meta: resource.Meta{NativeID: fmt.Sprintf("i-%05d", i)}, Name: fmt.Sprint("host ", i), Tags: map[string]string{}}
		for tag := range tags {
			host.Tags[fmt.Sprintf("cost/part-%02d", tag)] = noise(random, 32)
		}
		c.hosts = append(c.hosts, host)
	}
	return c
}

func noise(random *rand.Rand, length int) string {
	var text strings.Builder
	for text.Len() < length {
		fmt.Fprintf(&text, "%016x", random.Uint64())
	}
	return text.String()[:length]
}

// newSmallStack is a stack on a server that takes so little at once.
func newSmallStack(t *testing.T, packet string) *stack {
	t.Helper()
	temporalAddress(t) // skip before a server is started
	server, err := mariadb.Start(t.Context(), mariadb.Options{
		Dir: t.TempDir(), Database: "cloudsync", ExtraArgs: []string{"--max-allowed-packet=" + packet},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return newStackOn(t, server.DSN("cloudsync"))
}

func (s *stack) tagDeps(c *tagged) activities.Deps {
	return activities.Deps{
		Store: s.store, Kinds: resource.Standard(), Accounts: cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: c}},
		Settings: map[string]activities.Settings{hostKind: {Policy: diff.Policy{MaxDeleteRatio: 1, AllowEmpty: true}, MaxParallel: 8}},
	}
}

// A staged part, a batch, and the images of what is deleted were larger than
// max_allowed_packet: the error came as one that may pass, and was retried for hours.
func TestPacketSmallerThanAPart(t *testing.T) {
	t.Parallel()
	s := newSmallStack(t, "1M")
	const hosts = 1000
	c := newTagged(hosts, 50, rand.New(rand.NewPCG(1, 1)))
	s.startWorker(t, s.tagDeps(c))

	report := s.sync(t, hostKind)
	require.Equal(t, activities.OK, report.Outcome, report.Error)
	require.Equal(t, activities.Stats{CloudNum: hosts, ToAdd: hosts, SuAdd: hosts}, report.Stats)
	require.EqualValues(t, hosts, s.count(t, "SELECT COUNT(*) FROM resource_host WHERE JSON_LENGTH(tags) = 50"))
	require.EqualValues(t, hosts, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'add'"))
	require.Equal(t, activities.Unchanged, s.sync(t, hostKind).Outcome)

	// All tags of every second host change: the fields of the history are twice the rows.
	random := rand.New(rand.NewPCG(2, 2))
	c.change(func(all []resource.Host) []resource.Host {
		for i := 0; i < hosts; i += 2 {
			all[i] = newTagged(1, 50, random).hosts[0]
			all[i].NativeID = fmt.Sprintf("i-%05d", i)
		}
		return all
	})
	report = s.sync(t, hostKind)
	require.Equal(t, activities.OK, report.Outcome, report.Error)
	require.Equal(t, activities.Stats{CloudNum: hosts, DBNum: hosts, ToMod: hosts / 2, SuMod: hosts / 2}, report.Stats)

	c.change(func([]resource.Host) []resource.Host { return nil })
	report = s.sync(t, hostKind)
	require.Equal(t, activities.OK, report.Outcome, report.Error)
	require.Equal(t, activities.Stats{DBNum: hosts, ToDel: hosts, SuDel: hosts}, report.Stats)
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.EqualValues(t, hosts, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'delete' AND LENGTH(image) > 2000"))
	s.requireNothingInFlight(t)
}

// The bytes of a batch are 4 MiB by themselves, and a packet has more than its payload.
func TestPacketOfTheSizeOfABatch(t *testing.T) {
	t.Parallel()
	s := newSmallStack(t, "4M")
	const hosts = 500
	random := rand.New(rand.NewPCG(5, 5))
	c := newTagged(hosts, 1, random)
	for i := range c.hosts {
		c.hosts[i].Tags["note"] = noise(random, 20_000)
	}
	s.startWorker(t, s.tagDeps(c))

	report := s.sync(t, hostKind)

	require.Equal(t, activities.OK, report.Outcome, report.Error)
	require.EqualValues(t, hosts, report.SuAdd)
	require.EqualValues(t, hosts, s.count(t, "SELECT COUNT(*) FROM resource_host WHERE LENGTH(tags) > 20000"))
}

// Where one row alone does not fit, nothing that this program does can help.
func TestRowLargerThanAPacket(t *testing.T) {
	t.Parallel()
	s := newSmallStack(t, "512K")
	random := rand.New(rand.NewPCG(3, 3))
	c := newTagged(10, 2, random)
	c.hosts[3].Tags["note"] = noise(random, 2<<20)
	s.startWorker(t, s.tagDeps(c))

	report := s.reportOrFailure(t, s.start(t, hostKind))

	require.Equal(t, activities.Failed, report.Outcome)
	require.EqualValues(t, 1, s.count(t, `SELECT COUNT(*) FROM sync_run_scope WHERE run_id = ? AND outcome = 'failed'
		AND reason LIKE '%max_allowed_packet of the server is 524288: set that to more%'`, report.RunID))
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM resource_host"))
}

// A row that compresses gets as far as its own insert.
func TestRowLargerThanAPacketOnceItIsWritten(t *testing.T) {
	t.Parallel()
	s := newSmallStack(t, "512K")
	c := newTagged(200, 2, rand.New(rand.NewPCG(4, 4)))
	for i := range 600 {
		c.hosts[7].Tags[fmt.Sprintf("note-%03d", i)] = fmt.Sprintf("%01000d", i)
	}
	s.startWorker(t, s.tagDeps(c))

	report := s.sync(t, hostKind)

	require.Equal(t, activities.Partial, report.Outcome, report.Error)
	require.EqualValues(t, 199, report.SuAdd)
	require.EqualValues(t, 199, s.count(t, "SELECT COUNT(*) FROM resource_host"))
	require.EqualValues(t, 1, s.count(t, `SELECT COUNT(*) FROM sync_row_failure WHERE run_id = ? AND native_id = 'i-00007'
		AND reason LIKE '%max_allowed_packet%'`, report.RunID))
	require.EqualValues(t, 199, s.count(t, "SELECT COUNT(*) FROM resource_change WHERE op = 'add'"))
}
