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
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"cloudsync/cloud/adapter"
)

// session is an account, entered with one credential.
type session struct {
	adapter.Shelf
	*adapter.Role // that credentials are of, nil where none is assumed

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
		return s.in(s.home).ec2().DescribeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: &all})
	})
	if err != nil {
		return nil, err
	}
	return answer.Regions, nil
}

// clients are those of one region, each made when it is first used: an organisation has
// thousands of regions of accounts, and most of them have a few products.
type clients struct {
	ec2      func() *ec2.Client
	rds      func() *rds.Client
	elb      func() *elb.Client
	classic  func() *classic.Client
	caches   func() *elasticache.Client
	memoryDB func() *memorydb.Client
	tagging  func() *tagging.Client
	s3       func() *s3.Client
	acm      func() *acm.Client
	eks      func() *eks.Client

	organizations func() *organizations.Client
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
		ec2:      client(s, "ec2", region, ec2.NewFromConfig),
		rds:      client(s, "rds", region, rds.NewFromConfig),
		elb:      client(s, "elasticloadbalancing", region, elb.NewFromConfig),
		classic:  client(s, "elasticloadbalancing", region, classic.NewFromConfig),
		caches:   client(s, "elasticache", region, elasticache.NewFromConfig),
		memoryDB: client(s, "memorydb", region, memorydb.NewFromConfig),
		tagging:  client(s, "tagging", region, tagging.NewFromConfig),
		s3:       client(s, "s3", region, s3.NewFromConfig),
		acm:      client(s, "acm", region, acm.NewFromConfig),
		eks:      client(s, "eks", region, eks.NewFromConfig),

		organizations: client(s, "organizations", region, organizations.NewFromConfig),
	}
}

// client gives the one client of a product in a region.
func client[Client, Options any](s *session, product, region string, made func(awssdk.Config, ...func(*Options)) *Client) func() *Client {
	return sync.OnceValue(func() *Client { return made(s.config(product, region, s.credentials)) })
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
