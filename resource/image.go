package resource

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// ParseImage reads a row from an image that Image made. The uid and the hash are
// those of the image; Rehash computes the hash anew. A column that the kind no
// longer has is left out.
func (k *Kind) ParseImage(image []byte) (Row, error) {
	var columns map[string]json.RawMessage
	if err := json.Unmarshal(image, &columns); err != nil {
		return nil, fmt.Errorf("read image of a %s row: %w", k.name, err)
	}
	row := k.newRow()
	meta := row.RowMeta()
	for column, target := range meta.columns() {
		if raw, ok := columns[column]; ok {
			if err := json.Unmarshal(raw, target); err != nil {
				return nil, fmt.Errorf("read image of a %s row: column %s: %w", k.name, column, err)
			}
		}
	}
	value := reflect.ValueOf(row).Elem()
	for i := range k.fields {
		f := &k.fields[i]
		if err := f.parse(value, columns[f.column]); err != nil {
			return nil, fmt.Errorf("read image of %s %s: %w", k.name, meta.NativeID, err)
		}
	}
	return row, nil
}

// Undo sets the fields of the row back to the old values of changes; the hash has
// to be computed anew. A field that the kind no longer has is left alone.
func (k *Kind) Undo(row Row, changes []FieldChange) error {
	value := reflect.ValueOf(row).Elem()
	for _, change := range changes {
		f := k.field(change.Field)
		if f == nil {
			continue
		}
		if err := f.parse(value, change.Old); err != nil {
			return fmt.Errorf("undo a change of %s %s: %w", k.name, row.RowMeta().NativeID, err)
		}
	}
	return nil
}

// Rehash brings a row that was sealed before, such as that of an image, into
// canonical form and computes its hash anew. Which resource it is stays, even if
// somebody has edited the columns that the uid follows from.
func (k *Kind) Rehash(row Row) error {
	meta := row.RowMeta()
	uid := meta.UID
	scope := Scope{Kind: k.name, Provider: meta.Provider, Account: meta.Account, Region: meta.Region}
	err := k.Seal(row, scope, meta.ScopeID)
	meta.UID = uid
	if err != nil {
		return fmt.Errorf("hash %s %s: %w", k.name, meta.NativeID, err)
	}
	return nil
}

func (k *Kind) field(column string) *field {
	for i := range k.fields {
		if k.fields[i].column == column {
			return &k.fields[i]
		}
	}
	return nil
}

// parse is the inverse of json: null and nothing are the absent value.
func (f *field) parse(row reflect.Value, raw json.RawMessage) error {
	value := row.Field(f.index)
	value.SetZero()
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, value.Addr().Interface()); err != nil {
		return fmt.Errorf("column %s: %w", f.column, err)
	}
	return nil
}

// columns are the common columns with their places in m.
func (m *Meta) columns() map[string]any {
	return map[string]any{
		"uid": &m.UID, "hash": &m.Hash, "scope_id": &m.ScopeID,
		"provider": &m.Provider, "account": &m.Account, "region": &m.Region,
		"native_id": &m.NativeID, "created_at": &m.CreatedAt, "updated_at": &m.UpdatedAt,
	}
}
