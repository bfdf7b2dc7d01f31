package staged

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"cloudsync/resource"
)

// rooms are as large as a payload before compression, few are in use at a time, and
// they are reused.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// Both are safe for concurrent use and keep no state between calls.
var (
	compressor, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	decompressor, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPayload))
)

// maxPayload bounds the memory that a damaged payload can ask for.
const maxPayload = 1 << 30

// Compressed shows the payload for what is encoded. It is valid until do returns.
func Compressed(encoded []byte, do func(payload []byte) error) error {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	*room = compressor.EncodeAll(encoded, (*room)[:0])
	return do(*room)
}

// Decompressed shows what was encoded in a payload. It is valid until do returns.
func Decompressed(payload []byte, do func(encoded []byte) error) error {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	encoded, err := decompressor.DecodeAll(payload, (*room)[:0])
	if err != nil {
		return fmt.Errorf("decompress: %w: %w", resource.ErrCorrupt, err)
	}
	*room = encoded
	return do(encoded)
}
