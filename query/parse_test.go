package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/query"
	"cloudsync/resource"
)

func schemas() []*query.Schema {
	var all []*query.Schema
	kinds := resource.Standard()
	for _, name := range kinds.Names() {
		kind, _ := kinds.Kind(name)
		all = append(all, query.SchemaOf(kind))
	}
	return all
}

func host(change func(*resource.Host)) *resource.Host {
	host := &resource.Host{
		Meta: resource.Meta{UID: resource.UID{1}, Provider: "mock", Account: "demo", Region: "beijing", NativeID: "i-1"},
		Name: "Web-01", VCPU: 8, PrivateIPs: []string{"10.1.2.3", "fd00::1"}, PublicIPs: []string{"47.1.1.1"},
		Tags: map[string]string{"env": "prod", "kubernetes.io/role": "node"}, STreeApp: "kafka",
	}
	if change != nil {
		change(host)
	}
	return host
}

func TestWhatAQueryMatches(t *testing.T) {
	t.Parallel()
	schema := query.SchemaOf(resource.HostKind)
	for _, c := range []struct {
		text string
		want bool
	}{
		{``, true},
		{`{}`, true},
		{`{region="beijing"}`, true},
		{`{region="beijing",}`, true},
		{`{region="bei"}`, false},
		{`{region=~"bei"}`, false}, // anchored
		{`{region=~"bei.*"}`, true},
		{`{region!~"bei.*"}`, false},
		{`{region!="shanghai"}`, true},
		{`region=beijing`, true},
		{`region=~bei.* vcpu=8`, true},
		{`region=beijing vcpu=4`, false},
		{`{tag_env="prod"}`, true},
		{`{tag_env!="test"}`, true},
		{`{tag_team=""}`, true},
		{`{tag_team!=""}`, false},
		{`{tag_team=~".*"}`, true},
		{`{tag_team=~".+"}`, false},
		{`{tag_team!="x"}`, true},
		{`{tag_kubernetes.io/role="node"}`, true},
		{`{"tag_kubernetes.io/role"="node"}`, true},
		{`{kind="resource_host"}`, true},
		{`{kind=~".*disk"}`, false},
		{`{ip="10.1.2.3"}`, true},
		{`{ip="47.1.1.1"}`, true},
		{`{ip="10.1.0.0/16"}`, true},
		{`{ip="10.2.0.0/16"}`, false},
		{`{ip!="10.1.0.0/16"}`, false},
		{`{ip="FD00:0::1"}`, true},
		{`{ip="fd00::/8"}`, true},
		{`{ip=~"10\\..*"}`, true},
		{`{private_ips="47.1.1.1"}`, false},
		{`{public_ips=""}`, false},
		{`{uid="01000000000000000000000000000000"}`, true},
		{`10.1.2.3`, true},
		{`10.1.2.4`, false},
		{`10.1.0.0/16`, true},
		{`10.1.2.`, true},
		{`web`, true},
		{`WEB-0`, true},
		{`i-1`, true},
		{`"web-01"`, true},
		{`"web 01"`, false},
		{`web {stree_app="kafka"} 10.1.0.0/16`, true},
		{`web nothing`, false},
		{`{status=""}`, true},
		{`{size_gib=""}`, true}, // another kind's
	} {
		asked, err := query.Parse(c.text, schemas())
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, asked.Match(schema, host(nil)), c.text)
		again, err := query.Parse(asked.String(), schemas())
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, again.Match(schema, host(nil)), "%s, written again", c.text)
	}
}

func TestAWrongQueryIsToldWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, problem string
		at            int
	}{
		{`{region="beijing"`, "braces are not closed", 17},
		{`web {region="bei`, "quote is not closed", 16},
		{`{region="a"} {name="b"}`, "one pair of braces", 13},
		{`{regoin="a"}`, "did you mean region?", 1},
		{`web {region="a",regoin="a"}`, "did you mean region?", 16},
		{`{stree="x"}`, "unknown label", 1},
		{`{name=~"("}`, "missing closing )", 7},
		{`web {name=~"("}`, "missing closing )", 11},
		{`{name}`, "expected an operator", 5},
		{`{name="a" region="b"}`, "expected a comma", 10},
		{`name = "a"`, "without spaces", 5},
		{`vcpu>=8`, "one of the operators", 0},
		{`a}b`, "in quotes", 1},
		{`"open`, "quote is not closed", 5},
		{`{name=~"` + strings.Repeat("a", query.MaxExpression+1) + `"}`, "at most 4096", 8},
		{strings.Repeat("a", 1<<20), "at most 16384", query.MaxLength},
		{strings.Repeat("a ", 200), "more than 100", 200},
		{"a\xff", "not valid UTF-8", 1},
		{`{name=~"(a{1000}){1000}"}`, "repeat count", 7},
		{`{name=~"` + strings.Repeat("a{1000}", 100) + `"}`, "has 300001 steps", 8},
		{`{name=~"` + strings.Repeat("[acegikmoqsuwyACEGIKMOQSUWY02468]{1000}", 3) + `"}`, "at most 10000", 8},
		{`{name=~"` + strings.Repeat("(.?){0,500}", 100) + `"}`, "at most 10000", 8},
	} {
		_, err := query.Parse(c.text, schemas())
		var wrong *query.SyntaxError
		require.ErrorAs(t, err, &wrong, "%.40s", c.text)
		require.Contains(t, wrong.Problem, c.problem, "%.40s", c.text)
		require.Equal(t, c.at, wrong.At, "%.40s: %s", c.text, wrong.Problem)
	}
}

// What compares rows with an expression is told how much that may take.
func TestExpressionsThatAreAllowed(t *testing.T) {
	t.Parallel()
	names := make([]string, 400)
	for i := range names {
		names[i] = fmt.Sprintf("host-%03d", i)
	}
	for _, expression := range []string{"(a+)+$", strings.Join(names, "|"), ".{0,255}", "(web|db)-[0-9]{1,9}", "[^a-z]{200}", `\\pL+-[\\w.-]{1,255}`} {
		_, err := query.Parse(`{name=~"`+expression+`"}`, schemas())
		require.NoError(t, err, "%.40s", expression)
	}
}

// The text of a query is how a client hands it on.
func TestAQueryIsReadBackAsItWasMeant(t *testing.T) {
	t.Parallel()
	schema := query.SchemaOf(resource.HostKind)
	begin, err := query.Parse(`{region="beijing"} "Web-01"`, schemas())
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.SampledFrom([]string{"", " ", `"`, `\`, `a"b\c`, "x}", "{x", "a,b", "a\nb", "a\tb", "=~", "\u202e", "\u00a0", "数", "'", "a b", "\r", "\x00"}),
			rapid.String(),
		).Draw(t, "value")
		query, err := query.Parse(begin.And("stree_app", value).String(), schemas())
		require.NoError(t, err)
		require.True(t, query.Match(schema, host(func(h *resource.Host) { h.STreeApp = value })), "%s", query)
		require.False(t, query.Match(schema, host(func(h *resource.Host) { h.STreeApp = value + "x" })), "%s", query)
	})
}

func TestOrderOfValues(t *testing.T) {
	t.Parallel()
	schema := query.SchemaOf(resource.HostKind)
	for label, inOrder := range map[string][]string{
		"vcpu":             {"", "2", "8", "16", "128"},
		"name":             {"", "a", "a1", "b"},
		"cloud_created_at": {"", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:01Z"},
		"private_ips":      {"", "some.name", "9.0.0.1", "10.0.0.1", "10.0.0.10", "fd00::1"},
	} {
		for i := 1; i < len(inOrder); i++ {
			require.Negative(t, query.Compare(schema, label, inOrder[i-1], inOrder[i]), "%s: %q before %q", label, inOrder[i-1], inOrder[i])
			require.Positive(t, query.Compare(schema, label, inOrder[i], inOrder[i-1]))
			require.Zero(t, query.Compare(schema, label, inOrder[i], inOrder[i]))
		}
	}
}
