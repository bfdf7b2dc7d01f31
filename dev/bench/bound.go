package bench

import "fmt"

// Bound compares a figure with what it must be. All are ratios of figures from
// one run on one machine, or counts.
type Bound struct {
	What    string  `json:"bound"`
	Value   float64 `json:"value"`
	Must    float64 `json:"must"`
	Aim     float64 `json:"aim"`
	AtLeast bool    `json:"atLeast,omitempty"` // else at most
	Met     bool    `json:"met"`
	unit    string
}

func (b Bound) relation() string {
	if b.AtLeast {
		return "≥"
	}
	return "≤"
}

func (b Bound) number(n float64) string {
	switch {
	case b.unit != "":
		return fmt.Sprintf("%.0f%s", n, b.unit)
	default:
		return fmt.Sprintf("%.2f×", n)
	}
}

func (b Bound) meets(limit float64) bool {
	if b.AtLeast {
		return b.Value >= limit
	}
	return b.Value <= limit
}

func (b Bound) mark() string {
	switch {
	case !b.Met:
		return "NOT MET"
	case b.meets(b.Aim):
		return "aim met"
	default:
		return "met"
	}
}

var (
	largeFleet  = ofScopes(million)
	single      = Fleet{Hosts: million, Scopes: 1}
	mediumFleet = ofScopes(100_000)
)

// judge compares what was measured with the bounds that apply to it.
func (r *results) judge() (bounds []Bound) {
	j := judge{r: r}
	j.ratios()
	j.counts()
	for i := range j.bounds {
		j.bounds[i].Met = j.bounds[i].meets(j.bounds[i].Must)
	}
	return j.bounds
}

type judge struct {
	r      *results
	bounds []Bound
}

func (j *judge) ratios() {
	load, haveLoad := j.r.reference(largeFleet, loadData)
	read, _ := j.r.reference(largeFleet, plainRead)
	hash, _ := j.r.reference(largeFleet, hashAlone)
	dba, haveDBA := j.r.reference(largeFleet, dbasWay)
	sketch, _ := j.r.reference(largeFleet, rowByRow)
	first, haveFirst := j.r.sample(largeFleet, firstLoad)
	same, haveSame := j.r.sample(largeFleet, unchanged)
	churned, haveChurned := j.r.sample(largeFleet, churn1)
	if haveFirst && haveLoad {
		j.atMost("first load, against (a)", first.Seconds/load, 1.6, 1.2, "")
		j.atLeast("first load, against (d)", sketch/first.Seconds, 80, 120)
	}
	if haveSame {
		j.atMost("unchanged, against (b)+(e)", same.Seconds/(read+hash), 2.0, 1.3, "")
	}
	if haveChurned && haveDBA {
		j.atLeast("1% churn, against (c)", dba/churned.Seconds, 6, 10)
	}
	for _, name := range []string{firstLoad, unchanged, churn1} {
		medium, haveMedium := j.r.sample(mediumFleet, name)
		if large, ok := j.r.sample(largeFleet, name); ok && haveMedium {
			j.atMost(name+", growth from 100k to 1M", large.Seconds/medium.Seconds, 11, 10, "")
		}
	}
}

// counts are the largest of all that was measured, no medians.
func (j *judge) counts() {
	events := func(s Sample) float64 { return float64(s.Events) }
	if rows, ok := j.most(largeFleet, unchanged, func(s Sample) float64 { return float64(s.RowsBesideRecord) }); ok {
		j.atMost("unchanged, rows written besides the record and claims", rows, 0, 0, " rows")
	}
	if peak, ok := j.peak(largeFleet); ok {
		j.atMost("worker peak RSS, scopes of 20,000", peak, 300, 150, " MiB")
	}
	if peak, ok := j.peak(single); ok {
		j.atMost("worker peak RSS, 1M in a single scope", peak, 700, 400, " MiB")
	}
	if most, ok := j.most(largeFleet, unchanged, events); ok {
		j.atMost("history events at 1M, unchanged", most, 500, 300, " events")
	}
	if most, ok := j.most(largeFleet, churn1, events); ok {
		j.atMost("history events at 1M, 1% churn", most, 2500, 1500, " events")
	}
	for _, edge := range j.r.edges {
		j.bounds = append(j.bounds, edge.bounds...)
	}
}

// peak is the most memory that any case of a fleet took.
func (j *judge) peak(f Fleet) (peak float64, ok bool) {
	for _, c := range cases {
		most, measured := j.most(f, c.name, func(s Sample) float64 { return s.PeakMiB })
		peak, ok = max(peak, most), ok || measured
	}
	return peak, ok
}

func (j *judge) most(f Fleet, name string, figure func(Sample) float64) (most float64, ok bool) {
	measured := j.r.samplesOf(f, name)
	for _, s := range measured {
		most = max(most, figure(s))
	}
	return most, len(measured) > 0
}

func (j *judge) atMost(what string, value, must, aim float64, unit string) {
	j.bounds = append(j.bounds, Bound{What: what, Value: value, Must: must, Aim: aim, unit: unit})
}

func (j *judge) atLeast(what string, value, must, aim float64) {
	j.bounds = append(j.bounds, Bound{What: what, Value: value, Must: must, Aim: aim, AtLeast: true})
}
