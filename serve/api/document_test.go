package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"cloudsync/serve/api"

	"github.com/pb33f/libopenapi"
	"github.com/stretchr/testify/require"
)

// The document is OpenAPI 3.1: another library reads it, and finds all that it refers to.
func TestDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	got := b.get(t, "/api/openapi.json")
	require.Equal(t, "application/openapi+json", got.header.Get("Content-Type"))
	document, err := libopenapi.NewDocument([]byte(got.body))
	require.NoError(t, err)
	require.Equal(t, "3.1.0", document.GetVersion())
	model, err := document.BuildV3Model()
	require.NoError(t, err)
	require.Empty(t, model.Index.GetReferenceIndexErrors())
	missing := map[string]bool{}
	for _, path := range []string{"/resources", "/resources/{kind}", "/resources/{kind}/{uid}", "/resources/{kind}/{uid}/history", "/count", "/tree",
		"/export/{kind}", "/labels", "/labels/{label}/values", "/changes", "/runs", "/runs/{run}", "/index"} {
		missing[api.Prefix+path] = true
	}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		delete(missing, path)
		operation := item.Get
		require.NotNil(t, operation, path)
		require.NotEmpty(t, operation.OperationId, path)
		require.NotEmpty(t, operation.Summary, path)
		require.NotEmpty(t, operation.Description, path)
		for _, status := range []string{"200", "304", "401", "422", "429", "503"} {
			response := operation.Responses.Codes.GetOrZero(status)
			require.NotNil(t, response, "%s %s", path, status)
			if status > "400" {
				require.NotNil(t, response.Content.GetOrZero("application/problem+json"), "%s %s", path, status)
			}
		}
		for _, parameter := range operation.Parameters {
			require.NotNil(t, parameter.Schema, "%s %s", path, parameter.Name)
		}
	}
	require.Empty(t, missing)
	yaml := b.get(t, "/api/openapi.yaml")
	_, err = libopenapi.NewDocument([]byte(yaml.body))
	require.NoError(t, err)
}

// All that the document has comes from here: a browser that shows it asks nobody else.
func TestNothingOfTheDocumentIsElsewhere(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var document map[string]any
	require.NoError(t, json.Unmarshal([]byte(b.get(t, "/api/openapi.json").body), &document))
	for _, path := range []string{"/docs", "/api/docs", "/schemas/PageBody.json", "/openapi.json"} {
		require.Equal(t, 404, b.get(t, path).status, path)
	}
	require.NotContains(t, strings.ReplaceAll(b.get(t, "/api/openapi.json").body, "https://example.com", ""), "unpkg")
}
