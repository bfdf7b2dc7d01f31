package resource

import (
	"bytes"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Size is the length in bytes of a UID and of a Hash.
const Size = 16

// UID says which resource a row is: the first 16 bytes of SHA-256 over the
// length-prefixed kind, provider, account, region and native id. It is the
// primary key of every inventory table, as BINARY(16).
type UID [Size]byte

// Hash says what a resource looks like: the first 16 bytes of SHA-256 over the
// kind's version byte and the canonical encoding of its watched fields.
type Hash [Size]byte

// Entry is all that the comparison of two sides needs of a row.
type Entry struct {
	UID  UID
	Hash Hash
}

// Scope is one listing that is complete or not: a kind in one region of one
// account of one provider.
type Scope struct {
	Kind     string `json:"kind"`
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Region   string `json:"region"`
}

// Account is one account of a provider, as it is configured.
type Account struct {
	Provider string `json:"provider"`
	Name     string `json:"account"`
}

// String names the account the way logs, reports and errors show it. No two accounts have
// the same name there.
func (a Account) String() string { return a.Provider + "/" + a.Name }

// Owner is the account that the scope is of.
func (s Scope) Owner() Account { return Account{Provider: s.Provider, Name: s.Account} }

// String names the scope the way logs, summaries and errors show it.
func (s Scope) String() string {
	return s.Kind + "/" + s.Place()
}

// Place names the scope without its kind, where the kind is plain from context.
func (s Scope) Place() string { return s.Owner().String() + "/" + s.Region }

// UID returns the identity of the resource that the provider calls nativeID in
// this scope.
func (s Scope) UID(nativeID string) UID {
	var room [192]byte
	encoded := room[:0]
	encoded = appendString(encoded, s.Kind)
	encoded = appendString(encoded, s.Provider)
	encoded = appendString(encoded, s.Account)
	encoded = appendString(encoded, s.Region)
	encoded = appendString(encoded, nativeID)
	sum := sha256.Sum256(encoded)
	return UID(sum[:Size])
}

// String is the UID in hex, as MySQL's HEX() shows it but in lower case.
func (u UID) String() string { return hex.EncodeToString(u[:]) }

// Compare says which of two UIDs comes first, as a negative number, zero or a positive one.
func (u UID) Compare(other UID) int { return bytes.Compare(u[:], other[:]) }

// Value implements driver.Valuer.
func (u UID) Value() (driver.Value, error) { return u[:], nil }

// Scan implements sql.Scanner.
func (u *UID) Scan(src any) error { return scanBinary(u[:], src) }

// MarshalText writes the UID as hex.
func (u UID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the UID from hex.
func (u *UID) UnmarshalText(text []byte) error { return decodeHex(u[:], text) }

// String is the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Value implements driver.Valuer.
func (h Hash) Value() (driver.Value, error) { return h[:], nil }

// Scan implements sql.Scanner.
func (h *Hash) Scan(src any) error { return scanBinary(h[:], src) }

// MarshalText writes the hash as hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the hash from hex.
func (h *Hash) UnmarshalText(text []byte) error { return decodeHex(h[:], text) }

func scanBinary(dst []byte, src any) error {
	raw, ok := src.([]byte)
	if !ok || len(raw) != len(dst) {
		return fmt.Errorf("want BINARY(%d), got %T of %d bytes", len(dst), src, len(raw))
	}
	copy(dst, raw)
	return nil
}

func decodeHex(dst, text []byte) error {
	if hex.DecodedLen(len(text)) != len(dst) {
		return fmt.Errorf("want %d hex digits, got %d", hex.EncodedLen(len(dst)), len(text))
	}
	_, err := hex.Decode(dst, text)
	return err
}

func appendString(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}
