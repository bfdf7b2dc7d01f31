package e2e

import (
	"database/sql"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// requireColumns: each column of the kind's table says what the cloud has.
func (r *realStack) requireColumns(t *testing.T, kind keptKind) {
	t.Helper()
	want := r.wanted(t, kind)
	got := r.readRows(t, kind)
	for id, row := range got {
		if want[id] == nil && r.withEach(kind) > 1 {
			delete(got, id)
			continue
		}
		require.NotEmpty(t, row["created_at"], id)
		require.NotEmpty(t, row["updated_at"], id)
		delete(row, "created_at")
		delete(row, "updated_at")
	}
	require.Equal(t, want, got, kind.Name())
}

// wanted are the columns of each row of the kind, by native id.
func (r *realStack) wanted(t *testing.T, kind keptKind) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	filled := map[string]bool{}
	r.cloud.Update(func(accounts []*fake.Account) {
		for a, account := range accounts {
			for _, region := range account.Regions {
				scope := resource.Scope{Kind: kind.Name(), Provider: r.provider, Account: accountNames[a], Region: region.Name}
				id := r.scopeID(t, scope)
				for _, row := range kind.rows(region) {
					row = copyOf(t, kind, row)
					r.tell(t, kind, row, a, region.Name)
					kind.PlaceInTree(row, resource.TagKeys{Group: "stree_group", Product: "stree_product", App: "stree_app"})
					require.NoError(t, kind.Seal(row, scope, id))
					columns := columnsOf(t, row)
					for column, value := range columns {
						filled[column] = filled[column] || value != nil && value != ""
					}
					all[row.RowMeta().NativeID] = columns
				}
			}
		}
	})
	never := strings.Fields(tellings[r.provider].never[shortName(kind)])
	if slices.Contains(never, "tags") {
		never = append(never, "stree_group", "stree_product", "stree_app")
	}
	for _, column := range never {
		require.Contains(t, filled, column, "%s: never", kind.Name())
	}
	for column, is := range filled {
		require.NotEqual(t, slices.Contains(never, column), is, "%s.%s is in no row of the test, or never", kind.Name(), column)
	}
	return all
}

// copyOf is a row that has nothing in common with the fake cloud's.
func copyOf(t *testing.T, kind keptKind, row resource.Row) resource.Row {
	t.Helper()
	image, err := kind.Image(row)
	require.NoError(t, err)
	row, err = kind.ParseImage(image)
	require.NoError(t, err)
	return row
}

func shortName(kind keptKind) string { return strings.TrimPrefix(kind.Name(), "resource_") }

// tell makes a row in neutral terms what the cloud tells of it.
func (r *realStack) tell(t *testing.T, kind keptKind, row resource.Row, account int, region string) {
	t.Helper()
	short, of := shortName(kind), tellings[r.provider]
	r.refer(short, row, account, region)
	for column, value := range fieldsOf(row) {
		if slices.Contains(strings.Fields(of.never[short]), column) {
			value.SetZero()
		}
		word, has := of.rows[short+"."+column]
		if !has {
			continue
		}
		if value.Kind() == reflect.Int64 {
			number, err := strconv.ParseInt(word, 10, 64)
			require.NoError(t, err)
			value.SetInt(number)
		} else {
			value.SetString(word)
		}
	}
}

// fieldsOf are a row's own fields by their columns.
func fieldsOf(row resource.Row) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	value := reflect.ValueOf(row).Elem()
	for i := range value.NumField() {
		if column, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("bun"), ","); column != "" {
			fields[column] = value.Field(i)
		}
	}
	return fields
}

// columnsOf are all columns of a sealed row, as a client reads them. A list and a map are what
// their JSON says.
func columnsOf(t *testing.T, row resource.Row) map[string]any {
	t.Helper()
	meta := row.RowMeta()
	columns := map[string]any{
		"uid": string(meta.UID[:]), "hash": string(meta.Hash[:]), "scope_id": strconv.FormatInt(meta.ScopeID, 10),
		"provider": meta.Provider, "account": meta.Account, "region": meta.Region, "native_id": meta.NativeID,
	}
	for column, field := range fieldsOf(row) {
		switch value := field.Interface().(type) {
		case string:
			columns[column] = value
			continue
		case int64:
			columns[column] = strconv.FormatInt(value, 10)
		case time.Time:
			columns[column] = value.Format("2006-01-02 15:04:05.000000")
		default:
			text, err := json.Marshal(value)
			require.NoError(t, err)
			columns[column] = decoded(t, text)
		}
		if field.IsZero() {
			columns[column] = nil
		}
	}
	return columns
}

func decoded(t *testing.T, text []byte) (value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &value))
	return value
}

// readRows reads the kind's table as a client does, by native id.
func (r *realStack) readRows(t *testing.T, kind keptKind) map[string]map[string]any {
	t.Helper()
	rows, err := r.sql.QueryContext(t.Context(), "SELECT * FROM "+kind.Name())
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	all, values, into := map[string]map[string]any{}, make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		require.NoError(t, rows.Scan(into...))
		row := map[string]any{}
		for i, column := range columns {
			switch {
			case !values[i].Valid:
				row[column] = nil
			case slices.Contains(kind.Structured(), column):
				row[column] = decoded(t, []byte(values[i].String))
			default:
				row[column] = values[i].String
			}
		}
		all[row["native_id"].(string)] = row
	}
	require.NoError(t, rows.Err())
	return all
}

func (r *realStack) scopeID(t *testing.T, scope resource.Scope) int64 {
	t.Helper()
	return r.count(t, "SELECT id FROM sync_scope WHERE kind = ? AND provider = ? AND account = ? AND region = ?", scope.Kind, scope.Provider, scope.Account, scope.Region)
}
