package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"cloudsync/human"
)

// words are the functions of the templates.
func (p *Page) words() template.FuncMap {
	return template.FuncMap{
		"asset":  assetPath,
		"text":   visible,
		"num":    grouped,
		"kind":   human.Kind,
		"kinds":  kindsOf,
		"ago":    func(t time.Time) string { return human.Ago(p.Now(), t) },
		"until":  func(t time.Time) string { return human.In(p.Now(), t) },
		"took":   func(seconds float64) string { return human.Took(time.Duration(seconds * float64(time.Second))) },
		"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"utc":    utc,
		"tookms": func(ms int64) string { return human.Took(time.Duration(ms) * time.Millisecond) },
		"plural": func(n any, word string) string {
			if fmt.Sprint(n) == "1" {
				return word
			}
			return word + "s"
		},
		"has":          strings.Contains,
		"temporal":     p.temporalLink,
		"wide":         func(n int) int64 { return int64(n) },
		"plus":         func(a, b int) int { return a + b },
		"outcomeClass": func(outcome any) string { return outcomeClass(fmt.Sprint(outcome)) },
		"dict":         dict,
	}
}

// visible is text that others chose, with marks in place of what would not be seen, or would
// change the order of the letters around it. The template does the rest.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u200d' || r == '\ufe0f': // they join emoji
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == unicode.ReplacementChar:
			return unicode.ReplacementChar
		default:
			return r
		}
	}, text)
}

// grouped is a number with spaces between thousands, thin ones that do not break.
func grouped(n any) string {
	text := fmt.Sprint(n)
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "−", rest
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return sign + text
}

// kindsOf is so many rows of a kind, such as 2 disks.
func kindsOf(rows int64, kind string) string {
	name := human.Kind(kind)
	switch {
	case rows == 1:
	case strings.HasSuffix(name, "s"), strings.HasSuffix(name, "x"):
		name += "es"
	default:
		name += "s"
	}
	return grouped(rows) + " " + name
}

// utc is a time to the second, as all pages write it.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// mebibytes is a size in the greatest unit of which there is one.
func mebibytes(mib int64) string {
	units := []string{"MiB", "GiB", "TiB", "PiB"}
	size, unit := float64(mib), 0
	for size >= 1024 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	return strings.TrimSuffix(strconv.FormatFloat(size, 'f', 1, 64), ".0") + "\u00a0" + units[unit]
}

// shortened is the beginning of a text, with a mark where it is cut.
func shortened(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return string(runes[:letters]) + "…"
}

// wholeWords is shortened, without a word in part where there are several.
func wholeWords(text string, letters int) string {
	cut := shortened(text, letters)
	if cut == text {
		return text
	}
	cut = strings.TrimSuffix(cut, "…")
	if end := strings.LastIndexByte(cut, ' '); end > len(cut)/2 {
		cut = cut[:end]
	}
	return cut + "…"
}

// outcomeClass is the class of an outcome's badge: good, warn, bad or plain.
func outcomeClass(outcome string) string {
	switch outcome {
	case "ok", "unchanged":
		return "good"
	case "held", "partial", "cancelled":
		return "warn"
	case "failed", "terminated", "timed out":
		return "bad"
	default:
		return "plain"
	}
}

// dict makes a map of names and values, for templates that take several.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict wants names with values, got %d", len(pairs))
	}
	made := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict wants a name, got %v", pairs[i])
		}
		made[name] = pairs[i+1]
	}
	return made, nil
}
