package send_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/cloud"
	"cloudsync/notice"
	"cloudsync/notice/send"
)

const (
	token  = "tok3n-Ab9/+x.7f1c"
	secret = "SECr3t5f0e8e6c4a9b"
	link   = "https://cloudsync.example/holds/7?a=b&c=d"
)

var clock = time.Date(2026, 11, 28, 8, 0, 0, 123e6, time.UTC)

// path is where each chat has the key of a robot.
var paths = map[string]string{
	"slack":    "/services/T00000001/B00000002/" + url.PathEscape(token),
	"feishu":   "/open-apis/bot/v2/hook/" + url.PathEscape(token),
	"dingtalk": "/robot/send?access_token=" + url.QueryEscape(token),
	"wecom":    "/cgi-bin/webhook/send?key=" + url.QueryEscape(token),
	"teams":    "/workflows/0123abcd/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=" + url.QueryEscape(token),
}

// good is an answer with which each chat takes a message.
var good = map[string]reply{
	"slack":    {200, "ok", nil},
	"feishu":   {200, `{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`, nil},
	"dingtalk": {200, `{"errcode":0,"errmsg":"ok"}`, nil},
	"wecom":    {200, `{"errcode":0,"errmsg":"ok"}`, nil},
	"teams":    {202, "", nil},
}

func senderTo(chat, server string) send.Sender {
	address := cloud.SecretText(server + paths[chat])
	switch chat {
	case "slack":
		return send.NewSlack(address)
	case "feishu":
		sender := send.NewFeishu(address, cloud.SecretText(secret))
		sender.At(clock)
		return sender
	case "dingtalk":
		sender := send.NewDingTalk(address, cloud.SecretText(secret))
		sender.At(clock)
		return sender
	case "wecom":
		return send.NewWeCom(address)
	default:
		return send.NewTeams(address)
	}
}

// reply is what a stub answers.
type reply struct {
	status int
	body   string
	header http.Header
}

// heard is what a stub was sent.
type heard struct {
	*http.Request
	body []byte
}

// stub is a chat that answers all the same, and gives away what it hears.
func stub(t *testing.T, answer func(r *http.Request, body []byte) reply) (string, <-chan heard) {
	t.Helper()
	requests := make(chan heard, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(err)
		}
		requests <- heard{r, body}
		give := answer(r, body)
		for name, values := range give.header {
			w.Header()[name] = values
		}
		w.WriteHeader(give.status)
		fmt.Fprint(w, give.body)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func always(give reply) func(*http.Request, []byte) reply {
	return func(*http.Request, []byte) reply { return give }
}

// messageOf is a notice with such a text.
func messageOf(text notice.Text) send.Message {
	return send.Message{Notice: notice.Notice{Version: 1, ID: "n1", Event: notice.Held, State: notice.Begun, Count: 1}, Text: text}
}

func usual() send.Message {
	return messageOf(notice.Text{
		Title: "Deletions are held: 30 rows", Lines: []string{"mock/example/region-1: 30 of 60 rows", "more & more <b>"},
		Link: link, LinkWords: "Look and decide",
	})
}

// sent sends a message to a stub that takes it, and returns what the stub heard.
func sent(t *testing.T, chat string, m send.Message) heard {
	t.Helper()
	server, requests := stub(t, always(good[chat]))
	require.NoError(t, senderTo(chat, server).Send(t.Context(), m))
	got := <-requests
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "application/json; charset=utf-8", got.Header.Get("Content-Type"))
	require.Empty(t, requests, "sent once")
	return got
}

// judged is an answer of a chat, and what it has to mean.
type judged struct {
	reply
	refused bool
	wait    time.Duration
	says    []string
}

// requireJudged sends to a chat that gives each of the answers.
func requireJudged(t *testing.T, chat string, table []judged) {
	t.Helper()
	for _, want := range table {
		t.Run(fmt.Sprint(want.status, " ", want.body), func(t *testing.T) {
			t.Parallel()
			server, requests := stub(t, always(want.reply))
			err := senderTo(chat, server).Send(t.Context(), usual())
			require.Len(t, requests, 1, "it tries once")
			var failure *send.Failure
			require.ErrorAs(t, err, &failure)
			require.Equal(t, want.refused, send.IsRefused(err), err)
			require.Equal(t, want.wait, send.RetryAfter(err), err)
			for _, words := range want.says {
				require.ErrorContains(t, err, words)
			}
		})
	}
}

// requireNoSecret searches a failure for what nobody is to read.
func requireNoSecret(t *testing.T, server string, signatures []string, err error) {
	t.Helper()
	require.Error(t, err)
	host := strings.TrimPrefix(server, "http://")
	for _, hidden := range append([]string{token, url.QueryEscape(token), url.PathEscape(token), secret, host}, signatures...) {
		require.NotContains(t, err.Error(), hidden)
		require.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString([]byte(hidden)))
	}
}

// secretIn is the secret that a chat has from the sender; none if it signs nothing.
func secretIn(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, "/robot/") || strings.HasPrefix(r.URL.Path, "/open-apis/") {
		return secret
	}
	return ""
}

// signaturesOf are those that a request has.
func signaturesOf(r *http.Request, body []byte) (found []string) {
	if sign := r.URL.Query().Get("sign"); sign != "" {
		found = append(found, sign, url.QueryEscape(sign))
	}
	var signed struct{ Sign string }
	if json.Unmarshal(body, &signed) == nil && signed.Sign != "" {
		found = append(found, signed.Sign)
	}
	return found
}

func TestNoFailureShowsASecret(t *testing.T) {
	t.Parallel()
	quote := func(r *http.Request, body []byte) string {
		address := "http://" + r.Host + r.URL.RequestURI()
		return strings.Join(append([]string{address, r.URL.RequestURI(), r.URL.Path, token, secretIn(r)}, signaturesOf(r, body)...), " , ")
	}
	inJSON := func(status int, form string) func(*http.Request, []byte) reply {
		return func(r *http.Request, body []byte) reply {
			text, err := json.Marshal(quote(r, body))
			if err != nil {
				panic(err)
			}
			return reply{status, fmt.Sprintf(form, text), nil}
		}
	}
	faults := map[string]func(*http.Request, []byte) reply{
		"redirect": func(r *http.Request, _ []byte) reply {
			return reply{http.StatusFound, "", http.Header{"Location": {"/other?" + r.URL.RawQuery}}}
		},
		"refused":            func(r *http.Request, body []byte) reply { return reply{400, quote(r, body), nil} },
		"not found":          func(r *http.Request, body []byte) reply { return reply{404, quote(r, body), nil} },
		"request is quoted":  func(_ *http.Request, body []byte) reply { return reply{500, string(body), nil} },
		"other page":         func(r *http.Request, body []byte) reply { return reply{200, "delivery failed " + quote(r, body), nil} },
		"code of Feishu":     inJSON(200, `{"code":19021,"msg":%s}`),
		"code of others":     inJSON(200, `{"errcode":310000,"errmsg":%s}`),
		"bad code of others": inJSON(403, `{"errcode":93000,"errmsg":%s}`),
		"code of workflows":  inJSON(401, `{"error":{"code":"AuthorizationFailed","message":%s}}`),
		"unknown of Feishu":  inJSON(400, `{"code":4711,"msg":%s}`),
		"no code":            inJSON(200, `{"message":%s}`),
		"long text before it": func(r *http.Request, body []byte) reply {
			return reply{400, strings.Repeat("x", 190) + quote(r, body), nil}
		},
	}
	for chat := range paths {
		for name, fault := range faults {
			if chat == "teams" && (name == "no code" || strings.HasPrefix(name, "code of Fei") || name == "code of others") {
				continue // any 2xx is its success
			}
			t.Run(chat+" "+name, func(t *testing.T) {
				t.Parallel()
				server, requests := stub(t, fault)
				err := senderTo(chat, server).Send(t.Context(), usual())
				got := <-requests
				requireNoSecret(t, server, signaturesOf(got.Request, got.body), err)
				require.Empty(t, requests, "no redirection is followed")
				require.Less(t, len(err.Error()), 1000)
			})
		}
		t.Run(chat+" does not answer", func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(nil)
			server.Close()
			err := senderTo(chat, server.URL).Send(t.Context(), usual())
			requireNoSecret(t, server.URL, nil, err)
			require.ErrorContains(t, err, "refused")
			require.False(t, send.IsRefused(err), "the message is not")
		})
		t.Run(chat+" breaks off", func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				connection, buffered, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}
				defer func() { _ = connection.Close() }() // it is what breaks off
				fmt.Fprint(buffered, "HTTP/1.1 ", r.URL.RequestURI(), "\r\n\r\n")
				if err := buffered.Flush(); err != nil {
					panic(err)
				}
			}))
			t.Cleanup(server.Close)
			requireNoSecret(t, server.URL, nil, senderTo(chat, server.URL).Send(t.Context(), usual()))
		})
	}
}

func TestAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "hook-" + token, "ftp://x/" + token, "https:///" + token, "http://x/%zz" + token} {
		for _, sender := range []send.Sender{
			send.NewSlack(cloud.SecretText(address)), send.NewFeishu(cloud.SecretText(address), cloud.Secret{}),
			send.NewDingTalk(cloud.SecretText(address), cloud.Secret{}), send.NewWeCom(cloud.SecretText(address)), send.NewTeams(cloud.SecretText(address)),
		} {
			err := sender.Send(t.Context(), usual())
			require.ErrorContains(t, err, "no URL that begins with https://")
			require.NotContains(t, err.Error(), token)
			require.False(t, send.IsRefused(err))
		}
	}
}

func TestASecretThatCannotBeRead(t *testing.T) {
	t.Parallel()
	missing := cloud.SecretFile(t.TempDir() + "/missing")
	address := cloud.SecretText("http://127.0.0.1:1/" + token)
	for _, sender := range []send.Sender{
		send.NewFeishu(address, missing), send.NewDingTalk(address, missing), send.NewSlack(missing), send.NewWebhook(address, missing),
	} {
		err := sender.Send(t.Context(), usual())
		require.ErrorContains(t, err, "missing")
		require.False(t, send.IsRefused(err))
	}
}

// shown is what a chat shows of a message: its texts, and its link.
type shown struct {
	texts []string
	link  string
}

// limits are what a chat takes at most, in its unit, and how it counts.
var limits = map[string]struct {
	most  int
	count func(h heard, s shown) int
}{
	"slack":    {3000, func(_ heard, s shown) int { return len(utf16.Encode([]rune(strings.Join(s.texts, "")))) }},
	"feishu":   {20 << 10, func(h heard, _ shown) int { return len(h.body) }},
	"dingtalk": {5000, func(_ heard, s shown) int { return len(strings.Join(s.texts, "")) }},
	"wecom":    {2048, func(_ heard, s shown) int { return len(strings.Join(s.texts, "")) }},
	"teams":    {28 << 10, func(h heard, _ shown) int { return len(h.body) }},
}

var readers = map[string]func(t require.TestingT, body []byte) shown{
	"slack": readSlack, "feishu": readFeishu, "dingtalk": readText, "wecom": readText, "teams": readTeams,
}

func TestALongTextIsCutAndKeepsItsLink(t *testing.T) {
	t.Parallel()
	texts := map[string]notice.Text{
		"title":      {Title: strings.Repeat("标题🙂", 20_000)},
		"one line":   {Title: "title", Lines: []string{strings.Repeat("云é<&", 20_000)}},
		"many lines": {Title: "title", Lines: strings.Split(strings.Repeat("行 <at id=all> {{{{ \"\\;", 5000), ";")},
	}
	for chat := range paths {
		for name, text := range texts {
			t.Run(chat+" "+name, func(t *testing.T) {
				t.Parallel()
				text.Link, text.LinkWords = link, "Look and decide"
				got := sent(t, chat, messageOf(text))
				require.True(t, utf8.Valid(got.body))
				seen := readers[chat](t, got.body)
				limit := limits[chat]
				size := limit.count(got, seen)
				require.LessOrEqual(t, size, limit.most)
				require.Greater(t, size, limit.most/2, "as much as it takes")
				require.Equal(t, link, seen.link)
				whole := strings.Join(seen.texts, "")
				require.Contains(t, whole, "…")
				require.NotContains(t, whole, "\ufffd", "no character was cut")
			})
		}
	}
}

// Whatever a text has, the message is within its limits, means no markup, and keeps its link.
func TestAnyTextIsText(t *testing.T) {
	t.Parallel()
	for chat := range paths {
		t.Run(chat, func(t *testing.T) {
			t.Parallel()
			server, requests := stub(t, always(good[chat]))
			sender := senderTo(chat, server)
			texts := anyText()
			rapid.Check(t, func(r *rapid.T) {
				text := notice.Text{
					Title: texts.Draw(r, "title"), Lines: rapid.SliceOfN(texts, 0, 12).Draw(r, "lines"),
					Link: link, LinkWords: "Look and decide",
				}
				require.NoError(r, sender.Send(t.Context(), messageOf(text)))
				got := <-requests
				seen := readers[chat](r, got.body)
				require.Equal(r, link, seen.link)
				require.LessOrEqual(r, limits[chat].count(got, seen), limits[chat].most)
				for _, mark := range []string{"<@", "<at", "{{"} {
					if !breaks[chat][mark] {
						continue
					}
					for _, part := range seen.texts {
						require.NotContains(r, strings.ToLower(part), mark)
					}
				}
			})
		})
	}
}

// anyText draws texts with pieces that chats might take for more than text. A
// generator belongs to one test: rapid writes its name into it when it is first
// used, so that tests side by side race for one that they share.
func anyText() *rapid.Generator[string] {
	pieces := []string{
		"<!channel>", "<!here|x>", "<@U123>", "<@all>", "<<@all>", "<at id=all></at>", "<AT user_id=\"all\">", "@all", "@所有人", "[a](https://evil.example)", "**b**",
		"{{DATE(2017-02-14T06:00:00Z)}}", "{{{", "&lt;", "&", "<", ">", "\n", "\r\n# h", "\u2028", "\x00", "\xff", "\"", "\\", "🙂", "é", "云", "`", "_x_", "~", "|", "${x}", "@{x}", " ",
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), "") + rapid.String().Draw(t, "more")
	})
}

// breaks has what each chat might take for more than text in a text.
var breaks = map[string]map[string]bool{"wecom": {"<@": true}, "feishu": {"<at": true}, "teams": {"{{": true}}

// What is no markup arrives as it is.
func TestATextArrivesAsItIs(t *testing.T) {
	t.Parallel()
	text := notice.Text{
		Title: "*a* _b_ ~c~ `d` [e](https://evil.example) & &amp; <!channel>", Lines: []string{"# no heading", "> no quote", "- 1 < 2 > 1 \"x\" \\ 北京"},
		Link: link, LinkWords: "看",
	}
	for chat := range paths {
		seen := readers[chat](t, sent(t, chat, messageOf(text)).body)
		whole := strings.Join(seen.texts, "\n")
		for _, part := range append(text.Lines, text.Title) {
			require.Contains(t, whole, part, chat)
		}
	}
}

// decode reads a document strictly: what a form does not have is a mistake.
func decode(t require.TestingT, body []byte, into any) {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(into))
}

// readText reads a text of DingTalk or WeCom, whose last line has the link.
func readText(t require.TestingT, body []byte) shown {
	var form struct {
		Msgtype string
		Text    struct{ Content string }
		At      *struct{ IsAtAll bool }
	}
	decode(t, body, &form)
	require.Equal(t, "text", form.Msgtype)
	if form.At != nil {
		require.False(t, form.At.IsAtAll)
	}
	at := strings.LastIndex(form.Text.Content, ": https://")
	require.Positive(t, at)
	return shown{texts: []string{form.Text.Content}, link: form.Text.Content[at+2:]}
}

func TestEachWayHasItsSender(t *testing.T) {
	t.Parallel()
	for kind, want := range map[send.Kind]send.Sender{
		send.SlackKind: &send.Slack{}, send.FeishuKind: &send.Feishu{}, send.DingTalkKind: &send.DingTalk{}, send.WeComKind: &send.WeCom{}, send.TeamsKind: &send.Teams{},
	} {
		sender, err := send.New(send.Way{Kind: kind, Address: cloud.SecretText("https://x/y")})
		require.NoError(t, err)
		require.IsType(t, want, sender)
	}
}

// What is known to take few messages a minute is not sent more.
func TestPaces(t *testing.T) {
	t.Parallel()
	for chat := range paths {
		pace := send.PaceOf(senderTo(chat, "https://example.com"))
		switch chat {
		case "dingtalk", "wecom":
			require.Less(t, time.Minute, 20*pace, chat)
			require.Less(t, pace, 4*time.Second, chat)
			require.NotEmpty(t, send.RobotOf(senderTo(chat, "https://example.com")), chat)
		default:
			require.Zero(t, pace, chat)
			require.Empty(t, send.RobotOf(senderTo(chat, "https://example.com")), chat)
		}
	}
}

// A robot is the same, however its address is written; its name is no secret.
func TestARobotIsKnownByItsAddress(t *testing.T) {
	t.Parallel()
	robot := func(address string) string { return send.RobotOf(send.NewWeCom(cloud.SecretText(address))) }
	one := robot("https://robots.example/send?key=abcdef&debug=1")
	require.Equal(t, one, robot("https://Robots.example/send?debug=1&key=%61bcdef"))
	require.NotContains(t, one, "abcdef")
	for _, other := range []string{"https://robots.example/send?key=abcdeg&debug=1", "https://robot.example/send?key=abcdef&debug=1", "https://robots.example/sent?key=abcdef&debug=1"} {
		require.NotEqual(t, one, robot(other))
	}
	require.Empty(t, robot("ftp://robots.example"))
}

// A chat whose status tells whether it took a message gets it no second time for the rest of its
// answer. Where the answer has a code, nobody knows without it.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chat  string
		give  reply
		taken bool
	}{
		"teams":            {"teams", reply{202, "", nil}, true},
		"teams, words":     {"teams", reply{200, "1", nil}, true},
		"teams, failed":    {"teams", reply{200, "Webhook message delivery failed with error", nil}, false},
		"teams, refused":   {"teams", reply{502, "", nil}, false},
		"slack":            {"slack", reply{200, "", nil}, true},
		"slack, ok":        {"slack", reply{200, "ok", nil}, true},
		"slack, a page":    {"slack", reply{200, "<html>", nil}, false},
		"slack, refused":   {"slack", reply{500, "o", nil}, false},
		"feishu":           {"feishu", reply{200, `{"code":0`, nil}, false},
		"dingtalk":         {"dingtalk", reply{200, `{"errcode":0,`, nil}, false},
		"wecom":            {"wecom", reply{200, "", nil}, false},
		"wecom, a failure": {"wecom", reply{502, "", nil}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.give.header = http.Header{"Content-Length": {"1000"}}
			server, requests := stub(t, always(test.give))
			err := senderTo(test.chat, server).Send(t.Context(), usual())
			require.Len(t, requests, 1)
			require.Equal(t, test.taken, err == nil, "%v", err)
			require.False(t, send.IsRefused(err))
		})
	}
}
