package human

import "strings"

// Kind is the name of a kind in words: host, load balancer.
func Kind(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "resource_"), "_", " ")
}
