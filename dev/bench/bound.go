package bench

import "cloudsync/dev/measure"

// judge compares what was measured with the bounds that apply to it.
func (r *results) judge() (bounds []measure.Bound) {
	j := judge{r: r}
	j.ratios()
	j.seconds()
	j.counts()
	measure.Judge(j.bounds)
	return j.bounds
}

type judge struct {
	r      *results
	bounds []measure.Bound
}

func (j *judge) ratios() {
	load, haveLoad := j.r.reference(largeFleet, loadData)
	read, haveRead := j.r.reference(largeFleet, plainRead)
	hash, _ := j.r.reference(largeFleet, hashAlone)
	dba, haveDBA := j.r.reference(largeFleet, dbasWay)
	first, haveFirst := j.r.sample(largeFleet, firstLoad)
	same, haveSame := j.r.sample(largeFleet, unchanged)
	churned, haveChurned := j.r.sample(largeFleet, churn1)
	if haveFirst && haveLoad {
		j.atMost("first load, against (a)", first.Seconds/load, 1.6, 1.3, "")
		j.atLeast("first load, rows a second against (a)", load/first.Seconds, 0.6, 0.75)
	}
	if haveSame && haveRead {
		j.atMost("unchanged, against (b)+(e)", same.Seconds/(read+hash), 1.35, 1.2, "")
	}
	if haveChurned && haveDBA {
		j.atLeast("1% churn, against (c)", dba/churned.Seconds, 6.5, 10)
	}
	j.times("1M in one scope, 10% churn, against 50 scopes", churn10, single, largeFleet, 1.6, 1.2)
	for _, name := range []string{firstLoad, unchanged, churn1} {
		j.times(name+", growth from 100k to 1M", name, largeFleet, mediumFleet, 11, 10)
	}
	j.times("unchanged, growth from 1M to 10M", unchanged, hugeFleet, largeFleet, 11, 10)
}

// times bounds how many times as long a case takes on one fleet as on another.
func (j *judge) times(what, name string, one, other Fleet, must, aim float64) {
	numerator, haveNumerator := j.r.sample(one, name)
	denominator, haveDenominator := j.r.sample(other, name)
	if haveNumerator && haveDenominator {
		j.atMost(what, numerator.Seconds/denominator.Seconds, must, aim, "")
	}
}

func (j *judge) seconds() {
	for _, bound := range []struct {
		fleet     Fleet
		what      string
		name      string
		must, aim float64
	}{
		{smallScopes, "2,000 scopes of 50, first load", firstLoad, 8, 4},
		{smallScopes, "2,000 scopes of 50, unchanged", unchanged, 2.5, 1},
		{tinyScopes, "20,000 scopes of 5, unchanged", unchanged, 15, 6},
	} {
		if s, ok := j.r.sample(bound.fleet, bound.name); ok {
			j.atMost(bound.what, s.Seconds, bound.must, bound.aim, measure.Seconds)
		}
	}
}

// counts are the largest of all that was measured, no medians.
func (j *judge) counts() {
	const maxEvents = 10_000 // of a workflow
	of := j.r.samplesOf
	j.mostOf(of(largeFleet, unchanged), rowsBesideRecord, "unchanged, rows written besides the record and claims", 0, 0, " rows")
	j.mostOf(j.r.samplesOfFleet(largeFleet), peakMiB, "worker peak RSS, scopes of 20,000", 300, 150, " MiB")
	j.mostOf(j.r.samplesOfFleet(single), peakMiB, "worker peak RSS, 1M in a single scope", 700, 400, " MiB")
	j.mostOf(of(hugeFleet, unchanged), peakMiB, "worker peak RSS, 10M in 500 scopes, unchanged", 350, 200, " MiB")
	j.mostOf(of(largeFleet, unchanged), longest, "history events at 1M, unchanged", 500, 300, " events")
	j.mostOf(of(largeFleet, churn1), longest, "history events at 1M, 1% churn", 2500, 1500, " events")
	for _, name := range []string{firstLoad, unchanged} {
		j.mostOf(of(smallScopes, name), longest, "2,000 scopes, "+name+", events of a workflow", maxEvents, maxEvents, " events")
		j.mostOf(of(tinyScopes, name), longest, "20,000 scopes, "+name+", events of a workflow", maxEvents, maxEvents, " events")
	}
	j.mostOf(of(tinyScopes, unchanged), events, "20,000 scopes, unchanged, events in all", 20_000, 8_000, " events")
	for _, edge := range j.r.edges {
		j.bounds = append(j.bounds, edge.bounds...)
	}
}

func rowsBesideRecord(s Sample) float64 { return float64(s.RowsBesideRecord) }
func peakMiB(s Sample) float64          { return s.PeakMiB }
func longest(s Sample) float64          { return float64(s.Events) }
func events(s Sample) float64           { return float64(s.AllEvents) }

// mostOf bounds the most of a figure, if there is any.
func (j *judge) mostOf(measured []Sample, figure func(Sample) float64, what string, must, aim float64, unit string) {
	if len(measured) == 0 {
		return
	}
	var most float64
	for _, s := range measured {
		most = max(most, figure(s))
	}
	j.atMost(what, most, must, aim, unit)
}

func (j *judge) atMost(what string, value, must, aim float64, unit string) {
	j.bounds = append(j.bounds, measure.Bound{What: what, Value: value, Must: must, Aim: aim, Unit: unit})
}

func (j *judge) atLeast(what string, value, must, aim float64) {
	j.bounds = append(j.bounds, measure.Bound{What: what, Value: value, Must: must, Aim: aim, AtLeast: true})
}
