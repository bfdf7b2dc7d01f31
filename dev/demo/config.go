package demo

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/goccy/go-yaml"
)

// readKinds returns the kinds that a configuration syncs, in order. The worker
// judges the rest of the file.
func readKinds(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the demo's configuration: %w", err)
	}
	var config struct {
		PublicCloudSync struct {
			Resources map[string]any `yaml:"resources"`
		} `yaml:"public_cloud_sync"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("read the demo's configuration %s: %w", file, err)
	}
	kinds := slices.Sorted(maps.Keys(config.PublicCloudSync.Resources))
	if len(kinds) == 0 {
		return nil, fmt.Errorf("the demo's configuration %s names no kind under public_cloud_sync.resources", file)
	}
	return kinds, nil
}
