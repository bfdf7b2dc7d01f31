package cloud

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Selection is a choice among the accounts of an organisation: a member is chosen that
// one of its patterns has.
type Selection []Pattern

// Pattern is one way to choose. One of its fields is set.
type Pattern struct {
	ID   string
	Name string // with * and ? as in names of files
	Unit string // the id of an organisational unit, folder or management group, anywhere above
	Tag  string // KEY=VALUE with * and ? in the value, or KEY for any value
}

// ParsePattern reads a pattern as configurations have it: an id, name:PATTERN,
// unit:ID, tag:KEY=VALUE or tag:KEY.
func ParsePattern(text string) (Pattern, error) {
	what, of, hasColon := strings.Cut(text, ":")
	if !hasColon {
		what, of = "id", text
	}
	if strings.TrimSpace(of) != of || of == "" {
		return Pattern{}, errors.New("nothing to choose by in it, or a space at an end: write an id, name:PATTERN, unit:ID or tag:KEY=VALUE")
	}
	var p Pattern
	switch what {
	case "id":
		p.ID = of
	case "name":
		p.Name = of
	case "unit":
		p.Unit = of
	case "tag":
		p.Tag = of
	default:
		return Pattern{}, fmt.Errorf("%.40q is no way to choose accounts: write an id, name:PATTERN, unit:ID or tag:KEY=VALUE", what)
	}
	_, value, _ := strings.Cut(p.Tag, "=")
	for _, pattern := range []string{p.Name, value} {
		if strings.ContainsAny(pattern, `[\`) { // which path.Match does not take as they are
			return Pattern{}, fmt.Errorf(`%.40q is no pattern: write * for any text and ? for one character, also for [ and \`, pattern)
		}
	}
	return p, nil
}

// Has says that one of the patterns has the member.
func (s Selection) Has(m Member) bool {
	return slices.ContainsFunc(s, func(p Pattern) bool { return p.has(m) })
}

func (s Selection) needsUnits() bool {
	return slices.ContainsFunc(s, func(p Pattern) bool { return p.Unit != "" })
}

func (s Selection) needsTags() bool {
	return slices.ContainsFunc(s, func(p Pattern) bool { return p.Tag != "" })
}

func (p Pattern) has(m Member) bool {
	switch {
	case p.ID != "":
		return strings.EqualFold(p.ID, m.ID)
	case p.Name != "":
		return matches(p.Name, m.Name)
	case p.Unit != "":
		return slices.ContainsFunc(m.Units, func(unit string) bool { return strings.EqualFold(p.Unit, unit) }) // Azure's have no case
	default:
		key, want, hasValue := strings.Cut(p.Tag, "=")
		value, has := m.Tags[key]
		return has && (!hasValue || matches(want, value))
	}
}

// matches takes / as any other character, which path.Match does not.
func matches(pattern, text string) bool {
	plain := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(plain.Replace(pattern), plain.Replace(text))
	return ok && err == nil
}
