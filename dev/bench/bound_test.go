package bench

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A million hosts with given seconds, and references of which 1% churn is to be six and
// a half times faster than (c).
func millions(churnSeconds, peakMiB float64) *results {
	r := &results{}
	for _, c := range usualCases {
		s := Sample{Hosts: million, Scopes: 50, Case: c.Name, Seconds: churnSeconds, PeakMiB: peakMiB, History: History{Events: 100}}
		r.add(s)
	}
	for name, seconds := range map[string]float64{loadData: 100, plainRead: 1, hashAlone: 100, dbasWay: 65, rowByRow: 10_000} {
		r.addReferences(Reference{Hosts: million, Scopes: 50, Name: name, Seconds: seconds})
	}
	return r
}

func notMet(r *results) (names []string) {
	for _, bound := range r.judge() {
		if !bound.Met {
			names = append(names, bound.What)
		}
	}
	return names
}

func TestBounds(t *testing.T) {
	t.Parallel()
	require.Empty(t, notMet(millions(10, 300)))
	require.Equal(t, []string{"1% churn, against (c)"}, notMet(millions(10.1, 300)))
	require.Equal(t, []string{"worker peak RSS, scopes of 20,000"}, notMet(millions(10, 301)))
	written := millions(10, 100)
	written.samples[1].RowsBesideRecord = 1
	require.Equal(t, []string{"unchanged, rows written besides the record and claims"}, notMet(written))
	require.Empty(t, (&results{}).judge(), "what was not measured is not judged")
}

func TestTableMarksWhatIsNotMet(t *testing.T) {
	t.Parallel()
	r := millions(20, 100)
	var table, lines bytes.Buffer
	require.NoError(t, r.write(&table, false, r.judge()))
	require.Regexp(t, `3\.25×\s+≥ 6\.50×\s+≥ 10\.00×\s+NOT MET`, table.String())
	require.NoError(t, r.write(&lines, true, r.judge()))
	require.Contains(t, lines.String(), `{"bound":"1% churn, against (c)","value":3.25,"must":6.5,"aim":10,"atLeast":true,"met":false}`)
}

func TestGrowthIsOfEachCase(t *testing.T) {
	t.Parallel()
	r := millions(10, 100)
	for _, c := range usualCases {
		seconds := 1.
		if c.Name == unchanged {
			seconds = 0.9 // a million took 11.1 times as long
		}
		r.add(Sample{Hosts: 100_000, Scopes: 5, Case: c.Name, Seconds: seconds})
	}
	require.Equal(t, []string{"unchanged, growth from 100k to 1M"}, notMet(r))
}

func TestManyScopesAreJudged(t *testing.T) {
	t.Parallel()
	r := &results{}
	for _, seconds := range []float64{1, 2.6, 2.7} {
		r.add(Sample{Hosts: 100_000, Scopes: 2000, Case: unchanged, Seconds: seconds, History: History{Events: 10_000, AllEvents: 30_000}})
	}
	r.add(Sample{Hosts: 100_000, Scopes: 2000, Case: firstLoad, Seconds: 8, History: History{Events: 10_001}})
	r.add(Sample{Hosts: 100_000, Scopes: 20_000, Case: unchanged, Seconds: 15.1, History: History{Events: 5000, AllEvents: 20_001}})
	require.Equal(t, []string{
		"2,000 scopes of 50, unchanged", "20,000 scopes of 5, unchanged",
		"2,000 scopes, first load, events of a workflow", "20,000 scopes, unchanged, events in all",
	}, notMet(r))
	var table bytes.Buffer
	require.NoError(t, r.write(&table, false, r.judge()))
	require.Regexp(t, `2,000 scopes of 50, unchanged\s+2\.60 s\s+≤ 2\.50 s\s+≤ 1\.00 s\s+NOT MET`, table.String())
	require.Regexp(t, `events in all\s+20001 events\s`, table.String())
	require.Regexp(t, `100000\s+20000\s+unchanged\s.*\s5000\s+20001\s`, table.String(), "those of the longest, and of all")
}

func TestOneScopeIsJudgedByFifty(t *testing.T) {
	t.Parallel()
	r := millions(10, 100)
	for _, seconds := range []float64{16.1, 30, 1} {
		r.add(Sample{Hosts: million, Scopes: 1, Case: churn10, Seconds: seconds})
	}
	require.Equal(t, []string{"1M in one scope, 10% churn, against 50 scopes"}, notMet(r))
}

func TestFirstLoadIsJudgedByLoadData(t *testing.T) {
	t.Parallel()
	r := millions(10, 100)
	r.samples[0].Seconds = 170
	require.Equal(t, []string{"first load, against (a)", "first load, rows a second against (a)"}, notMet(r))
}

func TestTenMillionsAreJudgedByTheMillion(t *testing.T) {
	t.Parallel()
	r := &results{}
	r.add(Sample{Hosts: million, Scopes: 50, Case: unchanged, Seconds: 2, PeakMiB: 100})
	r.add(Sample{Hosts: 10 * million, Scopes: 500, Case: unchanged, Seconds: 22.1, PeakMiB: 351})
	require.Equal(t, []string{"unchanged, growth from 1M to 10M", "worker peak RSS, 10M in 500 scopes, unchanged"}, notMet(r))
}

// The first time, a run was slow, and took more memory. The references took longer each
// time.
func TestMediansAreJudged(t *testing.T) {
	t.Parallel()
	r := &results{}
	for i, round := range []*results{millions(30, 301), millions(10, 100), millions(9, 100)} {
		r.samples = append(r.samples, round.samples...)
		for _, reference := range round.references {
			reference.Seconds *= []float64{0.9, 1.0, 1.5}[i]
			r.addReferences(reference)
		}
	}
	require.Equal(t, []string{"worker peak RSS, scopes of 20,000"}, notMet(r), "the largest counts")
	for _, bound := range r.judge() {
		switch bound.What {
		case "1% churn, against (c)":
			require.InDelta(t, 65./10, bound.Value, 1e-9)
		case "first load, against (a)":
			require.InDelta(t, 10./100, bound.Value, 1e-9)
		}
	}
	var table bytes.Buffer
	require.NoError(t, r.write(&table, false, nil))
	require.Regexp(t, `1% churn\s+0\s+10\.00\s+9\.00–30\.00`, table.String())
	require.Equal(t, len(usualCases), strings.Count(table.String(), "9.00–30.00"), "a line for each case")
}
