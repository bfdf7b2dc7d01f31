package benchindex

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// question is the same question in the language of queries and in SQL.
type question struct {
	q     string
	where []string // conditions, those on columns before those on tags
	args  []any    // of all conditions, in their order
}

// label is one that is asked for.
type label struct {
	name  string // in a query
	sql   string // an expression
	value func(rng *rand.Rand) string
}

func column(name string, value func(rng *rand.Rand) string) label {
	return label{name: name, sql: name, value: value}
}

// tag is one in the table's JSON. JSON_VALUE is JSON_UNQUOTE(JSON_EXTRACT(…)) in both servers.
func tag(key string, value func(rng *rand.Rand) string) label {
	return label{name: "tag_" + key, sql: "JSON_VALUE(tags, '$." + key + "')", value: value}
}

func oneOf(values []string) func(*rand.Rand) string {
	return func(rng *rand.Rand) string { return pick(rng, values) }
}

func numbered(name func(int) string, n int) func(*rand.Rand) string {
	return func(rng *rand.Rand) string { return name(rng.IntN(n)) }
}

func anyType(rng *rand.Rand) string { return "ecs." + pick(rng, families) + "." + pick(rng, sizes) }

// columns are those that the questions of a fleet ask for.
func (f fleet) columns() []label {
	return []label{
		column("region", oneOf(regions)),
		column("account", numbered(accountName, f.accounts)),
		column("instance_type", anyType),
		column("status", oneOf(statuses)),
		column("os", oneOf(systems)),
		column("charge_type", oneOf(charges)),
		column("stree_group", numbered(groupName, groupCount)),
		column("stree_product", numbered(productName, productCount)),
		column("stree_app", numbered(appName, appCount)),
	}
}

func tags() []label {
	return []label{
		tag("env", oneOf(envs)),
		tag("team", numbered(teamName, 40)),
		tag("role", oneOf(roles)),
		tag("release", numbered(release, 500)),
	}
}

// threeMatchers is a random question with three matchers, of which one or two are for tags.
func (f fleet) threeMatchers(rng *rand.Rand) question {
	onTags := 1 + rng.IntN(2)
	return ask(rng, nil, append(some(rng, f.columns(), 3-onTags), some(rng, tags(), onTags)...))
}

// byName is a random question with a regular expression over all names, or over those of
// hosts that two more matchers select.
func (f fleet) byName(rng *rand.Rand) question {
	var beside []label
	if rng.IntN(2) == 0 {
		beside = append(some(rng, f.columns(), 1), some(rng, tags(), 1)...)
	}
	expression := f.expression(rng)
	return ask(rng, &expression, beside)
}

// expression is a regular expression that some names match.
func (f fleet) expression(rng *rand.Rand) string {
	region := pick(rng, regions)
	digits := rng.IntN(100)
	switch rng.IntN(6) {
	case 0:
		return fmt.Sprintf("app%02d[0-9]+-.*", digits%20)
	case 1:
		return fmt.Sprintf(".*-%s-.*%d", region, digits)
	case 2:
		return fmt.Sprintf(".*-00%02d[0-9]+", digits)
	case 3:
		return fmt.Sprintf("(%s|%s|%s)-.+", appName(rng.IntN(appCount)), appName(rng.IntN(appCount)), appName(rng.IntN(appCount)))
	case 4:
		return fmt.Sprintf("(?i)APP%02d.+-%s-.+", digits%20, strings.ToUpper(region))
	default:
		return fmt.Sprintf("[a-z]+[0-9]*%d-[a-z]+-[a-z0-9-]+-[0-9]{6}", digits%10)
	}
}

// some are n different ones.
func some(rng *rand.Rand, from []label, n int) []label {
	rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	return from[:n]
}

// ask asks for random values of labels, and for names that match an expression.
func ask(rng *rand.Rand, expression *string, labels []label) (asked question) {
	var matchers []string
	for _, label := range labels {
		matcher, condition, args := label.matcher(rng)
		matchers, asked.where, asked.args = append(matchers, matcher), append(asked.where, condition), append(asked.args, args...)
	}
	if expression != nil {
		matchers = append(matchers, fmt.Sprintf("name=~%q", *expression))
		asked.where, asked.args = append(asked.where, "name REGEXP ?"), append(asked.args, "^(?:"+*expression+")$")
	}
	asked.q = "{" + strings.Join(matchers, ",") + "}"
	return asked
}

// matcher compares a label with random values: in most cases with one, in some with all
// others, or with two.
func (l label) matcher(rng *rand.Rand) (matcher, condition string, args []any) {
	value, other := l.value(rng), l.value(rng)
	switch rng.IntN(6) {
	case 0:
		return fmt.Sprintf("%s!=%q", l.name, value), l.sql + " <> ?", []any{value}
	case 1:
		return fmt.Sprintf("%s=~%q", l.name, strings.ReplaceAll(value+"|"+other, ".", `\.`)), l.sql + " IN (?, ?)", []any{value, other}
	default:
		return fmt.Sprintf("%s=%q", l.name, value), l.sql + " = ?", []any{value}
	}
}

// distributed are labels by which all hosts are counted, of few values and of many.
func (f fleet) distributed() []label {
	all := slices.Concat(f.columns(), tags())
	return slices.DeleteFunc(all, func(l label) bool { return l.name == "charge_type" || l.name == "os" || l.name == "tag_role" })
}
