package serve

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/serve/api"
)

// countGauges count the inventory's rows by labels. They count anew when the versions of what
// they count say so, or where there are none, once a minute.
type countGauges struct {
	rows, leftOff, up *prometheus.Desc
	what              string // that they count, for the log
	by                []string

	inventory api.Inventory
	kinds     []*resource.Kind
	limit     int // gauges at most, those of the most rows
	counted   *kept[counted]
	log       *slog.Logger
}

// counted are counts, and the versions of what was counted, where there are any.
type counted struct {
	inventory.Counts
	versions []string
}

const (
	countLimit = 5 * time.Second // that a count may take
	countEvery = time.Minute
)

func newCountGauges(options Options) *countGauges {
	g := &countGauges{inventory: options.Inventory, counted: newKept[counted](countEvery, countLimit, options), log: options.Log}
	for _, name := range options.Kinds.Names() {
		if kind, err := options.Kinds.Kind(name); err == nil { // it is one of the names
			g.kinds = append(g.kinds, kind)
		}
	}
	return g
}

// newTreeGauges count the rows of the service tree.
func newTreeGauges(options Options) *countGauges {
	g := newCountGauges(options)
	g.kinds, g.limit, g.what = inventory.Placed(g.kinds), options.TreeGauges, "the service tree"
	g.by = append(slices.Clone(inventory.TreeLabels), query.KindLabel)
	g.rows = prometheus.NewDesc("cloudsync_tree_resources", "Rows of a kind that are placed in a node of the service tree; empty labels: no deeper.",
		[]string{"group", "product", "app", "kind"}, nil)
	g.leftOff = prometheus.NewDesc("cloudsync_tree_resources_left_off", "Gauges of cloudsync_tree_resources that are left off, the smallest: there are too many.", nil, nil)
	g.up = prometheus.NewDesc("cloudsync_tree_up", "1 if the service tree could be counted; 0: its gauges are missing.", nil, nil)
	return g
}

// newRowGauges count the rows of accounts.
func newRowGauges(options Options) *countGauges {
	g := newCountGauges(options)
	g.limit, g.what, g.by = options.RowGauges, "the inventory", []string{query.KindLabel, "provider", "account"}
	g.rows = prometheus.NewDesc("cloudsync_inventory_rows", "Rows of a kind that the inventory has of an account.", []string{"kind", "provider", "account"}, nil)
	g.leftOff = prometheus.NewDesc("cloudsync_inventory_rows_left_off", "Gauges of cloudsync_inventory_rows that are left off, the smallest: there are too many.", nil, nil)
	g.up = prometheus.NewDesc("cloudsync_inventory_up", "1 if the inventory could be counted; 0: its gauges are missing.", nil, nil)
	return g
}

// Describe implements prometheus.Collector.
func (g *countGauges) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{g.rows, g.leftOff, g.up} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (g *countGauges) Collect(metrics chan<- prometheus.Metric) {
	counts, err := g.count()
	metrics <- prometheus.MustNewConstMetric(g.up, prometheus.GaugeValue, oneIf(err == nil))
	if err != nil {
		g.log.Warn(g.what+" cannot be counted for metrics", "error", err)
		return
	}
	for labels, rows := range byLabels(counts.Groups) {
		metrics <- prometheus.MustNewConstMetric(g.rows, prometheus.GaugeValue, float64(rows), labels[:len(g.by)]...)
	}
	metrics <- prometheus.MustNewConstMetric(g.leftOff, prometheus.GaugeValue, float64(counts.Others))
}

// byLabels are the rows of groups by their labels, as Prometheus takes them: UTF-8.
func byLabels(groups []inventory.Group) map[[4]string]int64 {
	rows := make(map[[4]string]int64, len(groups))
	for _, group := range groups {
		var labels [4]string
		for i, value := range group.Values {
			labels[i] = label(value)
		}
		rows[labels] += group.Rows
	}
	return rows
}

// label is a text as the value of a label.
func label(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// count counts the rows, or has done so.
func (g *countGauges) count() (counted, error) {
	names := make([]string, len(g.kinds))
	for i, kind := range g.kinds {
		names[i] = kind.Name()
	}
	versions, known := g.inventory.State().Versions(names)
	ask := func(ctx context.Context) (counted, error) {
		counts, err := g.inventory.Count(ctx, inventory.Count{Scope: inventory.Scope{Kinds: g.kinds}, By: g.by, Limit: g.limit})
		return counted{counts, versions}, err
	}
	if known {
		return g.counted.getWhile(func(c counted) bool { return slices.Equal(c.versions, versions) }, ask)
	}
	return g.counted.get(ask)
}
