package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"cloudsync/activities"
	"cloudsync/cloud/mock"
	"cloudsync/dev/measure"
	"cloudsync/workflows"
)

// The accounts of the case: fifty quick ones, and a slow one of 500 scopes.
var (
	quickFleet = Fleet{Hosts: 4 * thousand, Scopes: 200, Accounts: 50}
	quickCloud = setting{pageDelay: 50 * time.Millisecond}
	slowBeside = besideSetting{scopes: 500, hosts: 5 * thousand, pageDelay: 200 * time.Millisecond}
)

// besideSetting is one more account beside those of a fleet.
type besideSetting struct {
	scopes    int
	hosts     int
	pageDelay time.Duration
}

const slowAccount = "slow"

// of is the cloud of the account, where those of the fleet have that one.
func (b besideSetting) of(fleet mock.Settings) mock.Settings {
	fleet.Seed, fleet.Hosts, fleet.PageDelay = fleet.Seed+thousand, mock.ExactHosts(int64(b.hosts)), b.pageDelay
	return fleet
}

// measureFair lists fifty quick accounts alone, and beside a slow one, in turns: they must
// not wait for it.
func (s *servers) measureFair(ctx context.Context) (edges []Edge, err error) {
	fleets := []*fairFleet{{name: "50 quick accounts alone"}, {name: "50 quick accounts beside one of 500 slow scopes"}}
	for i, f := range fleets {
		set := quickCloud
		if i > 0 {
			set.beside = slowBeside
		}
		if f.installation, err = s.newInstallation(ctx, quickFleet, set); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, f.remove()) }()
		if _, err := f.measure(ctx, firstLoad); err != nil {
			return nil, err
		}
	}
	for range rounds {
		for _, f := range fleets {
			took, err := f.measure(ctx, unchanged)
			if err != nil {
				return nil, err
			}
			f.took = append(f.took, took)
		}
	}
	for _, f := range fleets {
		edges = append(edges, Edge{Name: f.name + ": unchanged", Seconds: f.median().quick, Detail: f.detail()})
	}
	edges[1].bounds = []measure.Bound{{
		What: "quick accounts beside a slow one, against alone", Value: fleets[1].median().quick / fleets[0].median().quick, Must: 1.5, Aim: 1.2,
	}}
	return edges, nil
}

// fairFleet is one of the two fleets, with what its runs took.
type fairFleet struct {
	*installation
	name string
	took []fairTimes
}

// fairTimes are the seconds of a run.
type fairTimes struct {
	quick float64 // until the last activity on a quick account's scopes was done
	whole float64
}

func (f *fairFleet) median() fairTimes {
	middle, _ := measure.Median(f.took, func(t fairTimes) float64 { return t.quick })
	return middle
}

func (f *fairFleet) detail() string {
	return fmt.Sprintf("of %s; the run took %.2f s in all", spread(f.took, func(t fairTimes) float64 { return t.quick }), f.median().whole)
}

// measure is one run, by a new worker.
func (f *fairFleet) measure(ctx context.Context, name string) (took fairTimes, err error) {
	f.options.Console.Printf("%s: %s", f.name, name)
	if err := f.writeConfig(Case{Name: name}); err != nil {
		return took, err
	}
	w, err := f.startWorker(ctx, name)
	if err != nil {
		return took, err
	}
	defer func() { err = errors.Join(err, w.Stop(ctx)) }()
	report, whole, err := f.run(ctx)
	if err != nil {
		return took, err
	}
	if want := f.fleet.Hosts + f.set.beside.hosts; report.CloudNum != int64(want) || report.ScopesFailed > 0 {
		return took, fmt.Errorf("the run listed %d of %d hosts, and %d scopes failed", report.CloudNum, want, report.ScopesFailed)
	}
	quick, err := f.quickDone(ctx, report)
	return fairTimes{quick: quick.Seconds(), whole: whole.Seconds()}, err
}

// quickDone is how long the run took until the last activity on scopes of a quick account
// was done.
func (f *fairFleet) quickDone(ctx context.Context, report workflows.Report) (time.Duration, error) {
	var began, done time.Time
	err := f.eachHistory(ctx, "cloud-sync/"+kind, report.RunID, func(events []*history.HistoryEvent) {
		if began.IsZero() {
			began = events[0].GetEventTime().AsTime()
		}
		if at := lastOfQuick(events); at.After(done) {
			done = at
		}
	})
	return done.Sub(began), err
}

// lastOfQuick is when the last activity of a history was done that was on scopes of a quick
// account.
func lastOfQuick(events []*history.HistoryEvent) (last time.Time) {
	quick := map[int64]bool{} // events that scheduled such an activity
	for _, event := range events {
		if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
			quick[event.GetEventId()] = isQuick(scheduled.GetInput())
		}
		if completed := event.GetActivityTaskCompletedEventAttributes(); quick[completed.GetScheduledEventId()] {
			last = event.GetEventTime().AsTime()
		}
	}
	return last
}

// isQuick says that the input of an activity is a bundle of a quick account.
func isQuick(input *common.Payloads) bool {
	var bundle activities.Bundle[activities.ScopeIn]
	if converter.GetDefaultDataConverter().FromPayloads(input, &bundle) != nil {
		return false
	}
	return len(bundle.Scopes) > 0 && bundle.Scopes[0].Scope.Account != "" && bundle.Scopes[0].Scope.Account != slowAccount
}
