package send_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/notice/send"
)

func TestDingTalkForm(t *testing.T) {
	t.Parallel()
	got := sent(t, "dingtalk", usual())
	require.JSONEq(t, `{"msgtype": "text", "at": {"isAtAll": false}, "text": {
		"content": "Deletions are held: 30 rows\nmock/example/region-1: 30 of 60 rows\nmore & more <b>\nLook and decide: `+link+`"
	}}`, string(got.body))
	// As the robot checks it: the time stamp and the secret are signed, with the secret.
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("1795852800123\n" + secret))
	sign := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	require.Equal(t, url.Values{"access_token": {token}, "timestamp": {"1795852800123"}, "sign": {sign}}, got.URL.Query())
	require.Contains(t, got.URL.RawQuery, "sign="+url.QueryEscape(sign))
	require.Equal(t, "/robot/send", got.URL.Path)
}

func TestDingTalkSignsNothingWithoutASecret(t *testing.T) {
	t.Parallel()
	server, requests := stub(t, always(good["dingtalk"]))
	require.NoError(t, send.NewDingTalk(cloud.SecretText(server+paths["dingtalk"]), cloud.Secret{}).Send(t.Context(), usual()))
	require.Equal(t, url.Values{"access_token": {token}}, (<-requests).URL.Query())
}

func TestDingTalkAnswers(t *testing.T) {
	t.Parallel()
	requireJudged(t, "dingtalk", []judged{
		{reply: reply{200, `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute","punish":"deny","wait":5}`, nil}, wait: 10 * time.Minute, says: []string{"DingTalk answered 130101", "20 messages a minute"}},
		{reply: reply{200, `{"errcode":410100,"errmsg":"x"}`, nil}, wait: 10 * time.Minute},
		{reply: reply{200, `{"errcode":310000,"errmsg":"keywords not in content, more: [https://ding-doc.dingtalk.com]"}`, nil}, says: []string{"自定义关键词", "template"}},
		{reply: reply{200, `{"errcode":310000,"errmsg":"sign not match, more: []"}`, nil}, says: []string{"copy the robot's secret"}},
		{reply: reply{200, `{"errcode":310000,"errmsg":"invalid timestamp"}`, nil}, says: []string{"clock"}},
		{reply: reply{200, `{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}`, nil}, says: []string{"IP地址段"}},
		{reply: reply{200, `{"errcode":310000,"errmsg":"错误描述:机器人发送签名不匹配"}`, nil}, says: []string{"安全设置"}},
		{reply: reply{200, `{"errcode":300001,"errmsg":"token is not exist"}`, nil}, says: []string{"自定义"}},
		{reply: reply{200, `{"errcode":400013,"errmsg":"x"}`, nil}, says: []string{"dissolved"}},
		{reply: reply{200, `{"errcode":400101,"errmsg":"x"}`, nil}, says: []string{"access_token"}},
		{reply: reply{200, `{"errcode":400102,"errmsg":"x"}`, nil}, says: []string{"turn the robot on"}},
		{reply: reply{200, `{"errcode":400106,"errmsg":"x"}`, nil}, says: []string{"add the robot"}},
		{reply: reply{200, `{"errcode":400105,"errmsg":"x"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":430101,"errmsg":"含有不安全的外链"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":430102,"errmsg":"含有不合适的文本"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":430104,"errmsg":"x"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":460101,"errmsg":"message too long"}`, nil}, refused: true},
		{reply: reply{200, `{"errcode":-1,"errmsg":"系统繁忙"}`, nil}, says: []string{"-1: 系统繁忙"}},
		{reply: reply{200, `<html>`, nil}, says: []string{"no answer of DingTalk"}},
		{reply: reply{503, `{"errcode":0}`, nil}, says: []string{"503"}},
	})
}
