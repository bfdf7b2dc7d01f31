package discovery

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
)

// variablePrefix begins the names of Ansible's variables: many columns have names that Ansible
// itself uses, such as name, port and tags.
const variablePrefix = "cloudsync_"

// The variables that are no columns.
const (
	addressVariable = "ansible_host"
	tagsVariable    = variablePrefix + "tags"
	leftOutVariable = variablePrefix + "left_out" // of the group all
)

// Ansible is an inventory as an inventory script prints it
// (https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html).
type Ansible struct {
	// LeftOut counts resources that do not have such an address. They are left out: without
	// ansible_host, Ansible would connect to whatever has the resource's name.
	LeftOut int
	hosts   map[string]json.RawMessage // their variables
	groups  map[string]ansibleGroup
}

type ansibleGroup struct {
	Hosts    []string       `json:"hosts"` // not left out: Ansible takes an empty group for a host
	Children []string       `json:"children,omitempty"`
	Vars     map[string]any `json:"vars,omitempty"`
}

// NewAnsible makes the inventory of a scope.
//
// A host is called by its name. Characters but letters, digits and ._- become underscores,
// since Ansible reads names as patterns and as parts of files' paths. If several would have
// one name, or it means something else to Ansible, their ids are appended to it.
//
// All that a cloud, or whoever may set its tags, has chosen is marked as unsafe, so that
// Ansible takes no {{ … }} in it for a template.
func NewAnsible(ctx context.Context, source Source, scope inventory.Scope, choice Address) (*Ansible, error) {
	found := collection{choice: choice, groups: map[string]*group{}}
	if err := source.Each(ctx, scope, found.take); err != nil {
		return nil, err
	}
	return found.inventory()
}

// Host returns the variables of a host as JSON.
func (a *Ansible) Host(name string) (variables []byte, known bool) {
	variables, known = a.hosts[name]
	return variables, known
}

// MarshalJSON implements json.Marshaler: what a script prints for --list. The same resources
// always give the same text.
func (a *Ansible) MarshalJSON() ([]byte, error) {
	document := make(map[string]any, len(a.groups)+1)
	for name, group := range a.groups {
		document[name] = group
	}
	document["_meta"] = map[string]any{"hostvars": a.hosts}
	return json.Marshal(document)
}

// unsafeText is a text that Ansible does not take for a template, by the mark of its
// parsing/ajson.py.
type unsafeText struct {
	Text string `json:"__ansible_unsafe"`
}

// markPrefix begins the keys at which Ansible reads a whole object as a text of some kind. No
// key that somebody else chose may begin so.
const markPrefix = "__ansible"

// collection is what is found of an inventory, before hosts and groups have their names.
type collection struct {
	choice  Address
	leftOut int
	hosts   []host
	groups  map[string]*group // by identity

	labels map[string][]string // of the resource at hand
	tags   map[string]any
	reach  reach
}

type host struct {
	names     []string // it has the first that no other has
	variables json.RawMessage
	groups    []*group
}

func (c *collection) take(kind *resource.Kind, labels Labels) error {
	schema := query.SchemaOf(kind)
	c.read(schema, labels)
	address := c.reach.host(c.choice)
	if address == "" || isOwn(address) {
		c.leftOut++
		return nil
	}
	variables, err := json.Marshal(c.variables(schema, address))
	if err != nil {
		return fmt.Errorf("encode the variables of %s %s: %w", kind.Name(), c.label("native_id"), err)
	}
	c.hosts = append(c.hosts, host{
		names:  hostNames(c.label("name"), c.label("native_id"), c.label(query.UIDLabel)),
		groups: c.placed(), variables: variables,
	})
	return nil
}

// isOwn says that Ansible would take an address for the machine that it runs on, and work
// there.
func isOwn(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsUnspecified()) || strings.EqualFold(host, "localhost")
}

func (c *collection) read(schema *query.Schema, labels Labels) {
	c.labels, c.tags = map[string][]string{}, map[string]any{}
	c.reach.reset()
	labels.Each(func(label, value string) {
		source := schema.Source(label)
		switch {
		case !source.IsTag:
			c.labels[label] = append(c.labels[label], value)
			c.reach.take(label, value)
		case !strings.HasPrefix(source.Tag, markPrefix):
			c.tags[source.Tag] = unsafeText{value}
		}
	})
}

// label is the value of a label that has at most one.
func (c *collection) label(name string) string {
	if values := c.labels[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// variables are defined whether they have a value or not: Ansible fails at one that is not
// defined.
func (c *collection) variables(schema *query.Schema, address string) map[string]any {
	variables := map[string]any{
		addressVariable:                  address,
		variablePrefix + query.KindLabel: schema.Kind.Name(),
		variablePrefix + query.UIDLabel:  c.label(query.UIDLabel),
	}
	for _, column := range schema.Columns {
		variables[variablePrefix+column.Name] = c.variable(column)
	}
	return variables
}

func (c *collection) variable(column resource.Column) any {
	switch column.Type {
	case resource.ListColumn:
		texts := make([]unsafeText, len(c.labels[column.Name]))
		for i, text := range c.labels[column.Name] {
			texts[i] = unsafeText{text}
		}
		return texts
	case resource.MapColumn:
		return c.tags
	case resource.IntColumn:
		if n, err := strconv.ParseInt(c.label(column.Name), 10, 64); err == nil {
			return n
		}
		return nil
	case resource.TimeColumn:
		return c.label(column.Name)
	default:
		return unsafeText{c.label(column.Name)}
	}
}

// inventory gives groups and hosts their names.
func (c *collection) inventory() (*Ansible, error) {
	a := &Ansible{LeftOut: c.leftOut, hosts: make(map[string]json.RawMessage, len(c.hosts)), groups: map[string]ansibleGroup{}}
	taken := c.nameGroups()
	candidates := make([][]string, len(c.hosts))
	for i, host := range c.hosts {
		candidates[i] = host.names
	}
	for i, name := range distinct(candidates, func(name string) bool { return taken[name] || isReserved(name) }) {
		a.hosts[name] = c.hosts[i].variables
		for _, group := range c.hosts[i].groups {
			group.hosts = append(group.hosts, name)
		}
	}
	top := []string{}
	for _, group := range c.groups {
		a.groups[group.name] = group.described()
		if group.parent == nil {
			top = append(top, group.name)
		}
	}
	slices.Sort(top)
	a.groups[allGroup] = ansibleGroup{
		Hosts: []string{}, Children: append(top, ungroupedGroup), Vars: map[string]any{leftOutVariable: a.LeftOut},
	}
	a.groups[ungroupedGroup] = ansibleGroup{Hosts: []string{}}
	return a, nil
}
