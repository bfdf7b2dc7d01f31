package huawei

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/provider"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	sts "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/sts/v1"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/sts/v1/model"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// signing is what signs a single call, in a project or, with none, of the account. The SDK
// changes a credential as it is used, so that no two calls can share one.
func signing(keys adapter.Keys, project string) (*basic.Credentials, error) {
	return basic.NewCredentialsBuilder().WithAk(keys.ID).WithSk(keys.Key).WithSecurityToken(keys.Token).WithProjectId(project).SafeBuild()
}

// signingAt signs for an endpoint, and names the account where the endpoint does.
func signingAt(keys adapter.Keys, at endpoint) (auth.ICredential, error) {
	if at.domain == "" {
		return signing(keys, at.project)
	}
	return global.NewCredentialsBuilder().WithAk(keys.ID).WithSk(keys.Key).WithSecurityToken(keys.Token).WithDomainId(at.domain).SafeBuild()
}

// enter finds the keys to sign with. It asks nobody yet.
func (s *session) enter() {
	organisation, _ := s.account.Through.(*session)
	switch {
	case s.account.IsMember():
		s.assume(organisation.sign)
	case organisation != nil: // its own account
		s.sign = s.account.SignerOf(organisation.sign)
	default:
		s.sign = s.account.Signer(newChain(s.account.Calls, provider.BasicCredentialProviderChain()))
	}
}

// sessionName is how the account's trace names who assumed an agency.
const sessionName = "cloudsync"

// assume has the member's agency assumed, or its trust agency, for an hour: the default, and
// the most with temporary keys
// (https://support.huaweicloud.com/intl/en-us/api-iam5/AssumeAgency.html). The form of an
// agency's name is that of public code, and not documented.
func (s *session) assume(with adapter.Signer) {
	type assumed struct {
		Credentials struct {
			ID    string `json:"access_key_id"`
			Key   string `json:"secret_access_key"`
			Token string `json:"security_token"`
			Ends  string `json:"expiration"`
		} `json:"credentials"`
	}
	body := &model.AssumeAgencyReqBody{
		AgencyUrn: fmt.Sprintf("iam::%s:agency:%s", s.account.AccountID, s.account.MemberRole()), AgencySessionName: sessionName,
		ExternalId: given(s.account.Discover.ExternalID),
	}
	s.Role = adapter.NewSignedRole(s.account, with, "AssumeAgency", func(ctx context.Context, keys adapter.Keys) (adapter.Keys, string, error) {
		got, err := sendWith(ctx, s, keys, endpoint{address: s.stsAddress()}, func(client *core.HcHttpClient) (assumed, error) {
			return send[assumed](client, &model.AssumeAgencyRequest{Body: body}, sts.GenReqDefForAssumeAgency())
		})
		is := got.Credentials
		return adapter.Keys{ID: is.ID, Key: is.Key, Token: is.Token}, is.Ends, err
	})
	s.sign = s.Sign
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
