package aws

import (
	"context"
	"net/http"
	"sync"
	"unsafe"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/memorydb"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"cloudsync/cloud/adapter"
)

// session is an account, entered with one credential.
type session struct {
	adapter.Shelf

	account     adapter.Account
	home        string // the region that is asked for what is of no region
	credentials awssdk.CredentialsProvider
	web         *http.Client
	sizes       adapter.Sizes

	mu    sync.Mutex
	known map[string]hidden // by region
}

// owner is the account: see adapter.Own.
func (s *session) owner(context.Context, string) (string, error) { return s.account.AccountID, nil }

// Identity implements adapter.Session: the account's twelve digits. It needs no
// permission.
func (s *session) Identity(ctx context.Context) (string, error) {
	answer, err := adapter.Do(ctx, s.account.Calls, "", "GetCallerIdentity", func(ctx context.Context) (*sts.GetCallerIdentityOutput, error) {
		return s.newSTS(s.credentials).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	})
	if err != nil {
		return "", err
	}
	return awssdk.ToString(answer.Account), nil
}

// Regions implements adapter.Session.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	regions, err := s.describeRegions(ctx, false)
	var names []string
	for _, region := range regions {
		if awssdk.ToString(region.OptInStatus) != notOptedIn {
			names = append(names, awssdk.ToString(region.RegionName))
		}
	}
	return names, err
}

// describeRegions are the regions that the account has enabled, or all that there are.
func (s *session) describeRegions(ctx context.Context, all bool) ([]ec2types.Region, error) {
	answer, err := adapter.Do(ctx, s.account.Calls, "", "DescribeRegions", func(ctx context.Context) (*ec2.DescribeRegionsOutput, error) {
		return s.in(s.home).ec2.DescribeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: &all})
	})
	if err != nil {
		return nil, err
	}
	return answer.Regions, nil
}

// clients are those of one region.
type clients struct {
	ec2      *ec2.Client
	rds      *rds.Client
	elb      *elb.Client
	classic  *classic.Client
	caches   *elasticache.Client
	memoryDB *memorydb.Client
	tagging  *tagging.Client
	s3       *s3.Client
	acm      *acm.Client
	eks      *eks.Client
}

// hidden is a region's clients, out of sight of reflection. A session is used as an
// interface, so the linker keeps every exported method of each type that it can reach, and
// the SDK's clients have one for each action of their product: some 30 MB of the worker,
// for about thirty actions that are called.
type hidden unsafe.Pointer

// in returns the region's clients. They are kept: each learns how far the clocks are
// apart.
func (s *session) in(region string) *clients {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.known[region]; ok {
		return (*clients)(kept)
	}
	made := s.newClients(region)
	s.known[region] = hidden(unsafe.Pointer(made))
	return made
}

func (s *session) newClients(region string) *clients {
	return &clients{
		ec2:      ec2.NewFromConfig(s.config("ec2", region, s.credentials)),
		rds:      rds.NewFromConfig(s.config("rds", region, s.credentials)),
		elb:      elb.NewFromConfig(s.config("elasticloadbalancing", region, s.credentials)),
		classic:  classic.NewFromConfig(s.config("elasticloadbalancing", region, s.credentials)),
		caches:   elasticache.NewFromConfig(s.config("elasticache", region, s.credentials)),
		memoryDB: memorydb.NewFromConfig(s.config("memorydb", region, s.credentials)),
		tagging:  tagging.NewFromConfig(s.config("tagging", region, s.credentials)),
		s3:       s3.NewFromConfig(s.config("s3", region, s.credentials)),
		acm:      acm.NewFromConfig(s.config("acm", region, s.credentials)),
		eks:      eks.NewFromConfig(s.config("eks", region, s.credentials)),
	}
}

func (s *session) newSTS(credentials awssdk.CredentialsProvider) *sts.Client {
	return sts.NewFromConfig(s.config("sts", s.home, credentials))
}

// config is that of a product's client. Without an endpoint, the SDK finds the product's own.
func (s *session) config(product, region string, credentials awssdk.CredentialsProvider) awssdk.Config {
	return awssdk.Config{
		Region: region, BaseEndpoint: ifAny(s.account.EndpointFor(product, region)), Credentials: credentials,
		HTTPClient: s.web, Retryer: func() awssdk.Retryer { return awssdk.NopRetryer{} },
	}
}
