package adapter

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fields reads the fields of one resource, and keeps the first that makes no sense: then
// the resource exists and has no row that can be relied on, which costs no other
// resource anything.
type Fields struct {
	what, id string
	problem  string
	odd      bool // a value makes no sense
}

// NewFields begins to read a resource; what is its sort in words, such as "instance". An
// item of a JSON answer begins with Item.Read.
func NewFields(what, id string) *Fields { return &Fields{what: what, id: id} }

// ID is the resource's native id, "" where nobody knows it.
func (f *Fields) ID() string { return f.id }

// maxShown is how many bytes of a value a problem shows.
const maxShown = 64

// Refuse notes that a field's value makes no sense.
func (f *Fields) Refuse(field, value string) {
	f.Fail("%s makes no sense: %q", field, Clip(value, maxShown))
	f.odd = true
}

// Fail notes another reason why there is no row. The first stays.
func (f *Fields) Fail(format string, args ...any) {
	if f.problem == "" {
		f.problem = fmt.Sprintf(format, args...)
	}
}

// Inherit fails for what makes no sense of another resource, which the row needs.
func (f *Fields) Inherit(of *Fields) {
	if problem := of.Problem(); problem != "" {
		f.Fail("%s", problem)
	}
}

// Problem says what makes no sense, "" where all does.
func (f *Fields) Problem() string {
	switch {
	case f.id == "" && f.problem == "":
		return f.what + " without an id"
	case f.id == "":
		return f.what + " without an id: " + f.problem
	case f.problem == "":
		return ""
	default:
		return fmt.Sprintf("%s %q: %s", f.what, Clip(f.id, maxShown), f.problem)
	}
}

// maxWhole is far beyond any number of CPUs, MiB or GiB.
const maxWhole = 1 << 40

// Whole is a count or a size, 0 where the text is empty.
func (f *Fields) Whole(field, text string) int64 {
	n, ok := whole(text)
	if !ok {
		f.Refuse(field, text)
	}
	return n
}

// Scaled is a size in a larger unit than the row's, such as GiB for MiB, where a half
// makes sense.
func (f *Fields) Scaled(field, text string, factor int64) int64 {
	n, ok := number(text)
	n *= float64(factor)
	if !ok || n < 0 || n > maxWhole {
		f.Refuse(field, text)
		return 0
	}
	return int64(math.Round(n))
}

// Sum adds sizes up.
func (f *Fields) Sum(field string, texts ...string) (sum int64) {
	for _, text := range texts {
		sum += f.Whole(field, text) // hundreds of them at most
	}
	return sum
}

// maxPort is the last port there is.
const maxPort = 65535

// Port is a port, 0 where the text is empty.
func (f *Fields) Port(field, text string) int64 {
	port := f.Whole(field, text)
	if port > maxPort {
		f.Refuse(field, text)
		return 0
	}
	return port
}

// Listener is what a load balancer listens at, as all clouds' rows have it: "443/https", or
// "8000-8010/tcp" from the first to the last port. No port is all of them, "all/tcp".
func (f *Fields) Listener(protocol, first, last string) string {
	from, to := f.Port("first port", first), f.Port("last port", last)
	port := strconv.FormatInt(from, 10)
	switch {
	case from == 0 && to == 0:
		port = "all"
	case to > from:
		port += "-" + strconv.FormatInt(to, 10)
	}
	return port + "/" + cmp.Or(strings.ToLower(strings.TrimSpace(protocol)), "all")
}

// whole reads a number that has no fraction, is not negative and not absurd. Some clouds
// write 8192 as 8192.0.
func whole(text string) (int64, bool) {
	n, ok := number(text)
	if !ok || n < 0 || n > maxWhole || n != math.Trunc(n) {
		return 0, false
	}
	return int64(n), true
}

// number reads one in decimal digits, 0 where the text is empty. All that are not absurd
// are exact.
func number(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	if strings.Trim(text, "0123456789+-.eE") != "" { // Go knows hexadecimal ones, and infinity
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// Time is a time in UTC, zero where there is none; zone is that of a text that does not
// name its own.
func (f *Fields) Time(field, text string, zone *time.Location) time.Time {
	at, ok := parseTime(text, zone)
	if !ok {
		f.Refuse(field, text)
	}
	return at
}

// Expiry is the time at which something ends, zero where it never does.
func (f *Fields) Expiry(field, text string, zone *time.Location) time.Time {
	at, ok := parseTime(text, zone)
	if isNoExpiry(at) {
		return time.Time{}
	}
	if !ok {
		f.Refuse(field, text)
	}
	return at
}

// IPs are addresses, IPv4 and IPv6 alike: in canonical text (RFC 5952), each once,
// sorted. What is no address, such as a name, stays as the cloud writes it: nothing is
// computed from it, so that it is no reason to do without the row.
func IPs(texts ...string) []string {
	ips := make([]string, len(texts))
	for i, text := range texts {
		ips[i] = canonicalIP(strings.TrimSpace(text))
	}
	return Set(ips...)
}

// FirstIPs are those of the first list that has any.
func FirstIPs(lists ...[]string) (ips []string) {
	for _, texts := range lists {
		if ips = IPs(texts...); len(ips) > 0 {
			break
		}
	}
	return ips
}

func canonicalIP(text string) string {
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimSuffix(text, "/128"), "/32"))
	if err != nil {
		return text
	}
	return ip.Unmap().String()
}

// Set are the texts that say something, each once, sorted; nil if there are none.
func Set(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// Only is the text that all which say something say, "" where they differ.
func Only(texts ...string) string {
	if said := Set(texts...); len(said) == 1 {
		return said[0]
	}
	return ""
}

// Least is the one of a list whose text comes first, of those that have any: a list without an
// order may have another one in front each time. It is zero where none has.
func Least[T any](list []T, text func(T) string) (least T) {
	first := ""
	for _, one := range list {
		if of := text(one); of != "" && (first == "" || of < first) {
			least, first = one, of
		}
	}
	return least
}

// Tags are tags by key. pair takes one of a list apart; those without a key are left out.
func Tags[T any](list []T, pair func(T) (key, value string)) map[string]string {
	if len(list) == 0 {
		return nil
	}
	tags := make(map[string]string, len(list))
	for _, one := range list {
		if key, value := pair(one); key != "" {
			tags[key] = value
		}
	}
	return tags
}

// Tag is one as clouds write it: with a Key, or with a TagKey.
type Tag struct{ Key, Value, TagKey, TagValue string }

// TagsOf are tags by key.
func TagsOf(tags []Tag) map[string]string {
	return Tags(tags, func(t Tag) (key, value string) { return cmp.Or(t.TagKey, t.Key), cmp.Or(t.TagValue, t.Value) })
}

// Word is what a number of a cloud's API means, the number itself where that is unknown.
func Word(words map[string]string, number string) string {
	if meaning, ok := words[strings.TrimSuffix(number, ".0")]; ok {
		return meaning
	}
	return number
}
