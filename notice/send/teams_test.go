package send_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

func TestTeamsForm(t *testing.T) {
	t.Parallel()
	m := usual()
	m.Text.Lines = append(m.Text.Lines, "")
	got := sent(t, "teams", m)
	require.JSONEq(t, `{"type": "message", "attachments": [{
		"contentType": "application/vnd.microsoft.card.adaptive",
		"content": {
			"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.2", "msteams": {"width": "Full"},
			"body": [
				{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Deletions are held: 30 rows", "weight": "Bolder"}]},
				{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "mock/example/region-1: 30 of 60 rows"}]},
				{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "more & more <b>"}]}
			],
			"actions": [{"type": "Action.OpenUrl", "title": "Look and decide", "url": "`+link+`"}]
		}
	}]}`, string(got.body))
	require.Equal(t, token, got.URL.Query().Get("sig"))
}

func TestTeamsFillsInNothing(t *testing.T) {
	t.Parallel()
	m := messageOf(notice.Text{Title: "{{DATE(2017-02-14T06:00:00Z)}}", Lines: []string{"{{{{{x"}, Link: link, LinkWords: "x"})
	body := string(sent(t, "teams", m).body)
	require.Contains(t, body, `{ {DATE(`)
	require.Contains(t, body, `"{ { { { {x"`)
}

func TestTeamsAnswers(t *testing.T) {
	t.Parallel()
	requireJudged(t, "teams", []judged{
		{reply: reply{429, ``, http.Header{"Retry-After": {"12"}}}, wait: 12 * time.Second},
		{reply: reply{429, `{"error":{"code":"TooManyRequests","message":"x"}}`, nil}, wait: time.Minute},
		{reply: reply{400, `{"error":{"code":"TriggerInputSchemaMismatch","message":"The input body for trigger 'manual'"}}`, nil}, says: []string{"TriggerInputSchemaMismatch", "Send webhook alerts"}},
		{reply: reply{400, `{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"x"}}`, nil}, says: []string{"turn the workflow on"}},
		{reply: reply{404, `{"error":{"code":"WorkflowNotFound","message":"x"}}`, nil}, says: []string{"make another one"}},
		{reply: reply{401, `{"error":{"code":"DirectApiAuthorizationRequired","message":"x"}}`, nil}, says: []string{"let anyone trigger"}},
		{reply: reply{403, `{"error":{"code":"AuthorizationFailed","message":"x"}}`, nil}, says: []string{"copy the workflow's address again"}},
		{reply: reply{400, `{"error":{"code":"New","message":"x"}}`, nil}, refused: true},
		{reply: reply{413, ``, nil}, refused: true},
		{reply: reply{410, ``, nil}, says: []string{"incoming webhooks are retired"}},
		{reply: reply{502, ``, nil}, says: []string{"502"}},
		{reply: reply{200, `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429`, nil}, says: []string{"retired"}},
	})
}

func readTeams(t require.TestingT, body []byte) shown {
	var form struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Schema        string `json:"$schema"`
				Type, Version string
				Teams         map[string]string `json:"msteams"`
				Body          []struct {
					Type    string
					Inlines []struct{ Type, Text, Weight string }
				}
				Actions []struct{ Type, Title, URL string }
			}
		}
	}
	decode(t, body, &form)
	require.Len(t, form.Attachments, 1)
	card := form.Attachments[0].Content
	require.NotContains(t, card.Teams, "entities", "which mention people")
	var seen shown
	for _, block := range card.Body {
		require.Equal(t, "RichTextBlock", block.Type)
		for _, run := range block.Inlines {
			require.Equal(t, "TextRun", run.Type)
			seen.texts = append(seen.texts, run.Text)
		}
	}
	require.Len(t, card.Actions, 1)
	seen.link = card.Actions[0].URL
	return seen
}
