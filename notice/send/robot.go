package send

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"sort"
	"strings"
	"time"
	"unicode/utf16"

	"cloudsync/cloud"
	"cloudsync/notice"
)

// robot is what posts to a chat. Chats answer in words or codes of their own why they do not
// take a message, many of them with the status 200.
type robot struct {
	poster
	chat   string       // its name, for operators
	secret cloud.Secret // with which messages are signed; none if they are not
	now    func() time.Time
}

func newRobot(chat string, address, secret cloud.Secret) robot {
	return robot{poster: newPoster(address), chat: chat, secret: secret, now: time.Now}
}

// Robot implements Paced, for the chats that have a pace: a digest of the robot's address, however
// that is written.
func (r robot) Robot() string {
	to, err := r.url()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToLower(to.Host) + to.Path + "?" + to.Query().Encode()))
	return hex.EncodeToString(sum[:])
}

// verdict is what a chat's code means.
type verdict struct {
	advice  string // what to do, "" where there is nothing to do
	refused bool
	wait    time.Duration // how long it takes nothing more
}

// deliver posts a document and returns the chat's answer.
func (r robot) deliver(ctx context.Context, to *url.URL, document any, secrets ...string) (*answer, error) {
	body, err := encode(document)
	if err != nil {
		return nil, err
	}
	return r.exchange(ctx, to, body, nil, secrets...)
}

// deliverByStatus is deliver for a chat whose status says that it took the message: an answer of
// success that broke off is one, so that nobody reads the message again and again.
func (r robot) deliverByStatus(ctx context.Context, to *url.URL, document any) (*answer, error) {
	got, err := r.deliver(ctx, to, document)
	if got != nil && got.succeeded() {
		return got, nil
	}
	return got, err
}

// revealSecret is the secret for signatures, "" if there is none.
func (r robot) revealSecret() (string, error) {
	secret, err := r.secret.Reveal()
	if err != nil {
		return "", &Failure{Reason: "read the receiver's secret: " + err.Error()}
	}
	return secret, nil
}

// fails is the failure that the chat told by a code and words of its own.
func (r robot) fails(got *answer, code, said string, meant verdict) *Failure {
	reason := r.chat + " answered " + got.shown(code)
	if said = got.shown(said); said != "" {
		reason += ": " + said
	}
	if meant.advice != "" {
		reason += "; " + meant.advice
	}
	return &Failure{Reason: reason, Refused: meant.refused, RetryAfter: cmp.Or(got.retryAfter(), meant.wait)}
}

// strange is the failure of an answer that is not the chat's.
func (r robot) strange(got *answer) *Failure {
	if !got.succeeded() {
		return got.failure()
	}
	return &Failure{Reason: fmt.Sprintf("this is no answer of %s: %q; is the address that of its robot?", r.chat, got.shown(string(got.body)))}
}

// lined is the text with each of its parts on one line, and changed by defuse.
func lined(t notice.Text, defuse func(string) string) notice.Text {
	line := func(text string) string {
		return defuse(strings.Map(func(r rune) rune {
			switch r {
			case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
				return ' '
			default:
				return r
			}
		}, strings.ToValidUTF8(text, "�")))
	}
	out := notice.Text{Title: line(t.Title), Link: linkOf(t.Link), LinkWords: line(t.LinkWords)}
	for _, text := range t.Lines {
		out.Lines = append(out.Lines, line(text))
	}
	return out
}

// linkOf is the link without characters that end a link or begin markup.
func linkOf(link string) string {
	return linkEscapes.Replace(strings.ToValidUTF8(link, ""))
}

var linkEscapes = strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", " ", "%20", "\n", "%0A", "\r", "%0D", "\"", "%22")

// asIs defuses nothing: for a receiver in which text is text.
func asIs(text string) string { return text }

// fitted is as much of the text as has the size that a receiver takes at most, with a mark where
// it was cut. The link stays. Size has to grow with the text.
func fitted(t notice.Text, limit int, size func(notice.Text) int) notice.Text {
	if size(t) <= limit {
		return t
	}
	total := len([]rune(t.Title))
	for _, line := range t.Lines {
		total += len([]rune(line))
	}
	tooMany := sort.Search(total, func(n int) bool { return size(beginning(t, n)) > limit })
	return beginning(t, max(tooMany-1, 0))
}

// cutMark is where a text was cut.
const cutMark = "…"

// beginning is the text with so many characters of its title and lines.
func beginning(t notice.Text, characters int) notice.Text {
	out := notice.Text{Link: t.Link, LinkWords: t.LinkWords}
	take := func(text string) (string, bool) {
		runes := []rune(text)
		if len(runes) <= characters {
			characters -= len(runes)
			return text, true
		}
		return string(runes[:characters]) + cutMark, false
	}
	title, whole := take(t.Title)
	out.Title = title
	for _, line := range t.Lines {
		if !whole {
			break
		}
		line, whole = take(line)
		out.Lines = append(out.Lines, line)
	}
	return out
}

// inBytes is the size of a text as one document.
func inBytes(t notice.Text) int { return len(t.String()) }

// inUnits is the size in UTF-16 units, of which a character has one or two.
func inUnits(t notice.Text) int { return len(utf16.Encode([]rune(t.String()))) }

// replaceFold replaces each place of a text that has the ASCII word, whatever its case.
func replaceFold(text, word string, by func(found string) string) string {
	var out strings.Builder
	for len(text) > 0 {
		if len(text) >= len(word) && strings.EqualFold(text[:len(word)], word) {
			out.WriteString(by(text[:len(word)]))
			text = text[len(word):]
			continue
		}
		out.WriteByte(text[0])
		text = text[1:]
	}
	return out.String()
}
