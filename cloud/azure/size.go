package azure

import (
	"context"

	"cloudsync/cloud/adapter"
)

// size is what a machine of a size has.
type size struct {
	Name   string `json:"name"`
	Cores  string `json:"numberOfCores"`
	Memory string `json:"memoryInMB"`
}

// describe tells what all sizes of a region have: ARM cannot be asked for some of them.
func (s *session) describe(ctx context.Context, region string, _ []string, tell func(f *adapter.Fields, vcpu, memoryMiB int64)) error {
	query := adapter.Query{Action: "size_list", Path: listPath, Region: region}
	return adapter.Each(ctx, s, query, ask[size], func(item *adapter.Item[size]) {
		f := item.Read("size", item.Value.Name)
		tell(f, f.Whole("numberOfCores", item.Value.Cores), f.Whole("memoryInMB", item.Value.Memory))
	})
}
