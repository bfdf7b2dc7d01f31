// Package clouds has the real clouds that this build of the worker can reach. Each
// has a file here with a build tag that leaves it out, such as no_huawei: its SDK
// is then no part of the program.
package clouds

import (
	"fmt"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// adapters are those of this build, by provider. Each cloud's file adds its own.
var adapters = map[string]adapter.Adapter{}

// Open returns the account at its cloud; it asks nobody yet. The error says what to
// do about a cloud that this build leaves out.
func Open(settings cloud.Settings) (cloud.Provider, error) {
	a, ok := adapters[settings.Provider]
	if !ok {
		return nil, fmt.Errorf("account %s: this worker was built without %s: build it without the tag no_%s, or take the account out of public_cloud_sync.accounts",
			settings.Place(), settings.Provider, settings.Provider)
	}
	return a.New(settings), nil
}
