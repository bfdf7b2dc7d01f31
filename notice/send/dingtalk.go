package send

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud"
)

// DingTalk posts to a custom robot of a DingTalk group.
//
// It posts text and no Markdown or card: DingTalk's Markdown documents no way to write what it
// takes for markup as it stands, and notices have names that anybody may have given. People are
// mentioned only by a message's list of them, which is empty here.
//
// The form, the signature, the codes, and the limit of 20 messages a minute, after which a robot
// takes none for 10 minutes, are those of https://open.dingtalk.com/document/orgapp/custom-robot-access
// and https://open.dingtalk.com/document/orgapp/custom-bot-send-message-type. It names no limit
// for the length: 5000 is that of other messages of groups (?). The code 130101 is as others
// report it (?).
type DingTalk struct{ robot }

// NewDingTalk posts to a robot's address, and signs with its secret if there is one.
func NewDingTalk(address, secret cloud.Secret) *DingTalk {
	return &DingTalk{newRobot("DingTalk", address, secret)}
}

const (
	dingTalkLimit = 5000 // bytes of the text
	dingTalkPause = 10 * time.Minute
)

type dingTalkRequest struct {
	Type string       `json:"msgtype"`
	Text dingTalkText `json:"text"`
	At   dingTalkAt   `json:"at"`
}

type dingTalkText struct {
	Content string `json:"content"`
}

type dingTalkAt struct {
	All bool `json:"isAtAll"`
}

// Pace implements Paced: a robot takes 20 messages a minute.
func (*DingTalk) Pace() time.Duration { return twentyAMinute }

// Send implements Sender.
func (d *DingTalk) Send(ctx context.Context, m Message) error {
	to, err := d.url()
	if err != nil {
		return err
	}
	secret, err := d.revealSecret()
	if err != nil {
		return err
	}
	signed := ""
	if secret != "" {
		signed = signForDingTalk(to, d.now(), secret)
	}
	text := fitted(lined(m.Text, asIs), dingTalkLimit, inBytes)
	got, err := d.deliver(ctx, to, dingTalkRequest{Type: "text", Text: dingTalkText{text.String()}}, secret, signed)
	if err != nil {
		return err
	}
	return d.judge(got)
}

// signForDingTalk adds the time stamp, in milliseconds, and the signature to an address.
func signForDingTalk(to *url.URL, now time.Time, secret string) string {
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	signed := base64.StdEncoding.EncodeToString(signature([]byte(secret), stamp+"\n"+secret))
	query := to.Query()
	query.Set("timestamp", stamp)
	query.Set("sign", signed)
	to.RawQuery = query.Encode()
	return signed
}

const dingTalkSecurity = 310000

var dingTalkVerdicts = map[int64]verdict{
	130101: {wait: dingTalkPause, advice: "a robot takes 20 messages a minute"},
	410100: {wait: dingTalkPause, advice: "a robot takes 20 messages a minute"},
	300001: {advice: "copy the address of a robot of the type custom (自定义)"},
	400013: {advice: "the group was dissolved: write the address of another group's robot"},
	400101: {advice: "copy the robot's address again: its access_token is not known"},
	400102: {advice: "turn the robot on in the group's settings"},
	400105: {refused: true},
	400106: {advice: "add the robot to the group, and write its address"},
	430101: {refused: true},
	430102: {refused: true},
	430103: {refused: true},
	430104: {refused: true},
	460101: {refused: true},
}

// judge reads the answer.
func (d *DingTalk) judge(got *answer) error {
	told, ok := toldCode(got)
	switch {
	case !ok || told.Code == 0 && !got.succeeded():
		return d.strange(got)
	case told.Code == 0:
		return nil
	case told.Code == dingTalkSecurity:
		return d.fails(got, told.code(), told.Message, verdict{advice: dingTalkAdvice(told.Message)})
	default:
		return d.fails(got, told.code(), told.Message, dingTalkVerdicts[told.Code])
	}
}

// dingTalkAdvice says what to do when the robot's security settings stop a message.
func dingTalkAdvice(said string) string {
	switch said = strings.ToLower(said); {
	case strings.Contains(said, "keyword"):
		return "add a word that each message has to the robot's keywords (自定义关键词), or the keyword to the receiver's template"
	case strings.Contains(said, "timestamp"):
		return "see that this host's clock is right"
	case strings.Contains(said, "sign"):
		return "copy the robot's secret (加签) again"
	case strings.Contains(said, "whitelist"):
		return "add this host's address to the robot's list (IP地址段)"
	default:
		return "look at the robot's security settings (安全设置): secret, keywords, addresses"
	}
}

// told is an answer of DingTalk or WeCom.
type told struct {
	Code    int64
	Message string
}

func (t told) code() string { return strconv.FormatInt(t.Code, 10) }

// toldCode reads an answer with an errcode, which may come with any status.
func toldCode(got *answer) (told, bool) {
	var read struct {
		Code    *int64 `json:"errcode"`
		Message string `json:"errmsg"`
	}
	if json.Unmarshal(got.body, &read) != nil || read.Code == nil {
		return told{}, false
	}
	return told{Code: *read.Code, Message: read.Message}, true
}
