package benchindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// The names of figures.
const (
	loading       = "load"
	memoryLoaded  = "memory after load"
	memoryAfter   = "memory after all questions"
	memoryPeak    = "memory, most"
	threeMatchers = "three matchers"
	byName        = "a regular expression over names"
	distribution  = "distribution by a label"
	freshness     = "fresh after 1% churn"
	targets       = "http_sd"
)

func inSQL(name string) string { return name + ", SQL" }

// How often each thing is measured.
const (
	starts        = 3
	questions     = 1000
	expressions   = 300
	eachLabel     = 30
	inSQLOnly     = 7 // of the questions
	eachList      = 5 // http_sd, tree, …
	churns        = 5
	freshWithin   = time.Minute
	lookEvery     = 5 * time.Millisecond
	shownRows     = 50
	shownGroups   = 100 // as many as the server shows by default
	targetsOfHost = 10  // one host in so many is a target
)

// measure asks the server that has loaded.
func (b *bench) measure(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(16, 1))
	for _, step := range []func(context.Context, *rand.Rand) error{
		b.memory(memoryLoaded, b.server.ResidentMiB),
		b.find(threeMatchers, questions, b.fleet.threeMatchers),
		b.find(byName, expressions, b.fleet.byName),
		b.distributions, b.targets, b.others, b.pages,
		b.memory(memoryAfter, b.server.ResidentMiB),
		b.fresh,
		b.memory(memoryPeak, b.server.PeakMiB),
	} {
		if err := step(ctx, rng); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) memory(name string, read func() (float64, error)) func(context.Context, *rand.Rand) error {
	return func(context.Context, *rand.Rand) error {
		mib, err := read()
		if err == nil {
			b.results.add(name, "MiB", "", mib)
		}
		return err
	}
}

// find asks random questions for rows, and some of them in SQL, which must give the same.
func (b *bench) find(name string, n int, random func(*rand.Rand) question) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, rng *rand.Rand) error {
		b.say(name)
		var took, tookSQL []float64
		var matched []float64
		for i := range n {
			asked := random(rng)
			answer, found, err := b.client.find(ctx, asked.q)
			if err != nil {
				return err
			}
			took, matched = append(took, inMilliseconds(answer.took)), append(matched, float64(found.Total))
			if i >= inSQLOnly {
				continue
			}
			inSQL, rows, err := b.sql.find(ctx, asked)
			if err != nil {
				return err
			}
			if rows.Total != found.Total || !slices.Equal(rows.Rows, found.Rows) {
				return fmt.Errorf("%s: the server found %d hosts, SQL %d, or others first", asked.q, found.Total, rows.Total)
			}
			tookSQL = append(tookSQL, inMilliseconds(inSQL))
		}
		slices.Sort(matched)
		b.results.add(name, "ms", fmt.Sprintf("first %d rows and total; the median query matches %.0f", shownRows, matched[n/2]), took...)
		b.results.add(inSQL(name), "ms", "COUNT(*), and ORDER BY name LIMIT 50", tookSQL...)
		return nil
	}
}

// distributions counts all hosts by each of some labels.
func (b *bench) distributions(ctx context.Context, _ *rand.Rand) error {
	b.say(distribution)
	var took, tookSQL []float64
	labels := b.fleet.distributed()
	for _, label := range labels {
		var groups int
		for range eachLabel {
			answer, counted, err := b.client.count(ctx, "", label.name)
			if err != nil {
				return err
			}
			if counted.Total != int64(b.fleet.hosts) {
				return fmt.Errorf("counted %d of %d hosts by %s", counted.Total, b.fleet.hosts, label.name)
			}
			took, groups = append(took, inMilliseconds(answer.took)), len(counted.Groups)
		}
		inSQL, same, err := b.sql.distribution(ctx, label)
		if err != nil {
			return err
		}
		if same != groups {
			return fmt.Errorf("the server counted hosts by %s in %d groups, SQL in %d", label.name, groups, same)
		}
		tookSQL = append(tookSQL, inMilliseconds(inSQL))
	}
	b.results.add(distribution, "ms", fmt.Sprintf("of %d labels", len(labels)), took...)
	b.results.add(inSQL(distribution), "ms", "GROUP BY", tookSQL...)
	return nil
}

// targets reads the list that Prometheus is given.
func (b *bench) targets(ctx context.Context, _ *rand.Rand) error {
	b.say(targets)
	want := 0
	for n := range b.fleet.hosts {
		if n%targetsOfHost == 1 {
			want++
		}
	}
	var took []float64
	for range eachList {
		answer, err := b.client.ask(ctx, "/api/v1/sd/resource_host", url.Values{"port": {"9100"}, "q": {fmt.Sprintf("{tag_monitor=%q}", scraped)}})
		if err != nil {
			return err
		}
		var groups []struct {
			Targets []string `json:"targets"`
		}
		if err := answer.read(&groups); err != nil {
			return err
		}
		listed := 0
		for _, group := range groups {
			listed += len(group.Targets)
		}
		if listed != want {
			return fmt.Errorf("the server lists %d targets of %d", listed, want)
		}
		took = append(took, answer.took.Seconds())
	}
	b.results.add(targets, "s", fmt.Sprintf("%d targets", want), took...)
	return nil
}

// others are figures without bounds.
func (b *bench) others(ctx context.Context, rng *rand.Rand) error {
	b.say("other questions")
	for _, other := range []struct {
		name, path string
		query      func() url.Values
	}{
		{"count by region, instance type", "/api/v1/count", func() url.Values { return url.Values{"kind": {"resource_host"}, "by": {"region,instance_type"}} }},
		{"a word", hostPath, func() url.Values { return url.Values{"q": {fmt.Sprintf("%06d", rng.IntN(b.fleet.hosts))}} }},
		{"an address", hostPath, func() url.Values { return url.Values{"q": {address(10, rng.IntN(b.fleet.hosts))}} }},
		{"the whole tree", "/api/v1/tree", func() url.Values { return url.Values{} }},
		{"a group of the tree", "/api/v1/tree", func() url.Values { return url.Values{"path": {groupName(rng.IntN(groupCount))}} }},
	} {
		var took []float64
		for range 4 * eachList {
			answer, err := b.client.ask(ctx, other.path, other.query())
			if err != nil {
				return err
			}
			took = append(took, inMilliseconds(answer.took))
		}
		b.results.add(other.name, "ms", "", took...)
	}
	return b.export(ctx)
}

// export reads the whole kind.
func (b *bench) export(ctx context.Context) error {
	answer, err := b.client.ask(ctx, "/api/v1/export/resource_host", url.Values{"format": {"ndjson"}})
	if err != nil {
		return err
	}
	if lines := bytes.Count(answer.body, []byte("\n")); lines != b.fleet.hosts {
		return fmt.Errorf("the export has %d of %d hosts", lines, b.fleet.hosts)
	}
	b.results.add("export of all hosts", "s", fmt.Sprintf("%.0f rows a second, %d MB of NDJSON", float64(b.fleet.hosts)/answer.took.Seconds(), len(answer.body)/1e6), answer.took.Seconds())
	return nil
}

// fresh has runs change one host in a hundred, and waits after each for the server to have
// all of that.
func (b *bench) fresh(ctx context.Context, _ *rand.Rand) error {
	var took []float64
	hosts := 0
	for round := range churns {
		b.say(fmt.Sprintf("churn %d", round+1))
		changed, err := churn(ctx, b.store, b.fleet, round)
		if err != nil {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return changed.end(ctx) })
		group.Go(func() error {
			err := b.await(ctx, changed)
			took = append(took, time.Since(changed.committed).Seconds())
			return err
		})
		if err := group.Wait(); err != nil {
			return err
		}
		hosts = changed.hosts
	}
	b.results.add(freshness, "s", fmt.Sprintf("from the last commit; %d modified or added, half as many deleted", hosts), took...)
	return nil
}

// await asks until the server has what a run changed.
func (b *bench) await(ctx context.Context, changed churned) error {
	ctx, cancel := context.WithTimeoutCause(ctx, freshWithin, errors.New("the server does not have what a run changed"))
	defer cancel()
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		has, err := b.has(ctx, changed)
		if has || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-again.C:
		}
	}
}

// has says that the server has the last host, all of the release, and as many as there are.
func (b *bench) has(ctx context.Context, changed churned) (bool, error) {
	for q, want := range map[string]int{
		fmt.Sprintf("{name=%q}", changed.last):           1,
		fmt.Sprintf("{tag_release=%q}", changed.release): changed.hosts,
		"": b.fleet.hosts,
	} {
		_, counted, err := b.client.count(ctx, q, "")
		if err != nil || counted.Total != int64(want) {
			return false, err
		}
	}
	return true, nil
}
