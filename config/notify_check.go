package config

import (
	"fmt"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud"
	"cloudsync/notice"
	"cloudsync/notice/send"
	"cloudsync/resource"
)

// maxNotifyTime is the longest of the times of notices.
const maxNotifyTime = 365 * 24 * time.Hour

// maxTemplate is how long a template may be, in bytes.
const maxTemplate = 16 << 10

func (e notifyEntry) check(at string, r *report) {
	if !r.has(at) {
		return
	}
	checkNotifyTime(child(at, "every"), e.Every, 10*time.Second, r)
	checkNotifyTime(child(at, "late_after"), e.LateAfter, time.Second, r)
	checkLanguage(child(at, "language"), e.Language, r)
	if len(e.Receivers) == 0 && !r.isFailed(child(at, "receivers")) {
		r.at(child(at, "receivers"), "missing: write a name and how to reach it, such as oncall: {webhook: {url: …}}, or remove %s", notifyPath)
	}
	for _, receiver := range e.Receivers {
		receiver.check(child(child(at, "receivers"), receiver.Name), r)
	}
}

func checkNotifyTime(at string, value, least time.Duration, r *report) {
	if value < least || value > maxNotifyTime || value%time.Second != 0 {
		r.showing(at, "%v is not a number of whole seconds from %v to a year: write one within", value, least)
	}
}

func checkLanguage(at, value string, r *report) {
	if !slices.Contains(notice.Languages(), notice.Language(value)) {
		r.showing(at, "%.40q is no language of notices: write en or zh", value)
	}
}

func (e receiverEntry) check(at string, r *report) {
	e.checkWay(at, r)
	checkNames(child(at, "events"), e.Events, "event", eventNames(), r)
	checkNames(child(at, "kinds"), e.Kinds, "kind", resource.Standard().Names(), r)
	if len(e.Events) > 0 && !slices.ContainsFunc(e.Events, func(name string) bool { return name != string(notice.Recovered) }) {
		r.at(child(at, "events"), "recovered alone tells nothing: only who was told that something began is told that it is over; write events beside it")
	}
	e.checkAccounts(child(at, "accounts"), r)
	if e.Repeat != 0 {
		checkNotifyTime(child(at, "repeat"), e.Repeat, time.Minute, r)
	}
	if e.After != 0 {
		checkNotifyTime(child(at, "after"), e.After, time.Second, r)
	}
	e.checkChanged(at, r)
	if r.has(child(at, "quiet")) {
		if _, fault := e.Quiet.quiet(); fault != "" {
			r.at(child(at, "quiet"), "%s", fault)
		}
	}
	if r.has(child(at, "language")) {
		checkLanguage(child(at, "language"), e.Language, r)
	}
	if e.Template == "" {
		return
	}
	if len(e.Template) > maxTemplate {
		r.at(child(at, "template"), "%d bytes: write at most %d", len(e.Template), maxTemplate)
	} else if err := notice.CheckTemplate(string(e.Template)); err != nil {
		r.at(child(at, "template"), "%v: the fields are those of a webhook's notice, such as {{.Event}}, {{.Kind}}, {{.Rows}}, {{.Page}}, and {{.Text}} for the usual text", err)
	}
}

func eventNames() (names []string) {
	for _, event := range notice.Events() {
		names = append(names, string(event))
	}
	return names
}

// checkNames wants some of the known names.
func checkNames(at string, names []string, what string, known []string, r *report) {
	if r.has(at) && len(names) == 0 {
		r.at(at, "empty: write some, or remove the key for all")
	}
	for i, name := range names {
		if !slices.Contains(known, name) {
			r.showing(item(at, i), "%.64q is no %s: write some of %s", name, what, strings.Join(known, ", "))
		}
	}
}

func (e receiverEntry) checkAccounts(at string, r *report) {
	if r.has(at) && len(e.Accounts) == 0 {
		r.at(at, "empty: write some, or remove the key for all")
	}
	for i, pattern := range e.Accounts {
		if _, err := path.Match(pattern, ""); err != nil || strings.Count(pattern, "/") < 1 {
			r.showing(item(at, i), "%.64q is no pattern of accounts: write provider/account, such as aws/prod or alibaba/*", pattern)
		}
	}
}

func (e receiverEntry) checkChanged(at string, r *report) {
	changed := child(at, "changed")
	if e.Changed.Rows < 0 {
		r.showing(child(changed, "rows"), "%d is negative: write a number of rows from 1", e.Changed.Rows)
	}
	if !(e.Changed.Share >= 0 && e.Changed.Share <= 1) { // NaN too
		r.showing(child(changed, "share"), "%v is outside 0 to 1: write a share such as 0.1", e.Changed.Share)
	}
	if slices.Contains(e.Events, string(notice.Changed)) && e.Changed == (changedEntry{}) {
		r.at(changed, "missing, beside the event changed: write from how much on, such as {rows: 1000} or {share: 0.1}")
	}
}

// checkWay wants one way to reach the receiver.
func (e receiverEntry) checkWay(at string, r *report) {
	hooks := e.hooks()
	var ways, given []string
	for _, kind := range append(slices.Sorted(maps.Keys(hooks)), send.MailKind) {
		ways = append(ways, string(kind))
		if r.has(child(at, string(kind))) {
			given = append(given, string(kind))
		}
	}
	switch {
	case len(given) == 0:
		r.at(at, "nothing says how to reach it: write one of %s", strings.Join(ways, ", "))
	case len(given) > 1:
		r.at(child(at, given[1]), "given beside %s: a receiver is reached in one way; write another receiver for the other", given[0])
	case given[0] == string(send.MailKind):
		e.Mail.check(child(at, given[0]), r)
	default:
		hooks[send.Kind(given[0])].check(child(at, given[0]), send.Kind(given[0]), r)
	}
}

func (e hookEntry) check(at string, kind send.Kind, r *report) {
	checkLoginSecret(at, "url", e.URL, e.URLFile, hookFault, r)
	secret, file := child(at, "secret"), child(at, "secret_file")
	switch {
	case !r.has(secret) && !r.has(file):
	case !kind.Signs():
		r.at(at, "%s signs nothing: remove secret and secret_file", kind)
	default:
		checkLoginSecret(at, "secret", e.Secret, e.SecretFile, signingFault, r)
	}
}

// hookFault says what is wrong with an address, without showing it.
func hookFault(text string) string {
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http":
		return "no URL that begins with https://: write the address that the receiver gave you"
	case parsed.Scheme == "http" && !cloud.IsLoopback(parsed.Hostname()):
		return "http to another machine: everybody on the way could read the notices and write there; write https"
	default:
		return ""
	}
}

func signingFault(text string) string {
	if len(text) < cloud.MinSecret {
		return fmt.Sprintf("a secret of fewer than %d characters: write a longer one", cloud.MinSecret)
	}
	return ""
}

func (e mailEntry) check(at string, r *report) {
	host, port, err := net.SplitHostPort(e.Server)
	if err != nil || host == "" || !isPort(port) {
		r.at(child(at, "server"), "no server: write its host and port, such as smtp.example:587")
	}
	if !slices.Contains([]string{send.StartTLS, send.TLS, send.NoTLS}, e.TLS) {
		r.showing(child(at, "tls"), "%.40q is no way to encrypt: write starttls, tls or none", e.TLS)
	}
	password, file := r.has(child(at, "password")), r.has(child(at, "password_file"))
	switch {
	case e.Username != "" || password || file:
		checkText(child(at, "username"), e.Username, "the name to log in with, beside the password", r)
		checkLoginSecret(at, "password", e.Password, e.PasswordFile, func(string) string { return "" }, r)
		if e.TLS == send.NoTLS && !cloud.IsLoopback(host) {
			r.at(child(at, "tls"), "a password without encryption to another machine: write starttls or tls")
		}
	}
	if _, err := mail.ParseAddress(e.From); err != nil {
		r.at(child(at, "from"), "no address: write the sender's, such as cloudsync@example.com")
	}
	if len(e.To) == 0 {
		r.at(child(at, "to"), "missing: write a list of addresses")
	}
	for i, to := range e.To {
		if _, err := mail.ParseAddress(to); err != nil {
			r.at(item(child(at, "to"), i), "no address: write one such as oncall@example.com")
		}
	}
}
