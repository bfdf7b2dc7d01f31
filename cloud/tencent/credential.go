package tencent

import (
	"errors"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"cloudsync/cloud/adapter"
)

// newChain is the SDK's default chain: the environment's TENCENTCLOUD_SECRET_ID and
// TENCENTCLOUD_SECRET_KEY, the profile in ~/.tencentcloud/credentials, the role of
// the CVM instance. The SDK's own credential would go on with expired keys.
func newChain(provider common.Provider) *adapter.Chain[adapter.Keys] {
	return &adapter.Chain[adapter.Keys]{
		Find: func() (adapter.Found[adapter.Keys], error) { return find(provider) },
		Say:  error.Error,
	}
}

const (
	// roleFresh is how old a role's keys may be, roleKept how old where the metadata
	// gives no new ones: it does so five minutes before they expire (ExpiredTimeout of
	// the SDK).
	roleFresh = time.Minute
	roleKept  = 5 * time.Minute
)

var errEmpty = errors.New("it gave empty keys")

// find reads the environment and the profile anew each time: they cost little, and a
// profile may be replaced while the program runs.
func find(provider common.Provider) (found adapter.Found[adapter.Keys], err error) {
	credential, err := provider.GetCredential()
	if err != nil {
		return found, err
	}
	id, key, token := credential.GetCredential()
	found.Credential = adapter.Keys{ID: id, Key: key, Token: token}
	if found.Credential.IsZero() {
		return found, errEmpty
	}
	if _, fixed := credential.(*common.Credential); !fixed { // neither the environment's nor the profile's
		found.Fresh, found.Kept = roleFresh, roleKept
	}
	return found, nil
}
