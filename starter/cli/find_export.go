package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"cloudsync/inventory"
	"cloudsync/inventory/export"
)

// rowWriter writes rows one after the other, and what follows them.
type rowWriter interface {
	Write(row inventory.Found) error
	End(r result) error
}

// exportRows writes rows for other programs, without keeping them.
func (p *Program) exportRows(ctx context.Context, reader inventory.Reader, f finding) error {
	out := bufio.NewWriterSize(p.out.Writer(), 1<<16)
	rows, err := p.rowWriter(out, f)
	if err != nil {
		return err
	}
	each := eachFound
	if f.limit == 0 && f.Order.Label == "" && f.After.IsZero() {
		each = eachAtOnce
	}
	r, err := each(ctx, reader, f, rows.Write)
	if err == nil {
		err = rows.End(r)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if f.format != formatJSON { // which has these itself
		return p.tellRest(ctx, p.err, reader, f, r)
	}
	return r.err()
}

func (p *Program) rowWriter(out io.Writer, f finding) (rowWriter, error) {
	switch f.format {
	case formatCSV:
		columns := f.columns
		if columns == nil {
			columns = export.AllColumns(f.Kinds)
		}
		rows, err := export.NewCSV(out, columns, p.csvClean())
		return csvRows{rows}, err
	case formatNDJSON:
		return &jsonRows{out: out, columns: f.columns, after: "\n"}, nil
	default:
		return &jsonDocument{jsonRows{out: out, columns: f.columns, begin: "{\n  \"rows\": [", before: "\n    ", between: ","}}, nil
	}
}

type csvRows struct{ *export.CSV }

// End writes what is left.
func (c csvRows) End(result) error { return c.Flush() }

// jsonRows writes each row as an object.
type jsonRows struct {
	out                           io.Writer
	columns                       []string
	begin, before, between, after string // what stands around the objects
	rows                          int64
}

// Write writes a row.
func (j *jsonRows) Write(row inventory.Found) error {
	object, err := export.JSON(row, j.columns)
	if err != nil {
		return err
	}
	begin := j.between
	if j.rows == 0 {
		begin = j.begin
	}
	j.rows++
	return write(j.out, begin+j.before+string(object)+j.after)
}

// End has nothing to add.
func (j *jsonRows) End(result) error { return nil }

// jsonDocument is one object with all rows, {"rows": […], "total": 2, "next": "…"}.
type jsonDocument struct{ jsonRows }

// End ends the object.
func (j *jsonDocument) End(r result) error {
	end := "\n  ]"
	if j.rows == 0 {
		end = j.begin + "]"
	}
	next := ""
	if !r.next.IsZero() {
		encoded, err := json.Marshal(r.next.String())
		if err != nil {
			return fmt.Errorf("encode the cursor: %w", err)
		}
		next = ",\n  \"next\": " + string(encoded)
	}
	return write(j.out, fmt.Sprintf("%s,\n  \"total\": %d%s\n}\n", end, r.total, next))
}

func write(out io.Writer, text string) error {
	if _, err := io.WriteString(out, text); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}
