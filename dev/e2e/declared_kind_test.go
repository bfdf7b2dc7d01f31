package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/tencent"
	"cloudsync/cloud/tencent/tencentfake"
	"cloudsync/diff"
	"cloudsync/resource"
)

// A kind at a cloud is a type, a table and a declaration; its fake is an answer.

type keyPair struct {
	resource.Meta
	Name           string    `bun:"name" field:"max=64"`
	CloudCreatedAt time.Time `bun:"cloud_created_at,nullzero"`
}

const keyPairTable = `CREATE TABLE resource_key_pair (
  uid BINARY(16) NOT NULL PRIMARY KEY, hash BINARY(16) NOT NULL, scope_id INT UNSIGNED NOT NULL,
  provider VARCHAR(32) NOT NULL, account VARCHAR(64) NOT NULL, region VARCHAR(64) NOT NULL, native_id VARCHAR(255) NOT NULL,
  name VARCHAR(64) NOT NULL, cloud_created_at DATETIME NULL,
  created_at DATETIME(6) NOT NULL, updated_at DATETIME(6) NOT NULL, KEY scope_hashes (scope_id, uid, hash))`

type listedPair struct{ KeyID, KeyName, CreatedTime string }

var keyPairs = adapter.Listing[*tencent.Session, listedPair]{
	Kind: resource.Define[keyPair]("resource_key_pair", 1), What: "key pair",
	Action: "DescribeKeyPairs", Path: "KeyPairSet", IDField: "KeyId",
	Pages: adapter.Offsets(100), IDs: adapter.Together(100),
	Ask: tencent.Ask[listedPair](tencent.Product{Name: "cvm", Version: "2017-03-12"}, "KeyIds"),
	ID:  func(p *listedPair) string { return p.KeyID },
	Row: func(f *adapter.Fields, p *listedPair) resource.Row {
		return &keyPair{Meta: resource.Meta{NativeID: p.KeyID}, Name: p.KeyName, CloudCreatedAt: f.Time("CreatedTime", p.CreatedTime, time.UTC)}
	},
}

// pairsFake answers for the key pairs, and leaves the rest to the fake of the cloud.
func pairsFake(rest http.Handler, pairs *atomic.Pointer[[]listedPair]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-TC-Action") != "DescribeKeyPairs" {
			rest.ServeHTTP(w, r)
			return
		}
		var asked struct{ KeyIds []string } //nolint:revive // as the API calls them
		_ = json.NewDecoder(r.Body).Decode(&asked)
		set := slices.DeleteFunc(slices.Clone(*pairs.Load()), func(p listedPair) bool {
			return len(asked.KeyIds) > 0 && !slices.Contains(asked.KeyIds, p.KeyID)
		})
		_ = json.NewEncoder(w).Encode(map[string]any{"Response": map[string]any{"TotalCount": len(set), "KeyPairSet": set}})
	}
}

func TestADeclaredKindSyncs(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	_, err := s.sql.ExecContext(t.Context(), keyPairTable)
	require.NoError(t, err)
	c, pairs := &fake.Cloud{}, &atomic.Pointer[[]listedPair]{}
	c.Add(&fake.Account{ID: "100000000001", KeyID: "AKID", Key: "secret", Regions: []*fake.Region{{Name: "ap-guangzhou"}}})
	server := httptest.NewServer(pairsFake(tencentfake.New(c), pairs))
	defer server.Close()
	of := tencent.Adapter()
	of.Listings = append(of.Listings, &keyPairs)
	client := of.New(cloud.Settings{
		Provider: "tencent", Name: "prod", AccountID: "100000000001", Endpoint: server.URL, RequestsPerSecond: 1000,
		Credential: cloud.Credential{ID: cloud.SecretText("AKID"), Key: cloud.SecretText("secret")},
	})
	s.startWorker(t, activities.Deps{
		Store: s.store, Kinds: resource.NewRegistry(keyPairs.Kind), Accounts: cloud.Accounts{{Account: resource.Account{Provider: "tencent", Name: "prod"}, Client: client}},
		Settings: map[string]activities.Settings{"resource_key_pair": {Policy: diff.DefaultPolicy(), MaxParallel: 1}},
	})

	pairs.Store(&[]listedPair{{"skey-1", "ops", "2024-01-15T08:00:00Z"}, {"skey-2", "ci", ""}, {"skey-3", "old", ""}})
	require.EqualValues(t, 3, s.sync(t, "resource_key_pair").SuAdd)
	pairs.Store(&[]listedPair{{"skey-1", "operators", "2024-01-15T08:00:00Z"}, {"skey-2", "ci", "soon"}, {"skey-4", "new", ""}})
	report := s.sync(t, "resource_key_pair")
	require.Equal(t, activities.Stats{CloudNum: 3, DBNum: 3, ToAdd: 1, ToMod: 1, ToDel: 1, SuAdd: 1, SuMod: 1, SuDel: 1, FailedRows: 1}, report.Stats)
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM resource_key_pair WHERE name = 'operators' AND cloud_created_at = '2024-01-15 08:00:00'"))
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM resource_key_pair WHERE native_id = 'skey-2'"), "its odd time is a problem of its own")
}
