package serve

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Work is what Temporal has of the program's work.
type Work struct {
	Schedules []Schedule
	Backlogs  []Backlog
	Workers   int // that poll the task queue
}

// Schedule is that of a kind.
type Schedule struct {
	Kind                      string
	Every                     time.Duration
	Paused, Running, Stranded bool
	// Changed is when it was created or changed last; a pause or resume by hand is no change.
	Changed time.Time
	// Skipped is when it was due last, if it started no run then: it may have been paused.
	Skipped time.Time
}

// Backlog is the tasks of a type that wait for a worker.
type Backlog struct {
	Type  string // workflow or activity
	Tasks int64
	Age   time.Duration // of the oldest
}

// workGauges tell what Temporal has. They ask for it four times a minute at most, however many
// scrape.
type workGauges struct {
	ask   func(context.Context) (Work, error)
	kinds []string
	work  *kept[Work]
	log   *slog.Logger
	// seen are the schedules as they were last told, by kind. Only asked has it.
	seen map[string]Schedule
}

const (
	workLimit = 5 * time.Second // that Temporal has to answer
	workEvery = 15 * time.Second
)

var (
	temporalUp = prometheus.NewDesc("cloudsync_temporal_up", "1 if Temporal told its schedules and tasks; 0: their gauges are missing.", nil, nil)

	scheduleEvery    = prometheus.NewDesc("cloudsync_schedule_interval_seconds", "How often the schedule of a kind starts a run.", []string{"kind"}, nil)
	schedulePaused   = prometheus.NewDesc("cloudsync_schedule_paused", "1 if the schedule of a kind is paused.", []string{"kind"}, nil)
	scheduleRunning  = prometheus.NewDesc("cloudsync_schedule_running", "1 if a run of a kind is under way.", []string{"kind"}, nil)
	scheduleStranded = prometheus.NewDesc("cloudsync_schedule_stranded", "1 if the run of a kind that is under way waits for a worker of its build, and none polls.", []string{"kind"}, nil)

	scheduleAge = prometheus.NewDesc("cloudsync_schedule_age_seconds", "Time since the schedule of a kind was created or changed, or resumed, as far as the server knows.", []string{"kind"}, nil)

	backlogTasks = prometheus.NewDesc("cloudsync_task_queue_backlog", "Tasks that wait for a worker, by type: workflow or activity.", []string{"type"}, nil)
	backlogAge   = prometheus.NewDesc("cloudsync_task_queue_backlog_age_seconds", "Age of the oldest of these tasks.", []string{"type"}, nil)
	queueWorkers = prometheus.NewDesc("cloudsync_task_queue_workers", "Workers that poll the task queue.", nil, nil)
)

func newWorkGauges(options Options) *workGauges {
	return &workGauges{ask: options.Work, kinds: options.Kinds.Names(), work: newKept[Work](workEvery, workLimit, options), log: options.Log}
}

// Describe implements prometheus.Collector.
func (g *workGauges) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		temporalUp, scheduleEvery, schedulePaused, scheduleRunning, scheduleStranded, scheduleAge, backlogTasks, backlogAge, queueWorkers,
	} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (g *workGauges) Collect(metrics chan<- prometheus.Metric) {
	work, err := g.work.get(g.asked)
	show := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	show(temporalUp, oneIf(err == nil))
	if err != nil {
		return
	}
	for _, one := range work.Schedules {
		if !slices.Contains(g.kinds, one.Kind) {
			continue
		}
		show(scheduleEvery, one.Every.Seconds(), one.Kind)
		show(schedulePaused, oneIf(one.Paused), one.Kind)
		show(scheduleRunning, oneIf(one.Running), one.Kind)
		show(scheduleStranded, oneIf(one.Stranded), one.Kind)
		show(scheduleAge, g.work.now().Sub(one.Changed).Seconds(), one.Kind)
	}
	for _, of := range work.Backlogs {
		show(backlogTasks, float64(of.Tasks), of.Type)
		show(backlogAge, of.Age.Seconds(), of.Type)
	}
	show(queueWorkers, float64(work.Workers))
}

func (g *workGauges) asked(ctx context.Context) (Work, error) {
	work, err := g.ask(ctx)
	if err != nil {
		g.log.Warn("Temporal's schedules and tasks cannot be asked for, for metrics", "error", err)
		return work, err
	}
	g.noteResumed(work.Schedules)
	return work, nil
}

// noteResumed takes a schedule that was seen to be paused, and is no more, for one that was changed:
// Temporal does not say when somebody resumed it. One that this server sees for the first time, and
// that started no run when one was due, was resumed since then. Later that says nothing: its age has
// to grow if it does not start any.
func (g *workGauges) noteResumed(schedules []Schedule) {
	seen := make(map[string]Schedule, len(schedules))
	for i := range schedules {
		one := &schedules[i]
		before, known := g.seen[one.Kind]
		switch {
		case before.Paused && !one.Paused:
			one.Changed = g.work.now()
		case !known && one.Skipped.After(one.Changed):
			one.Changed = one.Skipped
		case before.Changed.After(one.Changed):
			one.Changed = before.Changed
		}
		seen[one.Kind] = *one
	}
	g.seen = seen
}
