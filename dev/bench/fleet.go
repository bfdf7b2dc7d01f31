package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cloudsync/cloud/mock"
	"cloudsync/workflows"
)

// The cases of a fleet, in the order in which they are run.
const (
	firstLoad = "first load"
	unchanged = "unchanged"
	churn1    = "1% churn"
	churn01   = "0.1% churn"
	churn10   = "10% churn"
)

// The cloud changes by a thousandth per tick, so that a tick says how much has
// changed in all.
const churnPerTick = 0.001

var cases = []struct {
	name string
	tick int64
}{
	{firstLoad, 0}, {unchanged, 0}, {churn1, 10}, {churn01, 11}, {churn10, 111},
}

const kind = "resource_host"

// measureFleet runs the cases one after the other on a database of their own,
// each with a new worker, and the references in between, where their rows are.
func (s *servers) measureFleet(ctx context.Context, fleet Fleet) (err error) {
	in, err := s.newInstallation(ctx, fleet, setting{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.remove()) }()
	r := references{installation: in}
	defer func() { err = errors.Join(err, r.remove()) }()
	for _, c := range cases {
		s.options.Console.Printf("%s: %s", fleet, c.name)
		sample, err := in.measure(ctx, c.name, c.tick, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		s.results.add(sample)
		found, err := r.after(ctx, c.name)
		if err != nil {
			return fmt.Errorf("references after %s: %w", c.name, err)
		}
		s.results.addReferences(found...)
	}
	return nil
}

// measure is one run, with the cloud at a tick, by so many new workers.
func (in *installation) measure(ctx context.Context, name string, tick int64, workers int) (sample Sample, err error) {
	if err := mock.WriteTick(in.tickFile, tick); err != nil {
		return sample, err
	}
	var started []*workerProcess
	defer func() {
		for _, w := range started {
			err = errors.Join(err, w.Stop(ctx))
		}
	}()
	for range workers {
		w, err := in.startWorker(ctx, name)
		if err != nil {
			return sample, err
		}
		started = append(started, w)
	}
	sample, err = in.measureRun(ctx, started)
	sample.Case, sample.Hosts, sample.Scopes = name, in.fleet.Hosts, in.fleet.Scopes
	return sample, err
}

func (in *installation) measureRun(ctx context.Context, workers []*workerProcess) (sample Sample, err error) {
	by := rowsOf(in.Database.Installation())
	before, err := readCounters(ctx, in.sql, by)
	if err != nil {
		return sample, err
	}
	mysql := measured{pid: in.Database.Process().PID()}
	if err := beginAll(&mysql, workers); err != nil {
		return sample, err
	}
	report, took, err := in.run(ctx)
	if err != nil {
		return sample, err
	}
	sample = Sample{Server: in.Database.Installation().String(), Outcome: string(report.Outcome), Changes: report.Changes(), Seconds: took.Seconds()}
	if err := sample.addUsage(&mysql, workers); err != nil {
		return sample, err
	}
	after, err := readCounters(ctx, in.sql, by)
	if err != nil {
		return sample, err
	}
	sample.RowsWritten, sample.BytesWritten = after.rows-before.rows, after.bytes-before.bytes
	sample.RowsBesideRecord = after.otherRows - before.otherRows
	if sample.InventoryBytes, err = tableBytes(ctx, in.sql, "resource_host"); err != nil {
		return sample, err
	}
	if sample.HistoryBytes, err = tableBytes(ctx, in.sql, "resource_change"); err != nil {
		return sample, err
	}
	if sample.History, err = in.history(ctx, report); err != nil {
		return sample, err
	}
	return sample, in.check(ctx, report)
}

func beginAll(mysql *measured, workers []*workerProcess) error {
	for _, w := range workers {
		if err := w.begin(); err != nil {
			return err
		}
	}
	return mysql.begin()
}

// addUsage adds the CPU time of the workers together, and the resident memory of
// the one that had most.
func (s *Sample) addUsage(mysql *measured, workers []*workerProcess) error {
	for _, w := range workers {
		cpu, err := w.used()
		if err != nil {
			return err
		}
		peak, err := w.peakMiB()
		if err != nil {
			return err
		}
		s.CPUSeconds += cpu.Seconds()
		s.PeakMiB = max(s.PeakMiB, peak)
	}
	cpu, err := mysql.used()
	s.MySQLCPUSeconds = cpu.Seconds()
	return err
}

// check makes sure that what was measured was done.
func (in *installation) check(ctx context.Context, report workflows.Report) error {
	var rows int64
	if err := in.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM resource_host").Scan(&rows); err != nil {
		return fmt.Errorf("count the inventory: %w", err)
	}
	if rows != int64(in.fleet.Hosts) || report.CloudNum != rows || report.ScopesFailed+report.ScopesHeld > 0 {
		return fmt.Errorf("the run left %d rows of %d hosts: outcome %s, %s", rows, in.fleet.Hosts, report.Outcome, report.Error)
	}
	return nil
}

func sqlExec(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}
