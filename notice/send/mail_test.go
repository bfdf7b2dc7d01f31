package send

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/notice"
)

// mailServer is an SMTP server that keeps what it gets.
type mailServer struct {
	address   string
	tls       *tls.Config // nil for none
	fromStart bool        // TLS from the beginning
	auth      string      // what AUTH offers
	// answers are what a command gets instead, each once: "DATA ." is the end of a mail.
	answers map[string][]string
	hang    string // the command that gets no answer

	mutex sync.Mutex
	mails []takenMail
	lines []string // that were received, but for mails
}

type takenMail struct {
	from, login string
	to          []string
	encrypted   bool
	raw         []byte
}

const mailPassword = "correct horse battery"

func startMailServer(t *testing.T, server *mailServer) (roots *x509.CertPool) {
	t.Helper()
	certificate, roots := testCertificate(t)
	if server.tls != nil {
		server.tls.Certificates = []tls.Certificate{certificate}
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server.address = listener.Addr().String()
	var running sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); running.Wait() })
	running.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			if server.fromStart {
				connection = tls.Server(connection, server.tls)
			}
			running.Go(func() { (&mailSession{mailServer: server}).serve(connection) })
		}
	})
	return roots
}

func testCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stub"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// mailSession is one connection.
type mailSession struct {
	*mailServer
	text *textproto.Conn
	mail takenMail
}

func (s *mailSession) serve(connection net.Conn) {
	defer func() { _ = connection.Close() }()
	s.mail.encrypted = s.fromStart
	s.text = textproto.NewConn(connection)
	s.say("220 stub ESMTP")
	for {
		line, err := s.text.ReadLine()
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " ?")[0])
		s.mutex.Lock()
		s.lines = append(s.lines, line)
		s.mutex.Unlock()
		if verb == s.hang {
			_, _ = s.text.ReadLine() // until the other end has enough
			return
		}
		if s.insteadOf(verb) {
			continue
		}
		switch verb {
		case "STARTTLS":
			s.say("220 go on")
			connection = tls.Server(connection, s.tls)
			s.text, s.mail.encrypted = textproto.NewConn(connection), true
		case "QUIT":
			s.say("221 bye")
			return
		default:
			s.answer(verb, line)
		}
	}
}

func (s *mailSession) say(line string) { _ = s.text.PrintfLine("%s", line) }

func (s *mailSession) insteadOf(verb string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.answers[verb]) == 0 {
		return false
	}
	s.say(s.answers[verb][0])
	s.answers[verb] = s.answers[verb][1:]
	return true
}

func (s *mailSession) answer(verb, line string) {
	switch verb {
	case "EHLO":
		s.say("250-stub")
		if s.tls != nil && !s.mail.encrypted {
			s.say("250-STARTTLS")
		}
		if s.auth != "" {
			s.say("250-AUTH " + s.auth)
		}
		s.say("250-SMTPUTF8")
		s.say("250 ENHANCEDSTATUSCODES")
	case "AUTH":
		s.login(strings.Fields(line))
	case "MAIL":
		s.mail.from = strings.TrimPrefix(line, "MAIL FROM:")
		s.say("250 2.1.0 ok")
	case "RCPT":
		s.mail.to = append(s.mail.to, strings.TrimPrefix(line, "RCPT TO:"))
		s.say("250 2.1.5 ok")
	case "DATA":
		s.say("354 go on")
		s.mail.raw, _ = s.text.ReadDotBytes()
		if s.insteadOf("DATA .") {
			return
		}
		s.mutex.Lock()
		s.mails = append(s.mails, s.mail)
		s.mutex.Unlock()
		s.say("250 2.0.0 taken")
	default:
		s.say("502 5.5.1 unknown")
	}
}

func (s *mailSession) login(words []string) {
	given := ""
	if words[1] == "PLAIN" {
		given = decoded(words[2])
	} else {
		s.say("334 " + base64.StdEncoding.EncodeToString([]byte("Username:")))
		user, _ := s.text.ReadLine()
		s.say("334 " + base64.StdEncoding.EncodeToString([]byte("Password:")))
		password, _ := s.text.ReadLine()
		given = "\x00" + decoded(user) + "\x00" + decoded(password)
	}
	if given != "\x00robot\x00"+mailPassword {
		s.say("535 5.7.8 wrong")
		return
	}
	s.mail.login = words[1]
	s.say("235 2.7.0 welcome")
}

func decoded(text string) string {
	bytes, _ := base64.StdEncoding.DecodeString(text)
	return string(bytes)
}

func (s *mailServer) taken() []takenMail {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.mails)
}

func (s *mailServer) settings(way string) MailSettings {
	return MailSettings{
		Server: s.address, TLS: way, Username: "robot", Password: cloud.SecretText(mailPassword),
		From: "cloudsync <cloudsync@example.com>", To: []string{"team@example.com", "Ops <ops@example.org>"},
	}
}

func newTestMail(settings MailSettings, roots *x509.CertPool) *Mail {
	sender := NewMail(settings)
	sender.roots = roots
	sender.now = func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }
	return sender
}

func aMail() Message {
	return Message{
		Notice: notice.Notice{Version: notice.Version, ID: "0198c2a4-0000-7000-8000-000000000001", Event: notice.Held, State: notice.Begun},
		Text: notice.Text{
			Title: "删除被暂停，等待确认：host 在 1 个范围中有 30 行",
			Lines: []string{"aws/1/eu: 30 of 60 rows", ".", "..two dots = no end", strings.Repeat("长", 200)},
			Link:  "https://inventory.example/holds/7", LinkWords: "查看并处理",
		},
	}
}

func TestMailOnTheWire(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, way, auth, login string
		fromStart, certificate bool
	}{
		{name: "STARTTLS is the default", auth: "PLAIN LOGIN", login: "PLAIN", certificate: true},
		{name: "STARTTLS and LOGIN", way: StartTLS, auth: "XOAUTH2 LOGIN", login: "LOGIN", certificate: true},
		{name: "TLS from the beginning", way: TLS, auth: "LOGIN PLAIN", login: "PLAIN", fromStart: true, certificate: true},
		{name: "none, on the machine", way: NoTLS, auth: "LOGIN", login: "LOGIN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &mailServer{auth: test.auth, fromStart: test.fromStart}
			if test.certificate {
				server.tls = &tls.Config{MinVersion: tls.VersionTLS12}
			}
			sender := newTestMail(server.settings(test.way), startMailServer(t, server))
			server.mutex.Lock()
			sender.settings.Server = server.address
			server.mutex.Unlock()
			require.NoError(t, sender.Send(t.Context(), aMail()))

			mails := server.taken()
			require.Len(t, mails, 1)
			require.Equal(t, "<cloudsync@example.com>", mails[0].from)
			require.Equal(t, []string{"<team@example.com>", "<ops@example.org>"}, mails[0].to)
			require.Equal(t, test.login, mails[0].login)
			require.Equal(t, test.certificate, mails[0].encrypted)
			requireMail(t, mails[0].raw)
		})
	}
}

func requireMail(t *testing.T, raw []byte) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, "<0198c2a4-0000-7000-8000-000000000001@cloudsync>", parsed.Header.Get("Message-ID"))
	require.Equal(t, "auto-generated", parsed.Header.Get("Auto-Submitted"))
	require.Equal(t, "All", parsed.Header.Get("X-Auto-Response-Suppress"))
	require.Equal(t, "cloudsync", parsed.Header.Get("User-Agent"))
	require.Equal(t, `"cloudsync" <cloudsync@example.com>`, parsed.Header.Get("From"))
	require.Equal(t, `<team@example.com>, "Ops" <ops@example.org>`, parsed.Header.Get("To"))
	require.Equal(t, "text/plain; charset=UTF-8", parsed.Header.Get("Content-Type"))
	at, err := parsed.Header.Date()
	require.NoError(t, err)
	require.True(t, at.Equal(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)))
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "[cloudsync] "+aMail().Text.Title, subject)
	require.Equal(t, "quoted-printable", parsed.Header.Get("Content-Transfer-Encoding"))
	body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	require.NoError(t, err)
	want := strings.Join(aMail().Text.Lines, "\n") + "\n\n查看并处理: https://inventory.example/holds/7\n"
	require.Equal(t, want, strings.ReplaceAll(string(body), "\r\n", "\n"))
	for line := range strings.Lines(string(raw)) {
		require.LessOrEqual(t, len(line), 80, line)
	}
}

// Whatever is in a text stays in the part that it belongs to.
func TestMailHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	server := &mailServer{}
	startMailServer(t, server)
	settings := server.settings(NoTLS)
	settings.Username = ""
	hostile := aMail()
	hostile.Text = notice.Text{
		Title: "held\r\nBcc: all@example.com\r\n\r\nbody\u202e" + strings.Repeat(" word", 40) + "\nX-A: b",
		Lines: []string{"one\r\n.\r\nMAIL FROM:<x@example.com>", "\x1b[31mred"},
		Link:  "https://example.com/\r\nother", LinkWords: "Look",
	}
	require.NoError(t, newTestMail(settings, nil).Send(t.Context(), hostile))
	mails := server.taken()
	require.Len(t, mails, 1)
	require.Empty(t, mails[0].login)
	parsed, err := mail.ReadMessage(bytes.NewReader(mails[0].raw))
	require.NoError(t, err)
	require.Empty(t, parsed.Header.Get("Bcc"))
	require.Empty(t, parsed.Header.Get("X-A"))
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	require.NoError(t, err)
	require.NotContains(t, subject, "\u202e")
	require.Contains(t, subject, "[cloudsync] held")
	body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(string(body), "\n"), string(body))
	require.NotContains(t, string(body), "\x1b")
}

func TestMailWithoutLinesHasABody(t *testing.T) {
	t.Parallel()
	require.Equal(t, "title\r\n", mailBody(Message{Text: notice.Text{Title: "title"}}))
	require.Equal(t, "Look: https://a\r\n", mailBody(Message{Text: notice.Text{Title: "title", Link: "https://a", LinkWords: "Look"}}))
}

// A server that is busy three times gets the mail at the fourth attempt, with the id of all.
func TestMailIsTakenAtLast(t *testing.T) {
	t.Parallel()
	server := &mailServer{answers: map[string][]string{
		"EHLO": {"421 4.3.2 not now"}, "HELO": {"421 4.3.2 not now"},
		"RCPT": {"450 4.2.1 greylisted", "250 ok"}, "DATA .": {"451 4.3.0 later"},
	}}
	startMailServer(t, server)
	settings := server.settings(NoTLS)
	settings.Username = ""
	sender := newTestMail(settings, nil)
	for range 3 {
		err := sender.Send(t.Context(), aMail())
		require.Error(t, err)
		require.False(t, IsRefused(err), err)
	}
	require.Empty(t, server.taken())
	require.NoError(t, sender.Send(t.Context(), aMail()))
	mails := server.taken()
	require.Len(t, mails, 1)
	require.Contains(t, string(mails[0].raw), "Message-ID: <0198c2a4-0000-7000-8000-000000000001@cloudsync>")
}

func TestMailFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, at, answer string
		refused          bool
		says             []string
	}{
		{name: "content", at: "DATA .", answer: "554 5.7.1 looks like spam", refused: true, says: []string{"looks like spam"}},
		{name: "content, no enhanced code", at: "DATA .", answer: "550 no", refused: true},
		{name: "too long", at: "DATA .", answer: "552 5.3.4 too long", refused: true},
		{name: "too long for a mailbox", at: "DATA .", answer: "552 5.2.3 too long", refused: true},
		{name: "size announced", at: "MAIL", answer: "552 5.3.4 too long", refused: true},
		{name: "mailbox full", at: "DATA .", answer: "552 5.2.2 mailbox full"},
		{name: "no such mailbox, late", at: "DATA .", answer: "550 5.1.1 unknown"},
		{name: "no such mailbox", at: "RCPT", answer: "550 5.1.1 unknown user", says: []string{"unknown user", "team@example.com", "mend to"}},
		{name: "no relay", at: "RCPT", answer: "554 5.7.1 relay access denied", says: []string{"relay access denied"}},
		{name: "the sender", at: "MAIL", answer: "550 5.7.1 not your address", says: []string{"not your address"}},
		{name: "busy", at: "DATA .", answer: "452 4.3.1 disk full", says: []string{"disk full"}},
		{name: "command", at: "DATA", answer: "503 5.5.1 order", says: []string{"503"}},
		{name: "quotes the secret", at: "DATA .", answer: "554 " + mailPassword, refused: true, says: []string{"554"}},
		{name: "authentication", at: "AUTH", answer: "535 5.7.8 bad " + base64.StdEncoding.EncodeToString([]byte("\x00robot\x00"+mailPassword)), says: []string{"mend", "password for programs"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &mailServer{auth: "PLAIN", answers: map[string][]string{test.at: {test.answer}}}
			startMailServer(t, server)
			err := newTestMail(server.settings(NoTLS), nil).Send(t.Context(), aMail())
			require.Error(t, err)
			require.Equal(t, test.refused, IsRefused(err), err)
			for _, says := range test.says {
				require.ErrorContains(t, err, says)
			}
			requireNoPassword(t, err)
			require.Empty(t, server.taken())
		})
	}
}

func requireNoPassword(t *testing.T, err error) {
	t.Helper()
	require.NotContains(t, err.Error(), mailPassword)
	require.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString([]byte("\x00robot\x00"+mailPassword)))
	require.NotContains(t, err.Error(), "\n")
}

// A mail that was taken is not sent again for what happens in the good-bye.
func TestMailIsSentWhateverTheGoodByeIs(t *testing.T) {
	t.Parallel()
	server := &mailServer{auth: "PLAIN", answers: map[string][]string{"QUIT": {"500 what"}}}
	startMailServer(t, server)
	require.NoError(t, newTestMail(server.settings(NoTLS), nil).Send(t.Context(), aMail()))
	require.Len(t, server.taken(), 1)
}

func TestMailEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"EHLO", "AUTH", "MAIL", "DATA"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			server := &mailServer{auth: "PLAIN", hang: command}
			startMailServer(t, server)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- newTestMail(server.settings(NoTLS), nil).Send(ctx, aMail()) }()
			require.Eventually(t, func() bool {
				server.mutex.Lock()
				defer server.mutex.Unlock()
				return slices.ContainsFunc(server.lines, func(line string) bool { return strings.HasPrefix(line, command) })
			}, 10*time.Second, time.Millisecond)
			cancel()
			err := <-ended
			require.ErrorContains(t, err, "cancelled")
			require.False(t, IsRefused(err))
		})
	}
}

func TestMailKeepsItsPassword(t *testing.T) {
	t.Parallel()
	t.Run("no TLS", func(t *testing.T) {
		t.Parallel()
		server := &mailServer{}
		settings := server.settings(NoTLS)
		settings.Server = "mail.example.com:25"
		require.ErrorContains(t, newTestMail(settings, nil).Send(t.Context(), aMail()), "a password is not sent without TLS")
	})
	t.Run("a server without STARTTLS", func(t *testing.T) {
		t.Parallel()
		server := &mailServer{auth: "PLAIN"}
		roots := startMailServer(t, server)
		err := newTestMail(server.settings(StartTLS), roots).Send(t.Context(), aMail())
		require.ErrorContains(t, err, "does not support STARTTLS")
		requireNoLogin(t, server)
	})
	t.Run("a certificate of nobody", func(t *testing.T) {
		t.Parallel()
		for _, way := range []string{StartTLS, TLS} {
			server := &mailServer{auth: "PLAIN", tls: &tls.Config{MinVersion: tls.VersionTLS12}, fromStart: way == TLS}
			startMailServer(t, server)
			err := newTestMail(server.settings(way), x509.NewCertPool()).Send(t.Context(), aMail())
			require.ErrorContains(t, err, "certificate")
			requireNoLogin(t, server)
		}
	})
	t.Run("a certificate of another host", func(t *testing.T) {
		t.Parallel()
		for _, way := range []string{StartTLS, TLS} {
			server := &mailServer{auth: "PLAIN", tls: &tls.Config{MinVersion: tls.VersionTLS12}, fromStart: way == TLS}
			roots := startMailServer(t, server)
			settings := server.settings(way)
			settings.Server = strings.Replace(settings.Server, "127.0.0.1", "localhost", 1)
			err := newTestMail(settings, roots).Send(t.Context(), aMail())
			require.EqualError(t, err, "talk to the mail server: the certificate of the receiver's host is for another one")
			requireNoLogin(t, server)
		}
	})
}

func requireNoLogin(t *testing.T, server *mailServer) {
	t.Helper()
	server.mutex.Lock()
	defer server.mutex.Unlock()
	for _, line := range server.lines {
		require.NotContains(t, line, "AUTH")
	}
}

func TestMailSettings(t *testing.T) {
	t.Parallel()
	for says, change := range map[string]func(*MailSettings){
		"host:port":       func(s *MailSettings) { s.Server = "127.0.0.1"; s.Username = "" },
		"form host:port":  func(s *MailSettings) { s.Server = "127.0.0.1:smtp" },
		"tls is none of":  func(s *MailSettings) { s.TLS = "ssl" },
		"from is no mail": func(s *MailSettings) { s.From = "cloudsync\r\nBcc: <a@example.com>" },
		"recipients":      func(s *MailSettings) { s.To = []string{"team"} },
		"password of the": func(s *MailSettings) { s.Password = cloud.SecretFile(t.TempDir() + "/none") },
		"no way to give":  func(s *MailSettings) { s.Server = (&unknownLogin{}).start(t) },
		"connect":         func(s *MailSettings) { s.Server = closedPort(t) },
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			settings := (&mailServer{address: "127.0.0.1:9"}).settings(NoTLS)
			change(&settings)
			err := newTestMail(settings, nil).Send(t.Context(), aMail())
			require.ErrorContains(t, err, says)
			require.False(t, IsRefused(err))
		})
	}
}

// unknownLogin is a server that takes passwords in ways that are not known here only.
type unknownLogin struct{ mailServer }

func (u *unknownLogin) start(t *testing.T) string {
	u.auth = "GSSAPI"
	startMailServer(t, &u.mailServer)
	return u.address
}

func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}
