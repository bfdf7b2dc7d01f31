package service

import (
	"cmp"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"cloudsync/cloud"
)

// requests are the metrics of requests to clouds.
type requests struct {
	made     *prometheus.CounterVec
	took     *prometheus.HistogramVec
	throttle *prometheus.CounterVec
	waited   *prometheus.CounterVec

	mu    sync.Mutex
	known map[[2]string]bool // providers with actions
}

const (
	// maxActions is how many actions of all clouds have metrics of their own. The adapters have
	// about 150; should one ever make names of what it meets, these stay few.
	maxActions  = 400
	otherAction = "other"
	// classOK is the class of a request that succeeded.
	classOK = "ok"
)

func newRequests() *requests {
	return &requests{
		made: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudsync_cloud_requests_total", Help: "Requests to clouds by what was asked for, and class: ok, or that of the error.",
		}, []string{"provider", "action", "class"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cloudsync_cloud_request_duration_seconds", Help: "Time that requests to clouds took, without the wait for their turn.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"provider", "action"}),
		throttle: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudsync_cloud_throttles_total", Help: "Requests that a cloud refused because there were too many, by configured account.",
		}, []string{"provider", "account"}),
		waited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cloudsync_cloud_turn_wait_seconds_total", Help: "Time that requests waited for their turn within requests_per_second, by configured account.",
		}, []string{"provider", "account"}),
		known: map[[2]string]bool{},
	}
}

func (r *requests) collectors() []prometheus.Collector {
	return []prometheus.Collector{r.made, r.took, r.throttle, r.waited}
}

// watch implements cloud.Watch.
func (r *requests) watch(request cloud.Request) {
	provider := request.Account.Provider
	action := r.action(provider, request.Action)
	r.made.WithLabelValues(provider, action, cmp.Or(string(request.Class), classOK)).Inc()
	r.took.WithLabelValues(provider, action).Observe(request.Took.Seconds())
	r.waited.WithLabelValues(provider, request.Account.Name).Add(request.Waited.Seconds())
	if request.Class == cloud.Throttled {
		r.throttle.WithLabelValues(provider, request.Account.Name).Inc()
	}
}

// action is the label of an action. The counters of a new one begin at 0.
func (r *requests) action(provider, action string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := [2]string{provider, action}
	if r.known[of] {
		return action
	}
	if len(r.known) >= maxActions {
		return otherAction
	}
	r.known[of] = true
	r.took.WithLabelValues(provider, action)
	for _, class := range []string{classOK, string(cloud.Throttled)} {
		r.made.WithLabelValues(provider, action, class)
	}
	return action
}

// prepare has the counters of what an account is asked for begin at 0.
func (r *requests) prepare(account cloud.Account, kind string) {
	r.throttle.WithLabelValues(account.Provider, account.Name)
	r.waited.WithLabelValues(account.Provider, account.Name)
	if asks, knows := account.Client.(cloud.Actions); knows {
		for _, action := range asks.Actions(kind) {
			r.action(account.Provider, action)
		}
	}
}
