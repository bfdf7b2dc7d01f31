package notice_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

var update = flag.Bool("update", false, "write testdata anew")

func example(event notice.Event, state notice.State, count int) notice.Notice {
	if event == notice.Dropped {
		return notice.TellDropping("id", start, notice.Dropping{Count: int64(count), First: start, Last: start.Add(time.Hour)}, notice.Links{Page: "https://inventory.example"})
	}
	var standing []*notice.Standing
	for i := range count {
		s := &notice.Standing{ID: int64(i), Condition: hold(fmt.Sprint(i + 1))}
		s.Kind = "resource_load_balancer"
		s.Event, s.ScopeID, s.Rows, s.Base, s.Reason = event, int64(i+1), 1, 60, "AccessDenied: no"
		standing = append(standing, s)
	}
	return notice.Compose("id", start, &notice.Message{State: state, Event: event, Kind: "resource_load_balancer", Standing: standing}, notice.Links{Page: "https://inventory.example"})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for _, language := range notice.Languages() {
		var all strings.Builder
		for _, event := range []notice.Event{notice.Held, notice.Failed, notice.Partial, notice.Late, notice.Orphans, notice.Changed, notice.Dropped} {
			for _, state := range []notice.State{notice.Begun, notice.Stands, notice.Over} {
				if state != notice.Begun && (event == notice.Changed || event == notice.Dropped) {
					continue
				}
				for _, count := range []int{1, 10} {
					n := example(event, state, count)
					text, err := notice.Write(&n, language, "")
					require.NoError(t, err)
					fmt.Fprintf(&all, "# %s %s, %d\n%s\n\n", event, state, count, text)
				}
			}
		}
		trial := notice.Try("id", start, notice.Links{})
		text, err := notice.Write(&trial, language, "")
		require.NoError(t, err)
		fmt.Fprintf(&all, "# test\n%s\n", text)
		path := filepath.Join("testdata", string(language)+".txt")
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o750))
			require.NoError(t, os.WriteFile(path, []byte(all.String()), 0o600))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), all.String())
	}
}

func TestHostileTextsStayInTheirLine(t *testing.T) {
	t.Parallel()
	n := example(notice.Held, notice.Begun, 1)
	n.Kind = "resource_a\nb"
	n.Subjects[0].Account = "x\u202e\u2028y\r\n\x1b[31m"
	n.Subjects[0].Reason = "a\nb\u2066\x00" + strings.Repeat("c", 500)
	for _, own := range []string{"", "{{.Text.Title}}\n{{range .Text.Lines}}{{.}}{{end}}"} {
		text, err := notice.Write(&n, notice.English, own)
		require.NoError(t, err)
		require.Len(t, text.Lines, 1)
		require.NotRegexp(t, "[\x00-\x1f\u2028\u2029\u202e\u2066]", text.Title+text.Lines[0])
		require.Less(t, len(text.Lines[0]), 400)
	}
}

func TestOwnTemplate(t *testing.T) {
	t.Parallel()
	n := example(notice.Held, notice.Begun, 2)
	text, err := notice.Write(&n, notice.English, "{{kind .Kind}}: {{.Rows | printf \"%03d%%\"}}\n{{range $i, $s := .Subjects}}{{if $i}}\n{{end}}{{.Account}} {{range $.Text.Lines}}.{{end}}{{end}}")
	require.NoError(t, err)
	require.Equal(t, notice.Text{Title: "load balancer: 002%", Lines: []string{"1 ..", "2 .."}}, text)
}

// A message with nothing to see tells nobody anything: then it is the usual text.
func TestTemplatesOfBlanks(t *testing.T) {
	t.Parallel()
	for _, own := range []string{
		" \n\t", "\u200b\u2800", "{{/* nothing */}}", "{{\"\"}}", "{{\" \\u3164\"}}", "{{$n := .Kind}} {{$n = .Event}}",
		"{{if .Kind}} {{else}}\u200d{{end}}", "{{range .Subjects}} {{end}}", "{{with .Page}}\n{{end}}",
	} {
		require.ErrorContains(t, notice.CheckTemplate(own), "it gives only blanks", "%q", own)
	}
	n := example(notice.Held, notice.Begun, 1)
	usual, err := notice.Write(&n, notice.English, "")
	require.NoError(t, err)
	for _, own := range []string{
		"{{if eq .Event \"failed\"}}It failed{{end}}", "{{print \" \" \"\"}}", "\u200b{{range .Subjects}}{{if eq .Provider \"huawei\"}}{{.Account}}{{end}}{{end}}",
	} {
		require.NoError(t, notice.CheckTemplate(own), "%q: it has something to say of others", own)
		text, err := notice.Write(&n, notice.English, own)
		require.NoError(t, err)
		require.Equal(t, append(slices.Clone(usual.Lines), "(the template of this receiver gives only blanks for this notice)"), text.Lines, "%q", own)
		require.Equal(t, usual.Title, text.Title)
	}
	text, err := notice.Write(&n, notice.English, "\u200b\n\u2800\n⚠ {{.Event}}\n\nmore")
	require.NoError(t, err)
	require.Equal(t, notice.Text{Title: "⚠ held", Lines: []string{"", "more"}}, text)
}

func TestBadTemplates(t *testing.T) {
	t.Parallel()
	for own, says := range map[string]string{
		"{{":                          "unclosed action",
		"{{nope}}":                    "function \"nope\" not defined",
		"{{range 1000000000}}{{end}}": "a loop can be over .Subjects",
		"{{if true}}{{else}}{{range .Rows}}{{end}}{{end}}":                                 "a loop can be over .Subjects",
		"{{$n := 1000000000}}{{with .Kind}}{{range $n}}{{end}}{{end}}":                     "a loop can be over .Subjects",
		"{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}":                      "without define",
		"{{block \"a\" .}}{{end}}":                                                         "without define",
		"{{template \"notice\"}}":                                                          "write the template as one",
		"{{range .Subjects}}{{range $.Subjects}}{{range $.Subjects}}{{end}}{{end}}{{end}}": "too many other loops",
		strings.Repeat("a", 70000):                                                         "shorter",
	} {
		_, err := notice.ParseTemplate(own)
		require.ErrorContains(t, err, says, short(own))
	}
	n := example(notice.Held, notice.Begun, 20)
	for own, says := range map[string]string{
		"{{.Nope}}":                          "Nope",
		"{{printf \"%1000000000d\" 1}}":      "too large",
		"{{printf \"%[1]*[2]d\" 1000000 1}}": "too large",
		"{{$s := \"a\"}}{{range .Subjects}}{{range $.Subjects}}{{$s = print $s $s}}{{end}}{{end}}{{$s}}": "more than",
		"{{range .Subjects}}" + strings.Repeat("a", 10000) + "{{end}}":                                   "more than",
	} {
		text, err := notice.Write(&n, notice.English, own)
		require.ErrorContains(t, err, says, short(own))
		require.NotEmpty(t, text.Title, "the usual text")
	}
}

func short(text string) string { return text[:min(len(text), 60)] }
