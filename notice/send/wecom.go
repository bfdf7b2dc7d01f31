package send

import (
	"context"
	"strings"
	"time"

	"cloudsync/cloud"
)

// WeCom posts to a robot of a WeCom (企业微信) group.
//
// It posts text and no Markdown, which has no way to write what it takes for markup as it
// stands. In both, <@userid> mentions somebody: it is broken.
//
// The form, the limits (2048 bytes of text, 20 messages a minute), and mentions are those of
// https://developer.work.weixin.qq.com/document/path/91770; codes are from
// https://developer.work.weixin.qq.com/document/path/90313. That 93000 also tells of a text that
// is too long is as others report it (?).
type WeCom struct{ robot }

// NewWeCom posts to a robot's address.
func NewWeCom(address cloud.Secret) *WeCom {
	return &WeCom{newRobot("WeCom", address, cloud.Secret{})}
}

// weComLimit is how many bytes a text has at most.
const weComLimit = 2048

type weComRequest struct {
	Type string    `json:"msgtype"`
	Text weComText `json:"text"`
}

type weComText struct {
	Content string `json:"content"`
}

// Pace implements Paced: a robot takes 20 messages a minute.
func (*WeCom) Pace() time.Duration { return twentyAMinute }

// Send implements Sender.
func (w *WeCom) Send(ctx context.Context, m Message) error {
	to, err := w.url()
	if err != nil {
		return err
	}
	text := fitted(lined(m.Text, withoutWeComMention), weComLimit, inBytes)
	got, err := w.deliver(ctx, to, weComRequest{Type: "text", Text: weComText{text.String()}})
	if err != nil {
		return err
	}
	return w.judge(got)
}

// withoutWeComMention breaks what mentions people, such as <@all>.
func withoutWeComMention(text string) string { return strings.ReplaceAll(text, "<@", "<＠") }

const weComBadAddress = 93000

var weComVerdicts = map[int64]verdict{
	40008: {refused: true},
	40058: {refused: true},
	44004: {refused: true},
	45002: {refused: true},
	45009: {wait: time.Minute, advice: "a robot takes 20 messages a minute"},
	45033: {wait: time.Minute},
	93000: {advice: "copy the robot's address again: its key is not known, or the robot was removed"},
}

// judge reads the answer.
func (w *WeCom) judge(got *answer) error {
	told, ok := toldCode(got)
	switch {
	case !ok || told.Code == 0 && !got.succeeded():
		return w.strange(got)
	case told.Code == 0:
		return nil
	}
	meant := weComVerdicts[told.Code]
	if told.Code == weComBadAddress && strings.Contains(strings.ToLower(told.Message), "max length") {
		meant = verdict{refused: true}
	}
	return w.fails(got, told.code(), told.Message, meant)
}
