package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/notice"
	"cloudsync/notice/send"
	"cloudsync/workflows"
)

// receiver takes the notices of a webhook, but for the first attempts, which it refuses.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	failures int
	attempts []string
	taken    []notice.Notice
}

func newReceiver(t *testing.T, failures int) *receiver {
	t.Helper()
	r := &receiver{failures: failures}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var n notice.Notice
	if err := json.NewDecoder(request.Body).Decode(&n); err != nil || request.Header.Get(send.SignatureHeader) == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts = append(r.attempts, n.ID)
	if len(r.attempts) <= r.failures {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.taken = append(r.taken, n)
}

// await waits for so many attempts.
func (r *receiver) await(t *testing.T, attempts int) {
	t.Helper()
	require.Eventually(t, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.attempts) >= attempts
	}, 3*time.Minute, 50*time.Millisecond, "%d attempts", attempts)
}

// told is what was taken, in order.
func (r *receiver) told() (texts []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.taken {
		texts = append(texts, fmt.Sprintf("%s %s %d", n.Event, n.State, n.Rows))
	}
	return texts
}

// notifying is a configuration whose notices go to the receiver.
func (tr *trial) notifying(t *testing.T, config string, r *receiver) string {
	t.Helper()
	text, err := os.ReadFile(config)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "notify.yaml")
	text = fmt.Appendf(text, "notify:\n  every: 10s\n  receivers:\n    oncall: {webhook: {url: %q, secret: signs it}, events: [held, recovered]}\n", r.URL)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// toldTo is a worker's part of notices to the receiver.
func toldTo(r *receiver) activities.Notices {
	return activities.Notices{
		Receivers: []notice.Receiver{{Name: "oncall", Events: notice.Events()}},
		Senders:   map[string]send.Sender{"oncall": send.NewWebhook(cloud.SecretText(r.URL), cloud.SecretText("signs it"))},
		Intervals: map[string]time.Duration{hostKind: time.Hour}, LateAfter: time.Hour,
	}
}

// recordNotices records a look that starts a delivery, and the delivery, which fails once.
func recordNotices(t *testing.T, r *recorder) {
	r.sync(t, hostKind)
	r.cloud.SetFaults([]mock.Fault{{Type: mock.Empty, Region: "r1"}})
	require.Equal(t, activities.Held, r.sync(t, hostKind).Outcome)
	var out activities.LookForNoticesOut
	look, err := r.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: workflows.NoticesID, TaskQueue: workflows.TaskQueue}, workflows.NoticesWorkflow)
	require.NoError(t, err)
	require.NoError(t, look.Get(t.Context(), &out))
	require.Equal(t, []string{"oncall"}, out.Waiting)
	delivery := r.temporal.GetWorkflow(t.Context(), workflows.DeliveryID("oncall"), "")
	var sent activities.DeliverNoticesOut
	require.NoError(t, delivery.Get(t.Context(), &sent))
	require.EqualValues(t, 1, sent.Sent)
	r.save(t, r.name, look.GetID(), look.GetRunID())
	r.save(t, r.name+"-delivery", delivery.GetID(), delivery.GetRunID())
}

// A hold is told of once, although the receiver fails three times and the worker is killed
// meanwhile, and taken back when it is over.
func TestAHoldIsToldOnce(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "hosts: 60, churn: 0")
	oncall := newReceiver(t, 3)
	another := tr.writeConfig(t, "beijing, shanghai", "{ seed: 4711, tick_file: "+tr.tick+", hosts: 200, churn: 0 }")
	tr.restart(t, tr.notifying(t, another, oncall))
	require.EqualValues(t, 60, tr.asJSON(t, 4, "run", hostKind, "--wait").Held)
	out, status := tr.starter(t, tr.config, "apply")
	require.Zero(t, status)
	require.Contains(t, out, "created cloud-sync/notices every 10s")

	oncall.await(t, 2)
	require.NoError(t, tr.worker.Kill())
	tr.worker = tr.startProcess(t, tr.config)
	oncall.await(t, 4)
	var report workflows.Report
	for range 3 {
		report = tr.asJSON(t, 4, "run", hostKind, "--wait")
		require.EqualValues(t, 60, report.Held)
	}

	_, status = tr.starter(t, tr.config, append([]string{"run", hostKind}, approve(digests(report))...)...)
	require.Zero(t, status)
	oncall.await(t, 5)
	require.Equal(t, []string{"held begun 60", "held recovered 60"}, oncall.told())
	require.Len(t, slices.Compact(slices.Clone(oncall.attempts)), 2, "one id for all attempts of a notice")
	require.EqualValues(t, 2, tr.count(t, "SELECT COUNT(*) FROM sync_notice WHERE fate = 'sent'"))

	out, status = tr.starter(t, tr.config, "notices")
	require.Zero(t, status)
	require.Contains(t, out, "oncall")
	require.Contains(t, out, "Deletions are held: 60 rows of kind host in 2 scopes")
	out, status = tr.starter(t, tr.config, "notify", "test", "oncall")
	require.Zero(t, status, out)
	oncall.mu.Lock()
	defer oncall.mu.Unlock()
	require.True(t, oncall.taken[2].Test)
}
