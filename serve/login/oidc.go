package login

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"cloudsync/config"
	"cloudsync/untrusted"
)

// provider is the identity provider. It is asked about itself at the first login, so that
// the server starts without it.
type provider struct {
	config.OIDC
	redirect string
	mark     string // of the settings that a session's role follows from
	client   *http.Client
	asking   singleflight.Group
	found    *memory[string, *oidc.Provider]
}

const (
	providerTimeout = 10 * time.Second
	// providerKept is for how long what the provider says of itself is believed. Its keys
	// are asked for anew whenever a token has an unknown one.
	providerKept = time.Hour
)

func newProvider(settings config.Serve) *provider {
	of := settings.Login.OIDC
	if of == nil {
		return nil
	}
	return &provider{
		OIDC: *of, redirect: settings.URL + callbackPath,
		mark: markOf(of.Issuer, of.ClientID, of.NameClaim, of.RoleClaim,
			strings.Join(of.Operators, "\x01"), strings.Join(of.Viewers, "\x01")),
		client: &http.Client{Timeout: providerTimeout},
		found:  newMemory[string, *oidc.Provider](),
	}
}

// flow is what a browser keeps of a login that is under way.
type flow struct {
	State, Nonce, Verifier string
	Next                   string
	Ends                   time.Time
}

const (
	flowCookie = "cloudsync-oidc"
	flowKept   = 10 * time.Minute
)

// askProvider sends the browser to the provider.
func (g *Guard) askProvider(w http.ResponseWriter, r *http.Request) {
	at, err := g.provider.oauth2(r.Context())
	if err != nil {
		g.failOIDC(w, r, http.StatusBadGateway, "The identity provider cannot be asked: try again later.", err)
		return
	}
	f := flow{
		State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
		Next: safeNext(r.URL.Query().Get("next")), Ends: time.Now().Add(flowKept),
	}
	if err := g.cookies.write(w, flowCookie, f, f.Ends); err != nil {
		g.failOIDC(w, r, http.StatusInternalServerError, "The session's key cannot be read: the server's log says why.", err)
		return
	}
	http.Redirect(w, r, at.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), http.StatusSeeOther)
}

// comeBack is where the provider sends the browser.
func (g *Guard) comeBack(w http.ResponseWriter, r *http.Request) {
	var f flow
	isKnown := g.cookies.read(r, flowCookie, &f) && time.Now().Before(f.Ends)
	g.cookies.drop(w, flowCookie)
	query := r.URL.Query()
	switch {
	case !isKnown || !hmac.Equal([]byte(f.State), []byte(query.Get("state"))):
		g.failOIDC(w, r, http.StatusBadRequest, "This login was not begun here, or took too long: log in again.", errors.New("no such state"))
		return
	case query.Get("error") != "":
		g.failOIDC(w, r, http.StatusForbidden, "The identity provider refused the login.", fmt.Errorf("the provider says %.100q", query.Get("error")))
		return
	}
	who, err := g.provider.exchange(r.Context(), query.Get("code"), f)
	var refused refusedError
	switch {
	case errors.As(err, &refused):
		g.failOIDC(w, r, http.StatusForbidden, refused.Error(), err)
	case err != nil:
		g.failOIDC(w, r, http.StatusForbidden, "The identity provider's answer cannot be used: the server's log says why.", err)
	default:
		g.begin(w, r, who, g.provider.mark, f.Next)
	}
}

func (g *Guard) failOIDC(w http.ResponseWriter, r *http.Request, status int, fault string, err error) {
	g.log.WarnContext(r.Context(), "login failed", "method", OIDC, "address", g.address(r).String(), "error", shownError(err))
	g.showForm(w, r, status, form{Fault: fault})
}

// shownError is an error without the answers it holds, which can have tokens in them.
func shownError(err error) string {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Sprintf("the provider gives no token: status %d, %.100q", refused.Response.StatusCode, refused.ErrorCode)
	}
	return clip(untrusted.Terminal(err.Error()), 300)
}

func clip(text string, characters int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), characters)])
}

// discover asks the provider about itself, once for all who wait.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	if found, ok := p.found.get(p.Issuer); ok {
		return found, nil
	}
	asked, err, _ := p.asking.Do("", func() (any, error) {
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err == nil {
			p.found.put(p.Issuer, found, providerKept)
		}
		return found, err
	})
	if err != nil {
		return nil, fmt.Errorf("ask the identity provider: %w", err)
	}
	return asked.(*oidc.Provider), nil
}

func (p *provider) oauth2(ctx context.Context) (*oauth2.Config, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := p.ClientSecret.Reveal()
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: secret, Endpoint: found.Endpoint(), RedirectURL: p.redirect,
		Scopes: append([]string{oidc.ScopeOpenID, "profile", "email"}, p.Scopes...),
	}, nil
}

// exchange has the provider say who came back with a code.
func (p *provider) exchange(ctx context.Context, code string, f flow) (Identity, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	at, err := p.oauth2(ctx)
	if err != nil {
		return Identity{}, err
	}
	answer, err := at.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Identity{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return Identity{}, errors.New("the provider's answer has no ID token")
	}
	found, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	token, err := found.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, fmt.Errorf("check the ID token: %w", err)
	}
	if !hmac.Equal([]byte(token.Nonce), []byte(f.Nonce)) {
		return Identity{}, errors.New("the ID token is of another login: its nonce is not the one that was sent")
	}
	claims := claims{}
	if err := token.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("read the ID token: %w", err)
	}
	// A token for several parties says which of them asked for it:
	// https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, 4 and 5.
	if party := claims.text("azp"); party != p.ClientID && (party != "" || len(token.Audience) > 1) {
		return Identity{}, errors.New("the ID token was given to another party")
	}
	return p.identity(claims)
}

// refusedError is of one whom the provider knows and who has nothing to do here. Its text
// is for them.
type refusedError string

func (e refusedError) Error() string { return string(e) }

func (p *provider) identity(c claims) (Identity, error) {
	name := clip(untrusted.Terminal(c.name(p.NameClaim)), maxOIDCName)
	if strings.TrimSpace(name) == "" {
		return Identity{}, refusedError("The identity provider does not say a name that can be used.")
	}
	values := c.texts(p.RoleClaim)
	has := func(wanted []string) bool {
		return slices.ContainsFunc(values, func(value string) bool { return slices.Contains(wanted, value) })
	}
	switch {
	case has(p.Operators):
		return Identity{Name: name, Role: Operator, Method: OIDC}, nil
	case len(p.Viewers) == 0 || has(p.Viewers):
		return Identity{Name: name, Role: Viewer, Method: OIDC}, nil
	}
	return Identity{}, refusedError("You have no role here: ask whoever runs this server.")
}

// maxOIDCName is the longest name that is taken from a provider, in characters.
const maxOIDCName = 128

// claims are what an ID token says.
type claims map[string]json.RawMessage

func (c claims) text(key string) (text string) {
	if json.Unmarshal(c[key], &text) != nil {
		return ""
	}
	return text
}

// texts are a claim's, which is one or a list of them.
func (c claims) texts(key string) (texts []string) {
	if text := c.text(key); text != "" {
		return []string{text}
	}
	if json.Unmarshal(c[key], &texts) != nil {
		return nil
	}
	return texts
}

// name is a claim's; for none, a verified email, else preferred_username, else sub. An
// email that the provider did not verify is what somebody typed.
func (c claims) name(claim string) string {
	verified := string(c["email_verified"]) == "true" || c.text("email_verified") == "true"
	_, says := c["email_verified"]
	switch {
	case claim == "email" && says && !verified:
		return ""
	case claim != "":
		return c.text(claim)
	case verified && c.text("email") != "":
		return c.text("email")
	case c.text("preferred_username") != "":
		return c.text("preferred_username")
	}
	return c.text("sub")
}
