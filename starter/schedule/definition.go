// Package schedule keeps the Temporal schedules that start the runs, one for
// each kind, and the one for retention: what they should be, how they become so,
// and how a run is started out of turn.
package schedule

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/visibility"
	"cloudsync/workflows"
)

// idPrefix begins the ids of our schedules and of the workflows they start.
const idPrefix = "cloud-sync/"

// A missed run is caught up with only while it is fresh: the next one does the
// same work. The server takes no window under 10 s.
const (
	minCatchup = 10 * time.Second
	maxCatchup = time.Minute
)

// ID is the id of the schedule of a kind.
func ID(kind string) string { return idPrefix + kind }

// kindOf is the kind of a schedule of ours.
func kindOf(id string) (kind string, ours bool) { return strings.CutPrefix(id, idPrefix) }

// Definition is what a schedule does and when, in a form that compares with ==.
type Definition struct {
	Every          time.Duration
	CatchupWindow  time.Duration
	Overlap        enums.ScheduleOverlapPolicy
	PauseOnFailure bool

	WorkflowType string
	WorkflowID   string
	TaskQueue    string
	Input        string // as JSON; "" for none
	Summary      string
	Kind         string // the search attribute; none for retention

	// Foreign names whatever else a schedule has. Ours have nothing else.
	Foreign string
}

// Define is the definition of the schedule that syncs the kind at the interval.
func Define(kind string, every time.Duration) Definition {
	input, err := json.Marshal(workflows.Input{Kind: kind})
	if err != nil {
		panic(fmt.Sprintf("schedule: encode the input of kind %s: %v", kind, err)) // strings always encode
	}
	return Definition{
		Every:         every,
		CatchupWindow: max(minCatchup, min(every, maxCatchup)),
		Overlap:       enums.SCHEDULE_OVERLAP_POLICY_SKIP,
		WorkflowType:  workflows.CloudSyncName,
		WorkflowID:    ID(kind),
		TaskQueue:     workflows.TaskQueue,
		Input:         string(input),
		Summary:       "keep " + kind + " the same as the clouds",
		Kind:          kind,
	}
}

func (d Definition) spec() client.ScheduleSpec {
	return client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: d.Every}}}
}

func (d Definition) action() *client.ScheduleWorkflowAction {
	action := &client.ScheduleWorkflowAction{
		ID:            d.WorkflowID,
		Workflow:      d.WorkflowType,
		TaskQueue:     d.TaskQueue,
		StaticSummary: d.Summary,
	}
	if d.Input != "" {
		action.Args = []any{json.RawMessage(d.Input)}
	}
	if d.Kind != "" {
		action.TypedSearchAttributes = temporal.NewSearchAttributes(visibility.Kind.ValueSet(d.Kind))
	}
	return action
}

func (d Definition) policies() *client.SchedulePolicies {
	return &client.SchedulePolicies{Overlap: d.Overlap, CatchupWindow: d.CatchupWindow, PauseOnFailure: d.PauseOnFailure}
}

// differences lists what is not the same in another definition, in words.
func (d Definition) differences(other Definition) string {
	var changed []string
	for _, field := range []struct {
		name     string
		now, was any
	}{
		{"every", Interval(d.Every), Interval(other.Every)},
		{"catch-up window", Interval(d.CatchupWindow), Interval(other.CatchupWindow)},
		{"overlap", d.Overlap, other.Overlap},
		{"pause on failure", d.PauseOnFailure, other.PauseOnFailure},
		{"workflow", d.WorkflowType, other.WorkflowType},
		{"workflow id", d.WorkflowID, other.WorkflowID},
		{"task queue", d.TaskQueue, other.TaskQueue},
		{"input", d.Input, other.Input},
		{"summary", d.Summary, other.Summary},
		{"search attribute", d.Kind, other.Kind},
		{"anything else", d.Foreign, other.Foreign},
	} {
		if field.now != field.was {
			changed = append(changed, fmt.Sprintf("%s %s (was %s)", field.name, orNone(field.now), orNone(field.was)))
		}
	}
	return strings.Join(changed, ", ")
}

func orNone(value any) string {
	if text := fmt.Sprint(value); text != "" {
		return text
	}
	return "none"
}
