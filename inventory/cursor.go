package inventory

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"cloudsync/resource"
)

// Cursor is the place behind a row in an order.
type Cursor struct {
	Kind  string       `json:"k"`
	Value string       `json:"v"` // of the label by which rows are ordered
	UID   resource.UID `json:"u"`
}

// IsZero says that it is the beginning.
func (c Cursor) IsZero() bool { return c.Kind == "" }

// String is the cursor as a text for an address; empty for the beginning.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	encoded, err := json.Marshal(c)
	if err != nil { // texts and hex digits always encode
		panic("inventory: encode a cursor: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// ParseCursor reads what String wrote.
func ParseCursor(text string) (c Cursor, err error) {
	if text == "" {
		return c, nil
	}
	encoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(encoded, &c)
	}
	if err != nil || c.IsZero() {
		return Cursor{}, errors.New("this is no cursor: take the one that the page before has as its next, unchanged")
	}
	return c, nil
}
