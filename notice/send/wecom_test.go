package send_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

func TestWeComForm(t *testing.T) {
	t.Parallel()
	got := sent(t, "wecom", usual())
	require.JSONEq(t, `{"msgtype": "text", "text": {
		"content": "Deletions are held: 30 rows\nmock/example/region-1: 30 of 60 rows\nmore & more <b>\nLook and decide: `+link+`"
	}}`, string(got.body))
	require.Equal(t, "/cgi-bin/webhook/send", got.URL.Path)
	require.Equal(t, token, got.URL.Query().Get("key"))
}

func TestWeComMentionsNobody(t *testing.T) {
	t.Parallel()
	m := messageOf(notice.Text{Title: "<@all>", Lines: []string{"<<@all>>", "@all"}, Link: link + "<@all>", LinkWords: "<@all>"})
	body := string(sent(t, "wecom", m).body)
	require.NotContains(t, body, "<@")
	require.Contains(t, body, `<＠all>\n<<＠all>>\n@all\n<＠all>: `+link+`%3C@all%3E`)
}

func TestWeComAnswers(t *testing.T) {
	t.Parallel()
	requireJudged(t, "wecom", []judged{
		{reply: reply{200, `{"errcode":45009,"errmsg":"api freq out of limit"}`, nil}, wait: time.Minute, says: []string{"WeCom answered 45009", "20 messages a minute"}},
		{reply: reply{200, `{"errcode":45033,"errmsg":"x"}`, nil}, wait: time.Minute},
		{reply: reply{200, `{"errcode":93000,"errmsg":"invalid webhook url, hint: [1592021214], from ip: 1.2.3.4"}`, nil}, says: []string{"copy the robot's address again"}},
		{reply: reply{403, `{"errcode":93000,"errmsg":"invalid webhook url"}`, nil}, says: []string{"copy the robot's address again"}},
		{reply: reply{200, `{"errcode":93000,"errmsg":"Invalid input : content exceed max length. invalid Request Parameter"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":40058,"errmsg":"text.content exceed max length 2048"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":45002,"errmsg":"x"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":40008,"errmsg":"invalid message type"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":-1,"errmsg":"system busy"}`, nil}, says: []string{"-1: system busy"}},
		{reply: reply{200, ``, nil}, says: []string{"no answer of WeCom"}},
		{reply: reply{500, ``, nil}, says: []string{"500"}},
	})
}
