package send

import (
	"context"
	"strings"

	"cloudsync/cloud"
	"cloudsync/notice"
)

// Slack posts to an incoming webhook of Slack.
//
// The message is a rich_text block, whose text elements are text: people and channels are
// mentioned by elements of other types
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block). What notifications and
// screen readers show is mrkdwn, in which & < > are written as
// https://docs.slack.dev/messaging/formatting-message-text says; a mention begins with <. Slack
// answers "ok", or a status and a word: those of
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
// https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks. The length
// is that of a text object, 3000 characters; for a rich_text block none is documented (?).
type Slack struct{ robot }

// NewSlack posts to an incoming webhook.
func NewSlack(address cloud.Secret) *Slack {
	return &Slack{newRobot("Slack", address, cloud.Secret{})}
}

// slackLimit is how many UTF-16 units a message has at most.
const slackLimit = 3000

type slackRequest struct {
	Text   string       `json:"text"`
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type     string         `json:"type"`
	Elements []slackSection `json:"elements"`
}

type slackSection struct {
	Type     string         `json:"type"`
	Elements []slackElement `json:"elements"`
}

type slackElement struct {
	Type  string          `json:"type"`
	Text  string          `json:"text"`
	URL   string          `json:"url,omitempty"`
	Style map[string]bool `json:"style,omitempty"`
}

// Send implements Sender.
func (s *Slack) Send(ctx context.Context, m Message) error {
	to, err := s.url()
	if err != nil {
		return err
	}
	text := fitted(lined(m.Text, asIs), slackLimit, inUnits)
	got, err := s.deliverByStatus(ctx, to, slackRequestOf(text))
	if err != nil {
		return err
	}
	return s.judge(got)
}

func slackRequestOf(t notice.Text) slackRequest {
	var elements []slackElement
	add := func(e slackElement) {
		if e.Text != "" { // Slack refuses an empty one
			elements = append(elements, e)
		}
	}
	add(slackElement{Type: "text", Text: t.Title, Style: map[string]bool{"bold": true}})
	if len(t.Lines) > 0 {
		add(slackElement{Type: "text", Text: "\n" + strings.Join(t.Lines, "\n")})
	}
	if t.Link != "" {
		add(slackElement{Type: "text", Text: "\n"})
		words := t.LinkWords
		if words == "" {
			words = t.Link
		}
		add(slackElement{Type: "link", URL: t.Link, Text: words})
	}
	return slackRequest{
		Text:   slackEscapes.Replace(t.Title),
		Blocks: []slackBlock{{Type: "rich_text", Elements: []slackSection{{Type: "rich_text_section", Elements: elements}}}},
	}
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var slackVerdicts = map[string]verdict{
	"invalid_payload":                   {refused: true},
	"invalid_blocks":                    {refused: true},
	"no_text":                           {refused: true},
	"user_not_found":                    {advice: "make another webhook in Slack, and write its address"},
	"action_prohibited":                 {advice: "ask the workspace's admins to allow the webhook to post there"},
	"posting_to_general_channel_denied": {advice: "ask the workspace's admins to allow posts there, or make a webhook for another channel"},
	"invalid_token":                     {advice: "copy the webhook's address again"},
	"channel_not_found":                 {advice: "make a webhook for a channel that there is, and write its address"},
	"channel_is_archived":               {advice: "unarchive the channel, or make a webhook for another one"},
	"no_active_hooks":                   {advice: "turn the webhook on in Slack, or make another one"},
	"no_service":                        {advice: "the webhook was removed or turned off: make another one, and write its address"},
	"no_service_id":                     {advice: "copy the webhook's address again"},
	"no_team":                           {advice: "copy the webhook's address again"},
	"team_disabled":                     {advice: "the workspace is turned off"},
	"rollup_error":                      {},
}

// slackTaken is the body of success. Failures have a status of their own.
const slackTaken = "ok"

// judge reads the answer.
func (s *Slack) judge(got *answer) error {
	said := strings.TrimSpace(string(got.body))
	if got.succeeded() {
		if said == slackTaken || got.brokeOff && strings.HasPrefix(slackTaken, said) {
			return nil
		}
		return s.strange(got)
	}
	if meant, ok := slackVerdicts[said]; ok {
		return s.fails(got, said, "", meant)
	}
	return got.failure()
}
