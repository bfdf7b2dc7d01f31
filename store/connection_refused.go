package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// isReadOnly says that the server does not write at present. One of the numbers is for
// all options that keep from something.
func isReadOnly(err error) bool {
	var answer *mysql.MySQLError
	if !errors.As(err, &answer) {
		return false
	}
	switch answer.Number {
	case erReadOnlyMode, erReadOnlyTransaction:
		return true
	case erOptionPreventsStatement:
		text := strings.ReplaceAll(strings.ToLower(answer.Message), "_", "-")
		return strings.Contains(text, "read-only")
	}
	return false
}

// refusedForGood says that the server answered and will answer the same again
// until somebody changes the configuration.
func refusedForGood(err error) bool {
	switch number(err) {
	case erDBAccessDenied, erAccessDenied, erBadDB, erSecureTransportRequired:
		return true
	}
	var untrusted *tls.CertificateVerificationError
	return errors.As(err, &untrusted) || errors.Is(err, mysql.ErrNoTLS)
}

// explainRefusal adds what the server's answer to a new connection does not say: it
// refuses a connection without TLS with the same answer as a wrong password.
func explainRefusal(cfg *mysql.Config, err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch refused := number(err); {
	case refused == erAccessDenied && cfg.TLS == nil:
		return fmt.Errorf("%w; if the account requires TLS, whose absence is told as this: %s", err, withTLS)
	case refused == erAccessDenied && len(cfg.TLS.Certificates) == 0 && cfg.TLS.GetClientCertificate == nil:
		return fmt.Errorf("%w; if the account requires a certificate: write tls_cert and tls_key beside addr", err)
	case refused == erSecureTransportRequired:
		return fmt.Errorf("%w: %s", err, withTLS)
	case errors.Is(err, mysql.ErrNoTLS):
		return fmt.Errorf("%w: have it set up there, or remove ?tls= and the tls_ keys", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("%w: write the authority's certificate as tls_ca, or its file as tls_ca_file, beside addr", err)
	case errors.As(err, &name):
		return fmt.Errorf("%w: write the name that its certificate has as tls_server_name beside addr", err)
	}
	return err
}

const withTLS = "write tls_ca or tls_ca_file beside addr, or ?tls=true at its end where the server's certificate is from a public authority"
