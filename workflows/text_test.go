package workflows

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
)

// What a provider answered is text in Temporal's UI, which reads Markdown.
func TestDetailsShowForeignMarkdownAsText(t *testing.T) {
	t.Parallel()
	report := Report{Attention: []ScopeReport{
		{Place: "mock/prod/beijing", Outcome: activities.Held, Reason: "43 of 85 rows would be deleted, more than 30%"},
		{Place: "mock/[x](http://a)/b", Outcome: activities.Failed, Reason: "denied: [click](javascript:alert(1))\n# <b>done</b>"},
		{Place: "mock/prod/\u202e", Outcome: activities.Failed, Reason: "a `b` ``c``"},
	}}
	require.Equal(t, strings.Join([]string{
		"- mock/prod/beijing **held**: 43 of 85 rows would be deleted, more than 30%",
		"- `mock/[x](http://a)/b` **failed**: `denied: [click](javascript:alert(1)) # <b>done</b>`",
		"- `mock/prod/\ufffd` **failed**: ``` a `b` ``c`` ```",
	}, "\n"), afterFigures(report.details(3, 3, nil)))
}

// afterFigures is what details say of scopes.
func afterFigures(details string) string {
	_, scopes, _ := strings.Cut(details, "refused rows 0\n\n")
	return scopes
}

func TestSummariesAreShortText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "list mock/prod/beijing", summaryOf("list mock/prod/beijing"))
	require.Equal(t, "`list mock/<b>/ x`", summaryOf("list mock/<b>/\nx"))
	for _, name := range []string{strings.Repeat("n", 400), strings.Repeat("北", 250), strings.Repeat("\xff", 400), strings.Repeat(`<"`, 200)} {
		summary := summaryOf("list " + name)
		encoded, err := json.Marshal(summary)
		require.NoError(t, err)
		require.Less(t, len(encoded), 360, "400 with the payload's own")
		require.Contains(t, summary, "…")
	}
}
