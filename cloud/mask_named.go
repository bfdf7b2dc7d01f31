package cloud

import (
	"regexp"
	"strings"
)

// The names that the parts of a credential and signatures have in the requests of
// clouds, as they stand in URLs, forms, JSON, XML and headers.
const secretNames = `(?:x-(?:[a-z]+-)*)?(?:aws)?(?:` +
	`signature|credential|sig|` +
	`access[-_]?key[-_]?id|access[-_]?key[-_]?secret|access[-_]?key|secret[-_]?access[-_]?key|secret[-_]?id|secret[-_]?key|` +
	`client[-_]?secret|client[-_]?assertion|password|` +
	`(?:security|session|access|refresh|id|auth|subject)[-_]?token` +
	`)`

var (
	// named is a name, what stands between it and its value, and the value up to what
	// ends one.
	named = regexp.MustCompile(`(?i)((?:^|[^a-z0-9_-])` + secretNames +
		`)(\\?["']?\s*[=:>]\s*\\?["']?)([^\s"'\\&<>,;(){}\[\]]+)`)
	// escaped is the same in a text that was escaped as a whole, where %26 ends a value.
	escaped = regexp.MustCompile(`(?i)((?:^|[^a-z0-9_-]|%26|%3f|%22)` + secretNames +
		`(?:%3d|%22%3a%22))((?:[^\s"'\\&<>,;(){}\[\]%]|%[013-9a-f][0-9a-f]|%2[0-1357-9a-f])+)`)
	// authorization is the header with all that follows on its line, up to what ends a
	// quoted or bracketed one.
	authorization = regexp.MustCompile(`(?i)(authorization\\?["']?\s*[:=]\s*\\?["'\[]?)([^"'\\\]\[}<>\r\n]+)`)
	bearer        = regexp.MustCompile(`(?i)(\bbearer\s+)([a-z0-9._~+/=-]{8,})`)
	// pem is a private key, to its end or that of the text.
	pem = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`)
	// shaped are key ids and tokens that can be told by their form alone: those of AWS,
	// Alibaba Cloud, Tencent Cloud and Google Cloud, and JSON web tokens.
	shaped = regexp.MustCompile(`\b(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|LTAI[A-Za-z0-9]{12,}|AKID[A-Za-z0-9]{16,}|STS\.[A-Za-z0-9]{16,}|ya29\.[A-Za-z0-9._-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}|AIza[A-Za-z0-9_-]{30,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}[A-Za-z0-9._-]*)`)
)

// hideNamed hides what is named, or shaped, like a part of a credential or a signature.
func hideNamed(text string) string {
	text = pem.ReplaceAllString(text, hidden)
	text = authorization.ReplaceAllStringFunc(text, func(found string) string {
		parts := authorization.FindStringSubmatch(found)
		if strings.HasSuffix(parts[1], "[") && "["+parts[2]+"]" == hidden { // before
			return found
		}
		return parts[1] + hidden
	})
	text = bearer.ReplaceAllString(text, "${1}"+hidden)
	text = escaped.ReplaceAllString(text, "${1}"+hidden)
	text = named.ReplaceAllStringFunc(text, func(found string) string {
		parts := named.FindStringSubmatch(found)
		if isProse(parts[2], parts[3]) {
			return found
		}
		return parts[1] + parts[2] + hidden
	})
	return shaped.ReplaceAllString(text, hidden)
}

// isProse says that a colon ends a name as it does in a sentence, and a word follows.
func isProse(between, value string) bool {
	return strings.TrimSpace(between) == ":" && len(value) < 16 && !strings.ContainsAny(value, "0123456789")
}
