package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// changesOptions are the flags of changes.
type changesOptions struct {
	kind, uid, nativeID, name, run, scope, since, until, field string

	ops           []string
	before, limit int64
}

// changeFilter is the filter that the flags say, but for the run, which has to be
// looked up.
func (p *Program) changeFilter(opts changesOptions) (filter store.ChangeFilter, err error) {
	filter = store.ChangeFilter{NativeID: opts.nativeID, Name: opts.name, Field: opts.field, Before: opts.before}
	if opts.limit < 1 {
		return filter, errors.New("--limit: write a number from 1 up")
	}
	if filter.UID, err = parseUID(opts.uid); err != nil {
		return filter, err
	}
	if filter.Kinds, err = p.kindsOf(opts.kind); err != nil {
		return filter, err
	}
	if filter.Provider, filter.Account, filter.Region, err = parseScope(opts.scope); err != nil {
		return filter, err
	}
	if filter.Since, err = p.timeFlag("since", opts.since); err != nil {
		return filter, err
	}
	if filter.Until, err = p.timeFlag("until", opts.until); err != nil {
		return filter, err
	}
	if !filter.Until.IsZero() && filter.Until.Before(filter.Since) {
		return filter, fmt.Errorf("--since %q is after --until %q: write the earlier time, which is the longer ago, as --since", opts.since, opts.until)
	}
	if filter.Ops, err = parseOps(opts.ops); err != nil {
		return filter, err
	}
	return filter, checkField(opts.field, filter.Kinds)
}

// parseUID reads a uid; an absent one is none.
func parseUID(text string) (uid resource.UID, err error) {
	if text == "" {
		return uid, nil
	}
	if strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return uid, fmt.Errorf("--uid %q: want 32 hex digits: write it as HEX(uid) shows it", text)
	}
	if err := uid.UnmarshalText([]byte(strings.ToLower(text))); err != nil {
		return uid, fmt.Errorf("--uid %q: %w: write it as HEX(uid) shows it", text, err)
	}
	return uid, nil
}

// kindsOf is the kind of that name, or all kinds for none.
func (p *Program) kindsOf(name string) ([]*resource.Kind, error) {
	names := p.kinds.Names()
	if name != "" {
		names = []string{name}
	}
	kinds := make([]*resource.Kind, len(names))
	for i, name := range names {
		kind, err := p.kinds.Kind(name)
		if err != nil {
			return nil, fmt.Errorf("--kind: %w", err)
		}
		kinds[i] = kind
	}
	return kinds, nil
}

// parseScope reads PROVIDER/ACCOUNT/REGION, of which any part may be missing. A member of
// an organisation has an account of two parts, and always a last slash: aws/corp/123/.
func parseScope(text string) (provider, account, region string, err error) {
	parts := strings.Split(text, "/")
	if len(parts) == 4 {
		parts = []string{parts[0], parts[1] + "/" + parts[2], parts[3]}
	}
	if len(parts) > 3 {
		return "", "", "", fmt.Errorf("--scope %q: write PROVIDER/ACCOUNT/REGION", text)
	}
	parts = append(parts, "", "")
	return parts[0], parts[1], parts[2], nil
}

func (p *Program) timeFlag(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := parseTime(text, p.now())
	if err != nil {
		return at, fmt.Errorf("--%s %w", name, err)
	}
	return at, nil
}

// recordedOps are the operations that the history has.
var recordedOps = []diff.Op{diff.Add, diff.Modify, diff.Delete, store.RestoreOp}

func parseOps(names []string) ([]diff.Op, error) {
	var ops []diff.Op
	for _, name := range names {
		op := diff.Op(name)
		if !slices.Contains(recordedOps, op) {
			return nil, fmt.Errorf("--op %q: the operations are %v", name, recordedOps)
		}
		ops = append(ops, op)
	}
	return ops, nil
}

func checkField(field string, kinds []*resource.Kind) error {
	if field == "" {
		return nil
	}
	var columns []string
	for _, kind := range kinds {
		if slices.Contains(kind.Columns(), field) {
			return nil
		}
		columns = append(columns, kind.Columns()...)
	}
	slices.Sort(columns)
	return fmt.Errorf("--field %q: the columns are %s", field, strings.Join(slices.Compact(columns), ", "))
}

// runID is the id of the run that an operator names as for `starter show`, or its
// beginning: the history may be kept for longer than the record of the run.
func (p *Program) runID(ctx context.Context, s *store.Store, name string) (string, error) {
	_, err := strconv.ParseInt(name, 10, 64)
	if err != nil && name != latest && !slices.Contains(p.kinds.Names(), name) {
		return name, nil
	}
	run, err := p.findRun(ctx, s, name)
	return run.RunID, err
}
