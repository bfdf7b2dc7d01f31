package untrusted

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON is the same document with what a reader would not see written as \u…: it can
// stand only in its texts. A document may end in a line break, or be many lines.
func JSON(document []byte) []byte {
	if plainJSON(document) {
		return document
	}
	written := make([]byte, 0, len(document)+len(document)/8)
	for len(document) > 0 {
		r, size := utf8.DecodeRune(document)
		switch {
		case r == utf8.RuneError && size == 1: // no UTF-8: read as this, too
			written = append(written, `\ufffd`...)
		case asIs(r):
			written = append(written, document[:size]...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			written = fmt.Appendf(written, `\u%04x\u%04x`, high, low)
		default:
			written = fmt.Appendf(written, `\u%04x`, r)
		}
		document = document[size:]
	}
	return written
}

const del = 0x7F

// asIs takes the control characters of ASCII for the document's line breaks: in its
// texts they are escaped already.
func asIs(r rune) bool { return r < del || visible(r) }

// plainJSON says that there is nothing to write otherwise, as in most documents.
func plainJSON(document []byte) bool {
	for _, b := range document {
		if b >= del {
			return false
		}
	}
	return true
}
