package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"cloudsync/inventory"
	"cloudsync/resource"
	"cloudsync/untrusted"
)

// The formats of an export.
const (
	ndjson = "ndjson"
	inCSV  = "csv"
)

var contentTypes = map[string]string{ndjson: "application/x-ndjson", inCSV: "text/csv; charset=utf-8"}

// ExportInput says what is exported.
type ExportInput struct {
	KindPath
	Format string `query:"format" enum:"ndjson,csv" default:"ndjson" doc:"ndjson: an object a line and row; csv: RFC 4180, with a header. A cell has a text as it is, numbers in decimal, lists and tags as JSON."`
	Which
	Columns []string `query:"columns" maxItems:"200" doc:"Columns, and tags as tag_KEY, with commas between them; without any, all."`
}

func (a *API) registerExport() {
	operation := get("/export/{kind}", "export", "rows", "Export a kind",
		"All rows of a kind that match, by uid, as they are at one moment. The answer is whole, or it breaks off: "+
			"a chunked body without its end, an HTTP/2 stream that is reset. Read to the end before you use it. HTTP/1.0 cannot tell the two apart, and gets 505.",
		http.StatusNotFound, http.StatusHTTPVersionNotSupported)
	operation.Responses["200"] = &huma.Response{
		Description: "The rows.",
		Content: map[string]*huma.MediaType{
			"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}, Example: `{"kind":"resource_host","uid":"0123456789abcdef0123456789abcdef","name":"web-01"}` + "\n"},
			"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}, Example: "uid,name\r\n0123456789abcdef0123456789abcdef,web-01\r\n"},
		},
	}
	huma.Register(a.huma, operation, a.export)
}

func (a *API) export(ctx context.Context, in *ExportInput) (*huma.StreamResponse, error) {
	kind, err := a.kindNamed(in.Kind)
	if err != nil {
		return nil, huma.Error404NotFound(err.Error())
	}
	kinds := []*resource.Kind{kind}
	scope, err := a.scope(kinds, in.Which)
	if err != nil {
		return nil, err
	}
	columns, err := columnsOf(in.Columns, kinds)
	if err != nil {
		return nil, err
	}
	tag, err := a.tag(ctx, scope)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) { a.stream(ctx, scope, in.Format, columns, tag) }}, nil
}

// stream writes the rows. What fails before the first of them is a problem; after that, the
// connection is aborted: a short list must not look whole.
func (a *API) stream(ctx huma.Context, scope inventory.Scope, format string, columns columns, tag string) {
	r, w := humago.Unwrap(ctx)
	if !r.ProtoAtLeast(1, 1) {
		refuse(w, http.StatusHTTPVersionNotSupported, "in HTTP/1.0, nobody can tell a list that breaks off from a whole one: ask in HTTP/1.1, and have proxies do so (nginx: proxy_http_version 1.1)")
		return
	}
	body := &exportBody{w: w, limit: a.options.Limits.Write, contentType: contentTypes[format], tag: tag}
	if r.Method == http.MethodHead {
		body.begin()
		return
	}
	out := bufio.NewWriterSize(body, 64<<10)
	err := a.writeRows(ctx.Context(), out, scope, format, columns)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		body.begin() // there may be no row
		return
	}
	if !body.begun {
		writeProblem(w, a.failed(ctx.Context(), err))
		return
	}
	a.options.Log.ErrorContext(ctx.Context(), "an export broke off", "kind", scope.Kinds[0].Name(), "error", err)
	panic(http.ErrAbortHandler)
}

func (a *API) writeRows(ctx context.Context, out io.Writer, scope inventory.Scope, format string, columns columns) error {
	if format == inCSV {
		return a.writeCSV(ctx, out, scope, columns)
	}
	return a.options.Inventory.Each(ctx, scope, func(found inventory.Found) error {
		row, err := columns.row(found)
		if err == nil {
			_, err = out.Write(append(untrusted.JSON(row), '\n'))
		}
		return err
	})
}

func (a *API) writeCSV(ctx context.Context, out io.Writer, scope inventory.Scope, columns columns) error {
	if len(columns) == 0 {
		columns = append(columns, "uid")
		for _, column := range scope.Kinds[0].Described() {
			columns = append(columns, column.Name)
		}
	}
	table := csv.NewWriter(out)
	table.UseCRLF = true
	if err := table.Write(columns); err != nil {
		return fmt.Errorf("write the header: %w", err)
	}
	cells := make([]string, len(columns))
	err := a.options.Inventory.Each(ctx, scope, func(found inventory.Found) error {
		image, err := found.Kind.Image(found.Row)
		if err != nil {
			return err
		}
		values, err := valuesOf(image)
		if err != nil {
			return err
		}
		for i, name := range columns {
			cells[i] = values.text(name)
		}
		return table.Write(cells)
	})
	if err == nil {
		table.Flush()
		err = table.Error()
	}
	return err
}

// exportBody is the body of an export. A client that does not read holds a snapshot of the
// database: it has some time for each part.
type exportBody struct {
	w           http.ResponseWriter
	limit       time.Duration
	contentType string
	tag         string
	begun       bool
}

func (b *exportBody) begin() {
	if b.begun {
		return
	}
	b.begun = true
	header := b.w.Header()
	header.Set("Content-Type", b.contentType)
	header.Set("Content-Disposition", "attachment")
	header.Set("Cache-Control", cacheControl)
	if b.tag != "" {
		header.Set("Etag", b.tag)
	}
	b.w.WriteHeader(http.StatusOK)
}

func (b *exportBody) Write(part []byte) (int, error) {
	b.begin()
	err := http.NewResponseController(b.w).SetWriteDeadline(time.Now().Add(b.limit))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, fmt.Errorf("set a time limit on writing: %w", err)
	}
	return b.w.Write(part)
}
