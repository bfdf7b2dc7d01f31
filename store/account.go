package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"cloudsync/resource"
)

// FoundAccount is an account that was found in an organisation.
type FoundAccount struct {
	bun.BaseModel `bun:"table:sync_account,alias:account"`

	Provider string `bun:"provider,pk"`
	// Account is what the inventory calls it, Organisation the configured account that
	// finds it.
	Account      string `bun:"account,pk"`
	Organisation string `bun:"organisation"`
	NativeID     string `bun:"native_id"`
	// Name is the provider's. It may have any characters, and is cut if it is too long.
	Name        string    `bun:"name"`
	State       string    `bun:"state"`  // see cloud.MemberState
	Parent      string    `bun:"parent"` // id of the unit that it is in, empty if not known
	FirstSeenAt time.Time `bun:"first_seen_at"`
	LastSeenAt  time.Time `bun:"last_seen_at"`
}

// Owner is the account as scopes have it.
func (f FoundAccount) Owner() resource.Account {
	return resource.Account{Provider: f.Provider, Name: f.Account}
}

// Discovery is when the accounts of an organisation were found, and by which settings.
type Discovery struct {
	Settings [16]byte
	FoundAt  time.Time // zero: never
}

type discoveryRow struct {
	bun.BaseModel `bun:"table:sync_discovery,alias:discovery"`

	Provider     string    `bun:"provider,pk"`
	Organisation string    `bun:"organisation,pk"`
	Settings     []byte    `bun:"settings"`
	FoundAt      time.Time `bun:"found_at"`
}

const (
	// stateLeft is that of accounts that the organisation does not have any more.
	stateLeft = "left"
	// maxAccountText is the length of the columns for names and parents, in characters.
	maxAccountText = 256
)

// RecordAccounts records all accounts that an organisation has. Those that it had before
// have left. Provider, Organisation and the times are set here.
func (s *Store) RecordAccounts(ctx context.Context, of resource.Account, settings [16]byte, found []FoundAccount) error {
	now := s.at()
	rows := slices.Clone(found)
	for i := range rows {
		rows[i].Provider, rows[i].Organisation = of.Provider, of.Name
		rows[i].Name, rows[i].Parent = cutText(rows[i].Name, maxAccountText), cutText(rows[i].Parent, maxAccountText)
		rows[i].FirstSeenAt, rows[i].LastSeenAt = now, now
	}
	slices.SortFunc(rows, func(a, b FoundAccount) int { return cmp.Compare(a.Account, b.Account) })
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// The discovery comes first: two that record the same organisation take turns here.
		discovery := discoveryRow{Provider: of.Provider, Organisation: of.Name, Settings: settings[:], FoundAt: now}
		if err := upsert(ctx, tx, tx.NewInsert().Model(&discovery), []string{"settings", "found_at"}); err != nil {
			return err
		}
		for some := range slices.Chunk(rows, rowsOfAccounts) {
			if err := upsert(ctx, tx, tx.NewInsert().Model(&some), []string{"organisation", "native_id", "name", "state", "parent", "last_seen_at"}); err != nil {
				return err
			}
		}
		// Another worker's clock may be ahead: what it saw may be later, and is not what is seen now.
		_, err := tx.NewUpdate().Model((*FoundAccount)(nil)).Set("state = ?", stateLeft).
			Where("provider = ?", of.Provider).Where("organisation = ?", of.Name).Where("last_seen_at <> ?", now).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("record the %d accounts of %s: %w", len(found), of, err)
	}
	return nil
}

// rowsOfAccounts is how many accounts one statement records.
const rowsOfAccounts = 500

// Discovered returns when the accounts of an organisation were found last, and all that
// ever were, by name.
func (s *Store) Discovered(ctx context.Context, of resource.Account) (discovery Discovery, found []FoundAccount, err error) {
	var last discoveryRow
	err = s.db.NewSelect().Model(&last).Where("provider = ?", of.Provider).Where("organisation = ?", of.Name).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return discovery, nil, nil
	case err != nil:
		return discovery, nil, fmt.Errorf("read when the accounts of %s were found: %w", of, err)
	}
	copy(discovery.Settings[:], last.Settings)
	discovery.FoundAt = last.FoundAt
	err = s.db.NewSelect().Model(&found).Where("provider = ?", of.Provider).Where("organisation = ?", of.Name).Order("account").Scan(ctx)
	if err != nil {
		return discovery, nil, fmt.Errorf("read the accounts of %s: %w", of, err)
	}
	return discovery, found, nil
}

// FoundAccounts returns all accounts that were ever found in organisations, by provider
// and name.
func (s *Store) FoundAccounts(ctx context.Context) (found []FoundAccount, err error) {
	if err = s.db.NewSelect().Model(&found).Order("provider", "account").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the accounts that were found: %w", err)
	}
	return found, nil
}

// AccountNames are what the clouds call those of the accounts that were found in
// organisations.
func (s *Store) AccountNames(ctx context.Context, accounts []resource.Account) (map[resource.Account]string, error) {
	names := map[resource.Account]string{}
	if len(accounts) == 0 {
		return names, nil
	}
	var found []FoundAccount
	query := s.db.NewSelect().Model(&found).Column("provider", "account", "name")
	for _, account := range accounts {
		query = query.WhereOr("provider = ? AND account = ?", account.Provider, account.Name)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read the names of %d accounts: %w", len(accounts), err)
	}
	for _, row := range found {
		names[row.Owner()] = row.Name
	}
	return names, nil
}

// cutText is clip that shows what was cut.
func cutText(text string, characters int) string {
	if utf8.RuneCountInString(text) <= characters {
		return clip(text, characters)
	}
	return clip(text, characters-1) + "…"
}
