package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/diff"
	"cloudsync/resource"
)

// lamp is a kind that only this test knows: a type, a table, and a provider that
// lists it. Nothing else in the program has to change for it.
type lamp struct {
	resource.Meta
	Color string   `bun:"color" field:"max=16"`
	Watts int64    `bun:"watts,nullzero"`
	Rooms []string `bun:"rooms,nullzero"`
}

const lampTable = `CREATE TABLE resource_lamp (
  uid BINARY(16) NOT NULL PRIMARY KEY, hash BINARY(16) NOT NULL, scope_id INT UNSIGNED NOT NULL,
  provider VARCHAR(32) NOT NULL, account VARCHAR(64) NOT NULL, region VARCHAR(64) NOT NULL, native_id VARCHAR(255) NOT NULL,
  color VARCHAR(16) NOT NULL, watts BIGINT NULL, rooms JSON NULL,
  created_at DATETIME(6) NOT NULL, updated_at DATETIME(6) NOT NULL, KEY scope_hashes (scope_id, uid, hash))`

type lampShop struct{ lamps []lamp }

func (s *lampShop) Lists(kind string) bool                    { return kind == "resource_lamp" }
func (s *lampShop) Regions(context.Context) ([]string, error) { return []string{"home"}, nil }

func (s *lampShop) List(context.Context, resource.Scope, string) (cloud.Page, error) {
	var page cloud.Page
	for _, l := range s.lamps {
		page.Rows = append(page.Rows, &l)
	}
	return page, nil
}

func (s *lampShop) LookupLimit(string) int { return 10 }

func (s *lampShop) Lookup(_ context.Context, _ resource.Scope, ids []string) (existing []string, err error) {
	for _, l := range s.lamps {
		if slices.Contains(ids, l.NativeID) {
			existing = append(existing, l.NativeID)
		}
	}
	return existing, nil
}

func TestAnotherKindSyncs(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	_, err := s.sql.ExecContext(t.Context(), lampTable)
	require.NoError(t, err)
	shop := &lampShop{}
	for i := range 5 {
		shop.lamps = append(shop.lamps, lamp{Meta: resource.Meta{NativeID: fmt.Sprint("lamp-", i)}, Color: "red", Watts: 40, Rooms: []string{"hall"}})
	}
	s.startWorker(t, activities.Deps{
		Store: s.store, Kinds: resource.NewRegistry(resource.Define[lamp]("resource_lamp", 1)),
		Accounts: cloud.Accounts{{Account: resource.Account{Provider: "shop", Name: "corner"}, Client: shop}},
		Settings: map[string]activities.Settings{"resource_lamp": {Policy: diff.DefaultPolicy(), MaxParallel: 1}},
	})

	require.EqualValues(t, 5, s.sync(t, "resource_lamp").SuAdd)
	shop.lamps[0].Color = "green"
	shop.lamps = shop.lamps[:4]
	report := s.sync(t, "resource_lamp")
	require.Equal(t, activities.Stats{CloudNum: 4, DBNum: 5, ToMod: 1, ToDel: 1, SuMod: 1, SuDel: 1}, report.Stats)
	require.EqualValues(t, 1, s.count(t, "SELECT COUNT(*) FROM resource_lamp WHERE color = 'green' AND watts = 40"))
	require.Equal(t, activities.Unchanged, s.sync(t, "resource_lamp").Outcome)
}
