package page

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
)

// lifeData is what is recorded of a resource, the newest first.
type lifeData struct {
	Events     []lifeEvent
	Older      string    // path of the page of older events; empty: there are none
	WholeSince time.Time // older changes are no longer kept; zero: all are
}

// lifeEvent is a change of a resource.
type lifeEvent struct {
	history.Event
	Diffs    []FieldDiff
	Workflow string // of the run; empty: it is no longer on record
	AsOf     string // path of the resource just after it
}

// lifePage is how many events are shown at a time.
const lifePage = 100

func (p *Page) life(ctx context.Context, kind *resource.Kind, uid resource.UID, before string) (*lifeData, error) {
	filter := store.ChangeFilter{Kinds: []*resource.Kind{kind}, UID: uid, Limit: lifePage + 1}
	if before != "" {
		number, err := strconv.ParseInt(before, 10, 64)
		if err != nil || number <= 0 {
			return nil, wrong(fmt.Errorf("before=%.20q is no number of a change", before))
		}
		filter.Before = number
	}
	changes, err := p.Store.Changes(ctx, filter)
	if err != nil {
		return nil, err
	}
	life := &lifeData{}
	more := len(changes) > lifePage
	if more {
		changes = changes[:lifePage]
		life.Older = with(resourcePath(kind.Name(), uid), url.Values{"before": {strconv.FormatInt(changes[lifePage-1].ID, 10)}}) + "#life"
	}
	if life.WholeSince, err = history.GoneBefore(ctx, p.Store, filter, more); err != nil {
		return nil, err
	}
	lives, err := history.ReadLives(ctx, p.Store, changes)
	if err != nil || len(lives) == 0 {
		return life, err
	}
	workflows, err := p.workflowsOf(ctx, changes)
	if err != nil {
		return nil, err
	}
	for _, event := range slices.Backward(lives[0].Events) {
		life.Events = append(life.Events, lifeEvent{
			Event: event, Diffs: fieldDiffs(event.Fields), Workflow: workflows[event.RunID],
			AsOf: with(resourcePath(kind.Name(), uid), url.Values{"at": {event.ChangedAt.UTC().Format(time.RFC3339Nano)}}),
		})
	}
	return life, nil
}

// workflowsOf are the ids of the workflows of the runs that made changes.
func (p *Page) workflowsOf(ctx context.Context, changes []store.Change) (map[string]string, error) {
	var ids []string
	for _, change := range changes {
		ids = append(ids, change.RunID)
	}
	slices.Sort(ids)
	return p.Store.WorkflowsOf(ctx, slices.Compact(ids))
}
