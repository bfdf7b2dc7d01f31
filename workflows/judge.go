package workflows

import (
	"fmt"
	"slices"
	"strings"

	"cloudsync/activities"
	"cloudsync/diff"
	"cloudsync/resource"
)

// candidates is a set of deletions that wait in batches of their own.
type candidates struct {
	op     diff.Op // of the batches
	rows   int64
	digest resource.Digest
}

// judge divides the deletions into those that go on and those that are held.
//
//	policy holds | approved           | go on           | held
//	-------------+--------------------+-----------------+-----------
//	none         | –                  | all             | none
//	what stood   | what stood, or all | all             | none
//	what stood   | no, or another set | what went since | what stood
//	all          | all                | all             | none
//	all          | no, or another set | none            | all
//
// An approval of all counts even if policy would let the set go by now: who approved
// finds it recorded. With deletes: never, nothing goes on and nothing is held. The set
// that would be held is kept all the same, so that it does not go when the
// configuration lets deletions go again.
func (s *scopeRun) judge(found activities.ComputeDiffOut) {
	if found.ToDel == 0 {
		return
	}
	all := candidates{op: diff.Candidates, rows: found.ToDel, digest: found.Deletions}
	stood, since := divided(found, all)
	deletions := deletionsOf(found)
	verdict := s.policy.Judge(deletions)
	s.addsWait, s.why = verdict.AddsWait, verdict.Reason
	switch {
	case s.policy.Deletes == diff.Never:
		s.keepUnheld(deletions, all, stood)
	case s.approves(all):
		s.going, s.matched, s.addsWait = all, all.digest.String(), false
	case verdict.Held == stood.rows && s.approves(stood):
		s.going, s.matched = all, stood.digest.String()
	case verdict.Held == all.rows:
		s.hold(all, join(verdict.Reason, deletions.Standing.String()))
	case verdict.Held > 0:
		s.going = since
		s.hold(stood, join(verdict.Reason, deletions.Standing.String()))
	default:
		s.going = all
	}
	if s.addsWait {
		s.record.Reason = join(s.record.Reason, fmt.Sprintf("the additions wait with them (replaced: hold): %d", found.ToAdd))
	}
}

// keepUnheld keeps the set that would be held if the configuration let deletions go.
func (s *scopeRun) keepUnheld(deletions diff.Deletions, all, stood candidates) {
	policy := s.policy
	policy.Deletes = diff.Apply
	verdict := policy.Judge(deletions)
	s.why = verdict.Reason
	switch verdict.Held {
	case 0:
	case all.rows:
		s.held = all
	default:
		s.held = stood
	}
}

// join puts reasons into one text.
func join(reasons ...string) string {
	return strings.Join(slices.DeleteFunc(reasons, func(reason string) bool { return reason == "" }), "; ")
}

func deletionsOf(found activities.ComputeDiffOut) diff.Deletions {
	d := diff.Deletions{
		Rows: found.DBNum, Gone: found.ToDel, Listed: found.CloudNum, Unidentified: found.Unidentified, Back: found.Back,
	}
	if found.Standing != nil {
		d.Standing = found.Standing.Standing
	}
	return d
}

// divided is what an earlier run holds, and what went since.
func divided(found activities.ComputeDiffOut, all candidates) (stood, since candidates) {
	switch {
	case found.Standing == nil:
		return candidates{}, all
	case found.Standing.Rows == all.rows:
		return all, candidates{}
	default:
		stood = candidates{op: diff.HeldCandidates, rows: found.Standing.Rows, digest: found.Standing.Digest}
		since = candidates{op: diff.FreshCandidates, rows: all.rows - stood.rows, digest: found.Standing.Fresh}
		return stood, since
	}
}

func (s *scopeRun) approves(set candidates) bool {
	return s.approval != nil && slices.Contains(s.approval.Digests, set.digest.String())
}

// hold notes that the set waits.
func (s *scopeRun) hold(set candidates, reason string) {
	if s.record.Stats.Held == 0 {
		s.held, s.record.HoldDigest = set, set.digest.String()
	}
	s.record.Stats.Held += set.rows
	s.record.Reason = join(s.record.Reason, reason)
}

// standing is since when, and why, the held deletions wait. If some of them waited
// before, they wait since then. The reason is that of the rows that joined last.
func (s *scopeRun) standing(found activities.ComputeDiffOut) *diff.Standing {
	if found.Standing != nil {
		since := found.Standing.Standing
		since.Reason = s.why
		return &since
	}
	return &diff.Standing{Base: found.DBNum - found.Back, Since: s.run.Number, Reason: s.why}
}
