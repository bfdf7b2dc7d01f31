package send

import "cloudsync/cloud"

// The ways to encrypt the connection to a mail server.
const (
	StartTLS    = "starttls" // required, after a greeting in the clear
	ImplicitTLS = "tls"      // from the beginning
	NoTLS       = "none"
)

// MailSettings are how mail is sent.
type MailSettings struct {
	Server   string // host:port
	TLS      string
	Username string // "" for none
	Password cloud.Secret
	From     string
	To       []string
}
