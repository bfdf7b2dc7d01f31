package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"cloudsync/config"
)

// tokens checks the tokens of machines. It reads each file at each use, so that a token
// can be replaced while the server runs.
type tokens struct {
	of  []config.Token
	log *slog.Logger
}

// check says whose token a request shows. All are compared, in the same time for each.
func (t *tokens) check(r *http.Request, from netip.Addr) (Identity, error) {
	scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Identity{}, errUnknown
	}
	var who Identity
	sum := sha256.Sum256([]byte(strings.TrimSpace(shown)))
	for _, machine := range t.of {
		token, err := machine.Token.Reveal()
		if err != nil {
			t.log.ErrorContext(r.Context(), "read a token", "name", machine.Name, "error", err)
			continue
		}
		if own := sha256.Sum256([]byte(token)); subtle.ConstantTimeCompare(own[:], sum[:]) == 1 {
			who = Identity{Name: machine.Name, Role: machine.Role, Method: Token}
		}
	}
	if who == (Identity{}) {
		t.log.WarnContext(r.Context(), "login failed", "name", shownName(false, ""), "method", Token, "address", from.String())
		return Identity{}, errUnknown
	}
	return who, nil
}
