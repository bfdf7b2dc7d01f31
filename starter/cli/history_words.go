package cli

import (
	"time"

	"cloudsync/starter/output"
	"cloudsync/store"
)

func restoredBy(record store.RestoreRecord) string {
	text := "by " + record.By
	if record.Note != "" {
		text += ": " + record.Note
	}
	return text
}

// showEarlier says that a story may not begin at its beginning, and why. whole is
// how far back the history goes, cut says that not all of it was read.
func (p *Program) showEarlier(whole time.Time, cut bool) {
	text := ""
	switch {
	case cut:
		text = "There may be earlier changes: --limit shows more."
	case !whole.IsZero():
		text = "Changes from before " + moment(whole) + " are no longer kept."
	default:
		return
	}
	p.out.Line("")
	p.out.Note(output.Warn, text)
}
