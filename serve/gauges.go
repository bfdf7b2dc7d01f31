package serve

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/serve/api"
)

// indexGauges say what the server has of the inventory in memory.
type indexGauges struct{ inventory api.Inventory }

var (
	indexRows     = prometheus.NewDesc("cloudsync_index_rows", "Rows of a kind that the server has in memory.", []string{"kind"}, nil)
	indexLoaded   = prometheus.NewDesc("cloudsync_index_loaded", "1 if the server has all rows of a kind in memory.", []string{"kind"}, nil)
	indexAsOf     = prometheus.NewDesc("cloudsync_index_as_of_seconds", "The last moment at which the server had all that MySQL had.", nil, nil)
	indexUpToDate = prometheus.NewDesc("cloudsync_index_up_to_date", "1 unless something keeps the server from following MySQL.", nil, nil)
)

// Describe implements prometheus.Collector.
func (g indexGauges) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{indexRows, indexLoaded, indexAsOf, indexUpToDate} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (g indexGauges) Collect(metrics chan<- prometheus.Metric) {
	state := g.inventory.State()
	for _, kind := range state.Kinds {
		metrics <- prometheus.MustNewConstMetric(indexRows, prometheus.GaugeValue, float64(kind.Rows), kind.Kind)
		metrics <- prometheus.MustNewConstMetric(indexLoaded, prometheus.GaugeValue, oneIf(kind.Loaded), kind.Kind)
	}
	metrics <- prometheus.MustNewConstMetric(indexAsOf, prometheus.GaugeValue, float64(state.AsOf.UnixNano())/1e9)
	metrics <- prometheus.MustNewConstMetric(indexUpToDate, prometheus.GaugeValue, oneIf(state.Problem == ""))
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// treeGauges count the rows of the service tree. They count anew when the versions of what
// they count say so, or where there are none, once a minute.
type treeGauges struct {
	inventory api.Inventory
	kinds     []*resource.Kind
	limit     int
	now       func() time.Time
	log       *slog.Logger

	mu       sync.Mutex
	counted  inventory.Counts
	at       time.Time // zero: never
	versions []string
}

const (
	treeLimit = 5 * time.Second // that a count may take
	treeEvery = time.Minute
)

var (
	treeRows = prometheus.NewDesc("cloudsync_tree_resources", "Rows of a kind that are placed in a node of the service tree; empty labels: no deeper.",
		[]string{"group", "product", "app", "kind"}, nil)
	treeLeftOff = prometheus.NewDesc("cloudsync_tree_resources_left_off", "Gauges of cloudsync_tree_resources that are left off, the smallest: there are too many.", nil, nil)
	treeUp      = prometheus.NewDesc("cloudsync_tree_up", "1 if the service tree could be counted; 0: its gauges are missing.", nil, nil)
)

func newTreeGauges(options Options) *treeGauges {
	g := &treeGauges{inventory: options.Inventory, limit: options.TreeGauges, now: options.Now, log: options.Log}
	if g.now == nil {
		g.now = time.Now
	}
	for _, name := range options.Kinds.Names() {
		if kind, err := options.Kinds.Kind(name); err == nil { // it is one of the names
			g.kinds = append(g.kinds, kind)
		}
	}
	g.kinds = inventory.Placed(g.kinds)
	return g
}

// Describe implements prometheus.Collector.
func (g *treeGauges) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{treeRows, treeLeftOff, treeUp} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (g *treeGauges) Collect(metrics chan<- prometheus.Metric) {
	counts, err := g.count()
	metrics <- prometheus.MustNewConstMetric(treeUp, prometheus.GaugeValue, oneIf(err == nil))
	if err != nil {
		g.log.Warn("the service tree cannot be counted for metrics", "error", err)
		return
	}
	for labels, rows := range byLabels(counts.Groups) {
		metrics <- prometheus.MustNewConstMetric(treeRows, prometheus.GaugeValue, float64(rows), labels[:]...)
	}
	metrics <- prometheus.MustNewConstMetric(treeLeftOff, prometheus.GaugeValue, float64(counts.Others))
}

// byLabels are the rows of groups by their labels, as Prometheus takes them: UTF-8.
func byLabels(groups []inventory.Group) map[[4]string]int64 {
	rows := make(map[[4]string]int64, len(groups))
	for _, group := range groups {
		var labels [4]string
		for i, value := range group.Values {
			labels[i] = strings.ToValidUTF8(value, "\ufffd")
		}
		rows[labels] += group.Rows
	}
	return rows
}

// count counts the rows, or has done so.
func (g *treeGauges) count() (inventory.Counts, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	names := make([]string, len(g.kinds))
	for i, kind := range g.kinds {
		names[i] = kind.Name()
	}
	versions, known := g.inventory.State().Versions(names)
	isFresh := known && slices.Equal(versions, g.versions) || !known && g.now().Sub(g.at) < treeEvery
	if isFresh && !g.at.IsZero() {
		return g.counted, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), treeLimit)
	defer cancel()
	counts, err := g.inventory.Count(ctx, inventory.Count{
		Scope: inventory.Scope{Kinds: g.kinds}, By: append(slices.Clone(inventory.TreeLabels), query.KindLabel), Limit: g.limit,
	})
	if err != nil {
		g.at = time.Time{}
		return counts, err
	}
	g.counted, g.at, g.versions = counts, g.now(), versions
	return counts, nil
}
