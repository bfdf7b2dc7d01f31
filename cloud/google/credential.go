package google

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	oauth "golang.org/x/oauth2/google"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// scope is the only one that all APIs take, Cloud SQL among them: what may be done is what the
// roles of the credential's account allow.
const scope = "https://www.googleapis.com/auth/cloud-platform"

const (
	// tokenMargin is how long before its end a token is renewed, as in the provider's library.
	tokenMargin = 225 * time.Second
	// tokenTimeout is how long one request for a token may take, documentPatience all that a
	// document needs. Who asks for a token stops with the call, which is tried again.
	tokenTimeout, documentPatience = 30 * time.Second, 2 * time.Minute
)

// tokens has the token of a session. The members of an organisation have the organisation's.
type tokens struct {
	account adapter.Account
	chain   atomic.Pointer[adapter.Chain[token]]
}

// token is what a call is signed with.
type token struct {
	access  string
	project string // whose quota it uses, where the credential names one
}

// sign signs a call.
func (t token) sign(request *http.Request) {
	request.Header.Set("Authorization", "Bearer "+t.access)
	if t.project != "" {
		request.Header.Set("X-Goog-User-Project", t.project)
	}
}

// newTokens fails for a document that is none of a credential. It asks nobody.
func newTokens(account adapter.Account) (*tokens, error) {
	t := &tokens{account: account}
	t.forget(nil)
	if account.Keys.IsZero() {
		return t, nil
	}
	_, err := t.credential(context.Background())
	return t, err
}

// forget gives up the token of a chain, which the provider does not take. One that came in its
// place meanwhile stays: all members of an organisation had the same.
func (t *tokens) forget(refused *adapter.Chain[token]) {
	chain := &adapter.Chain[token]{Find: t.find}
	if !t.account.Keys.IsZero() {
		chain.Patience = documentPatience
	}
	t.chain.CompareAndSwap(refused, chain)
}

// get gives a token that is good for a while, and the chain that it is of.
func (t *tokens) get(ctx context.Context) (token, *adapter.Chain[token], error) {
	chain := t.chain.Load()
	got, err := chain.Get(ctx)
	var none *adapter.NoCredential
	if !errors.As(err, &none) || t.account.Keys.IsZero() {
		return got, chain, err
	}
	// What it says is of a default chain. What the library says of a document may quote it.
	var known adapter.Classed
	if errors.As(none.Err, &known) {
		return got, chain, none.Err
	}
	return got, chain, adapter.WithClass(cloud.InvalidCredential, errors.New("the file of the credential cannot be used: check the key in it, or what it refers to"))
}

// find asks for a token with a credential that is read anew: a file may have been replaced.
func (t *tokens) find() (found adapter.Found[token], err error) {
	seen := &seen{base: t.account.Calls.Transport(context.Background())}
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: seen, Timeout: tokenTimeout})
	credential, err := t.credential(ctx)
	if err != nil {
		return found, err
	}
	of := t.hide(credential.JSON)
	got, err := credential.TokenSource.Token()
	if err != nil {
		return found, seen.failure(err)
	}
	t.account.Calls.Hide(adapter.Keys{Token: got.AccessToken})
	lasts := time.Until(got.Expiry)
	found.Credential = token{access: got.AccessToken, project: of.QuotaProject}
	found.Fresh, found.Kept = lasts-tokenMargin, lasts
	return found, nil
}

// credential is the account's, else that of the default chain: environment, gcloud, metadata.
func (t *tokens) credential(ctx context.Context) (*oauth.Credentials, error) {
	text := []byte(t.account.Keys.Key)
	if len(text) == 0 {
		return oauth.FindDefaultCredentials(ctx, scope)
	}
	var document struct {
		Type oauth.CredentialsType `json:"type"`
	}
	if json.Unmarshal(text, &document) != nil { // whose error may quote it
		return nil, errors.New("the file of the credential is no JSON document: use the one that Google Cloud gave")
	}
	if !slices.Contains(types, document.Type) {
		return nil, fmt.Errorf("the file of the credential is of type %.40q, which is none of %v", document.Type, types)
	}
	return oauth.CredentialsFromJSONWithType(ctx, text, document.Type, scope)
}

// types are those of the documents that a credential can be in. They are the operator's own, so
// that the addresses in them are trusted.
var types = []oauth.CredentialsType{
	oauth.ServiceAccount, oauth.AuthorizedUser, oauth.ImpersonatedServiceAccount, oauth.ExternalAccount, oauth.ExternalAccountAuthorizedUser,
}

// document is what of a credential's document is looked at here.
type document struct {
	PrivateKey   string    `json:"private_key"`
	ClientSecret string    `json:"client_secret"`
	RefreshToken string    `json:"refresh_token"`
	QuotaProject string    `json:"quota_project_id"`
	Source       *document `json:"source_credentials"`
}

// hide has no error tell the secrets in a credential's document, which is returned.
func (t *tokens) hide(text []byte) document {
	var of document
	if json.Unmarshal(text, &of) != nil { // a credential of the machine has none
		return of
	}
	for one := &of; one != nil; one = one.Source {
		t.account.Calls.Hide(adapter.Keys{Key: cmp.Or(one.ClientSecret, one.PrivateKey), Token: one.RefreshToken})
	}
	return of
}

// seen is a transport that remembers how its last request ended. The library tells it in a
// different way for each type of credential.
type seen struct {
	base   http.RoundTripper
	status int
	body   []byte
	err    error
}

// RoundTrip implements http.RoundTripper.
func (s *seen) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.base.RoundTrip(request)
	s.err = err
	if err != nil {
		return nil, err
	}
	s.status = response.StatusCode
	if s.body, s.err = io.ReadAll(response.Body); s.err != nil {
		return nil, s.err
	}
	response.Body = io.NopCloser(bytes.NewReader(s.body))
	return response, nil
}

// failure is what it means that there is no token: an error that knows its class, but where
// nobody was asked.
func (s *seen) failure(err error) error {
	var network net.Error
	switch {
	case errors.As(s.err, &network) && network.Timeout():
		return adapter.WithClass(cloud.Timeout, fmt.Errorf("ask for a token: %w", s.err))
	case s.err != nil:
		return adapter.WithClass(cloud.Unavailable, fmt.Errorf("ask for a token: %w", s.err))
	case s.status == 0:
		return err
	case s.status < http.StatusBadRequest:
		return adapter.WithClass(cloud.BadAnswer, errors.New("ask for a token: there is none in the answer"))
	}
	class := adapter.StatusClass(s.status)
	if !slices.Contains([]cloud.Class{cloud.Throttled, cloud.Timeout, cloud.Unavailable}, class) {
		class = cloud.InvalidCredential
	}
	return adapter.WithClass(class, fmt.Errorf("ask for a token: status %d: %s", s.status, adapter.Clip(s.message(), 500)))
}

// message is what is said with a refusal, of a token or of an impersonation.
func (s *seen) message() string {
	var authority struct {
		Error       string
		Description string `json:"error_description"`
	}
	if json.Unmarshal(s.body, &authority) == nil && authority.Error != "" {
		return authority.Error + ": " + authority.Description
	}
	return cmp.Or(refusalOf(s.status, s.body).Message, "no message")
}
