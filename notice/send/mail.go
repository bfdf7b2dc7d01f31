package send

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"cloudsync/cloud"
	"cloudsync/untrusted"
)

// The ways of MailSettings.TLS.
const (
	StartTLS = "starttls" // TLS after a greeting, which is required: the usual one, at port 587
	TLS      = "tls"      // TLS from the beginning, at port 465
	NoTLS    = "none"     // none, for a relay at port 25 without a password
)

// MailSettings say how mails are sent.
type MailSettings struct {
	Server   string // host:port
	TLS      string // "" is StartTLS
	Username string // "" for a server that asks for none
	Password cloud.Secret
	From     string
	To       []string
}

// mailTimeout bounds an attempt, from dialling to the server's last word.
const mailTimeout = 30 * time.Second

// Mail sends each notice as one mail to all recipients.
type Mail struct {
	settings MailSettings
	now      func() time.Time
	roots    *x509.CertPool // nil for those of the system
}

// NewMail sends mails by a server.
func NewMail(settings MailSettings) *Mail {
	if settings.TLS == "" {
		settings.TLS = StartTLS
	}
	return &Mail{settings: settings, now: time.Now}
}

// Send implements Sender.
func (s *Mail) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	written, err := s.write(m)
	if err != nil {
		return err
	}
	password, err := s.password()
	if err != nil {
		return err
	}
	client, err := s.client(ctx, password)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, written)
	if err == nil || written.IsDelivered() {
		return nil // whatever went wrong in the good-bye
	}
	failure := mailFailure(ctx, err)
	failure.Reason = inLine(cloud.NewMask("", password, "").Hide(failure.Reason))
	return failure
}

// write is the notice as a mail. Its id is the same at each attempt, so that a mailbox can tell
// that it has the mail already.
func (s *Mail) write(m Message) (*mail.Msg, error) {
	written := mail.NewMsg()
	if err := written.From(s.settings.From); err != nil {
		return nil, &Failure{Reason: "from is no mail address: write one such as cloudsync@example.com"}
	}
	if err := written.To(s.settings.To...); err != nil {
		return nil, &Failure{Reason: "one of the recipients in to is no mail address: write each such as team@example.com"}
	}
	written.SetMessageIDWithValue(m.ID + "@cloudsync")
	written.SetDateWithValue(s.now())
	written.SetUserAgent("cloudsync")
	written.SetGenHeader("Auto-Submitted", "auto-generated")
	// Exchange answers with absences else.
	written.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	written.Subject("[cloudsync] " + inLine(m.Text.Title))
	written.SetBodyString(mail.TypeTextPlain, mailBody(m))
	return written, nil
}

// mailBody is what the subject does not say.
func mailBody(m Message) string {
	lines := make([]string, 0, len(m.Text.Lines)+2)
	for _, line := range m.Text.Lines {
		lines = append(lines, inLine(line))
	}
	if m.Text.Link != "" {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, inLine(m.Text.LinkWords+": "+m.Text.Link))
	}
	if len(lines) == 0 {
		lines = append(lines, inLine(m.Text.Title))
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// password is that of the server. It travels in TLS only, or not at all by the network.
func (s *Mail) password() (string, error) {
	if s.settings.Username == "" {
		return "", nil
	}
	host, _, _ := net.SplitHostPort(s.settings.Server)
	if s.settings.TLS == NoTLS && !isLoopback(host) {
		return "", &Failure{Reason: "a password is not sent without TLS: set tls to starttls or tls, or take username and password out"}
	}
	password, err := s.settings.Password.Reveal()
	if err != nil {
		return "", &Failure{Reason: "read the password of the mail server: " + err.Error()}
	}
	return password, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Mail) client(attempt context.Context, password string) (*mail.Client, error) {
	host, port, err := net.SplitHostPort(s.settings.Server)
	number, notNumber := strconv.ParseUint(port, 10, 16)
	if err != nil || notNumber != nil || host == "" || number == 0 {
		return nil, &Failure{Reason: "server is not of the form host:port: write one such as smtp.example.com:587"}
	}
	encrypted := &tls.Config{ServerName: host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
	options := []mail.Option{
		mail.WithPort(int(number)), mail.WithTimeout(mailTimeout), mail.WithTLSConfig(encrypted),
		// The next server may not have what these ask for.
		mail.WithoutSMTPUTF8(),
		// One mail for each connection needs neither.
		mail.WithoutNoop(), mail.WithoutRset(),
	}
	plain, login := mail.SMTPAuthPlain, mail.SMTPAuthLogin
	switch s.settings.TLS {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithDialContextFunc(dialFor(attempt)))
	case TLS:
		options = append(options, mail.WithSSL(), mail.WithDialContextFunc(dialTLSFor(attempt, encrypted)))
	case NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS), mail.WithDialContextFunc(dialFor(attempt)))
		plain, login = mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc
	default:
		return nil, &Failure{Reason: "tls is none of starttls, tls, none"}
	}
	if s.settings.Username != "" {
		options = append(options, mail.WithUsername(s.settings.Username), mail.WithPassword(password),
			mail.WithOpportunisticSMTPAuth(plain, login, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthCramMD5))
	}
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return nil, &Failure{Reason: "the settings of the mail server cannot be used: " + err.Error()}
	}
	return client, nil
}

// dialFor opens a connection that ends with the attempt: the client heeds a context only until it
// is connected.
func dialFor(attempt context.Context) mail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(attempt, func() { _ = connection.Close() })
		return connection, nil
	}
}

func dialTLSFor(attempt context.Context, config *tls.Config) mail.DialContextFunc {
	dial := dialFor(attempt)
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		encrypted := tls.Client(connection, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			_ = connection.Close()
			return nil, err
		}
		return encrypted, nil
	}
}

// mailFailure says what an attempt ended in. A server refuses a mail by what it says to its size
// or its content. Anything else may pass, or the settings have to be mended: what is about a
// recipient, a sender or a password is about the next mail, too.
func mailFailure(ctx context.Context, err error) *Failure {
	var ofMail *mail.SendError
	if errors.As(err, &ofMail) && ofMail.ErrorCode() > 0 {
		reason, _, _ := strings.Cut(ofMail.Error(), ", affected message ID:")
		if ofMail.Reason == mail.ErrSMTPRcptTo && !ofMail.IsTemp() {
			reason += ": mend to, or let the server take mails from here"
		}
		return &Failure{Reason: "the mail server does not take the mail: " + reason, Refused: isOfContent(ofMail)}
	}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return &Failure{Reason: answerReason(answer)}
	}
	var network net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &Failure{Reason: "the attempt was cancelled"}
	case ctx.Err() != nil, errors.As(err, &network) && network.Timeout():
		return &Failure{Reason: "no answer in time"}
	case errors.Is(err, mail.ErrNoSupportedAuthDiscovered):
		return &Failure{Reason: "the mail server offers no way to give a password that is known here: PLAIN, LOGIN, SCRAM-SHA-256, CRAM-MD5"}
	default:
		return &Failure{Reason: "talk to the mail server: " + hideAddress(err)}
	}
}

// answerReason is that of an answer to the greeting, to STARTTLS, or to a password.
func answerReason(answer *textproto.Error) string {
	switch answer.Code {
	case 530, 534, 535, 538:
		return fmt.Sprintf("the mail server does not take username and password: mend them; some servers want a password for programs (%v)", answer)
	default:
		return fmt.Sprintf("the mail server answered %v", answer)
	}
}

// isOfContent says that the server refused what is in the mail.
func isOfContent(err *mail.SendError) bool {
	switch err.Reason {
	case mail.ErrSMTPMailFrom: // which may announce the size
		return err.ErrorCode() == 552
	case mail.ErrSMTPData, mail.ErrSMTPDataClose, mail.ErrWriteContent:
	default:
		return false
	}
	switch err.ErrorCode() {
	case 550, 552, 554:
		return !isOfMailbox(err.EnhancedStatusCode())
	default:
		return false
	}
}

// isOfMailbox knows the codes of RFC 3463 for an address (X.1), and for a mailbox that is not in
// use or full (X.2) rather than for a mail that is too long for it.
func isOfMailbox(code string) bool {
	return strings.HasPrefix(code, "5.1.") || strings.HasPrefix(code, "5.2.") && code != "5.2.3"
}

// inLine is a text of others as a part of a line.
func inLine(text string) string {
	return strings.Join(strings.Fields(untrusted.Terminal(strings.ToValidUTF8(text, "�"))), " ")
}
