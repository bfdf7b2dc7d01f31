package resource

import "strings"

// TagKeys are the tags whose values place a host in the service tree.
type TagKeys struct {
	Group, Product, App string
	// Caseless says that the host's cloud makes no difference between Team and team.
	Caseless bool
}

// value is that of a tag. Of several that differ in case alone, which a caseless cloud
// cannot have, it is the one that is written as the key, or else the first by its name.
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
