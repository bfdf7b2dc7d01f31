package notice

import (
	"fmt"
	"strings"

	"cloudsync/human"
)

var english = words{
	title: englishTitle, subject: englishSubject,
	test: "Test, nothing has happened: ", more: "and %d more", decide: "Look and decide", look: "Look",
	blank:    "(the template of this receiver gives only blanks for this notice)",
	dropping: "They were from %s to %s. `starter notices --fate dropped` lists them.",
}

// englishTitles have a title for each event and state, of the kind and the figures.
var englishTitles = map[Event]map[State]func(n *Notice, kind string) string{
	Held: {
		Begun:  func(n *Notice, kind string) string { return "Deletions are held: " + rowsIn(n, kind) },
		Stands: func(n *Notice, kind string) string { return "Deletions are still held: " + rowsIn(n, kind) },
		Over:   func(n *Notice, kind string) string { return "Deletions are no longer held: " + rowsIn(n, kind) },
	},
	Failed: {
		Begun:  func(_ *Notice, kind string) string { return "The run of kind " + kind + " failed" },
		Stands: func(_ *Notice, kind string) string { return "Runs of kind " + kind + " still fail" },
		Over:   func(_ *Notice, kind string) string { return "Runs of kind " + kind + " work again" },
	},
	Partial: {
		Begun:  func(n *Notice, kind string) string { return scopesOf(n, kind) + " could not be synced" },
		Stands: func(n *Notice, kind string) string { return scopesOf(n, kind) + " still cannot be synced" },
		Over:   func(n *Notice, kind string) string { return scopesOf(n, kind) + " can be synced again" },
	},
	Late: {
		Begun:  func(_ *Notice, kind string) string { return "The inventory of kind " + kind + " is late" },
		Stands: func(_ *Notice, kind string) string { return "The inventory of kind " + kind + " is still late" },
		Over:   func(_ *Notice, kind string) string { return "The inventory of kind " + kind + " is up to date again" },
	},
	Orphans: {
		Begun:  func(n *Notice, kind string) string { return orphansOf(n, kind) + " of no configured scope" },
		Stands: func(n *Notice, kind string) string { return orphansOf(n, kind) + " still of no configured scope" },
		Over:   func(_ *Notice, kind string) string { return "No row of kind " + kind + " is an orphan any more" },
	},
	Changed: {
		Begun: func(n *Notice, kind string) string {
			runs := "A run"
			if n.Count > 1 {
				runs = fmt.Sprintf("%d runs", n.Count)
			}
			return fmt.Sprintf("%s changed %s of kind %s", runs, counted(n.Rows, "row", "rows"), kind)
		},
	},
	Dropped: {
		Begun: func(n *Notice, _ string) string {
			return counted(n.Dropping.Count, "notice", "notices") + " could not be sent, with no further attempt"
		},
	},
}

func englishTitle(n *Notice) string {
	title, ok := englishTitles[n.Event][n.State]
	if !ok { // of a later version of the program
		return fmt.Sprintf("%s %s: kind %s", n.Event, n.State, human.Kind(n.Kind))
	}
	return title(n, human.Kind(n.Kind))
}

// counted is a number with its noun.
func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func rowsIn(n *Notice, kind string) string {
	return fmt.Sprintf("%s of kind %s in %s", counted(n.Rows, "row", "rows"), kind, counted(n.Scopes, "scope", "scopes"))
}

func scopesOf(n *Notice, kind string) string {
	return counted(n.Scopes, "scope", "scopes") + " of kind " + kind
}

func orphansOf(n *Notice, kind string) string {
	if n.Rows == 1 {
		return "1 row of kind " + kind + " is"
	}
	return fmt.Sprintf("%d rows of kind %s are", n.Rows, kind)
}

func englishSubject(n *Notice, s *Subject) string {
	var parts []string
	switch s.Event {
	case Held:
		parts = append(parts, fmt.Sprintf("%d of %s", s.Rows, counted(s.Base, "row", "rows")))
	case Changed:
		parts = append(parts, fmt.Sprintf("%d of %s", s.Rows, counted(s.Base, "row", "rows")))
	case Partial, Late:
		if s.Scopes > 0 {
			parts = append(parts, counted(s.Scopes, "scope", "scopes"))
		}
	}
	if n.State != Over && !s.Event.Passes() {
		parts = append(parts, "since "+moment(s.Since))
	}
	if s.Reason != "" && n.State != Over {
		parts = append(parts, short(s.Reason))
	}
	return placeThen(s, strings.Join(parts, ", "), ": ")
}

// placeThen puts the place before what is told of it.
func placeThen(s *Subject, told, between string) string {
	place := s.Place.String()
	switch {
	case place == "":
		return told
	case told == "":
		return place
	default:
		return place + between + told
	}
}
