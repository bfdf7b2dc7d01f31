package clouds

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/mock"
	"cloudsync/coverage"
	"cloudsync/resource"
)

// What the command line says of a cloud is what its adapter declares.
func TestCoverageIsWhatAdaptersList(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, cloud := range coverage.Clouds() {
		known[cloud.Provider] = true
		lists := mock.New(mock.DefaultSettings(), nil).Lists
		if cloud.Provider != "mock" {
			a, ok := adapters[cloud.Provider]
			require.True(t, ok, cloud.Provider)
			lists = func(kind string) bool {
				for _, listing := range a.Listings {
					if listing.About().Kind.Name() == kind {
						return true
					}
				}
				return false
			}
		}
		for _, kind := range resource.Standard().Names() {
			why := coverage.Gap(cloud.Provider, kind)
			require.Equal(t, why == "", lists(kind), "%s at %s: %q", kind, cloud.Provider, why)
		}
		require.Subset(t, resource.Standard().Names(), slices.Collect(maps.Keys(cloud.Gaps)), cloud.Provider)
	}
	for provider := range adapters {
		require.True(t, known[provider], provider)
	}
}
