// Package huawei lists resources of Huawei Cloud through the official SDK.
package huawei

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// Adapter is Huawei Cloud.
func Adapter() adapter.Adapter {
	return adapter.Adapter{
		Provider: "huawei",
		Open:     open,
		Kinds: map[string]int{
			resource.HostKind.Name():         maxServerIDs,
			resource.DiskKind.Name():         maxVolumeIDs,
			resource.DatabaseKind.Name():     maxInstanceIDs,
			resource.LoadBalancerKind.Name(): maxBalancerIDs,
		},
		// The API gateway takes 200 requests a second of an API by default
		// (https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-errorcode.html,
		// APIGW.0308); the services behind it take fewer, and do not document how many.
		RequestsPerSecond: 10,
		Classify:          classify,
	}
}

// session implements adapter.Session.
type session struct {
	account adapter.Account
	keyring *keyring
	volumes adapter.Tables[attached]

	mu       sync.Mutex
	projects *projects // as they were last listed
}

func open(account adapter.Account) (adapter.Session, error) {
	keyring, err := newKeyring(account)
	if err != nil {
		return nil, err
	}
	return &session{account: account, keyring: keyring}, nil
}

// Lister implements adapter.Session.
func (s *session) Lister(kind string) adapter.Lister {
	switch kind {
	case resource.HostKind.Name():
		return careful{hosts{s}}
	case resource.DiskKind.Name():
		return careful{disks{s}}
	case resource.DatabaseKind.Name():
		return careful{databases{s}}
	default:
		return careful{loadBalancers{s}}
	}
}

// product is one of the cloud's services.
type product[C any] struct {
	name   string // as in the names of its endpoints
	client func(*core.HcHttpClient) C
	region func(id string) (*region.Region, error)
}

// ask makes one call of a product in a region.
func ask[C, A any](ctx context.Context, s *session, p product[C], region, action string, call func(C) (*A, error)) (*A, error) {
	project, err := s.project(ctx, region)
	if err != nil {
		return nil, err
	}
	return askProject(ctx, s, p, place{region: region, project: project, endpoint: p.endpoint(s.account.Settings, region)}, action, call)
}

// place is where a call goes to.
type place struct {
	region   string // empty for a call that is of no region
	project  string // empty for a call that is of no project
	endpoint string
}

// askProject makes one call with a client for it alone: the SDK hands no context to
// its requests, so the client's transport has to carry it. The client is given its
// project, since it would ask for it by itself where it has none.
func askProject[C, A any](ctx context.Context, s *session, p product[C], at place, action string, call func(C) (*A, error)) (*A, error) {
	return adapter.Do(ctx, s.account.Calls, at.region, action, func(ctx context.Context) (*A, error) {
		settings := httpConfig(ctx, s.account.Calls)
		credential, err := s.keyring.credential(ctx, settings, at.project)
		if err != nil {
			return nil, adapter.OfAccount(err)
		}
		client, err := newClient(settings, credential, at.endpoint)
		if err != nil {
			return nil, err
		}
		answer, err := call(p.client(client))
		return answer, refused(err, adapter.Keys{ID: credential.AK, Key: credential.SK, Token: credential.SecurityToken})
	})
}

// raw is an answer that the SDK hands over as it is. Its own types take an answer only
// whole, and refuse all of it for one text where they want a number.
type raw struct {
	HttpStatusCode int //nolint:revive // the SDK looks for this name
	Body           io.ReadCloser
}

// send makes a call as the SDK describes it, and decodes the answer.
func send[A any](client *core.HcHttpClient, request any, described *def.HttpRequestDef) (*A, error) {
	described.Response = &raw{}
	answered, err := client.Sync(request, described)
	if err != nil {
		return nil, err
	}
	body := answered.(*raw).Body
	answer := new(A)
	if err := errors.Join(json.NewDecoder(body).Decode(answer), body.Close()); err != nil {
		return nil, fmt.Errorf("decode the answer: %w", err)
	}
	return answer, nil
}

func httpConfig(ctx context.Context, calls *adapter.Calls) *config.HttpConfig {
	return config.DefaultHttpConfig().
		WithHttpRoundTripper(calls.Transport(ctx)).
		WithRetries(0).
		WithUserAgent("cloudsync")
}

func newClient(settings *config.HttpConfig, credential *basic.Credentials, endpoint string) (*core.HcHttpClient, error) {
	return core.NewHcHttpClientBuilder().
		WithHttpConfig(settings).
		WithCredential(credential).
		WithEndpoints([]string{endpoint}).
		SafeBuild()
}

// endpoint is the configured one, or else the SDK's. A region that the SDK does not
// know yet has an endpoint of the same form.
func (p product[C]) endpoint(settings cloud.Settings, region string) string {
	if configured := settings.EndpointFor(p.name, region); configured != "" {
		return configured
	}
	if known, err := p.region(region); err == nil && len(known.Endpoints) > 0 {
		return known.Endpoints[0]
	}
	return fmt.Sprintf("https://%s.%s.myhuaweicloud.com", p.name, region)
}

// askedOfAll says what was asked that is of no region, for the errors of answers.
func (s *session) askedOfAll(action string) string {
	return fmt.Sprintf("%s/%s: %s", s.account.Provider, s.account.Name, action)
}

// doing says what was asked, for the errors of answers.
func (s *session) doing(region, action string) string {
	return fmt.Sprintf("%s/%s: %s of %s", s.account.Provider, s.account.Name, action, region)
}
