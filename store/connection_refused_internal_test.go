package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

func TestReadOnlyServers(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&mysql.MySQLError{Number: 1290, Message: "The MariaDB server is running with the --read-only option so it cannot execute this statement"},
		&mysql.MySQLError{Number: 1290, Message: "The MySQL server is running with the --super-read-only option so it cannot execute this statement"},
		&mysql.MySQLError{Number: 1290, Message: "The MySQL server is running with the READ_ONLY (super) option"},
		&mysql.MySQLError{Number: 1836, Message: "Running in read-only mode"},
		&mysql.MySQLError{Number: 1792, Message: "Cannot execute statement in a READ ONLY transaction."},
	} {
		c := &connection{server: "db:3306"}
		judged := c.judge(fmt.Errorf("write: %w", err))
		require.ErrorIs(t, judged, err)
		require.ErrorContains(t, judged, "the server at db:3306 is read-only")
		require.False(t, c.IsValid(), "the next connection may go to another server")
		require.False(t, IsMisconfigured(judged), "it may pass")
	}
}

func TestOtherErrorsAreLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		nil, errors.New("read-only"), mysql.ErrInvalidConn,
		&mysql.MySQLError{Number: 1290, Message: "The MySQL server is running with the --secure-file-priv option"},
	} {
		c := &connection{}
		require.Equal(t, err, c.judge(err))
		require.False(t, c.readOnly)
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	denied := &mysql.MySQLError{Number: 1045, Message: "Access denied for user 'u'@'h' (using password: YES)"}
	withCertificate := &tls.Config{Certificates: make([]tls.Certificate, 1)}
	for name, test := range map[string]struct {
		tls  *tls.Config
		err  error
		want string
	}{
		"account with TLS only":       {nil, denied, "if the account requires TLS, whose absence is told as this: write tls_ca or tls_ca_file beside addr, or ?tls=true"},
		"account with a certificate":  {&tls.Config{}, denied, "if the account requires a certificate: write tls_cert and tls_key"},
		"wrong password":              {withCertificate, denied, ""},
		"server with TLS only":        {nil, &mysql.MySQLError{Number: 3159, Message: "Connections using insecure transport are prohibited"}, "write tls_ca"},
		"server without TLS":          {&tls.Config{}, mysql.ErrNoTLS, "remove ?tls= and the tls_ keys"},
		"a private authority":         {&tls.Config{}, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "write the authority's certificate as tls_ca"},
		"a certificate of other name": {&tls.Config{}, &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}, "as tls_server_name"},
	} {
		explained := explainRefusal(&mysql.Config{TLS: test.tls}, test.err)
		require.ErrorIs(t, explained, test.err, name)
		require.ErrorContains(t, explained, test.want, name)
		require.True(t, refusedForGood(explained), name)
	}
	require.False(t, refusedForGood(explainRefusal(&mysql.Config{}, errors.New("connection refused"))))
}
