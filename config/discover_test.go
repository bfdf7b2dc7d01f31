package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	account := parseAccount(t, "{provider: aws, name: corp, account_id: '123456789012', regions: [all], discover: "+
		"{role: 'sync/{account_id}', external_id: x, parent: ou-1, include: ['name:prod-*', 'unit:ou-2'], exclude: ['999999999999', 'tag:env=test'], fresh_for: 1m}}")

	require.Equal(t, &cloud.Discover{
		Parent: "ou-1", Role: "sync/{account_id}", ExternalID: "x", FreshFor: time.Minute,
		Include: cloud.Selection{{Name: "prod-*"}, {Unit: "ou-2"}}, Exclude: cloud.Selection{{ID: "999999999999"}, {Tag: "env=test"}},
	}, account.Settings().Discover)
	account = parseAccount(t, "{provider: aws, name: corp, account_id: '123456789012', regions: [all], discover: {role: reader}}")
	require.Equal(t, 10*time.Minute, account.Settings().Discover.FreshFor)
	account = parseAccount(t, "{provider: alibaba, name: corp, account_id: '1968132000123456', regions: [all], discover: {role: reader, external_id: x, parent: fd-1, include: ['tag:env=prod'], fresh_for: 0s}}")
	require.Equal(t, &cloud.Discover{Parent: "fd-1", Role: "reader", ExternalID: "x", Include: cloud.Selection{{Tag: "env=prod"}}}, account.Settings().Discover)
	account = parseAccount(t, "{provider: huawei, name: corp, account_id: '0123456789abcdef0123456789abcdef', regions: [all], discover: {role: reader, parent: ou-1, external_id: x, fresh_for: 0s}}")
	require.Equal(t, &cloud.Discover{Parent: "ou-1", Role: "reader", ExternalID: "x"}, account.Settings().Discover)
	account = parseAccount(t, "{provider: tencent, name: corp, account_id: '100001234567', regions: [all], discover: {role: OrganizationAccessControlRole, external_id: x, parent: '1001', include: ['unit:1002']}}")
	require.Equal(t, &cloud.Discover{
		Parent: "1001", Role: "OrganizationAccessControlRole", ExternalID: "x", FreshFor: 10 * time.Minute, Include: cloud.Selection{{Unit: "1002"}},
	}, account.Settings().Discover)
	account = parseAccount(t, "{provider: google, name: corp, account_id: folders/123456789012, regions: [all], discover: {parent: folders/7}}")
	require.Equal(t, &cloud.Discover{Parent: "folders/7", FreshFor: 10 * time.Minute}, account.Settings().Discover)
	require.Equal(t, "folders/123456789012", account.Settings().AccountID)
	account = parseAccount(t, "{provider: azure, name: corp, account_id: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, regions: [all], discover: {include: ['unit:prod']}}")
	require.Equal(t, &cloud.Discover{Include: cloud.Selection{{Unit: "prod"}}, FreshFor: 10 * time.Minute}, account.Settings().Discover)
	require.Nil(t, parseAccount(t, "{provider: aws, name: corp, account_id: '123456789012', regions: [all]}").Settings().Discover)
}

func TestDiscoverIsRefused(t *testing.T) {
	t.Parallel()
	const at = "10: public_cloud_sync.accounts[0]."
	for name, of := range map[string]struct{ account, want string }{
		"at a cloud without": {"provider: mock, name: corp, regions: [all], discover: {role: x}", at + "discover: accounts of mock cannot be found: write an entry for each account, and remove the key"},
		"no role":            {"provider: aws, name: corp, account_id: '123456789012', regions: [all], discover: {}", at + "discover.role: missing: write the name of the role to assume in each account, such as cloudsync-reader"},
		"a role's ARN": {"provider: aws, name: corp, account_id: '123456789012', regions: [all], discover: {role: 'arn:aws:iam::123456789012:role/x'}",
			at + "discover.role: a whole name of one account's role: write the role's own name, such as cloudsync-reader, which is made whole with each member's id"},
		"no way to choose": {"provider: aws, name: corp, account_id: '123456789012', regions: [all], discover: {role: x, exclude: ['ou:1']}",
			at + `discover.exclude[0]: "ou" is no way to choose accounts: write an id, name:PATTERN, unit:ID or tag:KEY=VALUE`},
		"too long a name": {"provider: aws, name: " + "corporation-of-the-very-long-names-that-has-no-end-x" + ", account_id: '123456789012', regions: [all], discover: {role: x}",
			at + "name: longer than 51 characters, so that no member's id fits behind it, as in corp/111111111111: write a shorter name"},
		"tags that nobody tells": {"provider: tencent, name: corp, account_id: '100001234567', regions: [all], discover: {role: x, include: ['name:a', 'tag:env']}",
			at + "discover.include[1]: the tags of accounts cannot be asked for at this cloud: write an id, name:PATTERN or unit:ID"},
		"a role's ARN of RAM": {"provider: alibaba, name: corp, account_id: '1968132000123456', regions: [all], discover: {role: 'acs:ram::1968132000123456:role/x'}",
			at + "discover.role: a whole name of one account's role: write the role's own name"},
		"too long a name for domains": {"provider: huawei, name: corporation-of-the-long-names-xx, account_id: '0123456789abcdef0123456789abcdef', regions: [all], discover: {role: x}",
			at + "name: longer than 31 characters, so that no member's id fits behind it"},
		"no Uin": {"provider: tencent, name: corp, account_id: corp, regions: [all], discover: {role: x}",
			at + `account_id: "corp" cannot be one: write the id (Uin) of the Tencent Cloud account that manages the organisation, digits`},
		"a project that finds others": {"provider: google, name: corp, account_id: my-project-123456, regions: [all], discover: {}",
			at + `account_id: "my-project-123456" cannot be one: write the organization or folder that the projects are in, such as organizations/123456789012 or folders/123456789012`},
		"an organization that finds none": {"provider: google, name: corp, account_id: organizations/123456789012, regions: [all]",
			at + `account_id: "organizations/123456789012" cannot be one: write the id of the Google Cloud project`},
		"a tenant's name": {"provider: azure, name: corp, account_id: corp.example.com, regions: [all], discover: {}",
			at + `account_id: "corp.example.com" cannot be one: write the id of the tenant (directory) that the subscriptions are in`},
		"a role where none is assumed": {"provider: azure, name: corp, account_id: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, regions: [all], discover: {role: reader}",
			at + "discover.role: no role is assumed at this cloud: give the credential its rights at the parent, and remove the key"},
		"an external id where none is asked for": {"provider: google, name: corp, account_id: folders/1, regions: [all], discover: {external_id: x}",
			at + "discover.external_id: no role of this cloud asks for an external id: remove the key"},
		"an empty parent": {"provider: google, name: corp, account_id: organizations/1, regions: [all], discover: {parent: ''}",
			at + "discover.parent: empty: write a folder to begin at, such as folders/123456789012"},
		"too long a name for subscriptions": {"provider: azure, name: " + "corporation-of-very-long-names" + ", account_id: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, regions: [all], discover: {}",
			at + "name: longer than 27 characters, so that no member's id fits behind it"},
		"an empty choice": {"provider: google, name: corp, account_id: organizations/1, regions: [all], discover: {include: []}",
			at + "discover.include: empty: write which accounts to sync, or remove the key to sync all"},
		"a pattern of a shell": {"provider: google, name: corp, account_id: organizations/1, regions: [all], discover: {exclude: ['name:sandbox [old]']}",
			at + `discover.exclude[0]: "sandbox [old]" is no pattern: write * for any text and ? for one character, also for [ and \`},
		"negative": {"provider: aws, name: corp, account_id: '123456789012', regions: [all], discover: {role: x, fresh_for: -1s}",
			at + "discover.fresh_for: -1s is outside 0s to 8760h0m0s: write for how long the accounts that were found serve all kinds, such as 10m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(spoil(map[int]string{10: "    - {" + of.account + "}"}))
			require.ErrorContains(t, err, of.want)
		})
	}
}
