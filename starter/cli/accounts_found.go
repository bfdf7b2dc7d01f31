package cli

import (
	"context"
	"time"

	"cloudsync/cloud"
	"cloudsync/human"
	"cloudsync/resource"
	"cloudsync/starter/output"
	"cloudsync/store"
)

// foundAccount is an account of an organisation in JSON.
type foundAccount struct {
	resource.Account
	NativeID     string    `json:"id"`
	Name         string    `json:"name"` // the cloud's
	State        string    `json:"state"`
	Organisation string    `json:"organisation"`
	Parent       string    `json:"parent,omitempty"`
	FirstSeen    time.Time `json:"firstSeen"`
	LastSeen     time.Time `json:"lastSeen"`
}

// foundAccounts shows the accounts that runs found in organisations.
func (p *Program) foundAccounts(ctx context.Context, places []string) error {
	return p.withStore(ctx, func(s *store.Store) error {
		rows, err := s.FoundAccounts(ctx)
		if err != nil {
			return err
		}
		found := []foundAccount{}
		for _, row := range rows {
			if len(places) == 0 || isAt(row.Owner().String(), places) {
				found = append(found, foundAccount{
					Account: row.Owner(), NativeID: row.NativeID, Name: row.Name, State: row.State, Organisation: row.Organisation,
					Parent: row.Parent, FirstSeen: row.FirstSeenAt, LastSeen: row.LastSeenAt,
				})
			}
		}
		return p.show(found, func() { p.showFound(found, len(rows)) })
	})
}

func (p *Program) showFound(found []foundAccount, ofAll int) {
	switch {
	case len(found) > 0:
	case ofAll > 0:
		p.out.Line("none of the %s that runs have found is there: without a place, all are listed", plural(int64(ofAll), "account"))
		return
	default:
		p.out.Line("no run has found accounts yet: write discover for an account of an organisation, and let a kind run")
		return
	}
	table := output.NewTable(
		output.Column{Title: "ACCOUNT", Min: 12, Tail: true}, output.Column{Title: "NAME", Min: 8, Tail: true}, output.Column{Title: "STATE"},
		output.Column{Title: "IN", Min: 4, Tail: true}, output.Column{Title: "FIRST SEEN", Right: true}, output.Column{Title: "LAST SEEN", Right: true},
	)
	for _, account := range found {
		parent := account.Parent
		if parent == "" {
			parent = "-"
		}
		table.Row(output.Text(account.Account.String()), output.Text(account.Name), memberCell(account.State), output.Text(parent),
			output.Text(human.Ago(p.now(), account.FirstSeen)), output.Text(human.Ago(p.now(), account.LastSeen)))
	}
	p.out.Table(table)
}

func memberCell(state string) output.Cell {
	style := output.Warn
	switch cloud.MemberState(state) {
	case cloud.Active:
		style = output.Good
	case cloud.Excluded:
		style = output.Faint
	}
	return output.Cell{Text: state, Style: style}
}
