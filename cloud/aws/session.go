package aws

import (
	"context"
	"net/http"
	"strings"
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
	session *session
	region  string

	mu   sync.Mutex
	made map[string]hidden // by product
}

func (c *clients) ec2() *ec2.Client {
	return (*ec2.Client)(c.client("ec2", func(config awssdk.Config) hidden { return hidden(ec2.NewFromConfig(config)) }))
}

func (c *clients) rds() *rds.Client {
	return (*rds.Client)(c.client("rds", func(config awssdk.Config) hidden { return hidden(rds.NewFromConfig(config)) }))
}

func (c *clients) elb() *elb.Client {
	return (*elb.Client)(c.client("elasticloadbalancing", func(config awssdk.Config) hidden { return hidden(elb.NewFromConfig(config)) }))
}

// classic is of the same product as elb, with another version of its API.
func (c *clients) classic() *classic.Client {
	return (*classic.Client)(c.client("elasticloadbalancing/classic", func(config awssdk.Config) hidden { return hidden(classic.NewFromConfig(config)) }))
}

func (c *clients) caches() *elasticache.Client {
	return (*elasticache.Client)(c.client("elasticache", func(config awssdk.Config) hidden { return hidden(elasticache.NewFromConfig(config)) }))
}

func (c *clients) memoryDB() *memorydb.Client {
	return (*memorydb.Client)(c.client("memorydb", func(config awssdk.Config) hidden { return hidden(memorydb.NewFromConfig(config)) }))
}

func (c *clients) tagging() *tagging.Client {
	return (*tagging.Client)(c.client("tagging", func(config awssdk.Config) hidden { return hidden(tagging.NewFromConfig(config)) }))
}

func (c *clients) s3() *s3.Client {
	return (*s3.Client)(c.client("s3", func(config awssdk.Config) hidden { return hidden(s3.NewFromConfig(config)) }))
}

func (c *clients) acm() *acm.Client {
	return (*acm.Client)(c.client("acm", func(config awssdk.Config) hidden { return hidden(acm.NewFromConfig(config)) }))
}

func (c *clients) eks() *eks.Client {
	return (*eks.Client)(c.client("eks", func(config awssdk.Config) hidden { return hidden(eks.NewFromConfig(config)) }))
}

func (c *clients) organizations() *organizations.Client {
	return (*organizations.Client)(c.client("organizations", func(config awssdk.Config) hidden { return hidden(organizations.NewFromConfig(config)) }))
}

// client is the one of a product, which is made if there is none; of two of a product, the
// second has a slash in its name. It is not generic: the linker takes the types of a generic
// function for ones that reflection can reach.
func (c *clients) client(product string, made func(awssdk.Config) hidden) hidden {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.made[product]
	if !ok {
		api, _, _ := strings.Cut(product, "/")
		kept = made(c.session.config(api, c.region, c.session.credentials))
		c.made[product] = kept
	}
	return kept
}

// hidden is a region's clients, or one of them, out of sight of reflection. A session is used as an
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
	made := &clients{session: s, region: region, made: map[string]hidden{}}
	s.known[region] = hidden(unsafe.Pointer(made))
	return made
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
