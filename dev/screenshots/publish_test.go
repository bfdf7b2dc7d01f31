package screenshots

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
)

// shownHeight is how much of a page the README shows, in pixels from its top.
const shownHeight = 860

// publish writes the top of a picture, as small as PNG makes it.
func publish(from, to string) (err error) {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	picture, err := png.Decode(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	size := picture.Bounds()
	size.Max.Y = min(size.Max.Y, size.Min.Y+shownHeight)
	top := image.NewRGBA(size)
	draw.Draw(top, size, picture, size.Min, draw.Src)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(out, top)
}
