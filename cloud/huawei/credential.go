package huawei

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/provider"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// signing is what signs a single call, in a project or, with none, of the account. The SDK
// changes a credential as it is used, so that no two calls can share one.
func signing(keys adapter.Keys, project string) (*basic.Credentials, error) {
	return basic.NewCredentialsBuilder().WithAk(keys.ID).WithSk(keys.Key).WithSecurityToken(keys.Token).WithProjectId(project).SafeBuild()
}

const (
	// chainFresh is how long the chain's keys serve: those in a profile may be exchanged
	// while the program runs.
	chainFresh = 5 * time.Minute
	// temporaryKept is how long temporary keys serve where the chain fails. The SDK has
	// them renewed 40 minutes before they expire (core/auth/base_credentials.go).
	temporaryKept = 30 * time.Minute
	// renewalTime is how long their renewal may take.
	renewalTime = 20 * time.Second
	// chainPatience is for all links of the chain. It is longer than a call waits: who asks
	// stops with the call, which is tried again, and the search goes on for the next.
	chainPatience = 2 * time.Minute
)

// newChain is the SDK's default chain: the environment's HUAWEICLOUD_SDK_AK and
// HUAWEICLOUD_SDK_SK, the profile in ~/.huaweicloud/credentials, the agency of the
// machine, the identity of the pod. The SDK's words are never passed on: they quote the line
// of a profile that cannot be read, and answers with keys in them.
func newChain(calls *adapter.Calls, links provider.ICredentialProvider) *adapter.Chain[adapter.Keys] {
	return &adapter.Chain[adapter.Keys]{
		Find:     func() (adapter.Found[adapter.Keys], error) { return find(calls, links) },
		Patience: chainPatience,
	}
}

func find(calls *adapter.Calls, links provider.ICredentialProvider) (found adapter.Found[adapter.Keys], err error) {
	chosen, err := links.GetCredentials()
	if err != nil {
		return found, err
	}
	keys, ok := chosen.(*basic.Credentials)
	if !ok {
		return found, adapter.WithClass(cloud.InvalidCredential,
			fmt.Errorf("it has a credential of the form %T, which cannot sign requests in projects", chosen))
	}
	found.Fresh, found.Kept = chainFresh, math.MaxInt64
	if keys.StsAccessor != nil {
		found.Kept = temporaryKept
		err = renew(calls, keys)
	}
	found.Credential = adapter.Keys{ID: keys.AK, Key: keys.SK, Token: keys.SecurityToken}
	return found, err
}

// renew has the SDK renew temporary keys that are to expire.
func renew(calls *adapter.Calls, keys *basic.Credentials) error {
	ctx, cancel := context.WithTimeout(context.Background(), renewalTime)
	defer cancel()
	text := "the temporary keys cannot be renewed"
	_, err := adapter.Do(ctx, calls, "", "renew temporary keys", func(ctx context.Context) (any, error) {
		err := keys.ProcessSts(impl.NewDefaultHttpClient(httpConfig(ctx, calls)))
		if answer := answered(err); answer.Status != 0 {
			text += fmt.Sprintf(": HTTP status %d %s", answer.Status, answer.Code)
		}
		return nil, err
	})
	if err != nil {
		return adapter.WithClass(cloud.ClassOf(err), errors.New(text))
	}
	return nil
}
