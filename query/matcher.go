package query

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	prometheus "github.com/prometheus/prometheus/model/labels"
)

// Matcher asks for one label. A label with several values, such as a list of addresses, holds
// if one of them does. A label without a value holds if an empty text does. What is negated
// matches where the rest does not hold.
type Matcher struct {
	Label   string
	Negated bool // != or !~
	text    string
	regex   *prometheus.FastRegexMatcher // nil: the label is to equal the text
	start   string                       // with which all texts begin that the expression matches
	network netip.Prefix                 // valid: the address is to be in it
	source  *labels.Matcher
}

// String is the matcher as one writes it.
func (m *Matcher) String() string { return m.source.String() }

// Expression is the regular expression that a value has to match, empty if none has to.
func (m *Matcher) Expression() string {
	if m.source.Type != labels.MatchRegexp {
		return ""
	}
	return m.text
}

func newMatcher(source *labels.Matcher) (*Matcher, error) {
	m := &Matcher{Label: source.Name, text: source.Value, source: source}
	m.Negated = source.Type == labels.MatchNotEqual || source.Type == labels.MatchNotRegexp
	if source.Type == labels.MatchRegexp || source.Type == labels.MatchNotRegexp {
		return m, m.compile()
	}
	if IsAddress(m.Label) {
		m.meanAddress()
	}
	return m, nil
}

func (m *Matcher) compile() (err error) {
	if err := checkExpression(m.text); err != nil {
		return err
	}
	if m.regex, err = prometheus.NewFastRegexMatcher(m.text); err != nil {
		return fmt.Errorf("the regular expression %.100q of %s: %w", m.text, m.Label, err)
	}
	if loose, err := regexp.Compile(m.text); err == nil {
		m.start, _ = loose.LiteralPrefix()
	}
	return nil
}

// meanAddress takes the text for a network or an address, if it is one.
func (m *Matcher) meanAddress() {
	if network, err := netip.ParsePrefix(m.text); err == nil {
		m.network = network.Masked()
	} else if addr := Address(m.text); addr.IsValid() {
		m.text = addr.String()
	}
}

// Holds says whether a value is what the matcher asks for, before it is negated.
func (m *Matcher) Holds(value string) bool {
	switch {
	case m.regex != nil:
		return m.regex.MatchString(value)
	case m.network.IsValid():
		return m.network.Contains(Address(value))
	default:
		return value == m.text
	}
}

// Texts are all the values that can hold, nil if there may be others.
func (m *Matcher) Texts() []string {
	switch {
	case m.regex != nil:
		if set := m.regex.SetMatches(); len(set) > 0 && !strings.Contains(m.text, "(?i") {
			return set
		}
		return nil
	case m.network.IsValid():
		return nil
	default:
		return []string{m.text}
	}
}

// Start is how all values begin that can hold.
func (m *Matcher) Start() string { return m.start }

// Network is the network in which addresses hold; not valid if the matcher asks for none.
func (m *Matcher) Network() netip.Prefix { return m.network }

// matches decides over the values of one row's label.
func (m *Matcher) matches(values []string) bool {
	if len(values) == 0 {
		return m.Holds("") != m.Negated
	}
	for _, value := range values {
		if m.Holds(value) {
			return !m.Negated
		}
	}
	return m.Negated
}
