package azure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// tokenMargin is what a token has to be valid for at least, as in the SDK.
const tokenMargin = 5 * time.Minute

// tokens holds the one token of a session for all its clients, and for all subscriptions of a
// tenant. The SDK would hold one for each, and lets a caller wait for another's request for a token beyond the end of
// its own context.
type tokens struct {
	source  azcore.TokenCredential
	chain   bool // the default chain
	request policy.TokenRequestOptions
	one     *semaphore.Weighted                // of 1; unlike a mutex, waiting for it ends with a context
	gave    bool                               // a token, since the process began; only who holds one touches it
	held    atomic.Pointer[azcore.AccessToken] // nil where there is none to go on with
}

func newTokens(account adapter.Account, options policy.ClientOptions) (*tokens, error) {
	source, err := credentialOf(account, options)
	if err != nil {
		return nil, err
	}
	return &tokens{
		source: source, chain: account.Keys.IsZero(), one: semaphore.NewWeighted(1),
		request: policy.TokenRequestOptions{
			Scopes:    []string{options.Cloud.Services[azcloud.ResourceManager].Audience + "/.default"},
			EnableCAE: true,
		},
	}, nil
}

func credentialOf(account adapter.Account, options policy.ClientOptions) (azcore.TokenCredential, error) {
	tenant, keys := account.Credential.Tenant, account.Keys
	if keys.IsZero() {
		// A machine's metadata is asked again by the SDK, with the waits that it needs
		// (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling).
		options.Retry = policy.RetryOptions{}
		return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options, TenantID: tenant})
	}
	if tenant == "" || keys.ID == "" || keys.Key == "" {
		return nil, errors.New("a client secret needs tenant_id, client_id and client_secret")
	}
	if account.OnLoopback() {
		return loopbackSecret(account, options.Transport.(*http.Client)), nil
	}
	return azidentity.NewClientSecretCredential(tenant, keys.ID, keys.Key, &azidentity.ClientSecretCredentialOptions{ClientOptions: options})
}

// clientSecret gets tokens at an endpoint on this machine, since azidentity asks only
// authorities with https.
type clientSecret struct {
	config clientcredentials.Config
	client *http.Client
}

func loopbackSecret(account adapter.Account, client *http.Client) clientSecret {
	return clientSecret{client: client, config: clientcredentials.Config{
		ClientID: account.Keys.ID, ClientSecret: account.Keys.Key, AuthStyle: oauth2.AuthStyleInParams,
		TokenURL: account.EndpointFor("login", "") + "/" + account.Credential.Tenant + "/oauth2/v2.0/token",
	}}
}

// GetToken implements azcore.TokenCredential.
func (c clientSecret) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	config := c.config
	config.Scopes = options.Scopes
	token, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, c.client))
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: token.AccessToken, ExpiresOn: token.Expiry}, nil
}

// ready sees to it that a token is held, which is returned.
func (t *tokens) ready(ctx context.Context) (*azcore.AccessToken, error) {
	return t.get(ctx, t.request)
}

// GetToken implements azcore.TokenCredential.
func (t *tokens) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := t.get(ctx, options)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return *token, nil
}

func (t *tokens) get(ctx context.Context, options policy.TokenRequestOptions) (*azcore.AccessToken, error) {
	if err := t.one.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer t.one.Release(1)
	if held := t.held.Load(); held != nil && options.Claims == "" && time.Until(held.ExpiresOn) > tokenMargin {
		return held, nil
	}
	token, err := t.source.GetToken(ctx, options)
	if err != nil {
		return nil, t.failure(err)
	}
	t.gave = true
	t.held.Store(&token)
	return &token, nil
}

// failure is what it means that there is no token. The chain's own text is not told: it
// quotes whatever the command line tools and the machine's metadata said.
func (t *tokens) failure(err error) error {
	var failed *azidentity.AuthenticationFailedError
	var retrieve *oauth2.RetrieveError
	switch {
	case errors.As(err, &failed) && failed.RawResponse != nil:
		return &refusedToken{status: failed.RawResponse.StatusCode, message: messageOf(failed.RawResponse), ofChain: t.chain}
	case errors.As(err, &retrieve) && retrieve.Response != nil:
		return &refusedToken{status: retrieve.Response.StatusCode, message: message(retrieve.Body)}
	case t.chain:
		return &adapter.NoCredential{Err: err, GaveBefore: t.gave}
	default:
		return fmt.Errorf("get a token: %w", err)
	}
}

// forget gives up a token that ARM does not take. One that came in its place meanwhile stays:
// all members of a tenant had the same.
func (t *tokens) forget(refused *azcore.AccessToken) { t.held.CompareAndSwap(refused, nil) }

// refusedToken is what an authority answers that gives no token, or a machine's metadata.
type refusedToken struct {
	status  int
	message string
	ofChain bool
}

// Error implements error.
func (e *refusedToken) Error() string {
	return fmt.Sprintf("get a token: status %d: %s", e.status, e.message)
}

// Class implements adapter.Classed; such as that of AADSTS700016 (unknown application) and
// AADSTS7000215 (wrong secret), which come as 400 and 401
// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). A
// machine's metadata answers 404 and 410 while it is being updated
// (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling).
func (e *refusedToken) Class() cloud.Class {
	switch class := adapter.StatusClass(e.status); {
	case e.ofChain && (e.status == http.StatusNotFound || e.status == http.StatusGone):
		return cloud.Unavailable
	case e.status < http.StatusBadRequest || class == cloud.Throttled || class == cloud.Timeout || class == cloud.Unavailable:
		return class
	default:
		return cloud.InvalidCredential
	}
}
