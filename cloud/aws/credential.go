package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudsync/cloud/adapter"
)

// sessionName is how the account's trail names who assumed a role.
const sessionName = "cloudsync"

// enter finds the credential and the home region. It asks nobody yet.
func (s *session) enter() error {
	if organisation, isMember := s.account.Through.(*session); isMember {
		s.enterMember(organisation)
		return nil
	}
	base, region, err := s.base()
	if err != nil {
		return err
	}
	s.home = homeRegion(s.account.Regions, s.account.Credential.RoleARN, region)
	s.credentials = base
	if role := s.account.Credential.RoleARN; role != "" {
		s.credentials = s.assumed(base, role, s.account.Credential.ExternalID)
	}
	return nil
}

// enterMember enters an account of the organisation by its role, the organisation's own
// account as it is.
func (s *session) enterMember(organisation *session) {
	s.home, s.credentials = organisation.home, organisation.credentials
	if s.account.IsMember() {
		s.credentials = s.assumed(organisation.credentials, s.memberRole(), s.account.Discover.ExternalID)
	}
}

// memberRole is the role's whole name in the member.
func (s *session) memberRole() string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", partitionOf(s.home), s.account.AccountID, s.account.MemberRole())
}

// base is the credential that is given, else that of the SDK's default chain, with the
// region that the chain's environment or profile names.
func (s *session) base() (awssdk.CredentialsProvider, string, error) {
	keys := s.account.Keys
	if !keys.IsZero() {
		return credentials.NewStaticCredentialsProvider(keys.ID, keys.Key, keys.Token), "", nil
	}
	found, err := config.LoadDefaultConfig(context.Background(), config.WithDefaultsMode(awssdk.DefaultsModeStandard))
	if err != nil {
		return nil, "", fmt.Errorf("read the AWS configuration of this machine: %w", err)
	}
	return chained{newChain(found.Credentials), s.account.Calls}, found.Region, nil
}

// chainPatience is how long one search of the chain may take: as long as the SDK lets a
// credential_process run.
const chainPatience = time.Minute

// newChain is the SDK's default chain. The SDK keeps what it finds until it expires.
func newChain(sdk awssdk.CredentialsProvider) *adapter.Chain[awssdk.Credentials] {
	return &adapter.Chain[awssdk.Credentials]{
		Find: func() (found adapter.Found[awssdk.Credentials], err error) {
			found.Credential, err = sdk.Retrieve(context.Background())
			return found, err
		},
		Patience: chainPatience,
		Say:      reasonOf,
	}
}

// chained is the default chain as the SDK's clients ask for it.
type chained struct {
	chain *adapter.Chain[awssdk.Credentials]
	calls *adapter.Calls
}

// Retrieve implements aws.CredentialsProvider. Where an API refused the chain its
// credential, the API's code counts.
func (c chained) Retrieve(ctx context.Context) (awssdk.Credentials, error) {
	found, err := c.chain.Get(ctx)
	c.calls.Hide(adapter.Keys{ID: found.AccessKeyID, Key: found.SecretAccessKey, Token: found.SessionToken})
	if class := codes.Class(codeOf(err)); class != "" {
		err = adapter.WithClass(class, err)
	}
	return found, adapter.OfAccount(err)
}

// reasonOf is what a server or the network said, empty where it was neither: the SDK
// quotes the whole output of a credential_process, secret key and all.
func reasonOf(err error) string {
	var answer *smithyhttp.ResponseError
	var network net.Error
	api := answered(err)
	switch {
	case api.Code != "":
		return api.Code + ": " + api.Message
	case errors.As(err, &answer):
		return fmt.Sprintf("status %d", answer.HTTPStatusCode())
	case errors.As(err, &network):
		return network.Error()
	default:
		return ""
	}
}

// assumed is a role, assumed with the base credential.
func (s *session) assumed(base awssdk.CredentialsProvider, arn, externalID string) awssdk.CredentialsProvider {
	in := &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: awssdk.String(sessionName), ExternalId: ifAny(externalID)}
	s.Role = adapter.NewRole(s.account.Calls, func(ctx context.Context) (adapter.Assumed, error) {
		out, err := adapter.Do(ctx, s.account.Calls, "", "AssumeRole", func(ctx context.Context) (*sts.AssumeRoleOutput, error) {
			return s.newSTS(base).AssumeRole(ctx, in)
		})
		if err != nil {
			return adapter.Assumed{}, err
		}
		return keysOf(out)
	})
	return assumedRole{s.Role}
}

func keysOf(out *sts.AssumeRoleOutput) (assumed adapter.Assumed, err error) {
	is := out.Credentials
	if is == nil || awssdk.ToString(is.AccessKeyId) == "" || awssdk.ToString(is.SecretAccessKey) == "" || is.Expiration == nil {
		return assumed, adapter.BadAnswer("AssumeRole", "a part of the keys is missing")
	}
	return adapter.Assumed{Ends: *is.Expiration, Keys: adapter.Keys{
		ID: *is.AccessKeyId, Key: *is.SecretAccessKey, Token: awssdk.ToString(is.SessionToken),
	}}, nil
}

// assumedRole is a role as the SDK's clients ask for it, at each call.
type assumedRole struct{ *adapter.Role }

// Retrieve implements aws.CredentialsProvider.
func (r assumedRole) Retrieve(ctx context.Context) (awssdk.Credentials, error) {
	assumed, err := r.Get(ctx)
	return awssdk.Credentials{
		AccessKeyID: assumed.Keys.ID, SecretAccessKey: assumed.Keys.Key, SessionToken: assumed.Keys.Token,
		CanExpire: true, Expires: assumed.Ends,
	}, err
}
