package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// RunRef names a run: by its Temporal run id, and by its number, which grows
// from run to run and is the fence of its claims.
type RunRef struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
}

// planPrefix sets the staging of plans apart from that of runs.
const planPrefix = "plan:"

// PlanRef names a plan, after the Temporal run id that makes it. A plan has no
// number: it claims nothing, so it can apply nothing.
func PlanRef(runID string) RunRef { return RunRef{ID: planPrefix + runID} }

// IsPlan says that the work is a plan, which changes nothing.
func (r RunRef) IsPlan() bool { return r.Number == 0 }

// Stats are the figures of a run or of one of its scopes, under the names that
// operators know.
type Stats struct {
	CloudNum   int64 `bun:"cloud_num" json:"public.cloud.num"` // resources the cloud lists
	DBNum      int64 `bun:"db_num" json:"db.num"`              // inventory rows before the run
	ToAdd      int64 `bun:"to_add" json:"toAddNum"`
	ToMod      int64 `bun:"to_mod" json:"toModNum"` // rows whose hash differs
	ToDel      int64 `bun:"to_del" json:"toDelNum"` // rows the cloud no longer lists, held ones included
	SuAdd      int64 `bun:"su_add" json:"suAddNum"`
	SuMod      int64 `bun:"su_mod" json:"suModNum"`
	SuDel      int64 `bun:"su_del" json:"suDelNum"`
	Rehashed   int64 `bun:"rehashed" json:"rehashedNum"`     // of ToMod, rows of which nothing but the hash was rewritten
	Held       int64 `bun:"held" json:"heldNum"`             // of ToDel, rows whose deletion policy did not let through
	FailedRows int64 `bun:"failed_rows" json:"failedRowNum"` // rows that could not be stored
	// PagingSkips are of ToDel the rows whose resources exist, asked for by id.
	PagingSkips int64 `bun:"paging_skips" json:"pagingSkips"`
}

// Add adds other to s.
func (s *Stats) Add(other Stats) {
	s.CloudNum += other.CloudNum
	s.DBNum += other.DBNum
	s.ToAdd += other.ToAdd
	s.ToMod += other.ToMod
	s.ToDel += other.ToDel
	s.SuAdd += other.SuAdd
	s.SuMod += other.SuMod
	s.SuDel += other.SuDel
	s.Rehashed += other.Rehashed
	s.Held += other.Held
	s.FailedRows += other.FailedRows
	s.PagingSkips += other.PagingSkips
}

// Changes is how many rows of the inventory were added, modified or deleted.
func (s Stats) Changes() int64 { return s.SuAdd + s.SuMod + s.SuDel }

// Run is the record of a run.
type Run struct {
	bun.BaseModel `bun:"table:sync_run,alias:run"`

	ID           int64     `bun:"id,pk,autoincrement"`
	RunID        string    `bun:"run_id"`
	WorkflowID   string    `bun:"workflow_id"`
	Kind         string    `bun:"kind"`
	Outcome      string    `bun:"outcome"` // OutcomeRunning until it is recorded
	StartedAt    time.Time `bun:"started_at"`
	FinishedAt   time.Time `bun:"finished_at,nullzero"`
	TookMS       int64     `bun:"took_ms"`
	Scopes       int64     `bun:"scopes"`
	ScopesFailed int64     `bun:"scopes_failed"`
	ScopesHeld   int64     `bun:"scopes_held"`
	Stats
	// OrphanScopes, with OrphanRows rows in all, are scopes of the kind that the
	// configuration no longer has.
	OrphanScopes int64 `bun:"orphan_scopes"`
	OrphanRows   int64 `bun:"orphan_rows"`

	ApprovedBy   string `bun:"approved_by"`   // who approved deletions that the run let go, or asked for them
	ApprovalNote string `bun:"approval_note"` // why they were approved
	Error        string `bun:"error"`
}

// OutcomeRunning is the outcome of a run that has not recorded one. A run that
// was terminated from outside keeps it until the next one of its sort begins, and
// has OutcomeLost then.
const (
	OutcomeRunning = "running"
	OutcomeLost    = "failed"
)

// The outcomes of a run that changed nothing, and of one that turns out to have.
const (
	outcomeUnchanged = "unchanged"
	outcomeOK        = "ok"
)

// RunScope is the record of one scope of a run. Those that are plainly unchanged have no
// row of sync_run_scope: see run_unchanged.go.
type RunScope struct {
	bun.BaseModel `bun:"table:sync_run_scope,alias:run_scope"`

	RunID   string `bun:"run_id,pk"`
	ScopeID int64  `bun:"scope_id,pk"`
	Outcome string `bun:"outcome"`
	Stats
	HoldDigest string `bun:"hold_digest"` // of the deletions, where they are held or were approved: see HeldDigest
	Reason     string `bun:"reason"`

	// Scope is filled in by RunScopes.
	Provider string `bun:"provider,scanonly"`
	Account  string `bun:"account,scanonly"`
	Region   string `bun:"region,scanonly"`
	// Complete says, to RecordScopes, that the scope's listing was complete.
	Complete bool `bun:"-"`
}

// HeldDigest is the digest of the deletions that the scope holds, "" for none.
func (r RunScope) HeldDigest() string {
	if r.Held == 0 {
		return ""
	}
	return r.HoldDigest
}

// ApprovedDigest is the digest of the deletions that an approval let go, "" for
// none.
func (r RunScope) ApprovedDigest() string {
	if r.Held > 0 {
		return ""
	}
	return r.HoldDigest
}

// BeginRun records that a run has begun and gives it its number. Beginning the
// same run again returns the same number. Older runs of the kind that never
// recorded an outcome and must be over are settled as failed, with the figures
// that the history has of them: they were terminated, or lost. One that is at work
// after all still records what it did.
func (s *Store) BeginRun(ctx context.Context, run Run) (RunRef, error) {
	ref, err := s.numberRun(ctx, run)
	if err == nil {
		err = s.settleLost(ctx, run, ref)
	}
	if err != nil {
		return ref, fmt.Errorf("begin run %s: %w", run.RunID, err)
	}
	return ref, nil
}

// numberRun records that a run is under way and gives it its number.
func (s *Store) numberRun(ctx context.Context, run Run) (RunRef, error) {
	run.Outcome = OutcomeRunning
	ref := RunRef{ID: run.RunID}
	_, err := s.db.NewInsert().Model(&run).ExcludeColumn("id").Ignore().Returning("NULL").Exec(ctx)
	if err == nil {
		err = s.db.NewSelect().Model((*Run)(nil)).Column("id").Where("run_id = ?", run.RunID).Scan(ctx, &ref.Number)
	}
	return ref, err
}

func (s *Store) settleLost(ctx context.Context, begun Run, newer RunRef) error {
	var running []Run
	err := s.db.NewSelect().Model(&running).Column("id", "run_id", "workflow_id", "started_at").
		Where("kind = ?", begun.Kind).Where("outcome = ?", OutcomeRunning).Where("id < ?", newer.Number).Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for lost runs: %w", err)
	}
	for _, run := range running {
		if run.sort() != begun.sort() && run.StartedAt.After(s.at().Add(-besidesLife)) {
			continue
		}
		if err := s.settle(ctx, run, newer); err != nil {
			return fmt.Errorf("settle run %s: %w", run.RunID, err)
		}
	}
	return nil
}

// besidesLife is how long a run is taken to be at work beside a younger one of
// another sort. Two of a sort do not overlap: the older one is over.
const besidesLife = 24 * time.Hour

// PruneSuffix ends the workflow ids of prunings, and of no sync.
const PruneSuffix = "/prune"

// sort tells apart what is recorded as a run: syncs, prunings and restores.
func (r *Run) sort() string {
	switch {
	case IsRestoreID(r.RunID):
		return "restore"
	case strings.HasSuffix(r.WorkflowID, PruneSuffix):
		return "prune"
	default:
		return "sync"
	}
}

// settle records the end of a lost run.
func (s *Store) settle(ctx context.Context, run Run, newer RunRef) error {
	return s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		settled, err := tx.NewUpdate().Model((*Run)(nil)).
			Set("outcome = ?", OutcomeLost).Set("finished_at = ?", s.at()).
			Set("error = ?", "the run recorded no outcome: it was terminated, or lost; run "+newer.ID+" began after it").
			Where("run_id = ?", run.RunID).Where("outcome = ?", OutcomeRunning).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := settled.RowsAffected(); err != nil || n == 0 { // it recorded its own end meanwhile
			return err
		}
		_, err = writeFigures(ctx, tx, run.RunID)
		return err
	})
}

// EndRun records the outcome and the figures of a run. Recording again overwrites. What
// the run did to the inventory is counted here; the figures of that in run are not
// used.
func (s *Store) EndRun(ctx context.Context, run Run) error {
	_, err := s.Conclude(ctx, RunRef{ID: run.RunID}, run, nil)
	return err
}

// Conclude is RecordScopes and EndRun in one transaction. It returns what is on
// record now.
func (s *Store) Conclude(ctx context.Context, ref RunRef, run Run, scopes []RunScope) (Concluded, error) {
	var out Concluded
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.markComplete(ctx, tx, ref, scopes); err != nil {
			return err
		}
		// This locks the record: from here on nobody adds changes to those that are
		// counted.
		if err := upsertRun(ctx, tx, run); err != nil {
			return err
		}
		if err := writeRunScopes(ctx, tx, ref, scopes); err != nil {
			return err
		}
		done, err := writeFigures(ctx, tx, run.RunID)
		if err != nil {
			return err
		}
		out.Scopes = done
		return out.read(ctx, tx, run.RunID)
	})
	if err != nil {
		return Concluded{}, fmt.Errorf("record run %s, with %d scopes: %w", run.RunID, len(scopes), err)
	}
	return out, nil
}

// Concluded is what is on record of a run that is over, as the history has it.
type Concluded struct {
	// Outcome is the one asked for, except that an unchanged run is "ok" if it changed
	// something before it was reset.
	Outcome string
	Done
	Scopes map[int64]Done // those in which it did anything
}

func (c *Concluded) read(ctx context.Context, tx bun.Tx, runID string) error {
	return tx.NewSelect().Model((*Run)(nil)).Column("outcome").Column(doneColumns...).Where("run_id = ?", runID).
		Scan(ctx, &c.Outcome, &c.Added, &c.Modified, &c.Deleted, &c.Rehashed)
}

func upsertRun(ctx context.Context, tx bun.Tx, run Run) error {
	run.Error = clip(run.Error, 2048)
	run.ApprovedBy = clip(run.ApprovedBy, 255)
	run.ApprovalNote = clip(run.ApprovalNote, 512)
	run.Stats = run.Stats.found()
	return upsert(ctx, tx.Tx, tx.NewInsert().Model(&run).ExcludeColumn("id"), runColumns)
}

// foundColumns are the figures of what a run found. doneColumns are those of what it
// did; only writeFigures writes them.
var (
	foundColumns = []string{"cloud_num", "db_num", "to_add", "to_mod", "to_del", "held", "failed_rows", "paging_skips"}
	doneColumns  = []string{"su_add", "su_mod", "su_del", "rehashed"}
)

// found are the figures without those of what was done.
func (s Stats) found() Stats {
	s.SuAdd, s.SuMod, s.SuDel, s.Rehashed = 0, 0, 0, 0
	return s
}

var runColumns = append([]string{
	"outcome", "finished_at", "took_ms", "scopes", "scopes_failed", "scopes_held", "orphan_scopes", "orphan_rows",
	"approved_by", "approval_note", "error",
}, foundColumns...)

// RecordScopes records what became of scopes of a run, and of those with a complete
// listing, that they had one. What the run did to them is recorded with its end.
func (s *Store) RecordScopes(ctx context.Context, run RunRef, scopes []RunScope) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.markComplete(ctx, tx, run, scopes); err != nil {
			return err
		}
		return writeRunScopes(ctx, tx, run, scopes)
	})
	if err != nil {
		return fmt.Errorf("record %d scopes of run %s: %w", len(scopes), run.ID, err)
	}
	return nil
}

// writeRunScopes writes a row for each scope, and one for all that are plainly unchanged.
func writeRunScopes(ctx context.Context, tx bun.Tx, run RunRef, scopes []RunScope) error {
	var rows, plain []RunScope
	for _, scope := range scopes {
		scope.RunID = run.ID
		scope.Reason = clip(scope.Reason, 2048)
		scope.Stats = scope.Stats.found()
		if scope.isPlain() {
			plain = append(plain, scope)
		} else {
			rows = append(rows, scope)
		}
	}
	again, err := recordPlain(ctx, tx, run.ID, plain)
	if err != nil {
		return err
	}
	return inHalves(append(rows, again...), func(some []RunScope) error {
		return upsert(ctx, tx.Tx, tx.NewInsert().Model(&some), append([]string{"outcome", "hold_digest", "reason"}, foundColumns...))
	})
}

func (s *Store) markComplete(ctx context.Context, tx bun.Tx, run RunRef, scopes []RunScope) error {
	var complete []int64
	for _, scope := range scopes {
		if scope.Complete {
			complete = append(complete, scope.ScopeID)
		}
	}
	if len(complete) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*scopeRow)(nil)).
		Set("last_complete_run = ?", run.ID).Set("last_complete_at = ?", s.at()).
		Where("id IN (?)", bun.List(complete)).Where("fence = ?", run.Number).Exec(ctx)
	return err
}
