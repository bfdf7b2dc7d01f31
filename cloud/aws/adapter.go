// Package aws lists EC2 instances, EBS volumes, RDS database instances and load
// balancers of an AWS account through the official SDK.
package aws

import (
	"context"
	"net/http"
	"sync"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// requestsPerSecond is half of what EC2 gives an account for each of its describing
// actions in a region: a bucket of 100 requests, refilled by 20 a second
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). The other
// half is for whoever else uses the account. RDS and Elastic Load Balancing publish no
// figures.
const requestsPerSecond = 10

// Adapter describes AWS.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "aws",
		Open:     open,
		Kinds: map[string]int{
			resource.HostKind.Name():         maxFilterValues,
			resource.DiskKind.Name():         maxFilterValues,
			resource.DatabaseKind.Name():     databaseLookups,
			resource.LoadBalancerKind.Name(): maxARNs,
		},
		RequestsPerSecond: requestsPerSecond,
		Classify:          classify,
	}
}

// session is an account, entered with one credential.
type session struct {
	account     adapter.Account
	home        string // the region that is asked for what is of no region
	credentials awssdk.CredentialsProvider
	web         *http.Client
	sizes       sizes
	tables      tables

	mu      sync.Mutex
	clients map[string]*clients
}

// clients are those of one region.
type clients struct {
	ec2 *ec2.Client
	rds *rds.Client
	elb *elb.Client
}

func open(account adapter.Account) (adapter.Session, error) {
	s := &session{account: account, clients: map[string]*clients{}}
	s.web = &http.Client{
		Transport: replaying{account.Calls.Transport(context.Background())},
		// A request is signed for one host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	return s, nil
}

// Lister implements adapter.Session.
func (s *session) Lister(kind string) adapter.Lister {
	of := map[string]adapter.Lister{
		resource.HostKind.Name():         hosts{s},
		resource.DiskKind.Name():         disks{s},
		resource.DatabaseKind.Name():     databases{s},
		resource.LoadBalancerKind.Name(): loadBalancers{s},
	}[kind]
	return placedLister{of, s.account.Place()}
}

// in returns the region's clients. They are kept: each learns how far the clocks are
// apart.
func (s *session) in(region string) *clients {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, ok := s.clients[region]
	if !ok {
		made = s.newClients(region)
		s.clients[region] = made
	}
	return made
}

func (s *session) newClients(region string) *clients {
	return &clients{
		ec2: ec2.New(ec2.Options{
			Region: region, BaseEndpoint: s.endpoint("ec2", region), Credentials: s.credentials,
			HTTPClient: s.web, Retryer: awssdk.NopRetryer{},
		}),
		rds: rds.New(rds.Options{
			Region: region, BaseEndpoint: s.endpoint("rds", region), Credentials: s.credentials,
			HTTPClient: s.web, Retryer: awssdk.NopRetryer{},
		}),
		elb: elb.New(elb.Options{
			Region: region, BaseEndpoint: s.endpoint("elasticloadbalancing", region), Credentials: s.credentials,
			HTTPClient: s.web, Retryer: awssdk.NopRetryer{},
		}),
	}
}

func (s *session) newSTS(credentials awssdk.CredentialsProvider) *sts.Client {
	return sts.New(sts.Options{
		Region: s.home, BaseEndpoint: s.endpoint("sts", s.home), Credentials: credentials,
		HTTPClient: s.web, Retryer: awssdk.NopRetryer{},
	})
}

// endpoint is nil where the SDK is to find the product's own.
func (s *session) endpoint(product, region string) *string {
	if endpoint := s.account.EndpointFor(product, region); endpoint != "" {
		return &endpoint
	}
	return nil
}
