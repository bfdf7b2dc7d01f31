package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"cloudsync/cloud"
)

// tlsEntry is how the server of an inventory is reached over TLS. What is in PEM can
// stand in a file, too.
type tlsEntry struct {
	CA         string
	CAFile     string
	Cert       string
	CertFile   string
	Key        string
	KeyFile    string
	ServerName string
}

func (e mysqlEntry) tls() tlsEntry {
	return tlsEntry{
		CA: string(e.TLSCA), CAFile: e.TLSCAFile, Cert: string(e.TLSCert), CertFile: e.TLSCertFile,
		Key: string(e.TLSKey), KeyFile: e.TLSKeyFile, ServerName: e.TLSServerName,
	}
}

func (e tlsEntry) ca() cloud.Secret   { return pem(e.CA, e.CAFile) }
func (e tlsEntry) cert() cloud.Secret { return pem(e.Cert, e.CertFile) }
func (e tlsEntry) key() cloud.Secret  { return pem(e.Key, e.KeyFile) }

func pem(text, file string) cloud.Secret {
	if file != "" {
		return cloud.SecretDocument(file)
	}
	return cloud.SecretText(text)
}

// check reports what is wrong with the keys, whose files it reads.
func (e tlsEntry) check(path string, r *report) {
	given := 0
	for _, way := range []struct{ key, text, file string }{
		{"tls_ca", e.CA, e.CAFile}, {"tls_cert", e.Cert, e.CertFile}, {"tls_key", e.Key, e.KeyFile},
	} {
		given += checkPEM(path, way.key, way.text, way.file, r)
	}
	cert, key := e.cert(), e.key()
	if cert.IsZero() != key.IsZero() {
		r.at(path, "half a certificate: write both tls_cert and tls_key, or their files")
		return
	}
	if r.has(child(path, "tls_server_name")) && strings.TrimSpace(e.ServerName) == "" {
		r.at(child(path, "tls_server_name"), "empty: write the name in the server's certificate, or remove the key")
	}
	if given == 0 {
		return
	}
	if _, err := e.roots(); err != nil {
		r.at(path, "tls_ca: %v", err)
	}
	if _, err := e.certificate(); err != nil {
		r.at(path, "tls_cert and tls_key: %v", err)
	}
}

// checkPEM says how many of the two ways are given.
func checkPEM(path, key, text, file string, r *report) (given int) {
	for _, way := range []struct{ key, value string }{{key, text}, {key + fileSuffix, file}} {
		if !r.has(child(path, way.key)) {
			continue
		}
		given++
		if strings.TrimSpace(way.value) == "" {
			r.at(child(path, way.key), "empty: write a value, set the variable that gives it, or remove the key")
		}
	}
	if given == 2 {
		r.at(child(path, key+fileSuffix), "given beside %s: remove one of them", key)
	}
	return given
}

var (
	errNotRead = errors.New("a file that is named cannot be read: write the path of one that this program may read")
	errNoPEM   = errors.New("no certificate in PEM: write it from -----BEGIN CERTIFICATE----- to its end, or use the key with _file")
	errNoPair  = errors.New("they are no certificate and its key in PEM that belong together: write those that do")
)

// roots are the authorities that the server's certificate may be from; nil are those of
// the system.
func (e tlsEntry) roots() (*x509.CertPool, error) {
	if e.ca().IsZero() {
		return nil, nil
	}
	text, err := e.ca().Reveal()
	if err != nil {
		return nil, errNotRead
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, errNoPEM
	}
	return pool, nil
}

// certificate is the program's own, nil for none.
func (e tlsEntry) certificate() (*tls.Certificate, error) {
	if e.cert().IsZero() {
		return nil, nil
	}
	cert, err := e.cert().Reveal()
	if err != nil {
		return nil, errNotRead
	}
	key, err := e.key().Reveal()
	if err != nil {
		return nil, errNotRead
	}
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		return nil, errNoPair
	}
	return &pair, nil
}

// config is what the checked keys mean, nil where none is given. The program's own
// certificate is read for each connection: it may be replaced while the program runs.
func (e tlsEntry) config() *tls.Config {
	if e == (tlsEntry{}) {
		return nil
	}
	roots, _ := e.roots() // checked
	c := &tls.Config{RootCAs: roots, ServerName: e.ServerName, MinVersion: tls.VersionTLS12}
	if !e.cert().IsZero() {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := e.certificate()
			if err != nil {
				return nil, fmt.Errorf("tls_cert and tls_key of the inventory: %w", err)
			}
			return pair, nil
		}
	}
	return c
}
