package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// Asked is which changes somebody asks for, as texts. What is empty narrows nothing.
type Asked struct {
	Kinds []*resource.Kind

	UID, NativeID, Name, Scope, Since, Until, Field string

	Ops    []string
	Before int64
	// Mark stands before the names of what is wrong in errors, such as -- of flags.
	Mark string
}

// Wrong is the error of a part of Asked that cannot be meant.
type Wrong struct {
	Mark, Name string // of the part, as it is asked for
	Problem    string // what follows the name
}

func (e *Wrong) Error() string { return e.Mark + e.Name + e.Problem }

func (a Asked) wrong(name, format string, args ...any) error {
	return &Wrong{Mark: a.Mark, Name: name, Problem: fmt.Sprintf(format, args...)}
}

// Filter is what is asked for, but for the run, which has to be looked up. Errors are *Wrong.
func (a Asked) Filter(now time.Time) (filter store.ChangeFilter, err error) {
	filter = store.ChangeFilter{Kinds: a.Kinds, NativeID: a.NativeID, Name: a.Name, Field: a.Field, Before: a.Before}
	if filter.UID, err = ParseUID(a.UID); err != nil {
		return filter, a.wrong("uid", " %v", err)
	}
	if filter.Provider, filter.Account, filter.Region, err = a.scope(); err != nil {
		return filter, err
	}
	if filter.Since, err = a.time("since", a.Since, now); err != nil {
		return filter, err
	}
	if filter.Until, err = a.time("until", a.Until, now); err != nil {
		return filter, err
	}
	if !filter.Until.IsZero() && filter.Until.Before(filter.Since) {
		return filter, a.wrong("since", " %q is after %suntil %q: write the earlier time, which is the longer ago, as %ssince", a.Since, a.Mark, a.Until, a.Mark)
	}
	if filter.Ops, err = a.ops(); err != nil {
		return filter, err
	}
	return filter, a.checkField()
}

// ParseUID reads a uid; an absent one is none.
func ParseUID(text string) (uid resource.UID, err error) {
	if text == "" {
		return uid, nil
	}
	if strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return uid, fmt.Errorf("%q: want 32 hex digits: write it as HEX(uid) shows it", text)
	}
	if err := uid.UnmarshalText([]byte(strings.ToLower(text))); err != nil {
		return uid, fmt.Errorf("%q: %w: write it as HEX(uid) shows it", text, err)
	}
	if uid == (resource.UID{}) { // which would narrow nothing
		return uid, fmt.Errorf("%q: no resource has this uid", text)
	}
	return uid, nil
}

// scope reads PROVIDER/ACCOUNT/REGION, of which any part may be missing. A member of
// an organisation has an account of two parts, and always a last slash: aws/corp/123/.
func (a Asked) scope() (provider, account, region string, err error) {
	parts := strings.Split(a.Scope, "/")
	if len(parts) == 4 {
		parts = []string{parts[0], parts[1] + "/" + parts[2], parts[3]}
	}
	if len(parts) > 3 {
		return "", "", "", a.wrong("scope", " %q: write PROVIDER/ACCOUNT/REGION", a.Scope)
	}
	parts = append(parts, "", "")
	return parts[0], parts[1], parts[2], nil
}

func (a Asked) time(name, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := ParseTime(text, now)
	if err != nil {
		return at, a.wrong(name, " %v", err)
	}
	return at, nil
}

// recordedOps are the operations that the history has.
var recordedOps = []diff.Op{diff.Add, diff.Modify, diff.Delete, store.RestoreOp}

func (a Asked) ops() ([]diff.Op, error) {
	var ops []diff.Op
	for _, name := range a.Ops {
		op := diff.Op(name)
		if !slices.Contains(recordedOps, op) {
			return nil, a.wrong("op", " %q: the operations are %v", name, recordedOps)
		}
		ops = append(ops, op)
	}
	return ops, nil
}

func (a Asked) checkField() error {
	if a.Field == "" {
		return nil
	}
	var columns []string
	for _, kind := range a.Kinds {
		if slices.Contains(kind.Columns(), a.Field) {
			return nil
		}
		columns = append(columns, kind.Columns()...)
	}
	slices.Sort(columns)
	return a.wrong("field", " %q: the columns are %s", a.Field, strings.Join(slices.Compact(columns), ", "))
}
