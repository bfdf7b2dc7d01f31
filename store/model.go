package store

import (
	"reflect"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// modelOf is rows of a kind as bun inserts them: a pointer to a slice of the kind's type.
func modelOf(kind *resource.Kind, rows []resource.Row) any {
	typed := newSlice(kind, len(rows))
	for i, row := range rows {
		typed.Elem().Index(i).Set(reflect.ValueOf(row))
	}
	return typed.Interface()
}

// selectRows is a query of a kind's rows, with those columns, or all that the program
// knows. scanned gives what was scanned.
func selectRows(db bun.IDB, kind *resource.Kind, columns ...string) (query *bun.SelectQuery, scanned func() []resource.Row) {
	typed := newSlice(kind, 0)
	query = db.NewSelect().Model(typed.Interface()).ModelTableExpr("? AS ?", bun.Ident(kind.Name()), bun.Ident("row"))
	if len(columns) == 0 {
		columns = rowColumns(kind)
	}
	for _, column := range columns {
		query = query.ColumnExpr("?", bun.Ident(column))
	}
	return query, func() []resource.Row {
		rows := make([]resource.Row, typed.Elem().Len())
		for i := range rows {
			rows[i] = typed.Elem().Index(i).Interface().(resource.Row)
		}
		return rows
	}
}

// newSlice is a pointer to a slice of pointers to the kind's type.
func newSlice(kind *resource.Kind, n int) reflect.Value {
	of := reflect.SliceOf(reflect.TypeOf(kind.NewRow()))
	slice := reflect.New(of)
	slice.Elem().Set(reflect.MakeSlice(of, n, n))
	return slice
}
