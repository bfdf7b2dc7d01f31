package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/serve/api"
)

// Each gets an answer at once that says what to do.
func TestLargeQuestions(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(options *api.Options) { options.Limits = api.Limits{Question: 30 * time.Second} })
	for name, c := range map[string]struct {
		query   string
		status  int
		message string
	}{
		"nested repetition":    {`{name=~"(a+)+$"}`, 200, ""},
		"written-out":          {`{name=~"` + strings.Repeat("a{1000}", 500) + `"}`, 422, "steps when its repetitions are written out"},
		"long expression":      {`{name=~"` + strings.Repeat("a", 5000) + `"}`, 422, "at most 4096"},
		"beyond the query":     {strings.Repeat("a", 17<<10), 422, "16384"},
		"beyond the address":   {strings.Repeat("a", 70<<10), 414, "at most 65536"},
		"many words":           {strings.Repeat("a ", 101), 422, "more than 100"},
		"not UTF-8":            {"a\xff", 422, "not valid UTF-8"},
		"nothing but brackets": {strings.Repeat("(", 1000), 200, ""},
	} {
		began := time.Now()
		got := b.get(t, "/api/v1/resources/host", "q", c.query)
		require.Less(t, time.Since(began), 30*time.Second, name)
		require.Equal(t, c.status, got.status, "%s: %.200s", name, got.body)
		if c.status != http.StatusOK {
			p := got.problem(t, c.status)
			text := p.Detail
			for _, detail := range p.Errors {
				text += detail.Message
			}
			require.Contains(t, text, c.message, name)
			require.Less(t, len(got.body), 64<<10, name)
		}
	}
}

func TestABodyIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.URL+"/api/v1/resources", strings.NewReader("{}"))
	require.NoError(t, err)
	response, err := b.Client().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusBadRequest, response.StatusCode)
}

// blocked is an inventory that answers when it is told to, or when it is given up.
type blocked struct {
	api.Inventory
	entered chan struct{}
	release chan struct{}
}

func newBlocked(of api.Inventory) *blocked {
	return &blocked{Inventory: of, entered: make(chan struct{}, 100), release: make(chan struct{})}
}

func (b *blocked) Count(ctx context.Context, count inventory.Count) (inventory.Counts, error) {
	b.entered <- struct{}{}
	select {
	case <-b.release:
		return b.Inventory.Count(ctx, count)
	case <-ctx.Done():
		return inventory.Counts{}, ctx.Err()
	}
}

func TestASlowQuestionIsCut(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(options *api.Options) {
		options.Inventory = newBlocked(options.Inventory)
		options.Limits.Question = 50 * time.Millisecond
	})
	got := b.get(t, "/api/v1/count")
	require.Contains(t, got.problem(t, http.StatusServiceUnavailable).Detail, "took longer than 50ms: ask for less")
}

// At most so many are answered, so many wait, and the rest is told to come later.
func TestQuestionsAtATime(t *testing.T) {
	t.Parallel()
	var rows *blocked
	b := newBench(t, func(options *api.Options) {
		rows = newBlocked(options.Inventory)
		options.Inventory, options.Limits = rows, api.Limits{Question: time.Minute, Concurrent: 2, Waiting: 1}
	})
	answers := make(chan answer, 10)
	for range 4 {
		b.beside(t, "/api/v1/count", answers)
	}
	got := <-answers // of four, one is beyond those inside and the queue
	require.Contains(t, got.problem(t, http.StatusServiceUnavailable).Detail, "too much is asked at the moment")
	require.Equal(t, "1", got.header.Get("Retry-After"))
	<-rows.entered
	<-rows.entered
	require.Empty(t, rows.entered, "the third waits")
	close(rows.release)
	for range 3 {
		require.Equal(t, http.StatusOK, (<-answers).status)
	}
}

func TestOneClientDoesNotCostTheOthers(t *testing.T) {
	t.Parallel()
	now := newClock()
	b := newBench(t, func(options *api.Options) {
		options.Limits = api.Limits{Question: time.Minute, PerSecond: 1, Burst: 3}
		options.Client = func(r *http.Request) string { return r.Header.Get("X-Client") }
		options.Now = now.read
	})
	ask := func(client string) answer {
		return b.ask(t, http.MethodGet, "/api/v1/labels", http.Header{"X-Client": {client}})
	}
	for range 3 {
		require.Equal(t, http.StatusOK, ask("one").status)
	}
	got := ask("one")
	require.Contains(t, got.problem(t, http.StatusTooManyRequests).Detail, "more than 1 times a second")
	require.Equal(t, "2", got.header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, ask("two").status)
	now.move(2 * time.Second)
	require.Equal(t, http.StatusOK, ask("one").status)
}
