package serve

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"cloudsync/resource"
	"cloudsync/store"
)

// recordGauges tell what MySQL has on record of scopes, holds and runs. They ask for it once a
// minute, however many scrape, and the ages go on meanwhile.
type recordGauges struct {
	store *store.Store
	kinds []string
	limit int // gauges of scopes at most, those of the oldest
	read  *kept[records]
	log   *slog.Logger
}

// records are what the gauges are made of.
type records struct {
	scopes []oldScope // that are configured, the oldest first
	holds  []store.HeldScope
	runs   map[string]store.Run // the newest
	ended  map[string]store.Run // the newest that have ended

	notices      int64 // that wait
	noticesSince time.Time
}

const (
	recordsLimit = 5 * time.Second // that reading may take
	recordsEvery = time.Minute
	// oldestScopes is how many scopes of a kind are told of by themselves.
	oldestScopes = 10
	// noOutcome is that of a scope of which the newest run has no record.
	noOutcome = "none"
)

// runOutcomes are what may become of a run, or of a scope in it.
var runOutcomes = []string{"ok", "unchanged", "partial", "held", "failed"}

var (
	recordsUp = prometheus.NewDesc("cloudsync_records_up", "1 if MySQL told its records of scopes, holds and runs; 0: their gauges are missing.", nil, nil)

	scopeCount = prometheus.NewDesc("cloudsync_scopes", "Configured scopes of a kind by what became of them in its newest run that has ended; none: it has no record of them.",
		[]string{"kind", "outcome"}, nil)
	scopeAge = prometheus.NewDesc("cloudsync_scope_complete_age_seconds", "Time since a configured scope was last listed completely, or first configured if it never was; of each kind the 10 oldest.",
		[]string{"kind", "provider", "account", "region"}, nil)
	scopeMaxAge = prometheus.NewDesc("cloudsync_scope_complete_max_age_seconds", "The highest of these ages among the scopes of an account.",
		[]string{"kind", "provider", "account"}, nil)
	scopeLeftOff = prometheus.NewDesc("cloudsync_scope_complete_max_age_left_off", "Gauges of cloudsync_scope_complete_max_age_seconds that are left off, the youngest: there are too many.", nil, nil)

	holdCount       = prometheus.NewDesc("cloudsync_holds", "Scopes of a kind with deletions that wait for a decision.", []string{"kind"}, nil)
	holdRows        = prometheus.NewDesc("cloudsync_held_rows", "Rows of a kind whose deletion waits for a decision.", []string{"kind"}, nil)
	holdAge         = prometheus.NewDesc("cloudsync_hold_oldest_age_seconds", "Time since the oldest hold of a kind began that waits for a decision; 0: none does.", []string{"kind"}, nil)
	holdUnconfirmed = prometheus.NewDesc("cloudsync_holds_unconfirmed", "Scopes of a kind with deletions that the next run tries again: the cloud could not confirm that the resources are gone.", []string{"kind"}, nil)

	runAge         = prometheus.NewDesc("cloudsync_newest_run_age_seconds", "Time since the newest run of a kind began.", []string{"kind"}, nil)
	noticesWaiting = prometheus.NewDesc("cloudsync_notices_waiting", "Notices that wait to be sent.", nil, nil)
	noticesAge     = prometheus.NewDesc("cloudsync_notices_oldest_age_seconds", "Time since the oldest notice that waits to be sent was queued; 0: none waits.", nil, nil)

	runOutcome = prometheus.NewDesc("cloudsync_newest_run_outcome", "1 for what became of the newest run of a kind that has ended.", []string{"kind", "outcome"}, nil)
)

func newRecordGauges(options Options) *recordGauges {
	return &recordGauges{
		store: options.Store, kinds: options.Kinds.Names(), limit: options.ScopeGauges,
		read: newKept[records](recordsEvery, recordsLimit, options), log: options.Log,
	}
}

// Describe implements prometheus.Collector.
func (g *recordGauges) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		recordsUp, scopeCount, scopeAge, scopeMaxAge, scopeLeftOff, holdCount, holdRows, holdAge, holdUnconfirmed, runAge, runOutcome,
		noticesWaiting, noticesAge,
	} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (g *recordGauges) Collect(metrics chan<- prometheus.Metric) {
	read, err := g.read.get(g.records)
	metrics <- prometheus.MustNewConstMetric(recordsUp, prometheus.GaugeValue, oneIf(err == nil))
	if err != nil {
		g.log.Warn("the records of scopes, holds and runs cannot be read for metrics", "error", err)
		return
	}
	show := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	now := g.read.now()
	g.showScopes(show, read.scopes, now)
	showNotices(show, &read, now)
	for _, kind := range g.kinds {
		showHolds(show, kind, read.holds, now)
		if run, ok := read.runs[kind]; ok {
			show(runAge, now.Sub(run.StartedAt).Seconds(), kind)
		}
		if run, ok := read.ended[kind]; ok {
			for _, outcome := range runOutcomes {
				show(runOutcome, oneIf(run.Outcome == outcome), kind, outcome)
			}
		}
	}
}

// shower shows a gauge.
type shower func(desc *prometheus.Desc, value float64, labels ...string)

// records reads them.
func (g *recordGauges) records(ctx context.Context) (read records, err error) {
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() error {
		fresh, err := g.store.Freshness(ctx)
		read.scopes = configured(fresh)
		return err
	})
	asking.Go(func() (err error) {
		read.holds, err = g.store.StandingHolds(ctx)
		return err
	})
	asking.Go(func() (err error) {
		read.runs, err = g.store.NewestRuns(ctx)
		return err
	})
	asking.Go(func() (err error) {
		read.ended, err = g.store.NewestEnded(ctx)
		return err
	})
	asking.Go(func() (err error) {
		read.notices, read.noticesSince, err = g.store.NoticeBacklog(ctx)
		return err
	})
	return read, asking.Wait()
}

// oldScope is a scope, and since when nobody has seen all of it.
type oldScope struct {
	resource.Scope
	outcome string
	since   time.Time
}

// configured are the scopes that runs look after, the oldest first.
func configured(fresh []store.ScopeFreshness) []oldScope {
	scopes := make([]oldScope, 0, len(fresh))
	for _, of := range fresh {
		if !of.Configured {
			continue
		}
		scope := oldScope{of.Scope, of.Outcome, of.CompleteAt}
		if scope.since.IsZero() {
			scope.since = of.CreatedAt
		}
		scopes = append(scopes, scope)
	}
	slices.SortStableFunc(scopes, func(a, b oldScope) int { return a.since.Compare(b.since) })
	return scopes
}

// showScopes shows the gauges of scopes, which are sorted by age.
func (g *recordGauges) showScopes(show shower, scopes []oldScope, now time.Time) {
	shown := map[string]int{}               // by kind
	outcomes := map[string]map[string]int{} // by kind
	accounts := map[[3]string]bool{}
	for _, scope := range scopes {
		if !slices.Contains(g.kinds, scope.Kind) {
			continue
		}
		if outcomes[scope.Kind] == nil {
			outcomes[scope.Kind] = map[string]int{}
		}
		outcomes[scope.Kind][scope.outcome]++
		age := max(now.Sub(scope.since), 0).Seconds()
		if shown[scope.Kind]++; shown[scope.Kind] <= oldestScopes {
			show(scopeAge, age, scope.Kind, label(scope.Provider), label(scope.Account), label(scope.Region))
		}
		account := [3]string{scope.Kind, label(scope.Provider), label(scope.Account)}
		if !accounts[account] && len(accounts) < g.limit {
			show(scopeMaxAge, age, account[:]...)
		}
		accounts[account] = true
	}
	show(scopeLeftOff, float64(max(len(accounts)-g.limit, 0)))
	for kind, counts := range outcomes {
		for _, outcome := range runOutcomes {
			show(scopeCount, float64(counts[outcome]), kind, outcome)
		}
		show(scopeCount, float64(counts[""]), kind, noOutcome)
	}
}

// showNotices shows the gauges of notices.
func showNotices(show shower, read *records, now time.Time) {
	show(noticesWaiting, float64(read.notices))
	age := time.Duration(0)
	if read.notices > 0 {
		age = max(0, now.Sub(read.noticesSince))
	}
	show(noticesAge, age.Seconds())
}

// showHolds shows the gauges of the holds of a kind. The oldest are first.
func showHolds(show shower, kind string, holds []store.HeldScope, now time.Time) {
	var waiting, rows, unconfirmed int64
	var oldest time.Duration
	for _, hold := range holds {
		switch {
		case hold.Scope.Kind != kind:
		case !hold.Stands:
			unconfirmed++
		default:
			waiting, rows, oldest = waiting+1, rows+hold.Rows, max(oldest, now.Sub(hold.At))
		}
	}
	show(holdCount, float64(waiting), kind)
	show(holdRows, float64(rows), kind)
	show(holdAge, oldest.Seconds(), kind)
	show(holdUnconfirmed, float64(unconfirmed), kind)
}
