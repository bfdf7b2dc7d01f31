package schedule

import "go.temporal.io/sdk/client"

// Change is something that Apply, Pause or Resume did.
type Change struct {
	Action          Action `json:"action"`
	Schedule        string `json:"schedule,omitempty"` // its id
	SearchAttribute string `json:"searchAttribute,omitempty"`
	Detail          string `json:"detail,omitempty"`
}

// Action is what was done.
type Action string

// The actions.
const (
	Registered Action = "registered" // a search attribute
	Created    Action = "created"
	Updated    Action = "updated"
	Paused     Action = "paused"
	Resumed    Action = "resumed"
	Deleted    Action = "deleted"
)

// String is the change in one line.
func (c Change) String() string {
	text := string(c.Action) + " " + c.Schedule
	if c.SearchAttribute != "" {
		text = string(c.Action) + " search attribute " + c.SearchAttribute
	}
	switch {
	case c.Detail == "":
		return text
	case c.Action == Created:
		return text + " " + c.Detail // every 5s
	default:
		return text + ": " + c.Detail
	}
}

// The notes of the pauses that the configuration asks for. Only a pause with
// this very note is ended by the configuration: any other is an operator's.
const (
	disabledNote = "public_cloud_sync.enable is false (starter apply)"
	enabledNote  = "public_cloud_sync.enable is true (starter apply)"
)

// judgePause says whether a schedule is to be paused or resumed, given whether
// the configuration enables the runs.
//
//	enable | paused | by            | then
//	-------+--------+---------------+-------------
//	true   | no     |               | nothing
//	true   | yes    | configuration | resume
//	true   | yes    | operator      | nothing
//	false  | no     |               | pause
//	false  | yes    | anybody       | nothing
func judgePause(enable bool, state client.ScheduleState) (action Action, note string) {
	switch {
	case enable && state.Paused && state.Note == disabledNote:
		return Resumed, enabledNote
	case !enable && !state.Paused:
		return Paused, disabledNote
	default:
		return "", ""
	}
}
