package process

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	// rotateAt keeps one older log of a stack that is started again and again.
	rotateAt = 10 << 20
	// tailBytes is enough for the last lines of any server's log.
	tailBytes = 64 << 10
)

// logFile is a log and the place in it where one process began to write.
type logFile struct {
	path  string
	start int64
}

func openLog(path string) (logFile, *os.File, error) {
	if err := prepareLog(path); err != nil {
		return logFile{}, nil, fmt.Errorf("prepare the log %s: %w", path, err)
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return logFile{}, nil, fmt.Errorf("open the log: %w", err)
	}
	end, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return logFile{}, nil, firstOf(fmt.Errorf("find the end of the log %s: %w", path, err), out.Close())
	}
	return logFile{path: path, start: end}, out, nil
}

func prepareLog(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Size() < rotateAt {
		return err
	}
	return os.Rename(path, path+".old")
}

// tail reads the last lines; a log that cannot be read has none, since it is
// only ever shown next to an error of its own.
func (l logFile) tail(lines int) []string {
	text, err := l.end()
	if err != nil {
		return nil
	}
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return all[max(0, len(all)-lines):]
}

func (l logFile) end() (string, error) {
	f, err := os.Open(l.path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	from := max(l.start, info.Size()-tailBytes)
	text, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	return string(text), err
}
