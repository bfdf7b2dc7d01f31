package page

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/human"
	"cloudsync/store"
)

// heat says for each account and region when the oldest of its kinds was listed completely.
type heat struct {
	Regions  []string
	Rows     []heatRow
	LeftOff  int // accounts
	LeftOver int // regions
}

type heatRow struct {
	Account string // provider/account
	Cells   []heatCell
}

// heatCell is an account in a region.
type heatCell struct {
	Class string // h0 to h3, or none: nothing is synced there
	Text  string
	Label string
}

// What of a heat map is drawn: more nobody overlooks.
const (
	maxHeatRows    = 40
	maxHeatRegions = 30
)

// oldest is what is known of an account in a region.
type oldest struct {
	at     time.Time
	kind   string
	scopes int
	failed int
}

// heatOf makes the map of the scopes that are configured.
func heatOf(fresh []store.ScopeFreshness, now time.Time) (h heat) {
	cells := map[string]map[string]oldest{}
	scopesIn := map[string]int{}
	for _, scope := range fresh {
		if !scope.Configured {
			continue
		}
		account := scope.Scope.Provider + "/" + scope.Scope.Account
		if cells[account] == nil {
			cells[account] = map[string]oldest{}
		}
		cell, known := cells[account][scope.Scope.Region]
		if !known || scope.CompleteAt.Before(cell.at) {
			cell.at, cell.kind = scope.CompleteAt, scope.Scope.Kind
		}
		cell.scopes++
		if scope.Outcome == "failed" {
			cell.failed++
		}
		cells[account][scope.Scope.Region] = cell
		scopesIn[scope.Scope.Region]++
	}
	h.Regions, h.LeftOver = first(scopesIn, func(n int) int { return n }, maxHeatRegions)
	slices.Sort(h.Regions)
	accounts, leftOff := first(cells, worst, maxHeatRows)
	h.LeftOff = leftOff
	slices.Sort(accounts)
	for _, account := range accounts {
		row := heatRow{Account: account}
		for _, region := range h.Regions {
			cell, known := cells[account][region]
			row.Cells = append(row.Cells, cell.drawn(known, now))
		}
		h.Rows = append(h.Rows, row)
	}
	return h
}

// worst is how bad an account is: those with failures come first, then large ones.
func worst(regions map[string]oldest) (score int) {
	for _, cell := range regions {
		score += cell.scopes + 1000*cell.failed
	}
	return score
}

// first are the names with the highest scores, and how many are left off.
func first[T any](all map[string]T, score func(T) int, limit int) (names []string, leftOff int) {
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(score(all[b]), score(all[a])), strings.Compare(a, b))
	})
	if len(names) > limit {
		return names[:limit], len(names) - limit
	}
	return names, 0
}

func (o oldest) drawn(known bool, now time.Time) heatCell {
	if !known {
		return heatCell{Class: "none", Label: "not synced"}
	}
	label := strconv.Itoa(o.scopes) + " kinds"
	if o.scopes == 1 {
		label = "1 kind"
	}
	if o.failed > 0 {
		label += ", " + strconv.Itoa(o.failed) + " failed"
	}
	if o.at.IsZero() {
		return heatCell{Class: "h3", Text: "never", Label: label + ": " + human.Kind(o.kind) + " was never listed completely"}
	}
	age := now.Sub(o.at)
	cell := heatCell{Label: label + ": the oldest complete listing is of " + human.Kind(o.kind) + ", " + utc(o.at)}
	cell.Text = strings.TrimSuffix(human.Ago(now, o.at), " ago")
	switch {
	case age < time.Hour:
		cell.Class = "h0"
	case age < 6*time.Hour:
		cell.Class = "h1"
	case age < 24*time.Hour:
		cell.Class = "h2"
	default:
		cell.Class = "h3"
	}
	return cell
}
