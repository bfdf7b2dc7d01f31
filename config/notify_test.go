package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/config"
	"cloudsync/notice"
	"cloudsync/notice/send"
)

// notifying is a sound configuration with receivers.
func notifying(receivers ...string) string {
	return minimal + "notify:\n  language: zh\n  receivers:\n    " + strings.Join(receivers, "\n    ") + "\n"
}

func TestReceivers(t *testing.T) {
	t.Parallel()
	c, err := parse(notifying(
		`oncall: {feishu: {url: "https://chat.example/hook/abcdef", secret: abcdef}, events: [held, recovered], kinds: [resource_host], accounts: ["mock/*"], repeat: 0s, after: 10m}`,
		`team: {webhook: {url: "http://127.0.0.1:9999/"}, changed: {rows: 1000, share: 0.1}, quiet: {from: "22:00", to: "07:30", zone: Asia/Shanghai}, language: en, template: "{{.Event}}"}`,
		`post: {mail: {server: "smtp.example:587", username: u, password: secret, from: a@example.com, to: [b@example.com]}}`,
	))
	require.NoError(t, err)
	require.Equal(t, time.Minute, c.Notify.Every)
	require.Len(t, c.Notify.Receivers, 3)

	oncall := c.Notify.Receivers[0]
	require.Equal(t, notice.Receiver{
		Name: "oncall", Events: []notice.Event{notice.Held, notice.Recovered}, Kinds: []string{"resource_host"}, Accounts: []string{"mock/*"},
		After: 10 * time.Minute, Language: notice.Chinese,
	}, oncall.Receiver)
	require.Equal(t, send.FeishuKind, oncall.Way.Kind)
	address, err := oncall.Way.Address.Reveal()
	require.NoError(t, err)
	require.Equal(t, "https://chat.example/hook/abcdef", address)

	team := c.Notify.Receivers[1]
	require.Equal(t, notice.Events(), team.Events)
	require.Equal(t, 24*time.Hour, team.Repeat)
	require.Equal(t, 22*time.Hour, team.Quiet.From)
	require.Equal(t, 7*time.Hour+30*time.Minute, team.Quiet.To)
	require.Equal(t, "Asia/Shanghai", team.Quiet.Zone.String())
	require.True(t, team.Way.Secret.IsZero())
	require.Equal(t, notice.English, team.Language)

	post := c.Notify.Receivers[2]
	require.NotContains(t, post.Events, notice.Changed, "nobody said how much that is")
	require.Equal(t, send.StartTLS, post.Way.Mail.TLS)
	require.Equal(t, []string{"b@example.com"}, post.Way.Mail.To)
}

func TestATemplateOfSeveralLines(t *testing.T) {
	t.Parallel()
	const template = "cloudsync: {{.Event}}\n{{range .Subjects}}{{.Region}}: {{.Rows}}\n{{end}}"
	c, err := parse(notifying(fmt.Sprintf(`oncall: {slack: {url: "https://hooks.example/abcdef"}, template: %q}`, template)))
	require.NoError(t, err)
	require.Equal(t, template, c.Notify.Receivers[0].Template)
}

func TestReceiversThatAreRefused(t *testing.T) {
	t.Parallel()
	const hook = `webhook: {url: "https://hooks.example/abcdef"}`
	for name, test := range map[string]struct{ receiver, want string }{
		"no way":             {`{events: [held]}`, "nothing says how to reach it: write one of dingtalk, feishu, slack, teams, webhook, wecom, mail"},
		"two ways":           {`{` + hook + `, slack: {url: "https://hooks.example/b"}}`, "given beside slack"},
		"no address":         {`{webhook: {secret: abcdef}}`, "missing: write it, or url_file"},
		"no URL":             {`{webhook: {url: "hooks.example/abcdef"}}`, "no URL that begins with https://"},
		"http":               {`{webhook: {url: "http://hooks.example/abcdef"}}`, "write https"},
		"secret unused":      {`{slack: {url: "https://hooks.example/abcdef", secret: abcdef}}`, "slack signs nothing"},
		"secret short":       {`{webhook: {url: "https://hooks.example/abcdef", secret: abc}}`, "fewer than 6 characters"},
		"event":              {`{` + hook + `, events: [hold]}`, `"hold" is no event`},
		"recovered alone":    {`{` + hook + `, events: [recovered]}`, "recovered alone tells nothing"},
		"no events":          {`{` + hook + `, events: []}`, "empty: write some, or remove the key"},
		"kind":               {`{` + hook + `, kinds: [host]}`, `"host" is no kind`},
		"account":            {`{` + hook + `, accounts: [prod]}`, "write provider/account"},
		"kind not synced":    {`{` + hook + `, kinds: [resource_host, resource_disk]}`, `kinds[1]: "resource_disk" is not under public_cloud_sync.resources, so that nothing is told of it: write some of resource_host, or add it there`},
		"account not there":  {`{` + hook + `, accounts: [mock/prod, mock/prd]}`, `accounts[1]: "mock/prd" is no account of public_cloud_sync.accounts, so that nothing is told of it: did you mean mock/prod?`},
		"provider not there": {`{` + hook + `, accounts: ["alibaba/*"]}`, "write provider/account as they are there, such as mock/prod"},
		"no organisation":    {`{` + hook + `, accounts: ["mock/prod/*"]}`, "is no account"},
		"changed, no limit":  {`{` + hook + `, events: [changed]}`, "write from how much on"},
		"share":              {`{` + hook + `, changed: {share: 3}}`, "outside 0 to 1"},
		"repeat":             {`{` + hook + `, repeat: 3s}`, "from 1m0s to a year"},
		"quiet":              {`{` + hook + `, quiet: {from: 22, to: "7"}}`, "times of day"},
		"zone":               {`{` + hook + `, quiet: {from: "22:00", to: "07:00", zone: Mars}}`, "no time zone"},
		"language":           {`{` + hook + `, language: fr}`, "write en or zh"},
		"template":           {`{` + hook + `, template: "{{.Evnt}}"}`, "the fields are those of a webhook's notice"},
		"blank template":     {`{` + hook + `, template: "{{if .Page}} {{end}}"}`, "it gives only blanks: write a text, or leave the template out"},
		"endless template":   {`{` + hook + `, template: "{{range 1000000000}}x{{end}}"}`, "template"},
		"mail server":        {`{mail: {server: smtp, from: a@example.com, to: [b@example.com]}}`, "write its host and port"},
		"mail without TLS":   {`{mail: {server: "smtp.example:25", tls: none, username: u, password: secret, from: a@example.com, to: [b@example.com]}}`, "a password without encryption"},
		"mail to nobody":     {`{mail: {server: "smtp.example:25", from: a@example.com}}`, "missing: write a list of addresses"},
		"mail from nobody":   {`{mail: {server: "smtp.example:25", to: [b@example.com]}}`, "write the sender's"},
		"address not shown":  {`{webhook: {url: "ftp://hooks.example/tokenabc"}}`, "no URL"},
		"unknown key of way": {`{webhook: {uri: x}}`, `unknown key "uri": did you mean url?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(notifying("oncall: " + test.receiver))
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, "notify.receivers.oncall")
			require.NotContains(t, err.Error(), "tokenabc")
		})
	}
	_, err := parse(minimal + "notify: {every: 1s}\n")
	require.ErrorContains(t, err, "notify.every: 1s is not a number of whole seconds from 10s to a year")
	require.ErrorContains(t, err, "notify.receivers: missing")
	_, err = config.Parse("cloudsync.yaml", []byte(notifying(`"a b": {`+hook+`}`)), nil)
	require.ErrorContains(t, err, "notify.receivers: a key that is no name")
}

// The members of an organisation, which nobody knows before they are found, are named like it.
func TestReceiversOfMembers(t *testing.T) {
	t.Parallel()
	const account = `{provider: aws, name: corp, account_id: "111122223333", regions: [all], discover: {role: reader}}`
	source := strings.Replace(minimal, "accounts: [", "accounts: ["+account+", ", 1) +
		`notify: {receivers: {oncall: {webhook: {url: "https://hooks.example/abcdef"}, accounts: %s}}}` + "\n"
	for _, accounts := range []string{`[aws/corp]`, `["aws/corp/*"]`, `[aws/corp/444455556666]`, `["*/*/4444*"]`, `["mock/[p]rod", "aws/*"]`} {
		_, err := parse(fmt.Sprintf(source, accounts))
		require.NoError(t, err, accounts)
	}
	for _, accounts := range []string{`[aws/corps/444455556666]`, `["mock/*/*"]`} {
		_, err := parse(fmt.Sprintf(source, accounts))
		require.ErrorContains(t, err, "is no account of public_cloud_sync.accounts", accounts)
	}
}
