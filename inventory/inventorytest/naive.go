package inventorytest

import (
	"bytes"
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/inventory"
	"cloudsync/resource"
)

// Of are those of the rows that the query means.
func (q Query) Of(rows []inventory.Found) (matching []inventory.Found) {
	for _, row := range rows {
		if q.Matches(row.Kind, row.Row) {
			matching = append(matching, row)
		}
	}
	return matching
}

// Ordered are rows in an order: the kinds stay in theirs.
func Ordered(rows []inventory.Found, order inventory.Order) (ordered []inventory.Found) {
	for len(rows) > 0 {
		kind := rows[0].Kind
		end := slices.IndexFunc(rows, func(row inventory.Found) bool { return row.Kind != kind })
		if end < 0 {
			end = len(rows)
		}
		ordered = append(ordered, orderedKind(kind, rows[:end], order)...)
		rows = rows[end:]
	}
	return ordered
}

func orderedKind(kind *resource.Kind, rows []inventory.Found, order inventory.Order) []inventory.Found {
	label := order.Label
	if !hasLabel(kind, label) {
		label = "native_id"
		if hasLabel(kind, "name") {
			label = "name"
		}
	}
	keys := map[resource.UID]string{}
	for _, row := range rows {
		keys[row.Row.RowMeta().UID] = firstKey(label, ValuesOf(kind, row.Row, label))
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b inventory.Found) int {
		uidA, uidB := a.Row.RowMeta().UID, b.Row.RowMeta().UID
		compared := cmp.Or(strings.Compare(keys[uidA], keys[uidB]), bytes.Compare(uidA[:], uidB[:]))
		if order.Descending {
			return -compared
		}
		return compared
	})
	return rows
}

// hasLabel says whether rows of the kind may have the label.
func hasLabel(kind *resource.Kind, label string) bool {
	columns := kind.Columns()
	switch {
	case label == "tags":
		return false
	case label == "ip":
		return slices.ContainsFunc(columns, func(column string) bool { return slices.Contains(addressLabels[1:], column) })
	case strings.HasPrefix(label, "tag_"):
		return slices.Contains(columns, "tags")
	}
	return slices.Contains([]string{"kind", "uid", "provider", "account", "region", "native_id", "created_at", "updated_at"}, label) ||
		slices.Contains(columns, label)
}

// firstKey is a text by whose bytes a row has its place: that of the first of its values.
func firstKey(label string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	keys := make([]string, len(values))
	for i, value := range values {
		keys[i] = sortKey(label, value)
	}
	return slices.Min(keys)
}

func sortKey(label, value string) string {
	switch {
	case slices.Contains(numberLabels, label):
		return fmt.Sprintf("%020s", value)
	case strings.HasSuffix(label, "_at"):
		at, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			panic(fmt.Sprintf("inventorytest: %s is no time: %v", label, err))
		}
		return at.Format("2006-01-02 15:04:05.000000000")
	case slices.Contains(addressLabels, label):
		address, err := netip.ParseAddr(value)
		if err != nil {
			return "0" + value
		}
		return strconv.Itoa(address.BitLen()/100+1) + string(address.AsSlice())
	}
	return value
}

// addressLabels are those whose values are addresses: ip, and the columns that it stands for.
var addressLabels = []string{"ip", "private_ips", "public_ips", "addresses", "address", "endpoint"}

// numberLabels are those of the Labels whose values are numbers, and the columns that are
// added up.
var numberLabels = []string{"vcpu", "size_gib", "memory_mib", "disk_gib"}

// Counted is the answer to a count of rows: those that it has to count.
func Counted(rows []inventory.Found, by, sum []string, limit int) inventory.Counts {
	counts := inventory.Counts{Total: int64(len(rows)), Sums: make([]int64, len(sum))}
	groups := map[string]*inventory.Group{}
	for _, row := range rows {
		for _, values := range combinations(row, by) {
			key := fmt.Sprintf("%q", values)
			if groups[key] == nil {
				groups[key] = &inventory.Group{Values: values, Sums: make([]int64, len(sum))}
			}
			groups[key].Rows++
			addSums(groups[key].Sums, row, sum)
		}
		addSums(counts.Sums, row, sum)
	}
	if len(by) == 0 {
		return counts
	}
	for _, group := range groups {
		counts.Groups = append(counts.Groups, *group)
	}
	slices.SortFunc(counts.Groups, func(a, b inventory.Group) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), slices.Compare(a.Values, b.Values))
	})
	if limit > 0 && len(counts.Groups) > limit {
		counts.Others = len(counts.Groups) - limit
		counts.Groups = counts.Groups[:limit]
	}
	return counts
}

func addSums(sums []int64, row inventory.Found, columns []string) {
	for i, column := range columns {
		for _, value := range ValuesOf(row.Kind, row.Row, column) {
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				panic(fmt.Sprintf("inventorytest: %s is no number: %v", column, err))
			}
			sums[i] += n
		}
	}
}

// combinations are the row's values of labels, each with each, and each once.
func combinations(row inventory.Found, labels []string) [][]string {
	if len(labels) == 0 {
		return [][]string{{}}
	}
	values := ValuesOf(row.Kind, row.Row, labels[0])
	if len(values) == 0 {
		values = []string{""}
	}
	var combined [][]string
	for _, value := range slices.Compact(slices.Sorted(slices.Values(values))) {
		for _, rest := range combinations(row, labels[1:]) {
			combined = append(combined, append([]string{value}, rest...))
		}
	}
	return combined
}
