package untrusted_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/untrusted"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                  "",
		"mock/prod/beijing": "mock/prod/beijing",
		"43 of 85 rows would be deleted, more than 30%": "43 of 85 rows would be deleted, more than 30%",
		"find the scopes of resource_host":              "find the scopes of resource_host",
		"北京: 拒绝":                                        "北京: 拒绝",
		"[click](javascript:alert(1))":                  "`[click](javascript:alert(1))`",
		"<img src=x onerror=alert(1)>":                  "`<img src=x onerror=alert(1)>`",
		"see http://example.com":                        "`see http://example.com`",
		"see www.example.com":                           "`see www.example.com`",
		"write to a@example.com":                        "`write to a@example.com`",
		"a\n# title":                                    "`a # title`",
		"1. one":                                        "`1. one`",
		"- one":                                         "`- one`",
		"__init__":                                      "`__init__`",
		"_a_":                                           "`_a_`",
		"a*b*":                                          "`a*b*`",
		"a`b``c":                                        "```a`b``c```",
		"`a":                                            "`` `a ``",
		" a":                                            "`  a `",
		"a|b":                                           "`a|b`",
		"&lt;":                                          "`&lt;`",
		"a\u202eb\x1b":                                  "a\uFFFDb\uFFFD",
	} {
		require.Equal(t, strings.ReplaceAll(want, "a\uFFFDb\uFFFD", "`a\uFFFDb\uFFFD`"), untrusted.Markdown(text))
	}
}

// What is not code has no character that means anything, and what is code is code
// to its end: https://spec.commonmark.org/0.31.2/#code-spans.
func TestMarkdownIsTextOrCode(t *testing.T) {
	t.Parallel()
	for _, text := range append(append(someCharacters(), hostile...), scrambled(5000)...) {
		written := untrusted.Markdown(text)
		shown := untrusted.Terminal(text)
		if written == shown {
			require.False(t, strings.ContainsAny(written, "`*[]<>!#|~$&@\\{}^"), written)
			require.NotRegexp(t, `(?i)://|www\.|^\s|\s$|^[-+=]|^\d+[.)]|(^|\W)_|_(\W|$)`, written)
			continue
		}
		require.Equal(t, shown, codeSpan(t, written))
	}
}

// codeSpan reads a code span as CommonMark says, and fails if it ends early.
func codeSpan(t *testing.T, markdown string) string {
	t.Helper()
	content := strings.TrimLeft(markdown, "`")
	fence := markdown[:len(markdown)-len(content)]
	require.NotEmpty(t, fence)
	for at := 0; at < len(content); {
		run := len(content[at:]) - len(strings.TrimLeft(content[at:], "`"))
		if run == len(fence) {
			require.Len(t, content, at+run, "it ends before the end: %s", markdown)
			content = content[:at]
			break
		}
		at += max(run, 1)
	}
	if strings.HasPrefix(content, " ") && strings.HasSuffix(content, " ") && strings.Trim(content, " ") != "" {
		content = content[1 : len(content)-1]
	}
	return content
}
