package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests are the metrics of requests.
type requests struct{ took *prometheus.HistogramVec }

func newRequests() *requests {
	return &requests{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "cloudsync_http_request_duration_seconds",
		Help: "How long requests took to be answered, by the pattern of their path and the status; the status of an answer that broke off is aborted.",
		// An answer takes milliseconds from memory, seconds from tables, and minutes to export.
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
	}, []string{"route", "status"})}
}

// count counts requests to a handler.
func (m *requests) count(route func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		status, began := "aborted", time.Now()
		defer func() { m.took.WithLabelValues(route(r), status).Observe(time.Since(began).Seconds()) }()
		next.ServeHTTP(seen, r)
		status = strconv.Itoa(seen.status)
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
	known  bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.known && status >= http.StatusOK { // others come before the answer
		w.status, w.known = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
