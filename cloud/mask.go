package cloud

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// MinSecret is the length from which a secret is hidden in texts, in bytes: a shorter
// one would be found inside words. None that is given out is as short.
const MinSecret = 6

// minKeyID is that of key ids, of which none is as short either.
const minKeyID = 8

// Mask hides the parts of a credential in the texts of others, such as the answer of a
// server that quotes its request: as they are, and in the clothes that they travel in,
// which are the escapes of URLs, forms, JSON and HTML, base64 and hexadecimal digits.
// It also hides what is named like a part of a credential or a signature. The zero
// value hides only that.
type Mask struct{ forms []string }

// NewMask hides the key with this id, and the token that belongs to it.
func NewMask(id, key, token string) Mask {
	var m Mask
	if len(id) >= minKeyID {
		m.forms = append(m.forms, id)
	}
	for _, secret := range []string{key, token} {
		if len(secret) >= MinSecret {
			m.forms = append(m.forms, secret)
			m.forms = append(m.forms, inBase64(secret)...)
			m.forms = append(m.forms, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))))
		}
	}
	// The longest first: one may hold another.
	slices.SortStableFunc(m.forms, func(a, b string) int { return len(b) - len(a) })
	return m
}

// inBase64 is what every base64 text has in it that encodes the secret among other
// things, such as ID:SECRET: it depends on where the secret begins, by three.
func inBase64(secret string) (forms []string) {
	for before, dependent := range []int{0, 2, 3} { // characters that depend on what is before
		bytes := append(make([]byte, before), secret...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(bytes)
			if len(bytes)%3 != 0 {
				text = text[:len(text)-1] // depends on what is after
			}
			if text = text[dependent:]; !slices.Contains(forms, text) {
				forms = append(forms, text)
			}
		}
	}
	return forms
}

// Hide returns the text with [secret] for what nobody is to read.
func (m Mask) Hide(text string) string {
	var out strings.Builder
	kept := 0
	for at := 0; at < len(text); {
		end := m.find(text, at)
		if end < 0 {
			at++
			continue
		}
		out.WriteString(text[kept:at])
		out.WriteString(hidden)
		at, kept = end, end
	}
	out.WriteString(text[kept:])
	return hideNamed(out.String())
}

// find returns where a form ends that begins at a position of the text; -1: none does.
func (m Mask) find(text string, at int) int {
	for _, form := range m.forms {
		if end := match(text, at, form); end > 0 {
			return end
		}
	}
	return -1
}

// cutMark is how a text ends that was cut, perhaps within a secret.
const cutMark = "…"

// match returns where the form, however it is escaped, ends in the text; -1 where it
// does not begin there. A text that was cut needs to have MinSecret bytes of it.
func match(text string, at int, form string) int {
	ends := []int{at}
	for i := range len(form) {
		var next []int
		for _, end := range ends {
			if i >= MinSecret && strings.HasPrefix(text[end:], cutMark) {
				return end
			}
			next = appendNext(next, text, end, form[i])
		}
		if len(next) == 0 {
			return -1
		}
		ends = next
	}
	return slices.Max(ends)
}

// appendNext appends where the byte ends in the text at a position, in each way in which
// it can be written there.
func appendNext(ends []int, text string, at int, b byte) []int {
	if at >= len(text) {
		return ends
	}
	if text[at] == b {
		ends = append(ends, at+1)
	}
	end := -1
	switch text[at] {
	case '%':
		return appendUnescaped(ends, text, at+1, b)
	case '\\':
		end = afterBackslash(text, at+1, b)
	case '&':
		end = afterAmpersand(text, at+1, b)
	case '+':
		if b == ' ' {
			end = at + 1
		}
	}
	if end > 0 {
		ends = append(ends, end)
	}
	return ends
}

// appendUnescaped reads what a % escapes, also in a text that was escaped several times,
// in which % is %25.
func appendUnescaped(ends []int, text string, at int, b byte) []int {
	for ; at+2 <= len(text); at += 2 {
		if isHex(text[at:at+2], b) || b == ' ' && isHex(text[at:at+2], '+') {
			ends = append(ends, at+2)
		}
		if text[at:at+2] != "25" {
			break
		}
	}
	return ends
}

// maxEscapes is how many backslashes an escape has at most: five times escaped. An answer
// of nothing but backslashes is not to be read to its end from each of them.
const maxEscapes = 32

// afterBackslash reads the escapes of JSON and of Go, with as many backslashes as they
// have.
func afterBackslash(text string, at int, b byte) int {
	for end := at + maxEscapes - 1; at < min(end, len(text)) && text[at] == '\\'; {
		at++
	}
	switch rest := text[at:]; {
	case b == '\\':
		return at
	case len(rest) >= 5 && rest[0] == 'u' && isHex(rest[1:5], b):
		return at + 5
	case len(rest) >= 3 && rest[0] == 'x' && isHex(rest[1:3], b):
		return at + 3
	case len(rest) >= 1 && rest[0] == b && strings.IndexByte(`"'/`, b) >= 0:
		return at + 1
	default:
		return -1
	}
}

func isHex(digits string, b byte) bool {
	n, err := strconv.ParseUint(digits, 16, 16)
	return err == nil && n == uint64(b)
}

// entities are the names that HTML and XML have for what is escaped in them.
var entities = map[string]byte{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "plus": '+', "equals": '=', "sol": '/'}

func afterAmpersand(text string, at int, b byte) int {
	name, _, closed := strings.Cut(text[at:min(len(text), at+8)], ";")
	if !closed {
		return -1
	}
	means, named := entities[name]
	digits, numeric := strings.CutPrefix(name, "#")
	if numeric {
		base := 10
		if hexadecimal, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
			base, digits = 16, hexadecimal
		}
		n, err := strconv.ParseUint(digits, base, 8)
		means, named = byte(n), err == nil
	}
	if named && means == b {
		return at + len(name) + 1
	}
	return -1
}
