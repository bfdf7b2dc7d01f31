package inventorytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cloudsync/inventory"
	"cloudsync/resource"
)

// Query is a query with its meaning.
type Query struct {
	Text       string
	conditions []condition
}

// condition says of the values of a row's labels whether they are what is asked for.
type condition func(values func(label string) []string) bool

// Matches says whether the query means the row, by reading its image.
func (q Query) Matches(kind *resource.Kind, row resource.Row) bool {
	values := valuesOf(kind, row)
	for _, holds := range q.conditions {
		if !holds(values) {
			return false
		}
	}
	return true
}

// Labels are labels that may stand in queries: columns of some kinds or of all, tags, and
// those that are no columns.
var Labels = append([]string{
	"kind", "uid", "ip", "provider", "account", "region", "native_id", "name", "status", "zone", "instance_type", "vcpu", "size_gib",
	"private_ips", "public_ips", "addresses", "address", "endpoint", "cidrs", "domains", "stree_group", "stree_product", "stree_app",
	"cloud_created_at", "expires_at", "created_at", "tag_no_such",
}, tagLabels()...)

func tagLabels() []string {
	labels := make([]string, len(tagKeys))
	for i, key := range tagKeys {
		labels[i] = "tag_" + key
	}
	return labels
}

// RandomQuery returns a query over the values that RandomRows uses.
func RandomQuery(rng *rand.Rand) Query {
	var q Query
	var braces, parts []string
	for range rng.IntN(4) {
		text, label, holds := randomMatcher(rng)
		q.conditions = append(q.conditions, holds)
		if bare.MatchString(label) && rng.IntN(2) == 0 {
			parts = append(parts, text)
		} else {
			braces = append(braces, text)
		}
	}
	if rng.IntN(3) == 0 {
		text, holds := randomWord(rng)
		q.conditions = append(q.conditions, holds)
		parts = append(parts, text)
	}
	if len(braces) > 0 {
		parts = append(parts, "{"+strings.Join(braces, pick(rng, []string{",", " , "}))+"}")
	}
	rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	q.Text = strings.Join(parts, " ")
	return q
}

// bare is a label that needs no quotes.
var bare = regexp.MustCompile(`^[a-z_]+$`)

// randomMatcher returns a matcher's text, its label, and what it means: one of the label's
// values holds, or an empty text where the label has none; negated, the opposite.
func randomMatcher(rng *rand.Rand) (text, label string, holds condition) {
	label, operator := pick(rng, Labels), pick(rng, []string{"=", "=", "!=", "=~", "!~"})
	value := randomValue(rng, label)
	isOne := func(text string) bool { return text == value }
	switch {
	case strings.HasSuffix(operator, "~"):
		value = randomExpression(rng, value)
		isOne = regexp.MustCompile(`^(?s:` + value + `)$`).MatchString
	case slices.Contains(addressLabels, label):
		if network, err := netip.ParsePrefix(value); err == nil {
			isOne = func(text string) bool { return inNetwork(network, text) }
		}
	}
	holds = func(values func(string) []string) bool {
		found := values(label)
		if len(found) == 0 {
			found = []string{""}
		}
		return slices.ContainsFunc(found, isOne) == (operator[0] == '=')
	}
	written := label
	if !bare.MatchString(label) {
		written = strconv.Quote(label)
	}
	return written + operator + strconv.Quote(value), label, holds
}

func randomValue(rng *rand.Rand, label string) string {
	switch {
	case rng.IntN(8) == 0:
		return ""
	case rng.IntN(8) == 0:
		return pick(rng, texts)
	case label == "kind":
		return pick(rng, []string{"resource_host", "resource_disk", "resource_public_ip"})
	case label == "uid":
		return strings.Repeat(strconv.FormatUint(rng.Uint64N(16), 16), 32)
	case label == "ip":
		return pick(rng, slices.Concat(networks, columnTexts["private_ips"], columnTexts["public_ips"], columnTexts["addresses"], columnTexts["endpoint"]))
	case label == "vcpu" || label == "size_gib":
		return strconv.FormatInt(pick(rng, numbers), 10)
	case label == "cloud_created_at" || label == "expires_at" || label == "created_at":
		return strings.ReplaceAll(pick(rng, times).Format("2006-01-02T15:04:05.999999Z"), ".000000", "")
	case rng.IntN(3) == 0 && slices.Contains(addressLabels, label):
		return pick(rng, networks)
	}
	return pick(rng, textsOf(label))
}

// randomExpression is a regular expression that some value near the one given holds.
func randomExpression(rng *rand.Rand, value string) string {
	quoted := regexp.QuoteMeta(value)
	runes := []rune(value)
	half := regexp.QuoteMeta(string(runes[:len(runes)/2]))
	rest := regexp.QuoteMeta(string(runes[len(runes)/2:]))
	return pick(rng, []string{
		quoted, half + ".*", ".*" + rest, ".*" + half + ".*", half + ".+" + rest, quoted + "|running|", "(" + quoted + "|kafka)",
		"(?i)" + quoted, "(?i:" + half + ").*", "[a-k].*", ".+", ".*", "", "(a+)+$", "^" + quoted + "$", "\\d+", "[^0-9]*", "(?:" + half + ")?.*",
	})
}

// randomWord returns a word and what it means: an address or a network is one of the
// addresses or has one of them in it, or is all of a name or id; any other word is part of one
// of these, in small or capital letters.
func randomWord(rng *rand.Rand) (text string, holds condition) {
	label := pick(rng, []string{"name", "native_id", "endpoint", "private_ips", "ip"})
	word := randomValue(rng, label)
	if runes := []rune(word); len(runes) > 1 && rng.IntN(2) == 0 {
		word = string(runes[rng.IntN(len(runes)-1):])
	}
	if rng.IntN(3) == 0 {
		word = strings.ToUpper(word)
	}
	if strings.TrimSpace(word) == "" {
		word = "web"
	}
	holds = func(values func(string) []string) bool {
		isName := func(text string) bool { return nameHolds(word, text) }
		isAddress := func(text string) bool { return addressHolds(word, text) }
		return slices.ContainsFunc(values("name"), isName) || slices.ContainsFunc(values("native_id"), isName) ||
			slices.ContainsFunc(values("ip"), isAddress)
	}
	if plainWord.MatchString(word) {
		return word, holds
	}
	return strconv.Quote(word), holds
}

// plainWord is a word that needs no quotes.
var plainWord = regexp.MustCompile(`^[\w./:-]+$`)

func nameHolds(word, text string) bool {
	_, notNetwork := netip.ParsePrefix(word)
	_, notAddress := netip.ParseAddr(word)
	if notNetwork == nil || notAddress == nil {
		return text == word
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(word))
}

func addressHolds(word, text string) bool {
	if network, err := netip.ParsePrefix(word); err == nil {
		return inNetwork(network, text)
	}
	if address, err := netip.ParseAddr(word); err == nil {
		found, err := netip.ParseAddr(text)
		return err == nil && found == address
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(word))
}

func inNetwork(network netip.Prefix, text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && network.Contains(address)
}

// ValuesOf are the values that a row has of labels, none of a label that it does not have.
func ValuesOf(kind *resource.Kind, row resource.Row, label string) []string {
	return valuesOf(kind, row)(label)
}

// reading is what is kept of a row that was read before.
type reading struct {
	image   []byte
	columns map[string]any
}

// parsed is what is kept of rows: resource.Row to *reading.
var parsed sync.Map

// forget gives up what is kept of rows.
func forget(rows []inventory.Found) {
	for _, row := range rows {
		parsed.Delete(row.Row)
	}
}

// readingOf reads a row, unless it was read before.
func readingOf(kind *resource.Kind, row resource.Row) *reading {
	if known, ok := parsed.Load(row); ok {
		return known.(*reading)
	}
	image, err := kind.Image(row)
	if err != nil {
		panic(fmt.Sprintf("inventorytest: %v", err))
	}
	kept := &reading{image: image}
	decoder := json.NewDecoder(bytes.NewReader(image))
	decoder.UseNumber()
	if err := decoder.Decode(&kept.columns); err != nil {
		panic(fmt.Sprintf("inventorytest: %v", err))
	}
	parsed.Store(row, kept)
	return kept
}

func columnsOf(kind *resource.Kind, row resource.Row) map[string]any {
	return readingOf(kind, row).columns
}

func valuesOf(kind *resource.Kind, row resource.Row) func(label string) []string {
	columns := columnsOf(kind, row)
	return func(label string) []string {
		key, isTag := strings.CutPrefix(label, "tag_")
		switch {
		case label == "kind":
			return []string{kind.Name()}
		case label == "ip":
			return slices.Concat(flat(columns["private_ips"]), flat(columns["public_ips"]), flat(columns["addresses"]), flat(columns["address"]), flat(columns["endpoint"]))
		case isTag:
			tags, _ := columns["tags"].(map[string]any)
			return flat(tags[key])
		case label == "tags" || label == "hash" || label == "scope_id":
			return nil
		}
		return flat(columns[label])
	}
}

// flat are the texts of a value of JSON; an empty text is none.
func flat(value any) (texts []string) {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			texts = append(texts, flat(one)...)
		}
	case json.Number:
		texts = append(texts, value.String())
	case string:
		if value != "" {
			texts = append(texts, value)
		}
	}
	return texts
}
