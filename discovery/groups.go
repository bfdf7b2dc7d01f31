package discovery

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
)

// The groups that Ansible has itself.
const (
	allGroup       = "all"
	ungroupedGroup = "ungrouped" // empty: each resource has a provider
)

// group is a group of Ansible's hosts.
type group struct {
	identity string
	labels   []string // of the inventory, whose values make the group
	values   []string
	prefix   string
	parent   *group
	name     string
	hosts    []string
	children []*group
}

// placed are the groups of the resource at hand. In the service tree that is its node alone:
// the nodes above have it as a child.
func (c *collection) placed() []*group {
	groups := []*group{
		c.group("provider", nil, "provider"),
		c.group("account", nil, "provider", "account"),
		c.group("region", nil, "region"),
	}
	var node *group
	labels := []string{"stree_group", "stree_product", "stree_app"}
	for i := range labels {
		if c.label(labels[i]) == "" {
			break
		}
		node = c.group("stree", node, labels[:i+1]...)
	}
	if node != nil {
		groups = append(groups, node)
	}
	return groups
}

// group is the group of the labels' values, new if it is the first of them.
func (c *collection) group(prefix string, parent *group, labels ...string) *group {
	values := make([]string, len(labels))
	for i, label := range labels {
		values[i] = c.label(label)
	}
	identity := prefix + "\x00" + strings.Join(values, "\x00") // which no value has
	found := c.groups[identity]
	if found == nil {
		found = &group{identity: identity, prefix: prefix, labels: labels, values: values, parent: parent}
		c.groups[identity] = found
		if parent != nil {
			parent.children = append(parent.children, found)
		}
	}
	return found
}

// nameGroups gives each group its name, such as region_cn_beijing, and returns all names. If
// several would have one name, as the group a.b and the group a-b, or as g_p of a group g and
// a group g_p, each gets a part of a hash of what it stands for: hosts of one must not be
// taken for those of the other.
func (c *collection) nameGroups() (taken map[string]bool) {
	groups := make([]*group, 0, len(c.groups))
	candidates := make([][]string, 0, len(c.groups))
	for _, group := range c.groups {
		sum := sha256.Sum256([]byte(group.identity))
		name, hash := safe(group.prefix+"_"+strings.Join(group.values, "_"), "_"), hex.EncodeToString(sum[:])
		groups = append(groups, group)
		candidates = append(candidates, []string{name, name + "_" + hash[:8], name + "_" + hash})
	}
	taken = map[string]bool{}
	for i, name := range distinct(candidates, func(string) bool { return false }) {
		groups[i].name = name
		taken[name] = true
	}
	return taken
}

// described is the group as Ansible reads it. Its variables have the texts that its name had
// to change; hosts have the same ones.
func (g *group) described() ansibleGroup {
	described := ansibleGroup{Hosts: g.hosts, Vars: map[string]any{}}
	if described.Hosts == nil {
		described.Hosts = []string{}
	}
	slices.Sort(described.Hosts)
	for i, label := range g.labels {
		described.Vars[variablePrefix+label] = unsafeText{g.values[i]}
	}
	for _, child := range g.children {
		described.Children = append(described.Children, child.name)
	}
	slices.Sort(described.Children)
	return described
}

// hostNames are the names that a host may have, in the order of preference. The last one is
// its own: it has the uid.
func hostNames(name, nativeID, uid string) []string {
	const short = 64 // ids of Azure are whole paths
	if name == "" {
		name = nativeID
	}
	name = safe(name, "_.-")
	names := []string{name}
	if len(nativeID) <= short {
		names = append(names, name+"_"+safe(nativeID, "_.-"))
	}
	return append(names, name+"_"+uid)
}

// safe has underscores for all but letters, digits and some characters. What Ansible takes for
// letters in the names of groups is more than ASCII (INVALID_VARIABLE_NAMES in its
// constants.py). A name begins with none of the characters but an underscore: it could be an
// option, or a file that is not shown.
func safe(text, allowed string) string {
	var b strings.Builder
	for i, r := range text {
		plain := unicode.IsLetter(r) || unicode.IsDigit(r)
		if plain || i > 0 && strings.ContainsRune(allowed, r) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	return b.String()
}

// isReserved says that a host's name means something else to Ansible: the machine that it runs
// on (LOCALHOST in its constants.py), all hosts, or how an object is read.
func isReserved(name string) bool {
	switch strings.ToLower(name) {
	case "localhost", "127.0.0.1", allGroup, ungroupedGroup, "_meta":
		return true
	}
	return name == "" || strings.HasPrefix(name, markPrefix)
}

// distinct chooses a name for each from its candidates, so that no two have the same. Whoever
// shares a name with another, or has one that may not be, takes the next of its own, and so
// do all that it is shared with: nobody's name depends on who comes first.
func distinct(candidates [][]string, refused func(string) bool) []string {
	chosen := make([]int, len(candidates))
	for {
		holders := make(map[string]int, len(candidates))
		for i, names := range candidates {
			holders[names[chosen[i]]]++
		}
		moved := false
		for i, names := range candidates {
			name := names[chosen[i]]
			if (holders[name] > 1 || refused(name)) && chosen[i] < len(names)-1 {
				chosen[i]++
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	names := make([]string, len(candidates))
	for i := range candidates {
		names[i] = candidates[i][chosen[i]]
	}
	return names
}
