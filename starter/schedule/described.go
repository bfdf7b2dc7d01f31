package schedule

import (
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"

	"cloudsync/visibility"
)

// Described is the definition of a schedule as the server describes it.
func Described(schedule client.Schedule) Definition {
	var d Definition
	var foreign marks
	d.readSpec(schedule.Spec, &foreign)
	d.readPolicies(schedule.Policy)
	if action, ok := schedule.Action.(*client.ScheduleWorkflowAction); ok {
		d.readAction(action, &foreign)
	}
	d.Foreign = strings.Join(foreign, ", ")
	return d
}

// marks are the names of what a schedule of ours would not have.
type marks []string

func (m *marks) when(present bool, name string) {
	if present {
		*m = append(*m, name)
	}
}

func (d *Definition) readSpec(spec *client.ScheduleSpec, foreign *marks) {
	if spec == nil {
		return
	}
	if len(spec.Intervals) > 0 {
		d.Every = spec.Intervals[0].Every
		foreign.when(spec.Intervals[0].Offset != 0, "an offset")
	}
	foreign.when(len(spec.Intervals) > 1, "more intervals")
	foreign.when(len(spec.Calendars)+len(spec.CronExpressions) > 0, "calendars")
	foreign.when(len(spec.Skip) > 0, "times to skip")
	foreign.when(!spec.StartAt.IsZero() || !spec.EndAt.IsZero(), "a time limit")
	foreign.when(spec.Jitter != 0, "jitter")
}

func (d *Definition) readPolicies(policies *client.SchedulePolicies) {
	if policies == nil {
		return
	}
	d.Overlap, d.CatchupWindow, d.PauseOnFailure = policies.Overlap, policies.CatchupWindow, policies.PauseOnFailure
}

func (d *Definition) readAction(action *client.ScheduleWorkflowAction, foreign *marks) {
	d.WorkflowType, _ = action.Workflow.(string)
	d.WorkflowID, d.TaskQueue, d.Summary = action.ID, action.TaskQueue, action.StaticSummary
	if len(action.Args) == 1 {
		d.Input = inputText(action.Args[0])
	}
	foreign.when(len(action.Args) > 1, "more arguments")
	d.Kind, _ = action.TypedSearchAttributes.GetKeyword(visibility.Kind)
	attributes := action.TypedSearchAttributes.Size() + len(action.UntypedSearchAttributes)
	foreign.when(attributes > 1, "other search attributes")
	foreign.when(len(action.Memo) > 0, "a memo")
	foreign.when(action.RetryPolicy != nil, "a retry policy")
	foreign.when(action.WorkflowExecutionTimeout+action.WorkflowRunTimeout != 0, "a workflow timeout")
	foreign.when(action.StaticDetails != "", "details")
	foreign.when(action.VersioningOverride != nil, "a versioning override")
}

// inputText is the input as JSON. Any other encoding is not what Define makes.
func inputText(arg any) string {
	payload, ok := arg.(*commonpb.Payload)
	if !ok {
		return ""
	}
	return string(payload.GetData())
}
