// Package coverage says which kinds each cloud's adapter lists, and why it does not list
// the others. It has none of the clouds' SDKs, so that the command line can tell.
package coverage

import "slices"

// Cloud is a cloud with the kinds that it is not listed for.
type Cloud struct {
	Provider string
	Gaps     map[string]string // why, by kind
}

// clouds are those that a worker can reach, in the order of their documents.
// worker/clouds checks that the adapters list exactly what is no gap here.
var clouds = []Cloud{
	{Provider: "alibaba"},
	{Provider: "tencent"},
	{Provider: "aws"},
	{Provider: "huawei"},
	{Provider: "azure", Gaps: map[string]string{
		"resource_certificate": "certificates are in key vaults, each of which needs access of its own",
	}},
	{Provider: "google"},
	{Provider: "mock"},
}

// Clouds are all of them, in the order of their documents.
func Clouds() []Cloud { return slices.Clone(clouds) }

// Gap is why a kind is not listed at a cloud, "" if it is.
func Gap(provider, kind string) string {
	i := slices.IndexFunc(clouds, func(c Cloud) bool { return c.Provider == provider })
	if i < 0 {
		return "the cloud is not known"
	}
	return clouds[i].Gaps[kind]
}
