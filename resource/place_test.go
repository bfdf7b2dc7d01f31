package resource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func TestPlacesHaveScopes(t *testing.T) {
	t.Parallel()
	member := resource.Scope{Kind: "resource_host", Provider: "aws", Account: "corp/123456789012", Region: "eu-west-1"}
	for text, want := range map[string]bool{
		"aws/corp/123456789012/eu-west-1": true,
		"aws/corp/123456789012/*":         true,
		"aws/corp/*/eu-west-1":            true, // of all accounts that corp finds
		"aws/corp/*/*":                    true,
		"*/corp/*/*":                      true,
		"aws/*/*":                         true,
		"aws/corp/*":                      false, // of corp itself
		"aws/corp/*/us-east-1":            false,
		"aws/co/*/*":                      false,
		"aws/corp/12345678901/*":          false,
	} {
		places, err := resource.ParsePlaces([]string{text})
		require.NoError(t, err)
		require.Equal(t, want, places.Has(member), text)
	}
}
