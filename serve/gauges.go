package serve

import (
	"github.com/prometheus/client_golang/prometheus"

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
	if !state.AsOf.IsZero() { // it has loaded
		metrics <- prometheus.MustNewConstMetric(indexAsOf, prometheus.GaugeValue, float64(state.AsOf.UnixNano())/1e9)
	}
	metrics <- prometheus.MustNewConstMetric(indexUpToDate, prometheus.GaugeValue, oneIf(state.Problem == "" && !state.AsOf.IsZero()))
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
