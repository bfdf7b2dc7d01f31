package send_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

func TestSlackForm(t *testing.T) {
	t.Parallel()
	m := usual()
	m.Text.Title = "<!channel> & >"
	got := sent(t, "slack", m)
	require.JSONEq(t, `{
		"text": "&lt;!channel&gt; &amp; &gt;",
		"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
			{"type": "text", "text": "<!channel> & >", "style": {"bold": true}},
			{"type": "text", "text": "\nmock/example/region-1: 30 of 60 rows\nmore & more <b>"},
			{"type": "text", "text": "\n"},
			{"type": "link", "url": "`+link+`", "text": "Look and decide"}
		]}]}]
	}`, string(got.body))
	require.Equal(t, "/services/T00000001/B00000002/"+token, got.URL.Path)
}

func TestSlackHasNoEmptyElement(t *testing.T) {
	t.Parallel()
	m := messageOf(notice.Text{Link: link})
	require.Contains(t, string(sent(t, "slack", m).body), `"elements":[{"type":"text","text":"\n"},{"type":"link","text":"`+link+`","url":"`+link+`"}]`)
}

func TestSlackAnswers(t *testing.T) {
	t.Parallel()
	requireJudged(t, "slack", []judged{
		{reply: reply{429, `rate_limited`, http.Header{"Retry-After": {"30"}}}, wait: 30 * time.Second, says: []string{"429"}},
		{reply: reply{400, `invalid_payload`, nil}, refused: true, says: []string{"Slack answered invalid_payload"}},
		{reply: reply{400, "invalid_blocks\n", nil}, refused: true},
		{reply: reply{400, `no_text`, nil}, refused: true},
		{reply: reply{400, `something_new`, nil}, refused: true, says: []string{"something_new"}},
		{reply: reply{400, `user_not_found`, nil}, says: []string{"make another webhook"}},
		{reply: reply{403, `action_prohibited`, nil}, says: []string{"admins"}},
		{reply: reply{403, `invalid_token`, nil}, says: []string{"copy the webhook's address again"}},
		{reply: reply{404, `channel_not_found`, nil}, says: []string{"make a webhook"}},
		{reply: reply{404, `no_service`, nil}, says: []string{"make another one"}},
		{reply: reply{410, `channel_is_archived`, nil}, says: []string{"unarchive"}},
		{reply: reply{500, `rollup_error`, nil}},
		{reply: reply{503, ``, nil}, says: []string{"503"}},
		{reply: reply{200, `<html>welcome`, nil}, says: []string{"no answer of Slack"}},
	})
}

func readSlack(t require.TestingT, body []byte) shown {
	var form struct {
		Text   string
		Blocks []struct {
			Type     string
			Elements []struct {
				Type     string
				Elements []struct {
					Type, Text, URL string
					Style           map[string]bool
				}
			}
		}
	}
	decode(t, body, &form)
	// What begins markup is none, in the only text that has markup.
	require.NotContains(t, form.Text, "<")
	require.NotContains(t, form.Text, ">")
	plain := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(form.Text)
	require.NotContains(t, plain, "&")
	require.Len(t, form.Blocks, 1)
	require.Equal(t, "rich_text", form.Blocks[0].Type)
	var seen shown
	for _, section := range form.Blocks[0].Elements {
		require.Equal(t, "rich_text_section", section.Type)
		for _, element := range section.Elements {
			require.NotEmpty(t, element.Text)
			if element.Type == "link" {
				seen.link = element.URL
				continue
			}
			require.Equal(t, "text", element.Type)
			seen.texts = append(seen.texts, element.Text)
		}
	}
	return seen
}
