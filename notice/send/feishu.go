package send

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/notice"
)

// Feishu posts to a custom bot of a Feishu or Lark group, as a card.
//
// The form, the signature, the limits (20 KB, 100 a minute, 5 a second), and the codes 9499,
// 11232, 19021, 19022 and 19024 are those of the "Custom bot usage guide" at
// https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. In a card, plain_text is
// text; only lark_md has markup
// (https://open.feishu.cn/document/ukTMukTMukTM/uUzNwUjL1cDM14SN3ATN). The codes 19001, 19002,
// 19007 and 19036, and 9499 for too many requests, are as others report them (?).
type Feishu struct{ robot }

// NewFeishu posts to a bot's address, and signs with its secret if there is one.
func NewFeishu(address, secret cloud.Secret) *Feishu {
	return &Feishu{newRobot("Feishu", address, secret)}
}

// feishuLimit is how many bytes a request has at most: somewhat less than 20 KB.
const feishuLimit = 20_000

type feishuRequest struct {
	Timestamp string     `json:"timestamp,omitempty"`
	Sign      string     `json:"sign,omitempty"`
	Type      string     `json:"msg_type"`
	Card      feishuCard `json:"card"`
}

type feishuCard struct {
	Config   map[string]bool `json:"config"`
	Header   feishuHeader    `json:"header"`
	Elements []feishuElement `json:"elements"`
}

type feishuHeader struct {
	Title    feishuText `json:"title"`
	Template string     `json:"template"` // its colour
}

type feishuText struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
}

type feishuElement struct {
	Tag     string         `json:"tag"`
	Text    *feishuText    `json:"text,omitempty"`
	Actions []feishuButton `json:"actions,omitempty"`
}

type feishuButton struct {
	Tag  string     `json:"tag"`
	Text feishuText `json:"text"`
	URL  string     `json:"url"`
	Type string     `json:"type"`
}

// Send implements Sender.
func (f *Feishu) Send(ctx context.Context, m Message) error {
	to, err := f.url()
	if err != nil {
		return err
	}
	secret, err := f.revealSecret()
	if err != nil {
		return err
	}
	request := feishuRequest{Type: "interactive"}
	if secret != "" {
		request.Timestamp = strconv.FormatInt(f.now().Unix(), 10)
		request.Sign = feishuSign(request.Timestamp, secret)
	}
	text := fitted(lined(m.Text, withoutFeishuMention), feishuLimit, func(t notice.Text) int {
		request.Card = feishuCardOf(&m, t)
		return jsonSize(request)
	})
	request.Card = feishuCardOf(&m, text)
	got, err := f.deliver(ctx, to, request, secret, request.Sign)
	if err != nil {
		return err
	}
	return f.judge(got)
}

// feishuSign is the signature of a time stamp in seconds: the time stamp and the secret are the
// key, and nothing is the text.
func feishuSign(stamp, secret string) string {
	return base64.StdEncoding.EncodeToString(signature([]byte(stamp+"\n"+secret), ""))
}

func feishuCardOf(m *Message, t notice.Text) feishuCard {
	card := feishuCard{
		Config: map[string]bool{"wide_screen_mode": true},
		Header: feishuHeader{Title: feishuPlain(t.Title), Template: feishuColour(m)},
	}
	if len(t.Lines) > 0 || t.Link == "" { // a card has something below its header
		lines := feishuPlain(strings.Join(t.Lines, "\n"))
		if lines.Content == "" {
			lines.Content = t.Title
		}
		card.Elements = append(card.Elements, feishuElement{Tag: "div", Text: &lines})
	}
	if t.Link != "" {
		card.Elements = append(card.Elements, feishuElement{Tag: "action", Actions: []feishuButton{
			{Tag: "button", Text: feishuPlain(t.LinkWords), URL: t.Link, Type: "primary"},
		}})
	}
	return card
}

func feishuPlain(text string) feishuText { return feishuText{Tag: "plain_text", Content: text} }

func feishuColour(m *Message) string {
	switch {
	case m.Test:
		return "blue"
	case m.State == notice.Over:
		return "green"
	case m.Event == notice.Failed || m.Event == notice.Dropped:
		return "red"
	default:
		return "orange"
	}
}

// withoutFeishuMention breaks what mentions people in other texts of Feishu, such as
// <at id=all>, so that none is mentioned should a card's text be read as one of those.
func withoutFeishuMention(text string) string {
	return replaceFold(text, "<at", func(found string) string { return "＜" + found[1:] })
}

// jsonSize is how many bytes a document has as it is sent.
func jsonSize(document any) int {
	body, err := encode(document)
	if err != nil {
		return 0 // and sending it says so
	}
	return len(body)
}

var feishuVerdicts = map[int64]verdict{
	9499:     {refused: true},
	11232:    {wait: time.Minute, advice: "it takes 5 messages a second and 100 a minute"},
	99991400: {wait: time.Minute},
	19001:    {advice: "copy the bot's address again: it was deleted, or its address is another one"},
	19002:    {refused: true},
	19007:    {advice: "turn the bot on in the group's settings"},
	19021:    {advice: "copy the bot's secret (签名校验) again, and see that this host's clock is right"},
	19022:    {advice: "add this host's address to the bot's list (IP 白名单)"},
	19024:    {advice: "add a word that each message has to the bot's keywords (自定义关键词), or the keyword to the receiver's template"},
	19036:    {refused: true},
}

// judge reads the answer. It may have its code with any status.
func (f *Feishu) judge(got *answer) error {
	var told struct {
		Code    *int64 `json:"code"`
		Message string `json:"msg"`
		// As older versions answer.
		Status *int64 `json:"StatusCode"`
	}
	if json.Unmarshal(got.body, &told) != nil {
		return f.strange(got)
	}
	code := told.Code
	if code == nil {
		code = told.Status
	}
	switch {
	case code == nil, *code == 0 && !got.succeeded():
		return f.strange(got)
	case *code == 0:
		return nil
	}
	meant := feishuVerdicts[*code]
	if *code == 9499 && strings.Contains(strings.ToLower(told.Message), "too many") || got.status == http.StatusTooManyRequests {
		meant = verdict{wait: time.Minute}
	}
	if reset, err := strconv.ParseUint(got.header.Get("X-Ogw-Ratelimit-Reset"), 10, 16); err == nil && reset > 0 && meant.wait > 0 {
		meant.wait = min(time.Duration(reset)*time.Second, maxRetryAfter)
	}
	return f.fails(got, strconv.FormatInt(*code, 10), told.Message, meant)
}
