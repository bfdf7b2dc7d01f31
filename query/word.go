package query

import (
	"net/netip"
	"slices"
	"strings"
)

// Word is a bare word of a query. An address, or a network, is meant as such: the row has the
// address, or one in the network, or the word is all of its name or id. Any other word is part
// of one of these or of an address, in small or capital letters.
type Word struct {
	text    string // as it is compared
	whole   string // as it was written
	network netip.Prefix
}

func newWord(text string) Word {
	if network, err := netip.ParsePrefix(text); err == nil {
		return Word{text: text, whole: text, network: network.Masked()}
	}
	if addr := Address(text); addr.IsValid() {
		return Word{text: addr.String(), whole: text, network: netip.PrefixFrom(addr, addr.BitLen())}
	}
	return Word{text: strings.ToLower(text), whole: text}
}

// Text is the word as it was written.
func (w Word) Text() string { return w.whole }

// Network is the network that the word is, or that of its one address; not valid if it is
// neither.
func (w Word) Network() netip.Prefix { return w.network }

// In is what the word asks of a column's values.
func (w Word) In(column string) Want {
	switch {
	case !w.network.IsValid():
		return part(w.text)
	case IsAddress(column):
		return inside(w.network)
	default:
		return oneOf{w.whole}
	}
}

// Want says which values are wanted.
type Want interface {
	// Holds says whether a value is wanted; an empty one is none.
	Holds(value string) bool
	// Texts are all the values that can be wanted, nil if there may be others.
	Texts() []string
	// Start is how all values begin that can be wanted.
	Start() string
	// Network is the network in which all addresses are that can be wanted; not valid if
	// there is none.
	Network() netip.Prefix
}

// anyText is a Want that says nothing of what can be wanted.
type anyText struct{}

func (anyText) Texts() []string       { return nil }
func (anyText) Start() string         { return "" }
func (anyText) Network() netip.Prefix { return netip.Prefix{} }

type partWanted struct {
	anyText
	text string
}

func part(text string) Want { return partWanted{text: text} }

func (p partWanted) Holds(value string) bool { return containsFold(value, p.text) }

type networkWanted struct {
	anyText
	network netip.Prefix
}

func inside(network netip.Prefix) Want { return networkWanted{network: network} }

func (n networkWanted) Holds(value string) bool { return n.network.Contains(Address(value)) }
func (n networkWanted) Network() netip.Prefix   { return n.network }

type oneOf []string

func (o oneOf) Holds(value string) bool { return slices.Contains(o, value) }
func (o oneOf) Texts() []string         { return o }
func (o oneOf) Start() string           { return "" }
func (o oneOf) Network() netip.Prefix   { return netip.Prefix{} }

// containsFold is strings.Contains, where part is in small letters.
func containsFold(text, part string) bool {
	if strings.Contains(text, part) {
		return true
	}
	for i := range len(text) {
		if b := text[i]; 'A' <= b && b <= 'Z' || b >= 0x80 {
			return strings.Contains(strings.ToLower(text), part)
		}
	}
	return false
}
