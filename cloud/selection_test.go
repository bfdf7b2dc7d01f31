package cloud_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

func TestPatternsChooseMembers(t *testing.T) {
	t.Parallel()
	member := cloud.Member{
		ID: "111122223333", Name: "shop/prod 1", State: cloud.Active, Units: []string{"ou-b", "ou-a"},
		Tags: map[string]string{"env": "prod", "Owner": ""},
	}
	for pattern, want := range map[string]bool{
		"111122223333":     true,
		"id:111122223333":  true,
		"111122223334":     false,
		"name:shop*":       true,
		"name:*prod ?":     true,
		"name:shop":        false,
		"unit:ou-a":        true,
		"unit:OU-A":        true,
		"unit:ou-c":        false,
		"tag:env=prod":     true,
		"tag:env=p*":       true,
		"tag:env":          true,
		"tag:Owner":        true,
		"tag:env=test":     false,
		"tag:team":         false,
		"tag:team=*":       false,
		"name:shop/prod 1": true,
	} {
		parsed, err := cloud.ParsePattern(pattern)
		require.NoError(t, err, pattern)
		require.Equal(t, want, cloud.Selection{parsed}.Has(member), pattern)
	}
}

func TestWhatIsNoPattern(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "name:", "name: x", "nam:x", "unit:", "tag:a=[", "name:[a", "name:sandbox [old]", `name:a\b`, "tag:a=[bc]"} {
		_, err := cloud.ParsePattern(text)
		require.Error(t, err, text)
	}
}

func TestMembersToSync(t *testing.T) {
	t.Parallel()
	members := []cloud.Member{
		{ID: "1", Name: "prod-a", State: cloud.Active}, {ID: "2", Name: "prod-b", State: cloud.Active},
		{ID: "3", Name: "test-a", State: cloud.Active}, {ID: "4", Name: "prod-c", State: cloud.Suspended},
	}
	discover := cloud.Discover{Include: cloud.Selection{{Name: "prod-*"}}, Exclude: cloud.Selection{{ID: "2"}}}

	var states []cloud.MemberState
	for _, member := range discover.Synced(members) {
		states = append(states, member.State)
	}

	require.Equal(t, []cloud.MemberState{cloud.Active, cloud.Excluded, cloud.Excluded, cloud.Suspended}, states)
	require.Equal(t, cloud.Active, members[1].State, "what was found stays as it is")
}
