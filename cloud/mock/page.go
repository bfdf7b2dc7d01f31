package mock

import (
	"cloudsync/cloud"
	"cloudsync/resource"
)

func (c *Cloud) slotsIn(l listing) int64 {
	return l.kind.slotsIn(c.population.slotsIn(l.region, len(c.places)))
}

// lifeAt is the life at a position from 0 to slotsIn-1 of the listing.
func (c *Cloud) lifeAt(l listing, position int64) (life, bool) {
	if l.kind.fixed > 0 {
		return life{slot: position}, true
	}
	return c.population.at(slotAt(l.kind.hostAt(position), l.region, len(c.places)), l.tick)
}

// count is how many rows the whole listing has.
func (c *Cloud) count(l listing) (total int64) {
	for position := range c.slotsIn(l) {
		if life, ok := c.lifeAt(l, position); ok {
			total += int64(l.kind.count(life))
		}
	}
	return total
}

// page is the page at which the listing is, as it truly is.
func (c *Cloud) page(l listing) cloud.Page {
	page := cloud.Page{Total: l.total, Rows: make([]resource.Row, 0, c.pageSize)}
	slots := c.slotsIn(l)
	for ; l.position < slots; l.position++ {
		life, ok := c.lifeAt(l, l.position)
		if !ok {
			continue
		}
		if len(page.Rows)+l.kind.count(life) > c.pageSize {
			page.Next = l.cursor()
			break
		}
		page.Rows = l.kind.rows(page.Rows, &c.places[l.region], life)
	}
	return page
}

// before is the last few rows of the page that precedes the listing's.
func (c *Cloud) before(l listing) []resource.Row {
	const few = 3
	var rows []resource.Row
	for position := l.position - 1; position >= 0 && len(rows) < few; position-- {
		if life, ok := c.lifeAt(l, position); ok {
			rows = l.kind.rows(rows, &c.places[l.region], life)
		}
	}
	return rows
}
