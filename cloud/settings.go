package cloud

import (
	"net"
	"net/url"
	"strings"

	"cloudsync/resource"
)

// Settings are an account at a real cloud, as configured.
type Settings struct {
	Provider string
	Name     string
	// AccountID is the provider's own id of the account: the AWS and Alibaba account,
	// the Tencent AppId's owner (Uin), the Huawei domain, the Azure subscription, the Google project. A
	// credential of another account is refused: it would see none of the account's
	// resources, and all of them would count as gone.
	AccountID string
	// Regions are those to list; none: all that the account has enabled.
	Regions []string
	// Endpoint is the base URL to use instead of the provider's own, for private
	// clouds, proxies and tests; empty for the provider's. {product} and {region} in it
	// stand for what is asked, such as ecs and cn-beijing.
	Endpoint   string
	Credential Credential
	// RequestsPerSecond is how many requests to make in each region; 0: the provider's
	// default.
	RequestsPerSecond float64
	// Discover says which accounts of an organisation are found by this one; nil: it is
	// synced itself.
	Discover *Discover
	// Watch is told of the requests to the account.
	Watch Watch
}

// Credential is how an account is entered. With neither ID nor Key, the SDK's own
// default chain is used: environment, profile, role of the machine.
type Credential struct {
	ID    Secret // access key id, secret id, client id
	Key   Secret // what belongs to it, or a document with all of the credential (Google)
	Token Secret // session token of temporary keys
	// Tenant is the Azure directory.
	Tenant string
	// RoleARN is the role to assume with the credential (AWS, Alibaba, Tencent), ExternalID
	// what its trust policy asks for.
	RoleARN, ExternalID string
}

// Account is the account's name for us.
func (s Settings) Account() resource.Account {
	return resource.Account{Provider: s.Provider, Name: s.Name}
}

// Place names the account in errors, logs and reports.
func (s Settings) Place() string { return s.Account().String() }

// EndpointFor is the endpoint for a product in a region, without a slash at the end;
// empty where the provider's own is to be used.
func (s Settings) EndpointFor(product, region string) string {
	return strings.TrimRight(strings.NewReplacer("{product}", product, "{region}", region).Replace(s.Endpoint), "/")
}

// OnLoopback says that the endpoint is on this machine, where TLS proves nothing.
func (s Settings) OnLoopback() bool {
	parsed, err := url.Parse(s.Endpoint)
	if err != nil {
		return false
	}
	return IsLoopback(parsed.Hostname())
}

// IsLoopback says that a host, as a URL names it, is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
