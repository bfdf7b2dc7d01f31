// Package inventorytest makes random rows and random queries, each query with what it means
// according to a filter that shares no code with package query. Whoever answers questions
// about the inventory is compared with that.
package inventorytest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"cloudsync/resource"
)

// RandomRows returns n rows of a kind, sealed, with ids that differ. They have few different
// values, so that queries find some, and odd ones among them.
func RandomRows(rng *rand.Rand, kind *resource.Kind, n int) []resource.Row {
	rows := make([]resource.Row, n)
	for i := range rows {
		rows[i] = randomRow(rng, kind, resource.Meta{
			Provider: pick(rng, textsOf("provider")), Account: pick(rng, textsOf("account")), Region: pick(rng, textsOf("region")),
			NativeID: fmt.Sprintf(pick(rng, nativeIDs), i),
		})
	}
	return rows
}

// Changed are the same resources with other values.
func Changed(rng *rand.Rand, kind *resource.Kind, rows []resource.Row) []resource.Row {
	changed := make([]resource.Row, len(rows))
	for i, row := range rows {
		meta := row.RowMeta()
		changed[i] = randomRow(rng, kind, resource.Meta{Provider: meta.Provider, Account: meta.Account, Region: meta.Region, NativeID: meta.NativeID})
	}
	return changed
}

func randomRow(rng *rand.Rand, kind *resource.Kind, meta resource.Meta) resource.Row {
	row := kind.NewRow()
	fill(rng, row)
	*row.RowMeta() = meta
	if err := kind.Seal(row, ScopeOf(kind, row), 0); err != nil {
		panic(fmt.Sprintf("inventorytest: a row that cannot be: %v", err))
	}
	return row
}

// ScopeOf is the scope that a row is of.
func ScopeOf(kind *resource.Kind, row resource.Row) resource.Scope {
	meta := row.RowMeta()
	return resource.Scope{Kind: kind.Name(), Provider: meta.Provider, Account: meta.Account, Region: meta.Region}
}

// fill gives a row's own columns random values; some stay empty.
func fill(rng *rand.Rand, row resource.Row) {
	value := reflect.ValueOf(row).Elem()
	for i := range value.NumField() {
		column, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("bun"), ",")
		if column == "" || rng.IntN(8) == 0 {
			continue
		}
		switch field := value.Field(i).Addr().Interface().(type) {
		case *string:
			*field = pick(rng, textsOf(column))
		case *int64:
			*field = pick(rng, numbers)
		case *[]string:
			for range rng.IntN(4) { // sometimes one twice, never an empty one
				if text := pick(rng, textsOf(column)); text != "" {
					*field = append(*field, text)
				}
			}
		case *map[string]string:
			*field = map[string]string{}
			for range rng.IntN(5) {
				(*field)[pick(rng, tagKeys)] = pick(rng, texts)
			}
		case *time.Time:
			*field = pick(rng, times)
		default:
			panic(fmt.Sprintf("inventorytest: column %s has the type %T", column, field))
		}
	}
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }
