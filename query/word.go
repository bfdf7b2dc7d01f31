package query

import (
	"net/netip"
	"strings"
)

// Word is a bare word of a query. An address, or a network, is meant as such: the row has the
// address, or one in the network, or the word is all of its name, id or endpoint. Any other
// word is part of one of these or of an address, in small or capital letters.
type Word struct {
	text    string
	network netip.Prefix
}

func newWord(text string) Word {
	if network, err := netip.ParsePrefix(text); err == nil {
		return Word{text: text, network: network.Masked()}
	}
	if addr := Address(text); addr.IsValid() {
		return Word{text: addr.String(), network: netip.PrefixFrom(addr, addr.BitLen())}
	}
	return Word{text: strings.ToLower(text)}
}

// Network is the network that the word is; not valid if it is none.
func (w Word) Network() netip.Prefix { return w.network }

// Text is the word, in the form in which Holds compares it.
func (w Word) Text() string { return w.text }

// Holds says whether a name, an id, an endpoint or an address is what the word asks for.
func (w Word) Holds(value string) bool {
	if w.network.IsValid() {
		return value == w.text || w.network.Contains(Address(value))
	}
	return containsFold(value, w.text)
}

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
