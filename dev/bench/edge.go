package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cloudsync/dev/measure"
)

// Edge is a figure of an unusual fleet.
type Edge struct {
	Name    string  `json:"edge"`
	Seconds float64 `json:"seconds"`
	Detail  string  `json:"detail"`
	bounds  []measure.Bound
}

// edgeCase measures figures of one sort.
type edgeCase struct {
	name    string
	measure func(context.Context) ([]Edge, error)
}

func (s *servers) measureEdges(ctx context.Context) error {
	return s.measureEdgesOf(ctx, []edgeCase{
		{"several workers", s.measureWorkers}, {"a worker killed", s.measureKilled}, {"a limited provider", s.measureLimit},
	})
}

func (s *servers) measureEdgesOf(ctx context.Context, cases []edgeCase) error {
	for _, edge := range cases {
		s.options.Console.Printf("at the edges: %s", edge.name)
		found, err := edge.measure(ctx)
		if err != nil {
			return fmt.Errorf("measure %s: %w", edge.name, err)
		}
		s.results.edges = append(s.results.edges, found...)
	}
	return nil
}

// slowFleet and slowCloud are a listing that mostly waits: 25 pages in each scope.
var (
	slowFleet = Fleet{Hosts: 64_000, Scopes: 128}
	slowCloud = setting{pageSize: 20, pageDelay: 50 * time.Millisecond, maxParallel: 64}
)

// measureWorkers lists a slow cloud with one worker, two and four.
func (s *servers) measureWorkers(ctx context.Context) (edges []Edge, err error) {
	for _, workers := range []int{1, 2, 4} {
		samples, err := s.measureEdge(ctx, slowFleet, slowCloud, workers, firstLoad, unchanged)
		if err != nil {
			return nil, err
		}
		edges = append(edges, Edge{
			Name: fmt.Sprintf("%d workers, 50 ms a page: unchanged", workers), Seconds: samples[1].Seconds,
			Detail: fmt.Sprintf("%s, 25 pages in each scope", slowFleet),
		})
	}
	return edges, nil
}

// measureLimit lists a cloud that takes so many requests a second and no more.
func (s *servers) measureLimit(ctx context.Context) ([]Edge, error) {
	const perSecond, pages, pageSize = 20, 400, 20
	samples, err := s.measureEdge(ctx, Fleet{Hosts: 2 * pages * pageSize, Scopes: 2}, setting{pageSize: pageSize, perSecond: perSecond}, 1, firstLoad)
	if err != nil {
		return nil, err
	}
	first := samples[0]
	return []Edge{{
		Name: "20 requests a second: first load", Seconds: first.Seconds,
		Detail: fmt.Sprintf("%d pages in each of 2 regions", pages),
		bounds: []measure.Bound{
			{What: "20 requests a second, against pages/rate", Value: first.Seconds * perSecond / pages, Must: 1.1, Aim: 1.1},
		},
	}}, nil
}

// measureEdge runs cases of a fleet with so many workers.
func (s *servers) measureEdge(ctx context.Context, fleet Fleet, set setting, workers int, names ...string) (samples []Sample, err error) {
	in, err := s.newInstallation(ctx, fleet, set)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.remove()) }()
	for _, name := range names {
		sample, err := in.measure(ctx, Case{Name: name}, workers)
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
	}
	return samples, nil
}

func writeEdges(w io.Writer, edges []Edge) {
	if len(edges) == 0 {
		return
	}
	fmt.Fprintln(w, "\nat the edges\tseconds\tdetail\t")
	for _, e := range edges {
		fmt.Fprintf(w, "%s\t%.2f\t%s\t\n", e.Name, e.Seconds, e.Detail)
	}
}
