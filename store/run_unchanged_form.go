package store

import (
	"encoding/binary"
	"fmt"

	"cloudsync/resource"
)

// unchangedScope is a scope whose rows are those of the cloud, and how many these are.
type unchangedScope struct{ id, rows int64 }

// unchangedVersion is the first byte of a payload of sync_run_unchanged.
const unchangedVersion = 1

// encodeUnchanged writes scopes in the order of their ids. Of each it has the distance
// from the id before, and its rows, as varints: two bytes for most scopes.
func encodeUnchanged(scopes []unchangedScope) []byte {
	payload := []byte{unchangedVersion}
	var before int64
	for _, scope := range scopes {
		payload = binary.AppendUvarint(payload, uint64(scope.id-before))
		payload = binary.AppendUvarint(payload, uint64(scope.rows))
		before = scope.id
	}
	return payload
}

func decodeUnchanged(payload []byte) ([]unchangedScope, error) {
	if len(payload) == 0 || payload[0] != unchangedVersion {
		return nil, fmt.Errorf("%w: not a list of scopes of this form", resource.ErrCorrupt)
	}
	var scopes []unchangedScope
	var id int64
	for rest := payload[1:]; len(rest) > 0; {
		distance, n := binary.Uvarint(rest)
		rows, m := binary.Uvarint(rest[max(n, 0):])
		if n <= 0 || m <= 0 {
			return nil, fmt.Errorf("%w: a list of scopes is cut short", resource.ErrCorrupt)
		}
		id += int64(distance)
		scopes = append(scopes, unchangedScope{id: id, rows: int64(rows)})
		rest = rest[n+m:]
	}
	return scopes, nil
}
