package huawei

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	cceregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/cce/v3/region"
	dcsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/region"
	ddsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dds/v3/region"
	ecsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/region"
	eipregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/eip/v3/region"
	elbregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3/region"
	evsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2/region"
	taurusregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3/region"
	gaussregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbforopengauss/v3/region"
	iam "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/model"
	iamregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/region"
	imsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ims/v2/region"
	natregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/nat/v2/region"
	rdsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/rds/v3/region"
	scmregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/scm/v3/region"
	stsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/sts/v1/region"
	vpcregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/vpc/v3/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// session is an account entered with one credential.
type session struct {
	adapter.Shelf
	*adapter.Role // of an agency; nil where none is assumed

	account adapter.Account
	sign    adapter.Signer

	mu       sync.Mutex
	projects *projects // as they were last listed
}

// projects are those that resources can be in.
type projects struct {
	domain string            // the account's id
	ids    map[string]string // of the enabled ones, by region
}

// Identity implements adapter.Session: the id of the domain, which the console calls
// the account. It lists the projects anew.
func (s *session) Identity(ctx context.Context) (string, error) {
	projects, err := s.listProjects(ctx)
	if err != nil {
		return "", err
	}
	return projects.domain, nil
}

// regionName is the form of a region's name, such as cn-north-4, la-north-2 or eu-de.
// Projects of other names are no regions: MOS is that of the object storage.
var regionName = regexp.MustCompile(`^[a-z]+(-[a-z]+)+(-[0-9]+)?$`)

// Regions implements adapter.Session: those with an enabled project. None at all is no
// answer: to list nothing of the account would look like a run without a fault.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	projects, err := s.listProjects(ctx)
	if err != nil {
		return nil, err
	}
	regions := projects.regions()
	if len(regions) == 0 {
		return nil, adapter.BadAnswer(s.account.Place()+": "+listProjects, "no enabled project has the name of a region: write the account's regions out")
	}
	return regions, nil
}

func (p *projects) regions() []string {
	names := slices.Sorted(maps.Keys(p.ids))
	return slices.DeleteFunc(names, func(name string) bool { return !regionName.MatchString(name) })
}

const (
	listProjects = "KeystoneListProjects"
	maxProjects  = 5000 // that a page takes
)

// listProjects asks for the projects. It answers for the account, the regions and the
// ids at once (https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0001.html).
func (s *session) listProjects(ctx context.Context) (*projects, error) {
	request := &model.KeystoneListProjectsRequest{Page: given[int32](1), PerPage: given[int32](maxProjects)}
	listed, err := call(ctx, s, endpoint{address: s.iamAddress()}, listProjects, func(client *core.HcHttpClient) (*projects, error) {
		answer, err := send[model.KeystoneListProjectsResponse](client, request, iam.GenReqDefForKeystoneListProjects())
		if err != nil {
			return nil, err
		}
		return projectsOf(answer.Projects)
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects = listed
	return listed, nil
}

func projectsOf(listed *[]model.ProjectResult) (*projects, error) {
	if listed == nil || len(*listed) == 0 {
		return nil, adapter.BadAnswer("", "there are no projects in the answer, and each account has some")
	}
	found := &projects{domain: (*listed)[0].DomainId, ids: map[string]string{}}
	for _, project := range *listed {
		if project.DomainId != found.domain || project.DomainId == "" {
			return nil, adapter.BadAnswer("", "there are projects of account %q and of account %q in the answer", found.domain, project.DomainId)
		}
		if !project.Enabled || project.IsDomain || !isMain(project) {
			continue
		}
		if project.Id == "" {
			return nil, adapter.BadAnswer("", "project %s has no id", project.Name)
		}
		found.ids[project.Name] = project.Id
	}
	return found, nil
}

// isMain says that a project is a region's own and not one that was made in it, whose
// name is the region's with an underscore and a word, and whose parent is the region's
// project.
func isMain(project model.ProjectResult) bool {
	return !strings.Contains(project.Name, "_") && (project.ParentId == "" || project.ParentId == project.DomainId)
}

// known are the projects as they were last listed.
func (s *session) known(ctx context.Context) (*projects, error) {
	s.mu.Lock()
	known := s.projects
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	return s.listProjects(ctx)
}

// project is the id of the region's own project.
func (s *session) project(ctx context.Context, region string) (string, error) {
	projects, err := s.known(ctx)
	if err != nil {
		return "", err
	}
	if id, ok := projects.ids[region]; ok {
		return id, nil
	}
	return "", &cloud.Error{Class: cloud.RegionDisabled,
		Err: errors.New("the account has no enabled project of the region's name: open the region in the console, or take it out of regions")}
}

// product is one of the cloud's services.
type product struct {
	name   string // as in the names of its endpoints
	region func(id string) (*region.Region, error)
}

var (
	ecsProduct = product{"ecs", ecsregion.SafeValueOf}
	evsProduct = product{"evs", evsregion.SafeValueOf}
	rdsProduct = product{"rds", rdsregion.SafeValueOf}
	elbProduct = product{"elb", elbregion.SafeValueOf}
	dcsProduct = product{"dcs", dcsregion.SafeValueOf}
	ddsProduct = product{"dds", ddsregion.SafeValueOf}

	taurusProduct = product{"gaussdb", taurusregion.SafeValueOf}
	gaussProduct  = product{"gaussdb-opengauss", gaussregion.SafeValueOf}

	vpcProduct = product{"vpc", vpcregion.SafeValueOf}
	eipProduct = product{"vpc", eipregion.SafeValueOf} // of which it has the hosts
	natProduct = product{"nat", natregion.SafeValueOf}
	imsProduct = product{"ims", imsregion.SafeValueOf}
	cceProduct = product{"cce", cceregion.SafeValueOf}
	scmProduct = product{"scm", scmregion.SafeValueOf}
	iamProduct = product{"iam", iamregion.SafeValueOf}
	stsProduct = product{"sts", stsregion.SafeValueOf}
)

// endpoint is where a product is asked in a region.
type endpoint struct {
	address string
	region  string // "" for a call that is of no region
	project string // "" for a call that is of no project
	domain  string // the account of a call that is of the account as a whole; "" for all others
}

// endpoint is that of a product in a region.
func (s *session) endpoint(ctx context.Context, of product, region string) (endpoint, error) {
	project, err := s.project(ctx, region)
	return endpoint{address: of.address(s.account.Settings, region), region: region, project: project}, err
}

// address is the configured one, or else the SDK's. A region that the SDK does not know
// yet has an address of the same form.
func (p product) address(settings cloud.Settings, region string) string {
	if configured := settings.EndpointFor(p.name, region); configured != "" {
		return configured
	}
	if known, err := p.region(region); err == nil && len(known.Endpoints) > 0 {
		return known.Endpoints[0]
	}
	return fmt.Sprintf("https://%s.%s.myhuaweicloud.com", p.name, region)
}

// iamAddress is IAM's in the first configured region, since some regions have an IAM of
// their own, or else the one for all.
func (s *session) iamAddress() string {
	if len(s.account.Regions) > 0 {
		return iamProduct.address(s.account.Settings, s.account.Regions[0])
	}
	if configured := s.account.EndpointFor(iamProduct.name, ""); configured != "" {
		return configured
	}
	return "https://iam.myhuaweicloud.com"
}

// stsAddress is STS's in the first configured region, or else in that of most products: each
// serves all (https://support.huaweicloud.com/intl/en-us/usermanual-iam5/iam_01_1237.html).
func (s *session) stsAddress() string {
	region := "cn-north-4"
	if len(s.account.Regions) > 0 {
		region = s.account.Regions[0]
	}
	return stsProduct.address(s.account.Settings, region)
}
