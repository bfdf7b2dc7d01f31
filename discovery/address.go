package discovery

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cloudsync/query"
	"cloudsync/resource"
)

// Address says by which of its addresses a resource is to be reached.
type Address string

// The choices of an address.
const (
	// AnyAddress is the usual one of a kind: the private IPv4 address of a host, the
	// endpoint of a database, what a load balancer has.
	AnyAddress Address = ""
	Private    Address = "private" // IPv4, or a name that is for clients in the network
	Public     Address = "public"  // IPv4, or a public load balancer's name
	IPv6       Address = "ipv6"    // a private one before a public one
)

// ParseAddress reads a choice.
func ParseAddress(text string) (Address, error) {
	choice := Address(text)
	if !slices.Contains([]Address{AnyAddress, Private, Public, IPv6}, choice) {
		return "", fmt.Errorf("unknown address %.64q: write private, public or ipv6", text)
	}
	return choice, nil
}

// The columns that say where a resource can be reached.
const (
	privateIPs = "private_ips"
	publicIPs  = "public_ips"
	addresses  = "addresses" // of a load balancer
	address    = "address"   // a public IP address itself
	endpoint   = "endpoint"
	port       = "port"
	ports      = "ports" // of a load balancer, such as 443/https
	scheme     = "scheme"
)

// hasAddress says that resources of a kind can be reached at all.
func hasAddress(kind *resource.Kind) bool {
	return hasAnyOf(kind, privateIPs, addresses, address, endpoint)
}

// knowsPort says that resources of a kind may say themselves at which port.
func knowsPort(kind *resource.Kind) bool { return hasAnyOf(kind, port, ports, endpoint) }

func hasAnyOf(kind *resource.Kind, columns ...string) bool {
	return slices.ContainsFunc(kind.Columns(), func(column string) bool { return slices.Contains(columns, column) })
}

// reach is what a resource says of where it can be reached.
type reach struct {
	private, public, addresses, endpoint, ports []string
	address, port, scheme                       string
}

// reset forgets the resource before.
func (r *reach) reset() {
	*r = reach{private: r.private[:0], public: r.public[:0], addresses: r.addresses[:0], endpoint: r.endpoint[:0], ports: r.ports[:0]}
}

// take looks at a column's value.
func (r *reach) take(column, value string) {
	switch column {
	case privateIPs:
		r.private = append(r.private, value)
	case publicIPs:
		r.public = append(r.public, value)
	case addresses:
		r.addresses = append(r.addresses, value)
	case ports:
		r.ports = append(r.ports, value)
	case address:
		r.address = value
	case port:
		r.port = value
	case scheme:
		r.scheme = value
	case endpoint:
		host, at := divideEndpoint(value)
		r.endpoint = append(r.endpoint, host)
		if r.port == "" { // the column comes later, and is right
			r.port = at
		}
	}
}

// host is the address that is asked for, or "". What a cloud says is taken for an address, or
// a host's name, only if it is one.
func (r *reach) host(choice Address) string {
	internal := r.scheme != resource.SchemePublic
	switch choice {
	case Private:
		if host := first(isIPv4, r.private); host != "" || !internal {
			return host
		}
		return first(isIPv4OrName, r.endpoint, r.addresses)
	case Public:
		if host := first(isIPv4, r.public, []string{r.address}); host != "" || internal {
			return host
		}
		return first(isIPv4OrName, r.addresses)
	case IPv6:
		return first(isIPv6, r.private, r.public, r.addresses, []string{r.address}, r.endpoint)
	default:
		if host := first(isIPv4, r.private); host != "" {
			return host
		}
		return first(isAnyHost, r.endpoint, r.addresses, []string{r.address})
	}
}

// listens appends the ports to reach the resource at: the one that is given, or those that it
// has itself.
func (r *reach) listens(dst []string, given string) []string {
	if given != "" {
		return append(dst, given)
	}
	if isPort(r.port) {
		return append(dst, r.port)
	}
	for _, listener := range r.ports {
		at, protocol, _ := strings.Cut(listener, "/")
		if isPort(at) && !strings.EqualFold(protocol, "udp") && !slices.Contains(dst, at) {
			dst = append(dst, at)
		}
	}
	return dst
}

// first is the first of the texts that is a host, in the form in which one writes it.
func first(is func(text string, addr netip.Addr) bool, lists ...[]string) string {
	for _, list := range lists {
		for _, text := range list {
			addr := query.Address(text)
			if addr.Zone() != "" || !is(text, addr) {
				continue
			}
			if addr.IsValid() {
				return addr.String()
			}
			return text
		}
	}
	return ""
}

func isIPv4(_ string, addr netip.Addr) bool          { return addr.Is4() }
func isIPv6(_ string, addr netip.Addr) bool          { return addr.Is6() }
func isIPv4OrName(text string, addr netip.Addr) bool { return addr.Is4() || isName(text, addr) }
func isAnyHost(text string, addr netip.Addr) bool    { return addr.IsValid() || isName(text, addr) }

// hostName has underscores, too: some clouds make such names.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$`)

// isName says that a text is a host's name, which has 253 bytes at most (RFC 1035, 2.3.4).
func isName(text string, addr netip.Addr) bool {
	return !addr.IsValid() && len(text) <= 253 && hostName.MatchString(text)
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0 && text[0] != '0'
}

// divideEndpoint takes an endpoint apart: clusters have the address of their API, such as
// https://10.0.0.1:6443.
func divideEndpoint(text string) (host, at string) {
	if strings.Contains(text, "://") {
		if address, err := url.Parse(text); err == nil {
			host, at = address.Hostname(), address.Port()
			if at == "" && address.Scheme == "https" {
				at = "443"
			}
			return host, at
		}
	}
	if host, at, err := net.SplitHostPort(text); err == nil {
		return host, at
	}
	return text, ""
}
