package alibaba

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// maxMembers is the most that ListAccounts takes as MaxResults
// (https://www.alibabacloud.com/help/en/resource-management/developer-reference/api-resourcedirectorymaster-2022-04-19-listaccounts).
const maxMembers = 100

// listAccounts is the action that lists the members.
const listAccounts = "ListAccounts"

// member is an account of the resource directory.
type member struct {
	AccountID   string `json:"AccountId"`
	DisplayName string
	Status      string
	FolderID    string `json:"FolderId"`
	// ResourceDirectoryPath is such as rd-3G/r-Wm/fd-QR/181761095690. That this version of the
	// API has it is not confirmed; that of 2020 does.
	ResourceDirectoryPath string
	Tags                  struct {
		Tag []adapter.Tag
	}
}

// Members implements adapter.Organised. Only the management account and delegated
// administrators may ask. The management account is in no directory, and so in no list.
func (s *session) Members(ctx context.Context, discover cloud.Discover) ([]cloud.Member, error) {
	query := adapter.Query{Action: listAccounts, Path: "Accounts.Account", Limit: maxMembers}
	askAccounts := ask[member](directory, func(q adapter.Query) map[string]string {
		return map[string]string{"MaxResults": strconv.Itoa(q.Limit), "NextToken": q.Token, "IncludeTags": "true"}
	})
	listed, err := adapter.All(ctx, s, query, askAccounts)
	if err != nil {
		return nil, err
	}
	needsUnits := discover.Parent != "" || discover.NeedsUnits()
	var members []cloud.Member
	for _, one := range listed {
		if needsUnits && one.ResourceDirectoryPath == "" {
			return nil, adapter.BadAnswer(s.account.Place()+": "+listAccounts, "the answer does not say which folders account %s is in", one.AccountID)
		}
		members = append(members, one.member())
	}
	return s.account.MembersBelow(discover.Parent, members)
}

func (m member) member() cloud.Member {
	return cloud.Member{ID: m.AccountID, Name: m.DisplayName, State: m.state(), Units: m.units(), Tags: adapter.TagsOf(m.Tags.Tag)}
}

// state is that of an account: one that was made, or that came as one, is active, and stays
// so while it is made another type of account. Others are yet to be there, or never will.
func (m member) state() cloud.MemberState {
	if m.Status == "CreateSuccess" || m.Status == "InviteSuccess" || strings.HasPrefix(m.Status, "Promote") {
		return cloud.Active
	}
	return cloud.Suspended
}

// units are the folders that an account is in, the nearest first.
func (m member) units() (units []string) {
	for _, part := range strings.Split(m.ResourceDirectoryPath, "/") {
		if strings.HasPrefix(part, "r-") || strings.HasPrefix(part, "fd-") {
			units = append(units, part)
		}
	}
	if len(units) == 0 && m.FolderID != "" {
		return []string{m.FolderID}
	}
	slices.Reverse(units)
	return units
}
