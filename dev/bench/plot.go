package bench

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// plot draws the seconds of each case, and of the references, against the number
// of hosts; both axes are logarithmic.
func (r *results) plot(path string) error {
	p := plot.New()
	p.Title.Text = "Seconds of a run, scopes of 20,000 hosts"
	p.X.Label.Text, p.Y.Label.Text = "hosts", "seconds"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	var lines []any
	for _, c := range usualCases {
		lines = append(lines, c.Name, r.points(func(f Fleet) (float64, bool) {
			s, ok := r.sample(f, c.Name)
			return s.Seconds, ok
		}))
	}
	for _, name := range []string{loadData, dbasWay} {
		lines = append(lines, name, r.points(func(f Fleet) (float64, bool) { return r.reference(f, name) }))
	}
	if err := plotutil.AddLinePoints(p, lines...); err != nil {
		return fmt.Errorf("draw the plot: %w", err)
	}
	if err := p.Save(20*vg.Centimeter, 14*vg.Centimeter, path); err != nil {
		return fmt.Errorf("save the plot: %w", err)
	}
	return nil
}

func (r *results) points(seconds func(Fleet) (float64, bool)) (points plotter.XYs) {
	for _, hosts := range []int{10 * thousand, 100 * thousand, million} {
		if y, ok := seconds(ofScopes(hosts)); ok {
			points = append(points, plotter.XY{X: float64(hosts), Y: y})
		}
	}
	return points
}
