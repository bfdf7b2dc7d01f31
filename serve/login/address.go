package login

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is where a request comes from. What stands in X-Forwarded-For is believed as
// far as configured proxies wrote it, from the end on.
func (g *Guard) address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	from := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || !g.isProxy(from) {
			break
		}
		from = before.Unmap().WithZone("")
	}
	return from
}

func (g *Guard) isProxy(addr netip.Addr) bool {
	return slices.ContainsFunc(g.settings.Proxies, func(proxies netip.Prefix) bool { return proxies.Contains(addr) })
}

// network is what one client has of addresses: of IPv6, mostly 64 bits of them.
func network(addr netip.Addr) netip.Prefix {
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	of, _ := addr.Prefix(bits) // the zero prefix for no address
	return of
}
