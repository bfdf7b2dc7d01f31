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
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudsync/cloud/adapter"
)

// sessionName is how the account's trail names who assumed a role.
const sessionName = "cloudsync"

// renewBefore is how long before its end an assumed role is assumed again.
const renewBefore = time.Minute

// enter finds the credential and the home region. It asks nobody yet.
func (s *session) enter() error {
	base, region, err := s.base()
	if err != nil {
		return err
	}
	s.home = homeRegion(s.account.Regions, s.account.Credential.RoleARN, region)
	s.credentials = base
	if s.account.Credential.RoleARN != "" {
		s.credentials = s.assumed(base)
	}
	return nil
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

// assumed is the account's role, assumed with the base credential.
func (s *session) assumed(base awssdk.CredentialsProvider) awssdk.CredentialsProvider {
	role := stscreds.NewAssumeRoleProvider(roleClient{s.newSTS(base), s}, s.account.Credential.RoleARN,
		func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = sessionName
			o.ExternalID = ifAny(s.account.Credential.ExternalID)
		})
	return awssdk.NewCredentialsCache(role, func(o *awssdk.CredentialsCacheOptions) { o.ExpiryWindow = renewBefore })
}

// roleClient makes the call of AssumeRole like every other, so that its failure is
// classed by itself and not as one of the call that needed the role.
type roleClient struct {
	*sts.Client
	session *session
}

// assumeWithin is how long assuming a role may take.
const assumeWithin = time.Minute

// AssumeRole implements stscreds.AssumeRoleAPIClient. The SDK's cache makes the call for
// all that wait for the role, with a context that ends with none of theirs: without a
// deadline, one that hangs would keep all of them waiting for it.
func (c roleClient) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, options ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, assumeWithin)
	defer cancel()
	out, err := adapter.Do(ctx, c.session.account.Calls, "", "AssumeRole", func(ctx context.Context) (*sts.AssumeRoleOutput, error) {
		return c.Client.AssumeRole(ctx, in, options...)
	})
	if err == nil && out.Credentials != nil {
		is := out.Credentials
		c.session.account.Calls.Hide(adapter.Keys{
			ID: awssdk.ToString(is.AccessKeyId), Key: awssdk.ToString(is.SecretAccessKey), Token: awssdk.ToString(is.SessionToken),
		})
	}
	return out, adapter.OfAccount(err)
}
