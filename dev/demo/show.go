package demo

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"cloudsync/dev/console"
	"cloudsync/dev/machine"
	free "cloudsync/dev/ports"
)

// banner tells where to look.
func (d *demo) banner() {
	rule := d.Console.Rule()
	lines := []string{
		rule,
		"  Temporal   http://" + free.Address(d.ports.UI),
		"  Page       " + d.serverURL(),
		"  API        " + d.serverURL() + "/api/openapi.json",
		"  Tables     " + d.mysqlCommand(),
		"  Schedules  . .dev/env && starter list",
		"  Try        . .dev/env && starter find region=beijing",
		"             starter count --by region,instance_type --kind host",
		`             curl "$CLOUDSYNC_SERVER/api/v1/sd/host?port=9100"`,
		"  Metrics    http://" + free.Address(d.ports.Worker) + "/metrics   of the worker",
		"             " + d.serverURL() + "/metrics   of the server",
	}
	if d.alerting {
		lines = append(lines,
			"  Prometheus http://"+free.Address(d.ports.Alerts),
			"  Alerts     http://"+free.Address(d.ports.Alerts)+"/alerts")
	}
	lines = append(lines,
		"  Logs       .dev/log/",
		"  "+d.howItEnds(),
		rule,
		fmt.Sprintf(runFormat, "time", "kind", "outcome", "cloud", "add", "mod", "del", "took"),
	)
	d.Console.Printf("%s", strings.Join(lines, "\n"))
}

func (d *demo) mysqlCommand() string {
	client := "mysql"
	if path := machine.Local().First("mariadb", "mysql"); path != "" {
		client = filepath.Base(path)
	}
	return fmt.Sprintf("%s -h 127.0.0.1 -P %d -u root %s", client, d.ports.MySQL, database)
}

func (d *demo) howItEnds() string {
	if d.For == 0 {
		return "Stop       Ctrl-C; `make demo` goes on with the same data"
	}
	return fmt.Sprintf("Stop       by itself in %s, or Ctrl-C", d.For)
}

const runFormat = "  %-8s %-22s %-9s %6s %6s %6s %6s %7s"

// showFinished prints a line for each run that has finished, and counts it.
func (d *demo) showFinished(ctx context.Context) error {
	finished, err := d.feed.next(ctx)
	for _, r := range finished {
		if r.outcome != failed {
			d.tally[r.kind]++
		}
		d.Console.Printf("%s", r.line(time.Now()))
	}
	return err
}

// failed is the outcome of a run that synced nothing.
const failed = "failed"

func (r run) line(now time.Time) string {
	line := fmt.Sprintf(runFormat, now.Format(time.TimeOnly), r.kind, r.outcome, fmt.Sprint(r.inCloud),
		signed("+", r.add), signed("~", r.mod), signed("-", r.del), r.took.Round(time.Millisecond))
	if r.problem == "" {
		return line
	}
	problem, _, _ := strings.Cut(r.problem, "\n")
	return line + fmt.Sprintf("\n            %.*s", console.Width-12, problem)
}

// signed leaves the eye nothing to look at where nothing changed.
func signed(sign string, n int) string {
	if n == 0 {
		return "·"
	}
	return fmt.Sprintf("%s%d", sign, n)
}

// judge fails a demo with a time when a kind has no run that finished in it. One
// that was interrupted before has nothing to prove.
func (d *demo) judge(interrupted bool) error {
	if d.For == 0 || d.since.IsZero() {
		return nil
	}
	took := time.Since(d.since)
	var missing, finished []string
	for _, kind := range d.kinds {
		if d.tally[kind] == 0 {
			missing = append(missing, kind)
		}
		finished = append(finished, fmt.Sprintf("    %4d of %s", d.tally[kind], kind))
	}
	d.Console.Printf("\n  Runs finished in %s:\n%s", took.Round(time.Second), strings.Join(finished, "\n"))
	if len(missing) > 0 && !interrupted {
		return fmt.Errorf("no run of %s finished without failing: see %s",
			strings.Join(missing, " and "), d.Layout.Log(workerName))
	}
	return nil
}
