package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"cloudsync/inventory"
	"cloudsync/inventory/export"
	"cloudsync/query"
)

// labelText is the text of the first of the labels that the row has.
func labelText(labels ...string) func(*query.Schema, inventory.Found) string {
	return func(schema *query.Schema, row inventory.Found) string {
		for _, label := range labels {
			if text, err := export.Text(schema, row, label); err == nil && text != "" {
				return text
			}
		}
		return ""
	}
}

func placeText(_ *query.Schema, row inventory.Found) string {
	meta := row.Row.RowMeta()
	return meta.Provider + "/" + meta.Account + "/" + meta.Region
}

// addressText is the first of each column of addresses, and how many more there are. What was
// asked for comes first.
func addressText(asked query.Query, schema *query.Schema, row inventory.Found) string {
	var first, more []string
	for _, label := range inventory.AddressLabels {
		values := query.Values(schema, row.Row, label)
		if i := slices.IndexFunc(values, func(value string) bool { return isAsked(asked, value) }); i > 0 {
			values = append([]string{values[i]}, slices.Delete(slices.Clone(values), i, i+1)...)
		}
		if len(values) > 0 {
			first, more = append(first, values[0]), append(more, values[1:]...)
		}
	}
	if len(more) > 0 {
		first = append(first, fmt.Sprintf("+%d", len(more)))
	}
	return strings.Join(first, " ")
}

// isAsked says that the query names the address, or a network that it is in.
func isAsked(asked query.Query, value string) bool {
	return slices.ContainsFunc(inventory.AskedNetworks(asked), func(network netip.Prefix) bool { return network.Contains(query.Address(value)) })
}

// sizeText is what a resource has of processors, memory and storage: 2C 4G 40G.
func sizeText(schema *query.Schema, row inventory.Found) string {
	var parts []string
	for _, size := range []struct {
		label string
		text  func(int64) string
	}{
		{"vcpu", func(n int64) string { return fmt.Sprintf("%dC", n) }},
		{"memory_mib", memoryText}, {"disk_gib", storageText}, {"size_gib", storageText}, {"storage_gib", storageText},
	} {
		if n := numberOf(schema, row, size.label); n > 0 {
			parts = append(parts, short.Replace(size.text(n)))
		}
	}
	return strings.Join(parts, " ")
}

// short makes 4 GiB 4G, where there is little room.
var short = strings.NewReplacer(" ", "", "iB", "")

func numberOf(schema *query.Schema, row inventory.Found, label string) (n int64) {
	for _, value := range query.Values(schema, row.Row, label) {
		if _, err := fmt.Sscan(value, &n); err != nil {
			return 0
		}
	}
	return n
}

// treeLabels are the columns that place a resource in the service tree.
var treeLabels = []string{"stree_group", "stree_product", "stree_app"}

// treeText is the place of a resource in the service tree, g.p.a.
func treeText(schema *query.Schema, row inventory.Found) string {
	var parts []string
	for _, label := range treeLabels {
		parts = append(parts, strings.Join(query.Values(schema, row.Row, label), ""))
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	for i := range parts {
		parts[i] = orDash(parts[i])
	}
	return strings.Join(parts, ".")
}
