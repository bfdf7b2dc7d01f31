package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	got := b.get(t, "/api/openapi.json")
	require.Equal(t, "application/openapi+json", got.header.Get("Content-Type"))
	var document map[string]any
	require.NoError(t, json.Unmarshal([]byte(got.body), &document))
	require.Equal(t, "3.1.0", document["openapi"])
}
