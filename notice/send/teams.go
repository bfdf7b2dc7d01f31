package send

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/notice"
)

// Teams posts to a workflow of Microsoft Teams that begins when a webhook request is received
// ("Send webhook alerts to a channel"), as an Adaptive Card. The incoming webhooks of connectors,
// which were before them, are retired.
//
// The form is that of
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using.
// Text is in TextRun elements, which take no Markdown
// (https://learn.microsoft.com/adaptive-cards/schema-explorer/text-run); what {{ begins, which is
// a date's form (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features), is
// broken. Mentions need entities, of which the card has none. A message has 28 KB at most. The
// names of errors are those of Azure Logic Apps, which workflows run on, as others report them (?).
//
// A workflow answers 202 before it posts the card: that the card was not posted is seen only in
// the workflow's own history.
type Teams struct{ robot }

// NewTeams posts to the address of a workflow.
func NewTeams(address cloud.Secret) *Teams {
	return &Teams{newRobot("Teams", address, cloud.Secret{})}
}

// teamsLimit is how many bytes a message has at most: less than 28 KB, since the workflow may
// add to it.
const teamsLimit = 25_000

type teamsRequest struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	Content     teamsCard `json:"content"`
}

type teamsCard struct {
	Schema  string            `json:"$schema"`
	Type    string            `json:"type"`
	Version string            `json:"version"`
	Body    []teamsBlock      `json:"body"`
	Actions []teamsAction     `json:"actions,omitempty"`
	Teams   map[string]string `json:"msteams"`
}

type teamsBlock struct {
	Type    string     `json:"type"`
	Inlines []teamsRun `json:"inlines"`
}

type teamsRun struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
}

type teamsAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Send implements Sender.
func (t *Teams) Send(ctx context.Context, m Message) error {
	to, err := t.url()
	if err != nil {
		return err
	}
	text := fitted(lined(m.Text, withoutCardFunction), teamsLimit, func(text notice.Text) int { return jsonSize(teamsRequestOf(text)) })
	got, err := t.deliverByStatus(ctx, to, teamsRequestOf(text))
	if err != nil {
		return err
	}
	return t.judge(got)
}

func teamsRequestOf(t notice.Text) teamsRequest {
	card := teamsCard{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.2",
		Body:  []teamsBlock{teamsLine(t.Title, "Bolder")},
		Teams: map[string]string{"width": "Full"},
	}
	for _, line := range t.Lines {
		if line != "" { // blocks have room between them
			card.Body = append(card.Body, teamsLine(line, ""))
		}
	}
	if t.Link != "" {
		card.Actions = []teamsAction{{Type: "Action.OpenUrl", Title: t.LinkWords, URL: t.Link}}
	}
	return teamsRequest{Type: "message", Attachments: []teamsAttachment{
		{ContentType: "application/vnd.microsoft.card.adaptive", Content: card},
	}}
}

func teamsLine(text, weight string) teamsBlock {
	return teamsBlock{Type: "RichTextBlock", Inlines: []teamsRun{{Type: "TextRun", Text: text, Weight: weight}}}
}

// withoutCardFunction breaks what a card fills in, such as {{DATE(…)}}.
func withoutCardFunction(text string) string {
	for strings.Contains(text, "{{") {
		text = strings.ReplaceAll(text, "{{", "{ {")
	}
	return text
}

var teamsVerdicts = map[string]verdict{
	"WorkflowTriggerIsNotEnabled":         {advice: "turn the workflow on"},
	"WorkflowNotFound":                    {advice: "the workflow was deleted: make another one, and write its address"},
	"TriggerInputSchemaMismatch":          {advice: "make the workflow from the template \"Send webhook alerts to a channel\", so that it takes cards"},
	"DirectApiAuthorizationRequired":      {advice: "let anyone trigger the workflow, and write the whole address with its sig"},
	"DirectApiInvalidAuthorizationScheme": {advice: "let anyone trigger the workflow, and write the whole address with its sig"},
	"AuthorizationFailed":                 {advice: "copy the workflow's address again, with its sig"},
	"TooManyRequests":                     {wait: time.Minute},
}

// judge reads the answer.
func (t *Teams) judge(got *answer) error {
	if got.succeeded() {
		// Connectors answer 200 with words.
		if said := string(got.body); strings.Contains(said, "delivery failed") {
			return t.fails(got, http.StatusText(got.status), said, verdict{advice: "incoming webhooks are retired: make a workflow, and write its address"})
		}
		return nil
	}
	var told struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(got.body, &told) == nil {
		if meant, ok := teamsVerdicts[told.Error.Code]; ok {
			return t.fails(got, told.Error.Code, told.Error.Message, meant)
		}
	}
	failure := got.failure()
	switch got.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		failure.Reason += "; copy the address of the workflow again (incoming webhooks are retired)"
	}
	return failure
}
