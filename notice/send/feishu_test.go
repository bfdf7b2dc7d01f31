package send_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/notice"
	"cloudsync/notice/send"
)

func TestFeishuForm(t *testing.T) {
	t.Parallel()
	got := sent(t, "feishu", usual())
	// As the bot checks it: nothing is signed, with the time stamp and the secret as the key.
	mac := hmac.New(sha256.New, []byte("1795852800\n"+secret))
	sign, err := json.Marshal(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	require.NoError(t, err)
	require.JSONEq(t, `{
		"timestamp": "1795852800", "sign": `+string(sign)+`, "msg_type": "interactive",
		"card": {
			"config": {"wide_screen_mode": true},
			"header": {"title": {"tag": "plain_text", "content": "Deletions are held: 30 rows"}, "template": "orange"},
			"elements": [
				{"tag": "div", "text": {"tag": "plain_text", "content": "mock/example/region-1: 30 of 60 rows\nmore & more <b>"}},
				{"tag": "action", "actions": [{"tag": "button", "text": {"tag": "plain_text", "content": "Look and decide"}, "url": "`+link+`", "type": "primary"}]}
			]
		}
	}`, string(got.body))
	require.Equal(t, "/open-apis/bot/v2/hook/"+token, got.URL.Path)
}

func TestFeishuSignsNothingWithoutASecret(t *testing.T) {
	t.Parallel()
	server, requests := stub(t, always(good["feishu"]))
	require.NoError(t, send.NewFeishu(cloud.SecretText(server+paths["feishu"]), cloud.Secret{}).Send(t.Context(), usual()))
	body := string((<-requests).body)
	require.NotContains(t, body, "sign")
	require.NotContains(t, body, "timestamp")
}

func TestFeishuShowsTheStateByAColour(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(n *notice.Notice){
		"orange": func(*notice.Notice) {},
		"green":  func(n *notice.Notice) { n.State = notice.Over },
		"red":    func(n *notice.Notice) { n.Event = notice.Failed },
		"blue":   func(n *notice.Notice) { n.Test = true },
	} {
		m := messageOf(notice.Text{Title: "alone"})
		change(&m.Notice)
		body := string(sent(t, "feishu", m).body)
		require.Contains(t, body, `"template":"`+want+`"`)
		require.Contains(t, body, `"elements":[{"tag":"div","text":{"tag":"plain_text","content":"alone"}}]`)
	}
}

func TestFeishuMentionsNobody(t *testing.T) {
	t.Parallel()
	m := messageOf(notice.Text{Title: "<at id=all></at>", Lines: []string{`<AT user_id="all">x</AT>`, "<atlas"}, Link: link, LinkWords: "x"})
	body := string(sent(t, "feishu", m).body)
	require.Contains(t, body, `＜at id=all></at>`)
	require.Contains(t, body, `＜AT user_id=\"all\">x</AT>\n＜atlas`)
}

func TestFeishuAnswers(t *testing.T) {
	t.Parallel()
	requireJudged(t, "feishu", []judged{
		{reply: reply{200, `{"code":11232,"msg":"frequency limited psm"}`, nil}, wait: time.Minute, says: []string{"Feishu answered 11232", "frequency limited"}},
		{reply: reply{429, `{"code":99991400,"msg":"request trigger frequency limit"}`, http.Header{"X-Ogw-Ratelimit-Reset": {"52"}}}, wait: 52 * time.Second},
		{reply: reply{400, `{"code":99991400,"msg":"request trigger frequency limit"}`, http.Header{"X-Ogw-Ratelimit-Reset": {"7"}}}, wait: 7 * time.Second},
		{reply: reply{429, `{"code":4711,"msg":"x"}`, http.Header{"Retry-After": {"9"}}}, wait: 9 * time.Second},
		{reply: reply{200, `{"StatusCode":0,"StatusMessage":"","code":9499,"msg":"too many request"}`, nil}, wait: time.Minute},
		{reply: reply{200, `{"code":9499,"msg":"Bad Request","data":{}}`, nil}, refused: true, says: []string{"Bad Request"}},
		{reply: reply{400, `{"code":19002,"msg":"param invalid"}`, nil}, refused: true},
		{reply: reply{200, `{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}`, nil}, says: []string{"copy the bot's address again"}},
		{reply: reply{200, `{"code":19007,"msg":"Bot Not Enabled"}`, nil}, says: []string{"turn the bot on"}},
		{reply: reply{200, `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`, nil}, says: []string{"secret", "clock"}},
		{reply: reply{400, `{"code":19021,"msg":"sign match fail"}`, nil}, says: []string{"secret"}},
		{reply: reply{200, `{"code":19022,"msg":"Ip Not Allowed"}`, nil}, says: []string{"IP 白名单"}},
		{reply: reply{200, `{"code":19024,"msg":"Key Words Not Found"}`, nil}, says: []string{"keyword", "template"}},
		{reply: reply{200, `{"StatusCode":19021,"StatusMessage":"x"}`, nil}, says: []string{"19021"}},
		{reply: reply{200, `{"code":4711,"msg":"new"}`, nil}, says: []string{"4711: new"}},
		{reply: reply{200, `<html>login</html>`, nil}, says: []string{"no answer of Feishu", "<html>login</html>"}},
		{reply: reply{200, `{}`, nil}, says: []string{"no answer of Feishu"}},
		{reply: reply{502, `{"code":0}`, nil}, says: []string{"502 Bad Gateway"}},
		{reply: reply{413, `too large`, nil}, refused: true},
	})
}

func readFeishu(t require.TestingT, body []byte) shown {
	type text struct{ Tag, Content string }
	var form struct {
		Timestamp, Sign string
		Type            string `json:"msg_type"`
		Card            struct {
			Config struct {
				Wide bool `json:"wide_screen_mode"`
			}
			Header struct {
				Title    text
				Template string
			}
			Elements []struct {
				Tag     string
				Text    *text
				Actions []struct {
					Tag, URL, Type string
					Text           text
				}
			}
		}
	}
	decode(t, body, &form)
	require.Equal(t, "plain_text", form.Card.Header.Title.Tag)
	seen := shown{texts: []string{form.Card.Header.Title.Content}}
	for _, element := range form.Card.Elements {
		if element.Text != nil {
			require.Equal(t, "plain_text", element.Text.Tag)
			seen.texts = append(seen.texts, element.Text.Content)
		}
		for _, button := range element.Actions {
			require.Equal(t, "plain_text", button.Text.Tag)
			seen.link = button.URL
		}
	}
	return seen
}
