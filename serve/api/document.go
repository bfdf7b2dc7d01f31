package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"cloudsync/untrusted"
)

const description = `The inventory of cloud resources, as cloudsync keeps it.

**Queries** (` + "`q`" + `) are matchers as Prometheus writes them, over columns and tags, and bare words:
` + "`{region=~\"cn-.*\",tag_env!=\"test\"} 10.0.0.0/8 kafka`" + `. Regular expressions are anchored; a label
without a value matches an empty text; a word looks at names, ids, endpoints and addresses.

**Kinds** may be written with or without ` + "`resource_`" + `.

**Times** (` + "`as_of`, `since`, `until`" + `) are as in 2026-07-28T11:59:00Z, or how long ago, such as 2h or 7d.

**Errors** are problems of RFC 9457. Of a query that cannot be meant, ` + "`errors[0].location` is `query.q`, and `errors[0].value.character`" + `
says where, from 1 on. 422 is for what should be asked differently, 429 and 503 for what may be asked again later.

**ETags** are weak: they stand for the rows, and not for their bytes. An answer with ` + "`as_of`" + ` may have one, too.`

// config has no page that shows the document: those of the library come from other sites.
func (a *API) config() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "cloudsync", Version: a.version(), Description: description},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":    {Type: "http", Scheme: "bearer", Description: "of a machine"},
					"password": {Type: "http", Scheme: "basic", Description: "of a person"},
				},
			},
			// On loopback without a login, none is needed.
			Security: []map[string][]string{{}, {"token": {}}, {"password": {}}},
			Tags: []*huma.Tag{
				{Name: "rows", Description: "What the inventory has."},
				{Name: "history", Description: "What changed, and which runs changed it."},
				{Name: "discovery", Description: "What other programs discover."},
				{Name: "server", Description: "The server itself."},
			},
		},
		Formats:       map[string]huma.Format{"application/json": harmlessJSON, "json": harmlessJSON},
		DefaultFormat: "application/json",
		// A filter with a typing error would narrow nothing.
		RejectUnknownQueryParameters: true,
	}
}

func (a *API) version() string {
	if a.options.Version == "" {
		return "unknown"
	}
	return a.options.Version
}

// harmlessJSON is JSON in which texts of clouds show nothing unseen on a terminal.
var harmlessJSON = huma.Format{
	Marshal: func(w io.Writer, value any) error {
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("encode the answer: %w", err)
		}
		_, err = w.Write(append(untrusted.JSON(encoded), '\n'))
		return err
	},
	Unmarshal: json.Unmarshal,
}

// get is an operation that reads.
func get(path, id, tag, summary, description string, errors ...int) huma.Operation {
	return huma.Operation{
		Method: http.MethodGet, Path: Prefix + path, OperationID: id, Tags: []string{tag}, Summary: summary, Description: description,
		Errors: append(errors, http.StatusUnauthorized, http.StatusRequestURITooLong, http.StatusUnprocessableEntity,
			http.StatusTooManyRequests, http.StatusServiceUnavailable),
		Responses: map[string]*huma.Response{"304": {Description: "What If-None-Match names is still the answer."}},
	}
}
