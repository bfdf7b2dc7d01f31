package activities

import (
	"encoding/binary"
	"fmt"

	"cloudsync/resource"
)

// listedPage is which resources a page has. It finds them by their UIDs, which are
// hashes: a table of them is a tenth of a map's work.
type listedPage struct {
	cursor  string
	entries []resource.Entry // a row's, in the order of the page; none of a row without an id
	table   []int32          // of places among the entries, from 1, by the UID's beginning
}

func (p *listedPage) begin(cursor string, rows int) {
	p.cursor, p.entries = cursor, p.entries[:0]
	size := 8
	for size < 2*rows {
		size *= 2
	}
	if cap(p.table) < size {
		p.table = make([]int32, size)
	}
	p.table = p.table[:size]
	clear(p.table)
}

// add adds the next row, and gives the place of an earlier one with the same UID.
func (p *listedPage) add(entry resource.Entry) (earlier int, repeated bool) {
	p.entries = append(p.entries, entry)
	if entry.UID == (resource.UID{}) {
		return 0, false
	}
	slot, found := p.find(entry.UID)
	if found {
		return int(p.table[slot]) - 1, true
	}
	p.table[slot] = int32(len(p.entries))
	return 0, false
}

func (p *listedPage) has(uid resource.UID) bool {
	_, found := p.row(uid)
	return found
}

// hasAll says that each of the rows is on the page with the same content.
func (p *listedPage) hasAll(rows []sealedRow) bool {
	for i := range rows {
		if row, found := p.row(rows[i].UID); !found || row != rows[i].Entry {
			return false
		}
	}
	return true
}

func (p *listedPage) row(uid resource.UID) (entry resource.Entry, found bool) {
	if p == nil || len(p.table) == 0 {
		return entry, false
	}
	slot, found := p.find(uid)
	if found {
		entry = p.entries[p.table[slot]-1]
	}
	return entry, found
}

// find gives the slot that has the UID, or the free one that it belongs to: half of them
// are free.
func (p *listedPage) find(uid resource.UID) (slot int, found bool) {
	mask := len(p.table) - 1
	slot = int(binary.LittleEndian.Uint32(uid[:])) & mask
	for p.table[slot] != 0 {
		if p.entries[p.table[slot]-1].UID == uid {
			return slot, true
		}
		slot = (slot + 1) & mask
	}
	return slot, false
}

// twofoldText is the problem of an id that several resources of a listing have: nobody
// knows which of them is meant.
func twofoldText(nativeID string) string {
	return fmt.Sprintf("the cloud lists several resources with the id %s and different content: none of them is stored, and what is stored under it stays", nativeID)
}
