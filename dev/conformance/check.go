package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// result is what became of an answer.
type result struct {
	listed  int      // resources in the answer
	decoded int      // rows
	odd     []string // what the adapter says of resources that have no row
	gone    int      // resources that the provider itself calls gone
	filled  []string // columns that some row has a value in
	empty   []string // columns that none has
	unused  []string // paths of the answer's values that change nothing in any row
	since   []string // what differs from the same resources in earlier answers
	note    string   // where there are no rows to judge
}

// replayLimit bounds the replay of one answer.
const replayLimit = 30 * time.Second

// check replays an answer and judges its rows. The error is a defect of the adapter.
func (s *server) check(ctx context.Context, of action, answer document) (result, error) {
	ids := of.resources(answer)
	whole, err := s.replay(ctx, of, answer)
	if class := cloud.ClassOf(err); err != nil && len(ids) == 0 && (class == cloud.Denied || class == cloud.Unproven) {
		return result{note: "an empty list, which is no proof by itself: " + string(class)}, nil
	}
	if err != nil {
		return result{}, fmt.Errorf("not decodable: %w", err)
	}
	r := result{listed: len(ids), decoded: len(whole.rows), odd: whole.problemTexts()}
	if len(whole.rows) == 0 && len(whole.problems) > 0 {
		return r, fmt.Errorf("not decodable: %s", strings.Join(r.odd, "; "))
	}
	if r.gone, err = whole.missing(of, answer, ids); err != nil {
		return r, err
	}
	reversed, err := s.replay(ctx, of, answer.reversed())
	if err != nil {
		return r, fmt.Errorf("with its lists reversed, not decodable: %w", err)
	}
	if !whole.same(reversed) {
		return r, errors.New("with its lists reversed, the same answer has other hashes")
	}
	r.filled, r.empty = whole.columns()
	r.since = s.compare(whole)
	r.unused, err = s.unused(ctx, of, answer, whole)
	return r, err
}

// snapshot are the sealed rows of an answer, and the resources without one.
type snapshot struct {
	kind     *resource.Kind
	rows     []resource.Row
	problems []cloud.Problem
}

// problemTexts are what is said of the resources without a row. A resource without a
// location is reported in each region.
func (s snapshot) problemTexts() (texts []string) {
	for _, problem := range s.problems {
		texts = append(texts, problem.Text)
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// problemIDs are those of the resources without a row.
func (s snapshot) problemIDs() (ids []string) {
	for _, problem := range s.problems {
		ids = append(ids, problem.NativeID)
	}
	slices.Sort(ids)
	return ids
}

func (s *server) replay(ctx context.Context, of action, answer document) (snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, replayLimit)
	defer cancel()
	kind, err := resource.Standard().Kind(of.kind)
	if err != nil {
		return snapshot{}, err
	}
	if err := s.serve(of, answer); err != nil {
		return snapshot{}, err
	}
	all, client := snapshot{kind: kind}, s.open()
	for _, region := range s.regionsOf(of, answer) {
		scope := resource.Scope{Kind: of.kind, Provider: s.spec.provider, Account: "recorded", Region: region}
		page, err := firstOf(ctx, client, scope)
		if err != nil {
			return snapshot{}, err
		}
		all.problems = append(all.problems, page.Problems...)
		for _, row := range page.Rows {
			if err := kind.Seal(row, scope, 1); err != nil {
				all.problems = append(all.problems, cloud.Problem{NativeID: row.RowMeta().NativeID, Text: fmt.Sprintf("row %q: %s", row.RowMeta().NativeID, err)})
				continue
			}
			all.rows = append(all.rows, row)
		}
	}
	return all, nil
}

// firstOf is the first page that has something: a kind in several lists has the others empty.
func firstOf(ctx context.Context, client cloud.Provider, scope resource.Scope) (page cloud.Page, err error) {
	for {
		before := page.Next
		page, err = client.List(ctx, scope, before)
		if err != nil || len(page.Rows)+len(page.Problems) > 0 || page.Next == "" || page.Next == before {
			return page, err
		}
	}
}

// same says that a sync would store the same, and leave the same as it is. The reasons may
// be others: they name the first of several, by its place in a list.
func (s snapshot) same(other snapshot) bool {
	return reflect.DeepEqual(s.hashes(), other.hashes()) && slices.Equal(s.problemIDs(), other.problemIDs())
}

func (s snapshot) hashes() map[resource.UID]resource.Hash {
	hashes := map[resource.UID]resource.Hash{}
	for _, row := range s.rows {
		hashes[row.RowMeta().UID] = row.RowMeta().Hash
	}
	return hashes
}

// missing counts the resources that are gone by the provider's own word, and fails
// for one that was lost.
func (s snapshot) missing(of action, answer document, ids []string) (gone int, err error) {
	rows := map[string]bool{}
	for _, row := range s.rows {
		rows[strings.ToLower(row.RowMeta().NativeID)] = true
	}
	for _, problem := range s.problems { // it is told, and so is not lost
		rows[strings.ToLower(problem.NativeID)] = true
	}
	var lost []string
	for _, id := range ids {
		switch {
		case rows[id]:
		case of.gone != nil && of.gone(answer, id):
			gone++
		default:
			lost = append(lost, id)
		}
	}
	if len(lost) > 0 {
		return gone, fmt.Errorf("lost: %s", strings.Join(lost, ", "))
	}
	return gone, nil
}

// columns are the kind's columns by whether any row has a value in them.
func (s snapshot) columns() (filled, empty []string) {
	for _, column := range s.kind.Columns() {
		if slices.ContainsFunc(s.rows, func(row resource.Row) bool { return hasValue(row, column) }) {
			filled = append(filled, column)
		} else {
			empty = append(empty, column)
		}
	}
	return filled, empty
}

func hasValue(row resource.Row, column string) bool {
	value := reflect.ValueOf(row).Elem()
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("bun"), ",")
		if name == column {
			field := value.Field(i)
			return !field.IsZero() && (field.Kind() != reflect.Slice && field.Kind() != reflect.Map || field.Len() > 0)
		}
	}
	return false
}

// unused finds the values of the answer without which the rows are the same.
func (s *server) unused(ctx context.Context, of action, answer document, whole snapshot) (unused []string, err error) {
	for _, path := range answer.leaves() {
		without, err := s.replay(ctx, of, answer.emptied(path))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && whole.same(without) {
			unused = append(unused, path)
		}
	}
	return unused, nil
}

// compare tells what differs in resources that an earlier answer had, too: what a sync
// would modify.
func (s *server) compare(now snapshot) (changes []string) {
	for _, row := range now.rows {
		uid := row.RowMeta().UID
		if before, again := s.seen[uid]; again {
			var columns []string
			for _, change := range now.kind.Changes(before, row) {
				columns = append(columns, change.Field)
			}
			changes = append(changes, fmt.Sprintf("%s: %s", row.RowMeta().NativeID, cmp.Or(strings.Join(columns, ", "), "nothing")))
		}
		s.seen[uid] = row
	}
	return changes
}
