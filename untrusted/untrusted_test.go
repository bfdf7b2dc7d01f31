package untrusted_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"cloudsync/untrusted"
)

// everyCharacter is all of Unicode, in texts of 4096: few, for each has a shell start
// a command.
func everyCharacter() (texts []string) {
	var text strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			text.WriteRune(r)
		}
		if r%4096 == 4095 {
			texts = append(texts, text.String())
			text.Reset()
		}
	}
	return texts
}

// someCharacters are the texts of everyCharacter that have an assigned character, and the
// last one. What no version of Unicode has looks the same to all that is tested here.
func someCharacters() (texts []string) {
	all := everyCharacter()
	for i, text := range all {
		if i == len(all)-1 || strings.ContainsFunc(text, func(r rune) bool {
			return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf)
		}) {
			texts = append(texts, text)
		}
	}
	return texts
}

// hostile are names as somebody would choose them to be taken for something else.
var hostile = []string{
	"", " ", "-", "--yes", "-n", "~", "~root", "=ls", "#", "!!", "a!b", "*", "?", "[a-z]", "{a,b}", "%s%n", `\`, `\n`, `a\`, "'", "''", `"`, "'\"'", "`id`",
	"$(touch x)", "$HOME", "${HOME}", "$'\\e'", "; touch x", "| touch x", "&& touch x", "a b", "a\tb", "a\nb", "a\n", "\n", "\n\n", "a\r\ntouch x",
	"\x1b[2J", "\u009b2J", "\x7f", "a\u202etxt.exe", "\u2066a\u2069", "zero\u200bwidth", "\ufeffmark", "a\u00adb", "a\u00a0b", "a\u2028b", "a\ufe0f",
	"\u3164", "\u115f", "\u2800", "\U000e0041", "\x9b", "a\xffb", "\xf0\x9f", "it's \u202e$(touch x)'", "-\u200b", "北京", "café", "🙂", "e\u0301",
	"[click](javascript:alert(1))", "![p](http://a/b)", "<script>alert(1)</script>", "# title", "1. one", "- item", "> quote", "---", "~~~", "``", "a`b", "` `",
	"**bold**", "_a_", "__init__", "a|b", "&lt;", "http://example.com", "WWW.example.com", "a@example.com", "<http://a>", "\\*a\\*", "[a]: http://b", ":smile:", "$x$",
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"mock/prod/北京 é 🙂":       "mock/prod/北京 é 🙂",
		"a\nb\tc\x1b[2Jd":        "a b c\uFFFD[2Jd",
		"\u009b31m":              "\uFFFD31m",
		"a\x7f":                  "a\uFFFD",
		"exe.\u202etxt":          "exe.\uFFFDtxt",
		"a\u200bb\ufeffc\u00add": "a\uFFFDb\uFFFDc\uFFFDd",
		"a\ufe0f\u3164\u2800":    "a\uFFFD\uFFFD\uFFFD",
		"\x9b\xff":               "\uFFFD\uFFFD",
		"a\u00a0b\u2028c\u0085":  "a b c ",
	} {
		require.Equal(t, want, untrusted.Terminal(text))
	}
}

// The tables here differ from those of the code where Unicode has several.
func TestNothingUnseenReachesATerminal(t *testing.T) {
	t.Parallel()
	dangerous := []*unicode.RangeTable{
		unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Join_Control,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point,
	}
	for _, text := range append(everyCharacter(), hostile...) {
		shown := untrusted.Terminal(text)
		require.True(t, utf8.ValidString(shown))
		require.Len(t, []rune(shown), len([]rune(text)), "a character for a character")
		for _, r := range shown {
			require.True(t, r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r), "%U", r)
			require.False(t, unicode.In(r, dangerous...), "%U", r)
		}
		require.Equal(t, shown, untrusted.Terminal(shown))
	}
}

func TestLettersOfAllLanguagesStay(t *testing.T) {
	t.Parallel()
	unseen := 0
	for _, text := range everyCharacter() {
		for _, r := range text {
			if unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && untrusted.Terminal(string(r)) != string(r) {
				unseen++
			}
		}
	}
	require.Equal(t, 5, unseen, "four fillers of Hangul, and the blank of braille")
}

func TestLines(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a b\n\uFFFD[2Jc \n", untrusted.Lines("a\tb\n\x1b[2Jc\r\n"))
}
