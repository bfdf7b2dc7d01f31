package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudsync/cloud"
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
	return &chain{CredentialsProvider: found.Credentials}, found.Region, nil
}

// chain is the SDK's default chain, whose failures are told from those of the API.
type chain struct {
	awssdk.CredentialsProvider
	gave atomic.Bool // a credential, since the process began
}

// Retrieve implements aws.CredentialsProvider.
func (c *chain) Retrieve(ctx context.Context) (awssdk.Credentials, error) {
	found, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return found, adapter.OfAccount(&noCredential{err: err, gaveBefore: c.gave.Load()})
	}
	c.gave.Store(true)
	return found, nil
}

// noCredential is the error of a default chain that gave no credential.
type noCredential struct {
	err        error
	gaveBefore bool
}

// class is that of a failure that has no code of an API. Where the chain gave a
// credential before, what gave it fails for the moment. Where it never did, there is
// none: an instance's metadata that cannot be reached is that of a machine which has
// no role, and asking again would tell nothing new.
func (e *noCredential) class() cloud.Class {
	if e.gaveBefore {
		return cloud.Unavailable
	}
	return cloud.InvalidCredential
}

// Error implements error. Of the cause it tells only what a server or the network
// said: the SDK quotes the whole output of a credential_process, secret key and all.
func (e *noCredential) Error() string {
	text := "no credential is configured, and the default chain has none"
	if e.gaveBefore {
		text = "the default chain has no credential at the moment"
	}
	if reason := reasonOf(e.err); reason != "" {
		text += ": " + reason
	}
	return text
}

// Unwrap returns the chain's own error.
func (e *noCredential) Unwrap() error { return e.err }

// reasonOf is the part of an error of the chain that can be shown, empty where there is
// none.
func reasonOf(err error) string {
	var api smithy.APIError
	var answer *smithyhttp.ResponseError
	var network net.Error
	switch {
	case errors.As(err, &api):
		return api.ErrorCode() + ": " + api.ErrorMessage()
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
			if id := s.account.Credential.ExternalID; id != "" {
				o.ExternalID = &id
			}
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
		out, err := c.Client.AssumeRole(ctx, in, options...)
		return out, told(err)
	})
	return out, adapter.OfAccount(err)
}

// homes are the regions that are asked for what is of no region, by what the names of
// their partition's regions begin with. A region of another partition knows nothing of
// the account. All are enabled in every account
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
var homes = []struct{ prefix, partition, home string }{
	{"cn-", "aws-cn", "cn-north-1"},
	{"us-gov-", "aws-us-gov", "us-gov-west-1"},
	{"us-iso-", "aws-iso", "us-iso-east-1"},
	{"us-isob-", "aws-iso-b", "us-isob-east-1"},
	{"us-isof-", "aws-iso-f", "us-isof-south-1"},
	{"eu-isoe-", "aws-iso-e", "eu-isoe-west-1"},
	{"eusc-", "aws-eusc", "eusc-de-east-1"},
}

const commercialHome = "us-east-1"

// homeRegion is that of the partition which the first configured region, else the role,
// else the machine's own configuration names.
func homeRegion(regions []string, roleARN, fallback string) string {
	region := fallback
	if len(regions) > 0 {
		region = regions[0]
	}
	for _, of := range homes {
		if strings.HasPrefix(region, of.prefix) || len(regions) == 0 && strings.HasPrefix(roleARN, "arn:"+of.partition+":") {
			return of.home
		}
	}
	return commercialHome
}
