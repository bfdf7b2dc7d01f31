package login

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"cloudsync/cloud"
	"cloudsync/config"
)

// session is what a browser keeps of a login.
type session struct {
	Identity
	Mark string    // see markOf
	Ends time.Time // whatever the browser does with the cookie
}

// sessionCookie is the name of the cookie of a session.
const sessionCookie = "cloudsync"

// fromSession says whose session a request is of.
func (g *Guard) fromSession(r *http.Request) (Identity, error) {
	var s session
	if !g.cookies.read(r, sessionCookie, &s) || !time.Now().Before(s.Ends) {
		return Identity{}, errUnknown
	}
	switch s.Method {
	case Password:
		if user, ok := userNamed(g.settings.Login.Users, s.Name); ok && s.Mark != "" && s.Mark == g.passwords.mark(user) {
			return s.Identity, nil
		}
	case OIDC:
		if g.provider != nil && s.Mark == g.provider.mark {
			return s.Identity, nil
		}
	}
	return Identity{}, errUnknown
}

// begin gives the browser a session, and sends it on.
func (g *Guard) begin(w http.ResponseWriter, r *http.Request, who Identity, mark, next string) {
	ends := g.sessionEnds()
	if err := g.cookies.write(w, sessionCookie, session{Identity: who, Mark: mark, Ends: ends}, ends); err != nil {
		g.log.ErrorContext(r.Context(), "begin a session", "error", err)
		g.showForm(w, r, http.StatusInternalServerError, form{Fault: "The session's key cannot be read: the server's log says why."})
		return
	}
	g.tell(r, who)
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// cookies are encrypted and authenticated, so that nobody else reads or makes them.
type cookies struct {
	key    func() (string, error)
	secure bool
}

func newCookies(settings config.Serve) cookies {
	key := settings.Login.SessionKey
	if key.IsZero() {
		key = cloud.SecretText(rand.Text() + rand.Text())
	}
	return cookies{key: key.Reveal, secure: settings.IsHTTPS()}
}

// name is the cookie's with the prefix that keeps other hosts from setting it, which
// browsers heed over HTTPS alone
// (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes).
func (c cookies) name(base string) string {
	if c.secure {
		return "__Host-" + base
	}
	return base
}

func (c cookies) write(w http.ResponseWriter, base string, value any, ends time.Time) error {
	plain, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode a cookie: %w", err)
	}
	sealing, err := c.cipher()
	if err != nil {
		return err
	}
	sealed := sealing.Seal(nil, nil, plain, []byte(base))
	http.SetCookie(w, c.cookie(base, base64.RawURLEncoding.EncodeToString(sealed), int(time.Until(ends).Round(time.Second).Seconds())))
	return nil
}

func (c cookies) cookie(base, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: c.name(base), Value: value, MaxAge: maxAge,
		Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
}

func (c cookies) drop(w http.ResponseWriter, base string) { http.SetCookie(w, c.cookie(base, "", -1)) }

// read says whether the request has the cookie, as this server wrote it.
func (c cookies) read(r *http.Request, base string, value any) bool {
	cookie, err := r.Cookie(c.name(base))
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return false
	}
	sealing, err := c.cipher()
	if err != nil {
		return false
	}
	plain, err := sealing.Open(nil, nil, sealed, []byte(base))
	return err == nil && json.Unmarshal(plain, value) == nil
}

func (c cookies) cipher() (cipher.AEAD, error) {
	secret, err := c.key()
	if err != nil {
		return nil, fmt.Errorf("read the key of sessions: %w", err)
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "cloudsync cookies", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of sessions: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("encrypt sessions: %w", err)
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("encrypt sessions: %w", err)
	}
	return sealing, nil
}
