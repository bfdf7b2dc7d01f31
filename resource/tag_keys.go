package resource

import "strings"

// TagKeys are the tags whose values place a host in the service tree.
type TagKeys struct {
	Group, Product, App string
	// Caseless says that the host's cloud makes no difference between Team and team.
	Caseless bool
}

// value is the value of the tag that the key names. At a caseless cloud, case does not
// matter. If several tags differ in case alone, which such a cloud cannot have, the one
// spelled like the key counts, or else the first by name.
func (k TagKeys) value(tags map[string]string, key string) string {
	value, exact := tags[key]
	if exact || !k.Caseless {
		return value
	}
	first := ""
	for name := range tags {
		if strings.EqualFold(name, key) && (first == "" || name < first) {
			first = name
		}
	}
	return tags[first]
}
