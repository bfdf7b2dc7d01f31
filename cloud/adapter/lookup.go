package adapter

import (
	"context"
	"iter"
	"slices"
)

// IDs is how a cloud is asked for resources by their ids.
type IDs struct {
	atOnce    int // ids in a call
	limit     int // ids in a look-up
	askable   func(id string) bool
	uncounted bool
}

// Together is of a cloud that takes so many ids in a call.
func Together(ids int) IDs { return IDs{atOnce: ids, limit: ids} }

// Alone is of a cloud that takes one id in a call: a look-up makes so many calls.
func Alone(calls int) IDs { return IDs{atOnce: 1, limit: calls} }

// Relist is of a cloud that takes no ids: a look-up lists the whole account again, however
// few ids it is for. See Census.
func Relist(ids int) IDs { return IDs{limit: ids} }

// If has only those asked for that are of the form of an id. Anything else the cloud
// would take for a pattern, or for several ids. It counts as there: no such id is the
// cloud's, so that it is of a row that somebody edited, which is nobody's to delete; and
// if the cloud did list one, nobody can know that it is gone.
func (i IDs) If(askable func(id string) bool) IDs {
	i.askable = askable
	return i
}

// Uncounted is of a cloud that may answer without the number of resources where it is
// asked for ids, though not where it lists.
func (i IDs) Uncounted() IDs {
	i.uncounted = true
	return i
}

// Lookup implements Lister.
func (l lister[S, T]) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	existing, err := l.lookup(ctx, region, nativeIDs)
	if err != nil {
		return nil, l.labelled(region, err)
	}
	return existing, nil
}

func (l lister[S, T]) lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	var asked, there []string
	for _, id := range nativeIDs {
		if l.canHave(id) {
			asked = append(asked, id)
		} else {
			there = append(there, id)
		}
	}
	if len(asked) == 0 { // no ids are no filter
		return there, nil
	}
	if l.Census != nil {
		existing, err := l.relist(ctx, region, asked)
		return append(existing, there...), err
	}
	var existing []string
	slices.Sort(asked)
	for some := range slices.Chunk(slices.Compact(asked), l.IDs.atOnce) {
		found, err := l.existing(ctx, region, some)
		if err != nil {
			return nil, err
		}
		existing = append(existing, found...)
	}
	if len(existing) == 0 && l.Empty != nil {
		if err := l.proveAbsent(ctx, region); err != nil {
			return nil, err
		}
	}
	return append(existing, there...), nil
}

// proveAbsent proves that nothing found is not for want of a permission.
func (l lister[S, T]) proveAbsent(ctx context.Context, region string) error {
	if l.SeenProves {
		first := l.Pages.query(region, position{number: 1})
		first.Limit = 1
		if seen, err := l.ask(ctx, first); err != nil || len(seen.Items) > 0 {
			return err
		}
	}
	return l.Empty(ctx, l.s, region, true)
}

// existing gives those of the ids that there are. What an answer leaves out is asked for
// again: it may have been cut to a page, whatever was asked for, and what is missing in
// it is deleted. An answer with none of the ids says that there are none.
func (l lister[S, T]) existing(ctx context.Context, region string, ids []string) (existing []string, err error) {
	for rest := ids; len(rest) > 0; {
		found, err := l.find(ctx, region, rest)
		if err != nil {
			return nil, err
		}
		if found.unknown {
			there, err := l.halves(ctx, region, rest)
			return append(existing, there...), err
		}
		if len(found.answered) == 0 {
			break
		}
		existing = append(existing, found.existing...)
		rest = slices.DeleteFunc(slices.Clone(rest), func(id string) bool { return found.answered[id] })
	}
	return existing, nil
}

// halves asks for each half of ids that the cloud answers nothing to, since it does not
// know one of them: an id is absent if it is not known alone.
func (l lister[S, T]) halves(ctx context.Context, region string, ids []string) (existing []string, err error) {
	if len(ids) == 1 {
		return nil, nil
	}
	for half := range inHalves(ids) {
		there, err := l.existing(ctx, region, half)
		if err != nil {
			return nil, err
		}
		existing = append(existing, there...)
	}
	return existing, nil
}

func inHalves(ids []string) iter.Seq[[]string] { return slices.Chunk(ids, (len(ids)+1)/2) }

// found is what an answer says of ids.
type found struct {
	answered map[string]bool
	existing []string
	unknown  bool // one of them is not known, so that nothing is said of the others
}

// find asks for ids, on all pages of the answer.
func (l lister[S, T]) find(ctx context.Context, region string, ids []string) (all found, err error) {
	all.answered = map[string]bool{}
	all.unknown, err = l.each(ctx, region, ids, func(answer Answer[T]) error { return l.take(&all, ids, answer) })
	return all, err
}

// each takes each page of the answer to a question for ids, unless one of them is not
// known.
func (l lister[S, T]) each(ctx context.Context, region string, ids []string, take func(Answer[T]) error) (unknown bool, err error) {
	answers := follow(Query{Region: region, IDs: ids, Number: 1}, func(q Query) (Answer[T], error) { return l.ask(ctx, q) })
	for answer, err := range answers {
		if err != nil || answer.Unknown {
			return answer.Unknown, err
		}
		if err := take(answer); err != nil {
			return false, err
		}
		if l.Pages.style != byTokens {
			break
		}
	}
	return false, nil
}

// take takes an answer's ids. One with an id that was not asked for, or with none of what
// it announces, was not to what was asked: what it lacks may exist.
func (l lister[S, T]) take(all *found, asked []string, answer Answer[T]) error {
	if answer.Total == "" && l.IDs.uncounted {
		answer.Total = "0"
	}
	total, err := l.total(answer)
	if err != nil {
		return err
	}
	if len(answer.Items)+len(all.answered) == 0 && total > 0 && answer.Next == "" {
		return BadAnswer("", "none of the %d resources found are in the answer", total)
	}
	for i := range answer.Items {
		item := &answer.Items[i]
		id := l.id(item)
		switch {
		case id == "":
			return BadAnswer("", "a resource that was asked for by its id has none: %s", item.Read(l.What, id).Problem())
		case !slices.Contains(asked, id):
			return BadAnswer("", "%s %q was not asked for", l.What, Clip(id, maxShown))
		case all.answered[id]:
			continue
		}
		all.answered[id] = true
		gone, err := l.gone(item)
		if err != nil {
			return err
		}
		if !gone {
			all.existing = append(all.existing, id)
		}
	}
	return nil
}
