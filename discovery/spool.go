package discovery

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
)

// spool keeps an answer until all of it is there, so that nobody gets a part. It is kept
// compressed: for 100,000 targets it has some 200 MB. Prometheus takes no gzip
// (DisableCompression in its http_config.go), so that it is inflated for it while it is sent.
type spool struct {
	kept       bytes.Buffer
	compressor io.WriteCloser
	gzip       bool // as it is sent
	size       int64
}

func newSpool(r *http.Request) *spool {
	s := &spool{gzip: takesGzip(r.Header)}
	if s.gzip {
		level1, err := gzip.NewWriterLevel(&s.kept, gzip.BestSpeed)
		if err != nil { // the level is one
			panic("discovery: " + err.Error())
		}
		s.compressor = level1
	} else {
		// Without goroutines of its own, which would wait for the end of an answer that
		// is given up.
		s.compressor = s2.NewWriter(&s.kept, s2.WriterConcurrency(1))
	}
	return s
}

// takesGzip reads Accept-Encoding (RFC 9110, 12.5.3), of which weights but 0 do not matter
// here.
func takesGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			quality, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q="), 64)
			return err != nil || quality > 0
		}
	}
	return false
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	return s.compressor.Write(p)
}

// send sends the whole. An error says that nothing of it was sent.
func (s *spool) send(w http.ResponseWriter, leftOut int) error {
	if err := s.compressor.Close(); err != nil {
		return fmt.Errorf("compress the answer: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept-Encoding")
	header.Set(LeftOutHeader, strconv.Itoa(leftOut))
	var body io.Reader = &s.kept
	if s.gzip {
		header.Set("Content-Encoding", "gzip")
		s.size = int64(s.kept.Len())
	} else {
		body = s2.NewReader(&s.kept)
	}
	// With its length, what breaks off is no answer, whatever speaks HTTP in between.
	header.Set("Content-Length", strconv.FormatInt(s.size, 10))
	if _, err := io.Copy(w, body); err != nil {
		panic(http.ErrAbortHandler) // whoever asked has gone, or must not take it for whole
	}
	return nil
}
