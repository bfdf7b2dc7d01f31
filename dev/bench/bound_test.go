package bench

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A million hosts with given seconds, and references of which 1% churn is to be six
// times faster than (c).
func millions(churnSeconds, peakMiB float64) *results {
	r := &results{}
	for _, c := range cases {
		s := Sample{Hosts: million, Scopes: 50, Case: c.name, Seconds: churnSeconds, PeakMiB: peakMiB, History: History{Events: 100}}
		r.add(s)
	}
	for name, seconds := range map[string]float64{loadData: 100, plainRead: 1, hashAlone: 100, dbasWay: 60, rowByRow: 10_000} {
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
	require.Regexp(t, `3\.00×\s+≥ 6\.00×\s+≥ 10\.00×\s+NOT MET`, table.String())
	require.NoError(t, r.write(&lines, true, r.judge()))
	require.Contains(t, lines.String(), `{"bound":"1% churn, against (c)","value":3,"must":6,"aim":10,"atLeast":true,"met":false}`)
}

func TestGrowthIsOfEachCase(t *testing.T) {
	t.Parallel()
	r := millions(10, 100)
	for _, c := range cases {
		seconds := 1.
		if c.name == unchanged {
			seconds = 0.9 // a million took 11.1 times as long
		}
		r.add(Sample{Hosts: 100_000, Scopes: 5, Case: c.name, Seconds: seconds})
	}
	require.Equal(t, []string{"unchanged, growth from 100k to 1M"}, notMet(r))
}

func TestFleets(t *testing.T) {
	t.Parallel()
	require.Equal(t, []Fleet{{Hosts: 50_000, Scopes: 3}}, Fleets(50_000))
	medium, large := Fleet{Hosts: 100_000, Scopes: 5}, Fleet{Hosts: million, Scopes: 50}
	require.Equal(t, []Fleet{
		{Hosts: 10_000, Scopes: 1}, medium, medium, medium, large, large, large, {Hosts: million, Scopes: 1},
	}, Fleets(0))
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
			require.InDelta(t, 60./10, bound.Value, 1e-9)
		case "first load, against (a)":
			require.InDelta(t, 10./100, bound.Value, 1e-9)
		}
	}
	var table bytes.Buffer
	require.NoError(t, r.write(&table, false, nil))
	require.Regexp(t, `1% churn\s+0\s+10\.00\s+9\.00–30\.00`, table.String())
	require.Equal(t, len(cases), strings.Count(table.String(), "9.00–30.00"), "a line for each case")
}
