// Package archive reads what is fetched.
package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// Open returns the file of that name in a .tar.gz, up to a number of bytes.
func Open(packed []byte, name string, most int64) (io.Reader, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	files := tar.NewReader(unzipped)
	for {
		file, err := files.Next()
		if err != nil {
			return nil, fmt.Errorf("look for %s in the archive: %w", name, err)
		}
		if file.Name == name {
			return io.LimitReader(files, most), nil
		}
	}
}
