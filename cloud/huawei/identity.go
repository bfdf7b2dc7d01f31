package huawei

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	iam "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/model"
	iamregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

var iamProduct = product[*iam.IamClient]{name: "iam", client: iam.NewIamClient, region: iamregion.SafeValueOf}

// projects are those that resources can be in.
type projects struct {
	domain string            // the account's id
	ids    map[string]string // of the enabled ones, by region
}

const (
	listProjects = "KeystoneListProjects"
	maxProjects  = 5000 // that a page takes
)

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
	regions := slices.Sorted(maps.Keys(projects.ids))
	regions = slices.DeleteFunc(regions, func(name string) bool { return !regionName.MatchString(name) })
	if len(regions) == 0 {
		return nil, adapter.BadAnswer(s.askedOfAll(listProjects), "no enabled project has the name of a region: write the account's regions out")
	}
	return regions, nil
}

// project is the id of the region's own project.
func (s *session) project(ctx context.Context, region string) (string, error) {
	s.mu.Lock()
	projects := s.projects
	s.mu.Unlock()
	if projects == nil {
		var err error
		if projects, err = s.listProjects(ctx); err != nil {
			return "", err
		}
	}
	if id, ok := projects.ids[region]; ok {
		return id, nil
	}
	return "", &cloud.Error{Class: cloud.RegionDisabled, Doing: s.doing(region, "find the project"),
		Err: fmt.Errorf("the account has no enabled project of that name: open the region in the console, or take it out of regions")}
}

// listProjects asks for the projects. It answers for the account, the regions and the
// ids at once (https://support.huaweicloud.com/intl/en-us/api-iam/iam_06_0001.html).
func (s *session) listProjects(ctx context.Context) (*projects, error) {
	page, most := int32(1), int32(maxProjects)
	answer, err := askProject(ctx, s, iamProduct, place{endpoint: s.iamEndpoint()}, listProjects,
		func(client *iam.IamClient) (*model.KeystoneListProjectsResponse, error) {
			return client.KeystoneListProjects(&model.KeystoneListProjectsRequest{Page: &page, PerPage: &most})
		})
	if err != nil {
		return nil, err
	}
	doing := s.askedOfAll(listProjects)
	if answer.Projects == nil || len(*answer.Projects) == 0 {
		return nil, adapter.BadAnswer(doing, "there are no projects in the answer, and each account has some")
	}
	listed, err := projectsOf(doing, *answer.Projects)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects = listed
	return listed, nil
}

func projectsOf(doing string, listed []model.ProjectResult) (*projects, error) {
	found := &projects{domain: listed[0].DomainId, ids: map[string]string{}}
	for _, project := range listed {
		if project.DomainId != found.domain || project.DomainId == "" {
			return nil, adapter.BadAnswer(doing, "there are projects of account %q and of account %q in the answer", found.domain, project.DomainId)
		}
		if !project.Enabled || project.IsDomain || !isMain(project) {
			continue
		}
		if project.Id == "" {
			return nil, adapter.BadAnswer(doing, "project %s has no id", project.Name)
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

// iamEndpoint is that of the first configured region, since some regions have an IAM of
// their own, or else the one for all.
func (s *session) iamEndpoint() string {
	if len(s.account.Regions) > 0 {
		return iamProduct.endpoint(s.account.Settings, s.account.Regions[0])
	}
	if configured := s.account.EndpointFor(iamProduct.name, ""); configured != "" {
		return configured
	}
	return "https://iam.myhuaweicloud.com"
}
