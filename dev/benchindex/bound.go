package benchindex

import "cloudsync/dev/measure"

// Bounds are what a million hosts must come to on two cores, and what they should.
func (r *Results) Bounds() []measure.Bound {
	j := judge{r: r}
	j.atMost("ready after its start", loading, median, measure.Seconds, 15, 6)
	j.atMost("peak memory of the server", memoryPeak, median, " MiB", 700, 350)
	j.atMost("three matchers, p99", threeMatchers, p99, measure.Milliseconds, 50, 10)
	j.atMost("a regular expression over names, p99", byName, p99, measure.Milliseconds, 300, 50)
	j.atMost("distribution by a label, p99", distribution, p99, measure.Milliseconds, 100, 20)
	for _, name := range []string{threeMatchers, byName, distribution} {
		j.against(name)
	}
	j.atMost("fresh after 1% churn", freshness, median, measure.Seconds, 2, 0.5)
	j.atMost("http_sd of a tenth of the hosts", targets, median, measure.Seconds, 2, 0.7)
	j.atMost("inventory page, first rows and facets, p99", pageInventory, p99, measure.Milliseconds, 300, 100)
	j.atMost("overview page, p99", pageOverview, p99, measure.Milliseconds, 300, 100)
	measure.Judge(j.bounds)
	return j.bounds
}

type judge struct {
	r      *Results
	bounds []measure.Bound
}

func median(f Figure) float64 { return f.Median }
func p99(f Figure) float64    { return f.P99 }

func (j *judge) atMost(what, name string, of func(Figure) float64, unit string, must, aim float64) {
	if figure, ok := j.r.Figure(name); ok {
		j.bounds = append(j.bounds, measure.Bound{What: what, Value: of(figure), Must: must, Aim: aim, Unit: unit})
	}
}

// manyHosts is from how many hosts on the server must be so much faster than SQL: a table that
// is small is read soon.
const manyHosts = 1_000_000

// against compares the medians of a question in SQL and in the index.
func (j *judge) against(name string) {
	if j.r.Hosts < manyHosts {
		return
	}
	mine, haveMine := j.r.Figure(name)
	other, haveOther := j.r.Figure(inSQL(name))
	if haveMine && haveOther {
		j.bounds = append(j.bounds, measure.Bound{What: name + ", faster than SQL", Value: other.Median / mine.Median, Must: 50, Aim: 200, AtLeast: true})
	}
}
