package screenshots

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// publish writes the top of a picture, of so many pixels, in few colors: it is for a repository.
func publish(from, to string, height int) (err error) {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	picture, err := png.Decode(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(out, inFewColors(picture, height))
}

// fewColors is how many colors are kept: what is text is of shades between two.
const fewColors = 64

// inFewColors is the top of a picture in the colors that it has most of.
func inFewColors(picture image.Image, height int) *image.Paletted {
	size := picture.Bounds()
	size.Max.Y = min(size.Max.Y, size.Min.Y+height)
	count := map[color.Color]int{}
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return count[b] - count[a] })
	palette := color.Palette(colors[:min(len(colors), fewColors)])
	nearest := map[color.Color]uint8{}
	for _, each := range colors {
		nearest[each] = uint8(palette.Index(each))
	}
	top := image.NewPaletted(size, palette)
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			top.SetColorIndex(x, y, nearest[picture.At(x, y)])
		}
	}
	return top
}
