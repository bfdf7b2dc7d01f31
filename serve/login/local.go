package login

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"cloudsync/cloud"
)

// serveLocal is the server without login, which listens on loopback alone. A page of
// another site can reach it if that site's name is made to mean this machine, and a proxy
// passes on what others send: both are refused, as far as they can be seen.
func (g *Guard) serveLocal(w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch {
	case !isLocalHost(r.Host):
		refuse(w, r, http.StatusForbidden, "Without login, the server answers to localhost and 127.0.0.1 alone. Write serve.login into the configuration to reach it by another name.")
	case slices.ContainsFunc(forwarding, func(name string) bool { return len(r.Header.Values(name)) > 0 }):
		refuse(w, r, http.StatusForbidden, "Without login, the server answers to no proxy. Write serve.login into the configuration to have one in front.")
	case r.URL.Path == stylePath:
		g.own.ServeHTTP(w, r)
	case isOwn(r.URL.Path):
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		next.ServeHTTP(w, with(r, local))
	}
}

// forwarding are the headers that proxies add.
var forwarding = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

func isLocalHost(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = strings.Trim(hostPort, "[]")
	}
	return cloud.IsLoopback(strings.ToLower(host))
}
