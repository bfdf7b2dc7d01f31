package alibaba

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/credentials-go/credentials"

	"cloudsync/cloud/adapter"
)

// newChain is the provider's default chain: environment, OIDC, profiles, the role of the
// machine, a URI. It asks with HTTP clients of its own, of some seconds' patience each, and
// not at the configured endpoint.
func newChain(l *library) *adapter.Chain[adapter.Keys] {
	return &adapter.Chain[adapter.Keys]{Find: l.find, Patience: chainPatience}
}

// chainPatience is for all links of the chain. It is longer than a call waits: who asks
// stops with the call, which is tried again, and the search goes on for the next who asks.
const chainPatience = 2 * time.Minute

// library is the credential that the provider's library found. The library keeps temporary
// keys for as long as they are good.
type library struct {
	// found is taken out while it is asked: it is not safe for concurrent use, and one that
	// has failed asks the chain's last link alone, so that it is found anew.
	found atomic.Pointer[credentials.Credential]
}

// errNoKeys is all that is kept of a failure. The library's own words quote what it was
// answered and what it read, with the keys that were in it.
var errNoKeys = errors.New("the default credential chain gives no keys")

// find panics where the library does, on an answer that is the JSON null.
func (l *library) find() (found adapter.Found[adapter.Keys], err error) {
	credential := l.found.Swap(nil)
	if credential == nil {
		made, err := credentials.NewCredential(nil)
		if err != nil {
			return found, errNoKeys
		}
		credential = &made
	}
	model, err := (*credential).GetCredential()
	if err != nil {
		return found, errNoKeys
	}
	found.Credential = adapter.Keys{
		ID: dara.StringValue(model.AccessKeyId), Key: dara.StringValue(model.AccessKeySecret), Token: dara.StringValue(model.SecurityToken),
	}
	if found.Credential.ID == "" || found.Credential.Key == "" {
		return adapter.Found[adapter.Keys]{}, errNoKeys
	}
	l.found.Store(credential)
	return found, nil
}

// enter finds the keys to sign with. It asks nobody yet.
func (s *session) enter() {
	given, organisation := s.account.Credential, s.through()
	switch {
	case s.account.IsMember():
		role := fmt.Sprintf("acs:ram::%s:role/%s", s.account.AccountID, s.account.MemberRole())
		s.assume(organisation.sign, role, s.account.Discover.ExternalID)
	case organisation != nil: // its own account
		s.sign = s.account.SignerOf(organisation.sign)
	case given.RoleARN != "":
		s.assume(s.own(), given.RoleARN, given.ExternalID)
	default:
		s.sign = s.own()
	}
}

// through is the organisation's session that the account is entered by, nil without one.
func (s *session) through() *session {
	organisation, _ := s.account.Through.(*session)
	return organisation
}

// own signs with the given keys, else with those of the machine.
func (s *session) own() adapter.Signer { return s.account.Signer(newChain(&library{})) }

// roleLasts is the longest that every role permits.
const roleLasts = time.Hour

// assume has a RAM role assumed
// (https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole).
// The call is made here, not by the provider's library, so that it goes to the
// configured endpoint and ends with its context.
func (s *session) assume(with adapter.Signer, arn, externalID string) {
	type assumed struct {
		Credentials struct {
			ID    string `json:"AccessKeyId"`
			Key   string `json:"AccessKeySecret"`
			Token string `json:"SecurityToken"`
			Ends  string `json:"Expiration"` // such as 2015-04-09T11:52:19Z
		}
	}
	r := request{product: sts, action: "AssumeRole", parameters: map[string]string{
		"RoleArn": arn, "RoleSessionName": "cloudsync", "ExternalId": externalID,
		"DurationSeconds": strconv.Itoa(int(roleLasts / time.Second)),
	}}
	s.Role = adapter.NewSignedRole(s.account, with, r.action, func(ctx context.Context, keys adapter.Keys) (adapter.Keys, string, error) {
		got, err := send[assumed](ctx, s, keys, r)
		is := got.Credentials
		return adapter.Keys{ID: is.ID, Key: is.Key, Token: is.Token}, is.Ends, err
	})
	s.sign = s.Sign
}
