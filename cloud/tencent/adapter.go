// Package tencent lists what an account has at Tencent Cloud: CVM instances, CBS
// disks, TencentDB for MySQL instances and CLB load balancers, through the API 3.0
// (https://cloud.tencent.com/document/api).
package tencent

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// requestsPerSecond is half of the lowest documented limit of the actions used: 20 a
// second for DescribeLoadBalancers and GetCallerIdentity, 40 for DescribeInstances,
// 100 for DescribeDBInstances; that of DescribeDisks is taken to be the 20 of the
// other CBS actions. Others use the account too.
// (https://cloud.tencent.com/document/product/213/15728 and the pages of the others)
const requestsPerSecond = 10

// Adapter is Tencent Cloud.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "tencent",
		Open:     open,
		Kinds: map[string]int{
			resource.HostKind.Name():         maxInstanceIDs,
			resource.DiskKind.Name():         maxDiskIDs,
			resource.DatabaseKind.Name():     maxDatabaseIDs,
			resource.LoadBalancerKind.Name(): maxLoadBalancerIDs,
		},
		RequestsPerSecond: requestsPerSecond,
		Classify:          classify,
	}
}

// session is an account entered with one credential.
type session struct {
	account    adapter.Account
	credential *credential

	mu      sync.Mutex
	clients map[place]*common.Client
}

// place is what a client asks.
type place struct{ product, region string }

func open(account adapter.Account) (adapter.Session, error) {
	if account.Credential.RoleARN != "" {
		return nil, errors.New("role_arn is not supported for tencent: give temporary keys with their token instead")
	}
	if _, err := endpointOf(account, place{"cvm", homeRegion}); err != nil {
		return nil, err
	}
	return &session{account: account, credential: newCredential(account.Keys), clients: map[place]*common.Client{}}, nil
}

// Lister implements adapter.Session.
func (s *session) Lister(kind string) adapter.Lister {
	switch kind {
	case resource.HostKind.Name():
		return s.hosts()
	case resource.DiskKind.Name():
		return s.disks()
	case resource.DatabaseKind.Name():
		return s.databases()
	case resource.LoadBalancerKind.Name():
		return s.loadBalancers()
	default:
		return nil
	}
}

// client is the one for a product in a region.
func (s *session) client(at place) (*common.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if client, ok := s.clients[at]; ok {
		return client, nil
	}
	endpoint, err := endpointOf(s.account, at)
	if err != nil {
		return nil, err
	}
	client := common.NewCommonClient(s.credential, at.region, profileFor(endpoint))
	client.WithHttpTransport(s.account.Calls.Transport(context.Background()))
	s.clients[at] = client
	return client, nil
}

// profileFor has the SDK's retries off, as they are by default: they sleep without
// regard to a context.
func profileFor(endpoint *url.URL) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.Language = "en-US" // of the messages of errors
	if endpoint != nil {
		p.HttpProfile.Scheme = endpoint.Scheme
		p.HttpProfile.Endpoint = endpoint.Host + endpoint.Path
	}
	return p
}

// endpointOf is the endpoint to use, nil for the SDK's own, which the product's name
// and the region in the request lead to. The finance regions are apart from the rest
// and have endpoints of their own.
// (https://cloud.tencent.com/document/product/213/15692)
func endpointOf(account adapter.Account, at place) (*url.URL, error) {
	text := account.EndpointFor(at.product, at.region)
	if text == "" {
		if strings.HasSuffix(at.region, "-fsi") {
			return &url.URL{Scheme: "https", Host: at.product + "." + at.region + ".tencentcloudapi.com"}, nil
		}
		return nil, nil
	}
	endpoint, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the endpoint: %w", err)
	}
	if endpoint.Host == "" || endpoint.Scheme != "https" && (endpoint.Scheme != "http" || !account.OnLoopback()) {
		return nil, fmt.Errorf("the endpoint %q is not a URL such as https://{product}.tencentcloudapi.com; http is for this machine alone", text)
	}
	return endpoint, nil
}
