package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/mariadb"
	"cloudsync/dev/ports"
)

// authority issues certificates that no system trusts.
type authority struct {
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority of its own"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.certificate, a.key = template, newKey(t)
	a.write(t, "ca", template, a.key)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// issue leaves NAME.pem and NAME.key in the authority's folder.
func (a *authority) issue(t *testing.T, name string) {
	t.Helper()
	a.write(t, name, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: a.certificate.NotBefore, NotAfter: a.certificate.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, newKey(t))
}

func (a *authority) write(t *testing.T, name string, template *x509.Certificate, key *ecdsa.PrivateKey) {
	t.Helper()
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	require.NoError(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	for file, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: signed}, ".key": {Type: "PRIVATE KEY", Bytes: encoded}} {
		require.NoError(t, os.WriteFile(filepath.Join(a.dir, name+file), pem.EncodeToMemory(block), 0o600))
	}
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// The server requires TLS of one account and a certificate of another, with an authority
// of its own. What is missing is told each time.
func TestDatabaseOverTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.issue(t, "inventory.internal")
	a.issue(t, "worker")
	server, err := mariadb.Start(t.Context(), mariadb.Options{Dir: t.TempDir(), Database: "cloudsync", ExtraArgs: []string{
		"--ssl-ca=" + a.file("ca.pem"), "--ssl-cert=" + a.file("inventory.internal.pem"), "--ssl-key=" + a.file("inventory.internal.key"),
	}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	for _, statement := range []string{
		"CREATE USER covered IDENTIFIED BY 'pass-word' REQUIRE SSL", "GRANT ALL ON cloudsync.* TO covered",
		"CREATE USER known IDENTIFIED BY 'pass-word' REQUIRE X509", "GRANT ALL ON cloudsync.* TO known",
	} {
		execute(t, server.DSN(""), statement)
	}
	ca := "tls_ca_file: " + a.file("ca.pem")
	const name = ", tls_server_name: inventory.internal"
	own := ", tls_cert_file: " + a.file("worker.pem") + ", tls_key_file: " + a.file("worker.key")
	inline, err := os.ReadFile(a.file("ca.pem"))
	require.NoError(t, err)
	for what, test := range map[string]struct{ user, keys, said string }{
		"in the clear":        {"covered", "max_open_conns: 4", "if the account requires TLS, whose absence is told as this: write tls_ca"},
		"public authorities":  {"covered", "tls_server_name: inventory.internal", "write the authority's certificate as tls_ca"},
		"another name":        {"covered", ca, "as tls_server_name beside addr"},
		"as it should":        {"covered", ca + name, ""},
		"as text":             {"covered", fmt.Sprintf("tls_ca: %q%s", inline, name), ""},
		"without certificate": {"known", ca + name, "if the account requires a certificate: write tls_cert and tls_key"},
		"with certificate":    {"known", ca + name + own, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			config := filepath.Join(t.TempDir(), "cloudsync.yaml")
			text := fmt.Sprintf("mysql_s: [{ name: test, addr: %q, %s }]\npublic_cloud_sync:\n  resources: { resource_host: { interval: %s } }\n"+
				"  accounts: [{ provider: mock, name: demo, regions: [r0] }]\n", test.user+":pass-word@tcp("+ports.Address(server.Port())+")/cloudsync", test.keys, never)
			require.NoError(t, os.WriteFile(config, []byte(text), 0o600))

			_, said, status := (&stack{}).starterSays(t, config, "migrate")

			require.Equal(t, test.said != "", status != 0, said)
			require.Contains(t, said, test.said)
			require.NotContains(t, said, "pass-word")
		})
	}
}
