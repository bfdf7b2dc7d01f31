package untrusted_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/untrusted"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		"{\n\t\"a\": \"北京 é 🙂 <b>\"\n}\n":  "{\n\t\"a\": \"北京 é 🙂 <b>\"\n}\n",
		"\"\u009b\x7f\u202e\u200b\u0085\"": `"\u009b\u007f\u202e\u200b\u0085"`,
		"\"\u00a0\u2028\ufe0f\"":           `"\u00a0\u2028\ufe0f"`,
		"\"\U000e0041\"":                   `"\udb40\udc41"`,
		"\"a\xffb\"":                       `"a\ufffdb"`,
		`"\\\u001b"`:                       `"\\\u001b"`,
		"":                                 "",
	} {
		require.Equal(t, want, string(untrusted.JSON([]byte(document))))
	}
}

// The document means the same to whoever reads it, and is text to whoever sees it.
func TestJSONMeansTheSame(t *testing.T) {
	t.Parallel()
	for _, text := range append(append(someCharacters(), hostile...), scrambled(2000)...) {
		var encoded bytes.Buffer
		encoder := json.NewEncoder(&encoded)
		encoder.SetEscapeHTML(false)
		require.NoError(t, encoder.Encode(map[string]string{text: text}))
		written := untrusted.JSON(encoded.Bytes())
		var want, got map[string]string
		require.NoError(t, json.Unmarshal(encoded.Bytes(), &want))
		require.NoError(t, json.Unmarshal(written, &got))
		require.Equal(t, want, got)
		line := string(bytes.TrimSuffix(written, []byte("\n")))
		require.Equal(t, untrusted.Terminal(line), line)
	}
}
