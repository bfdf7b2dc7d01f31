package untrusted

import "io"

// LinesTo writes to out what Lines makes of it: for a log of which each Write is a
// record.
func LinesTo(out io.Writer) io.Writer {
	return writer{out: out, clean: func(text []byte) []byte { return []byte(Lines(string(text))) }}
}

// JSONTo writes to out what JSON makes of it: for a log of which each Write is a
// record.
func JSONTo(out io.Writer) io.Writer { return writer{out: out, clean: JSON} }

type writer struct {
	out   io.Writer
	clean func([]byte) []byte
}

// Write writes the record as a whole.
func (w writer) Write(record []byte) (int, error) {
	if _, err := w.out.Write(w.clean(record)); err != nil {
		return 0, err
	}
	return len(record), nil
}
