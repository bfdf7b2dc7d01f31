package send

import (
	"fmt"

	"cloudsync/cloud"
)

// Kind is a way to reach a receiver, under its name in the configuration.
type Kind string

// The ways.
const (
	WebhookKind  Kind = "webhook"
	SlackKind    Kind = "slack"
	FeishuKind   Kind = "feishu"
	DingTalkKind Kind = "dingtalk"
	WeComKind    Kind = "wecom"
	TeamsKind    Kind = "teams"
	MailKind     Kind = "mail"
)

// Signs says that messages can be signed with a secret beside the address.
func (k Kind) Signs() bool { return k == WebhookKind || k == FeishuKind || k == DingTalkKind }

// Way is how to reach a receiver. All but mail have an address, which is a secret, since whoever
// knows it can write there.
type Way struct {
	Kind    Kind
	Address cloud.Secret
	Secret  cloud.Secret // to sign with; the zero value: nothing is signed
	Mail    MailSettings
}

// New returns the sender for a way.
func New(w Way) (Sender, error) {
	switch w.Kind {
	case WebhookKind:
		return NewWebhook(w.Address, w.Secret), nil
	case SlackKind:
		return NewSlack(w.Address), nil
	case FeishuKind:
		return NewFeishu(w.Address, w.Secret), nil
	case DingTalkKind:
		return NewDingTalk(w.Address, w.Secret), nil
	case WeComKind:
		return NewWeCom(w.Address), nil
	case TeamsKind:
		return NewTeams(w.Address), nil
	case MailKind:
		return NewMail(w.Mail), nil
	default:
		return nil, fmt.Errorf("%q is no way to send notices", w.Kind)
	}
}
