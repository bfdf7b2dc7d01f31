package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cloudsync/cloud/mock"
	"cloudsync/dev/measure"
	"cloudsync/workflows"
)

const kind = "resource_host"

// measurePlan runs the cases one after the other on a database of their own,
// each with a new worker, and the references in between, where their rows are.
func (s *servers) measurePlan(ctx context.Context, plan Plan) (err error) {
	in, err := s.newInstallation(ctx, plan.Fleet, setting{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.remove()) }()
	r := references{installation: in}
	defer func() { err = errors.Join(err, r.remove()) }()
	for _, c := range plan.Cases {
		s.options.Console.Printf("%s: %s", plan, c.Name)
		sample, err := in.measure(ctx, c, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		s.results.add(sample)
		if plan.Alone {
			continue
		}
		found, err := r.after(ctx, c.Name)
		if err != nil {
			return fmt.Errorf("references after %s: %w", c.Name, err)
		}
		s.results.addReferences(found...)
	}
	return nil
}

// measure is one run, with the cloud as the case has it, by so many new workers.
func (in *installation) measure(ctx context.Context, c Case, workers int) (sample Sample, err error) {
	if err := errors.Join(mock.WriteTick(in.tickFile, c.Tick), in.writeConfig(c)); err != nil {
		return sample, err
	}
	var started []*workerProcess
	defer func() {
		for _, w := range started {
			err = errors.Join(err, w.Stop(ctx))
		}
	}()
	for range workers {
		w, err := in.startWorker(ctx, c.Name)
		if err != nil {
			return sample, err
		}
		started = append(started, w)
	}
	sample, err = in.measureRun(ctx, c, started)
	sample.Case, sample.Hosts, sample.Scopes = c.Name, in.fleet.Hosts, in.fleet.Scopes
	return sample, err
}

func (in *installation) measureRun(ctx context.Context, c Case, workers []*workerProcess) (sample Sample, err error) {
	by := rowsOf(in.Database.Installation())
	before, err := readCounters(ctx, in.sql, by)
	if err != nil {
		return sample, err
	}
	mysql := measure.Process{PID: in.Database.Process().PID()}
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
	return sample, in.check(ctx, c, report)
}

func beginAll(mysql *measure.Process, workers []*workerProcess) error {
	for _, w := range workers {
		if err := w.Begin(); err != nil {
			return err
		}
	}
	return mysql.Begin()
}

// addUsage adds the CPU time of the workers together, and the resident memory of
// the one that had most.
func (s *Sample) addUsage(mysql *measure.Process, workers []*workerProcess) error {
	for _, w := range workers {
		cpu, err := w.Used()
		if err != nil {
			return err
		}
		peak, err := w.PeakMiB()
		if err != nil {
			return err
		}
		s.CPUSeconds += cpu.Seconds()
		s.PeakMiB = max(s.PeakMiB, peak)
	}
	cpu, err := mysql.Used()
	s.MySQLCPUSeconds = cpu.Seconds()
	return err
}

// check makes sure that what was measured was done.
func (in *installation) check(ctx context.Context, c Case, report workflows.Report) error {
	var rows int64
	if err := in.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM resource_host").Scan(&rows); err != nil {
		return fmt.Errorf("count the inventory: %w", err)
	}
	denied := in.denied(c)
	listed := int64(in.fleet.Hosts - denied*in.fleet.Hosts/in.fleet.Scopes)
	if rows != int64(in.fleet.Hosts) || report.CloudNum != listed || report.ScopesFailed != int64(denied) || report.ScopesHeld > 0 {
		return fmt.Errorf("the run left %d rows of %d hosts, listed %d, and %d scopes failed: outcome %s, %s",
			rows, in.fleet.Hosts, report.CloudNum, report.ScopesFailed, report.Outcome, report.Error)
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
