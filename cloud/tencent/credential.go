package tencent

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// enter finds the keys to sign with. It asks nobody yet.
func (s *Session) enter() error {
	given, organisation := s.account.Credential, s.through()
	switch {
	case s.account.IsMember():
		role := fmt.Sprintf("qcs::cam::uin/%s:roleName/%s", s.account.AccountID, s.account.MemberRole())
		s.assume(organisation.sign, role, s.account.Discover.ExternalID)
	case organisation != nil: // its own account
		s.sign = s.account.SignerOf(organisation.sign)
	case given.RoleARN == "":
		s.sign = s.own()
	case !isRoleOf(given.RoleARN, s.account.AccountID):
		return fmt.Errorf("role_arn is no role of account %[1]s: write it like qcs::cam::uin/%[1]s:roleName/cloudsync", s.account.AccountID)
	default:
		s.assume(s.own(), given.RoleARN, given.ExternalID)
	}
	return nil
}

// through is the organisation's session that the account is entered by, nil without one.
func (s *Session) through() *Session {
	organisation, _ := s.account.Through.(*Session)
	return organisation
}

// own signs with the given keys, else with those of the machine.
func (s *Session) own() adapter.Signer {
	return s.account.Signer(newChain(common.DefaultProviderChain()))
}

// isRoleOf says that a role's name has the account in it: qcs::cam::uin/ID:role/… or roleName/….
func isRoleOf(arn, id string) bool { return strings.HasPrefix(arn, "qcs::cam::uin/"+id+":role") }

// sessionName is how the account's audit names who assumed a role.
const sessionName = "cloudsync"

// assume has a role assumed, for as long as it is by default: 7200 seconds
// (https://www.tencentcloud.com/document/product/1150/49456).
func (s *Session) assume(with adapter.Signer, arn, externalID string) {
	type assumed struct {
		Credentials struct {
			ID    string `json:"TmpSecretId"`
			Key   string `json:"TmpSecretKey"`
			Token string
		}
		Expiration string // UTC
	}
	parameters := map[string]any{"RoleArn": arn, "RoleSessionName": sessionName}
	if externalID != "" {
		parameters["ExternalId"] = externalID
	}
	const action = "AssumeRole"
	s.Role = adapter.NewSignedRole(s.account, with, action, func(ctx context.Context, keys adapter.Keys) (adapter.Keys, string, error) {
		got, err := send[assumed](ctx, s, keys, homeRegion, sts, action, parameters)
		return adapter.Keys{ID: got.Credentials.ID, Key: got.Credentials.Key, Token: got.Credentials.Token}, got.Expiration, err
	})
	s.sign = s.Sign
}
