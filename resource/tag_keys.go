package resource

import "strings"

// TagKeys are the tags whose values place a resource in the service tree.
type TagKeys struct {
	Group, Product, App string
	// Caseless says that the resource's cloud makes no difference between Team and team.
	Caseless bool
}

// place is where tags place a resource.
func (k TagKeys) place(tags map[string]string) (group, product, app string) {
	return k.value(tags, k.Group), k.value(tags, k.Product), k.value(tags, k.App)
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
