package google

import (
	"cmp"
	"context"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// found is what the lists have of a project, or of a folder with projects in it.
type found struct {
	Name        string // of a folder: folders/ and its number
	ProjectID   string
	DisplayName string
	State       string
	Labels      map[string]string
}

// Members implements adapter.Organised. A search for all projects that a credential sees would
// be one call, but it lags behind, and leaves out what it may not see. The lists of what is
// directly in a folder are consistent, and refused where they may not be seen
// (https://cloud.google.com/resource-manager/reference/rest/v3/projects/list).
func (s *session) Members(ctx context.Context, discover cloud.Discover) ([]cloud.Member, error) {
	return adapter.Descend(ctx, folderList, []string{cmp.Or(discover.Parent, s.account.AccountID)}, s.inside)
}

// inside is what is directly in the first of the units. Folders that are to be deleted are left
// out: so are all projects in them.
func (s *session) inside(ctx context.Context, units []string) (members []cloud.Member, names []string, err error) {
	projects, err := s.in(ctx, projectList, units[0], func(f *found) string { return f.ProjectID })
	if err != nil {
		return nil, nil, err
	}
	for _, project := range projects {
		members = append(members, memberOf(project, units))
	}
	folders, err := s.in(ctx, folderList, units[0], func(f *found) string { return f.Name })
	for _, folder := range folders {
		names = append(names, folder.Name)
	}
	return members, names, err
}

// in is a list of what is directly in a node. It is of no use where one of it makes no sense.
func (s *session) in(ctx context.Context, action, node string, id func(*found) string) (all []found, err error) {
	problem := ""
	query := adapter.Query{Action: action, Path: questions[action].list}
	err = adapter.Each(ctx, s, query, askIn[found](node), func(item *adapter.Item[found]) {
		all = append(all, item.Value)
		problem = cmp.Or(problem, item.Read(strings.TrimSuffix(query.Path, "s"), id(&item.Value)).Problem())
	})
	if err == nil && problem != "" {
		err = adapter.BadAnswer(action, "%s", problem)
	}
	return all, err
}

// memberOf is a project as a member. Its tags are its labels; what Google calls tags is in no
// list of projects.
func memberOf(project found, units []string) cloud.Member {
	member := cloud.Member{
		ID: project.ProjectID, Name: cmp.Or(project.DisplayName, project.ProjectID), State: cloud.Suspended, Units: units, Tags: project.Labels,
	}
	if project.State == readableState {
		member.State = cloud.Active
	}
	return member
}
