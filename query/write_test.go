package query_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/query"
)

func TestAQueryWrittenAnew(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                  ``,
		`region=beijing kafka`:              `{region="beijing"} kafka`,
		`a {region!~"x.*",tag_env!="test"}`: `{region!~"x.*",tag_env!="test"} a`,
		`"'y'" x'y`:                         `"'y'" "x'y"`,
		`10.0.0.0/8 "two words"`:            `10.0.0.0/8 "two words"`,
		"name=\"\u202ex\" 'y'":              `{name="\u202ex"} y`,
		`{"tag_two words"="x"}`:             `{"tag_two words"="x"}`,
		`{"tag_a/b"="x"} name="{"`:          `{tag_a/b="x",name="{"}`,
	} {
		read, err := query.Parse(text, schemas())
		require.NoError(t, err, text)
		require.Equal(t, want, read.Written())
	}
}

// Whatever is asked, Parse reads what was written as the same, and so again.
func TestAQueryWrittenAnewIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.SampledFrom([]string{"region", "name", "tag_env", "tag_two words", "tag_\"", "tag_ü,}"}).Draw(t, "label")
		value := strings.ToValidUTF8(rapid.String().Draw(t, "value"), "")
		word := strings.ToValidUTF8(rapid.String().Draw(t, "word"), "")
		base, err := query.Parse("word", schemas())
		require.NoError(t, err)
		asked := base.And(label, value)
		asked.Words = append(asked.Words, wordOf(t, word)...)
		read, err := query.Parse(asked.Written(), schemas())
		require.NoError(t, err, asked.Written())
		require.Equal(t, asked.Written(), read.Written())
		require.Equal(t, label, read.Matchers[0].Label)
		require.True(t, read.Matchers[0].Holds(value))
		require.Len(t, read.Words, len(asked.Words))
	})
}

// wordOf is a text as a word, if it can be one.
func wordOf(t *rapid.T, text string) []query.Word {
	if text == "" {
		return nil
	}
	read, err := query.Parse(quoted(text), schemas())
	require.NoError(t, err)
	return read.Words
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
