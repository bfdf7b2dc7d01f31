package config

import (
	"time"
	_ "time/tzdata" // a machine may have no time zones

	"cloudsync/notice"
	"cloudsync/notice/send"
)

// notifyPath is where it is said who is told what.
const notifyPath = "notify"

// The defaults of who is told what.
const (
	defaultNotifyEvery  = time.Minute
	defaultLateAfter    = 15 * time.Minute
	defaultNotifyRepeat = 24 * time.Hour
)

// notifyEntry is who is told what happens.
type notifyEntry struct {
	// How often it is looked for what has happened, 10s at least; 1m if left out.
	Every time.Duration `yaml:"every"`
	// How old the inventory of a kind is at least before it is late: three of its intervals, or
	// this if that is more.
	LateAfter time.Duration `yaml:"late_after"`
	// en or zh.
	Language string `yaml:"language"`
	// Who is told, by a name.
	Receivers []receiverEntry `yaml:"receivers"`
}

func (e *notifyEntry) setDefaults() {
	e.Every, e.LateAfter, e.Language = defaultNotifyEvery, defaultLateAfter, string(notice.English)
}

type receiverEntry struct {
	Name string `yaml:",key"`

	// How to reach it: one of these. A webhook gets JSON as `starter notify schema` has it.
	Webhook  hookEntry `yaml:"webhook"`
	Slack    hookEntry `yaml:"slack"`
	Feishu   hookEntry `yaml:"feishu"`
	DingTalk hookEntry `yaml:"dingtalk"`
	WeCom    hookEntry `yaml:"wecom"`
	Teams    hookEntry `yaml:"teams"`
	Mail     mailEntry `yaml:"mail"`

	// What it wants to know: held, failed, partial, late, orphans, changed, recovered; all if left
	// out, but for changed, which needs a limit.
	Events []string `yaml:"events"`
	// The kinds it wants to know about; all if left out.
	Kinds []string `yaml:"kinds"`
	// The accounts it wants to know about, as provider/account with * for any; all if left out.
	Accounts []string `yaml:"accounts"`
	// After how long it is told again of what still stands, 1m at least; 0s for never; 24h if left out.
	Repeat time.Duration `yaml:"repeat"`
	// How long something stands before it is told.
	After time.Duration `yaml:"after"`
	// From how much on a run's changes are told.
	Changed changedEntry `yaml:"changed"`
	// When it is told nothing; what happens meanwhile waits.
	Quiet quietEntry `yaml:"quiet"`
	// en or zh.
	Language string `yaml:"language"`
	// A Go text/template for the text, over the fields of a webhook's notice.
	Template linesText `yaml:"template"`
}

func (e *receiverEntry) setDefaults() { e.Repeat = defaultNotifyRepeat }

// hookEntry is an address that takes notices. Whoever knows it can write there: it is a secret.
type hookEntry struct {
	// The address: whoever knows it can write there.
	URL     string `yaml:"url"`
	URLFile string `yaml:"url_file"`
	// What messages are signed with, if the receiver wants that.
	Secret     string `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`
}

type mailEntry struct {
	// HOST:PORT.
	Server string `yaml:"server"`
	// starttls, tls or none.
	TLS          string `yaml:"tls"`
	Username     string `yaml:"username"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	// The sender's address.
	From string `yaml:"from"`
	// The recipients' addresses.
	To []string `yaml:"to"`
}

func (e *mailEntry) setDefaults() { e.TLS = send.StartTLS }

// changedEntry is how much a run changes that people want to know of.
type changedEntry struct {
	// So many rows.
	Rows int64 `yaml:"rows"`
	// So much of the rows that there were, from 0 to 1.
	Share float64 `yaml:"share"`
}

// quietEntry is when nobody wants to be told.
type quietEntry struct {
	// A time of day, such as 22:00.
	From string `yaml:"from"`
	To   string `yaml:"to"`
	// A time zone such as Asia/Shanghai; UTC if left out.
	Zone string `yaml:"zone"`
}

// notify is the entry in the form the program uses.
func (e notifyEntry) notify() Notify {
	n := Notify{Every: e.Every, LateAfter: e.LateAfter}
	for _, receiver := range e.Receivers {
		n.Receivers = append(n.Receivers, receiver.receiver(e.Language))
	}
	return n
}

func (e receiverEntry) receiver(language string) Receiver {
	if e.Language != "" {
		language = e.Language
	}
	quiet, _ := e.Quiet.quiet() // checked
	r := Receiver{
		Receiver: notice.Receiver{
			Name: e.Name, Kinds: e.Kinds, Accounts: e.Accounts, Repeat: e.Repeat, After: e.After,
			ChangedRows: e.Changed.Rows, ChangedShare: e.Changed.Share, Quiet: quiet,
			Language: notice.Language(language), Template: string(e.Template),
		},
		Way: e.way(),
	}
	for _, event := range e.Events {
		r.Events = append(r.Events, notice.Event(event))
	}
	if len(e.Events) == 0 {
		r.Events = e.usualEvents()
	}
	return r
}

// usualEvents are all; that runs changed much, only where it is said how much that is.
func (e receiverEntry) usualEvents() (events []notice.Event) {
	for _, event := range notice.Events() {
		if event != notice.Changed || e.Changed != (changedEntry{}) {
			events = append(events, event)
		}
	}
	return events
}

func (e hookEntry) isGiven() bool { return e != hookEntry{} }

// hooks are the ways over HTTP, by name.
func (e receiverEntry) hooks() map[send.Kind]hookEntry {
	return map[send.Kind]hookEntry{
		send.WebhookKind: e.Webhook, send.SlackKind: e.Slack, send.FeishuKind: e.Feishu,
		send.DingTalkKind: e.DingTalk, send.WeComKind: e.WeCom, send.TeamsKind: e.Teams,
	}
}

func (e receiverEntry) way() send.Way {
	for kind, hook := range e.hooks() {
		if hook.isGiven() {
			way := send.Way{Kind: kind, Address: textOrFile(hook.URL, hook.URLFile)}
			if hook.Secret != "" || hook.SecretFile != "" {
				way.Secret = textOrFile(hook.Secret, hook.SecretFile)
			}
			return way
		}
	}
	mail := send.MailSettings{Server: e.Mail.Server, TLS: e.Mail.TLS, Username: e.Mail.Username, From: e.Mail.From, To: e.Mail.To}
	if e.Mail.Password != "" || e.Mail.PasswordFile != "" {
		mail.Password = textOrFile(e.Mail.Password, e.Mail.PasswordFile)
	}
	return send.Way{Kind: send.MailKind, Mail: mail}
}

// quiet reads the hours.
func (e quietEntry) quiet() (quiet notice.Quiet, fault string) {
	from, fromErr := time.Parse("15:04", e.From)
	to, toErr := time.Parse("15:04", e.To)
	zone, zoneErr := time.LoadLocation(e.Zone)
	switch {
	case fromErr != nil || toErr != nil:
		return quiet, "from and to are times of day: write them such as {from: \"22:00\", to: \"07:30\"}"
	case from.Equal(to):
		return quiet, "from and to are the same: write two times, or remove the key"
	case zoneErr != nil || e.Zone == "Local":
		return quiet, "zone is no time zone: write a name such as Asia/Shanghai, or remove it for UTC"
	}
	midnight := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	return notice.Quiet{From: from.Sub(midnight), To: to.Sub(midnight), Zone: zone}, ""
}
