package config

import (
	"reflect"
	"slices"

	"cloudsync/cloud/mock"
	"cloudsync/diff"
	"cloudsync/notice"
	"cloudsync/notice/send"
	"cloudsync/resource"
	"cloudsync/retention"
)

// limit says of a key what its type does not. The check of the same entry refuses at least
// what a limit does.
type limit struct {
	required bool
	words    []string // what may be written; none: anything
	low, up  *float64 // of a number
	items    *int     // the least of a list or of entries
	most     *int     // of a list
}

var (
	required = limit{required: true}
	// filled is a list, or a mapping of entries, that is not empty.
	filled = limit{required: true, items: new(1)}
)

func between(low, up float64) limit { return limit{low: &low, up: &up} }

// fromZero is a number that is not negative.
func fromZero() limit             { return limit{low: new(float64)} }
func oneOf(words ...string) limit { return limit{words: words} }

func (l limit) mandatory() limit {
	l.required = true
	return l
}

func (l limit) apply(to *schema) {
	if len(l.words) > 0 && to.Ref != "" { // a text
		to.Ref, to.Type = "", "string"
		to.AnyOf = []*schema{{Enum: l.words}, {Ref: ref(variableDef)}}
	}
	if l.low != nil {
		to.Minimum = l.low
	}
	if l.up != nil {
		to.Maximum = l.up
	}
	if to.Type == "object" {
		to.MinProperties = l.items
	} else {
		to.MinItems, to.MaxItems = l.items, l.most
	}
}

// limited is an entry with limits for some of its keys; that of keyTag is for its own key.
type limited interface{ limits() map[string]limit }

func limitsOf(entry reflect.Value) map[string]limit {
	switch entry := entry.Interface().(type) {
	case limited:
		return entry.limits()
	case mock.Settings:
		return mockLimits
	case mock.Fault:
		return faultLimits()
	default:
		return nil
	}
}

func (document) limits() map[string]limit {
	return map[string]limit{"mysql_s": {required: true, items: new(1), most: new(1)}, "public_cloud_sync": required}
}

func (mysqlEntry) limits() map[string]limit {
	return map[string]limit{"name": required, "addr": required, "max_open_conns": between(1, maxOpenConns)}
}

func (syncEntry) limits() map[string]limit {
	return map[string]limit{"resources": filled, "accounts": filled}
}

func (resourceEntry) limits() map[string]limit {
	limits := policyEntry{}.limits()
	limits["interval"] = required
	limits["max_parallel_scopes"] = between(1, maxParallelScopes)
	return limits
}

func (policyEntry) limits() map[string]limit {
	return map[string]limit{
		keyTag:             oneOf(resource.Standard().Names()...),
		"max_delete_ratio": between(0, 1),
		"min_rows":         fromZero(),
		"deletes":          oneOf(string(diff.Apply), string(diff.Hold), string(diff.Never)),
		"replaced":         oneOf(string(diff.ReplacedApply), string(diff.ReplacedHold)),
	}
}

func (accountEntry) limits() map[string]limit {
	return map[string]limit{
		"provider": oneOf(providerNames()...).mandatory(), "name": required, "regions": filled,
		"requests_per_second": between(0, maxRequestsPerSecond),
	}
}

func (discoverEntry) limits() map[string]limit {
	return map[string]limit{"include": {items: new(1)}}
}

func (userEntry) limits() map[string]limit {
	return map[string]limit{"name": required, "role": oneOf(string(Viewer), string(Operator)).mandatory()}
}

func (tokenEntry) limits() map[string]limit { return userEntry{}.limits() }

func (oidcEntry) limits() map[string]limit {
	return map[string]limit{"issuer": required, "client_id": required}
}

func (notifyEntry) limits() map[string]limit {
	return map[string]limit{"language": languages(), "receivers": filled}
}

func languages() limit {
	var words []string
	for _, language := range notice.Languages() {
		words = append(words, string(language))
	}
	return oneOf(words...)
}

func (receiverEntry) limits() map[string]limit {
	return map[string]limit{"language": languages(), "events": {items: new(1)}, "kinds": {items: new(1)}, "accounts": {items: new(1)}}
}

func (mailEntry) limits() map[string]limit {
	return map[string]limit{
		"server": required, "from": required, "to": filled, "tls": oneOf(send.StartTLS, send.TLS, send.NoTLS),
	}
}

func (changedEntry) limits() map[string]limit {
	return map[string]limit{"rows": fromZero(), "share": between(0, 1)}
}

func (quietEntry) limits() map[string]limit {
	return map[string]limit{"from": required, "to": required}
}

var mockLimits = map[string]limit{
	"tick": between(0, mock.MaxTick), "churn": between(0, 1), "page_size": between(0, mock.MaxPageSize),
	"requests_per_second": between(0, mock.MaxRequestsPerSecond),
}

func faultLimits() map[string]limit {
	var types []string
	for _, fault := range mock.FaultTypes() {
		types = append(types, string(fault))
	}
	return map[string]limit{
		"fault": oneOf(types...).mandatory(), "rate": between(0, 1), "times": fromZero(), "from_tick": fromZero(), "to_tick": fromZero(),
	}
}

// shortForms are the patterns of types that read their own text. Each also takes 0 as a number.
var shortForms = map[reflect.Type]string{
	reflect.TypeFor[retention.Keep](): `([0-9]{1,5}d([0-9]{1,6}h)?|[0-9]{1,6}h|forever|0)`,
}

// conditional is an entry of which one key says what the others may be.
type conditional interface{ conditions() []*schema }

// conditions are that an account has the keys of its own provider only: see refuseKeys.
func (accountEntry) conditions() []*schema {
	conditions := []*schema{keysAt(MockProvider, nil, nil)}
	for _, c := range realClouds {
		conditions = append(conditions, keysAt(c.provider, append(c.keys(), "account_id", "endpoint"), []string{"account_id"}))
	}
	return conditions
}

// keysAt refuses the keys of other providers.
func keysAt(provider string, own, needed []string) *schema {
	then := &schema{Properties: map[string]*schema{}, Required: needed}
	refused := cloudKeys()
	if provider != MockProvider {
		refused = append(refused, "mock")
	}
	for _, key := range refused {
		if !slices.Contains(own, key) {
			then.Properties[key] = &schema{Not: &schema{}}
		}
	}
	return &schema{If: &schema{Properties: map[string]*schema{"provider": {Enum: []string{provider}}}, Required: []string{"provider"}}, Then: then}
}
