package mock

import (
	"cloudsync/cloud"
	"cloudsync/resource"
)

// rowKind is how the rows of one kind follow from a host's life.
type rowKind struct {
	count func(life) int
	rows  func(dst []resource.Row, p *place, l life) []resource.Row
}

var rowKinds = map[string]rowKind{
	resource.HostKind.Name(): {count: func(life) int { return 1 }, rows: hostRows},
	resource.DiskKind.Name(): {count: life.disks, rows: diskRows},
}

func (c *Cloud) slotsIn(region int) int64 {
	return c.population.slotsIn(region, len(c.places))
}

func (c *Cloud) lifeAt(l listing, position int64) (life, bool) {
	return c.population.at(slotAt(position, l.region, len(c.places)), l.tick)
}

// count is how many rows the whole listing has.
func (c *Cloud) count(l listing) (total int64) {
	for position := range c.slotsIn(l.region) {
		if life, ok := c.lifeAt(l, position); ok {
			total += int64(l.kind.count(life))
		}
	}
	return total
}

// page is the page at which the listing is, as it truly is.
func (c *Cloud) page(l listing) cloud.Page {
	page := cloud.Page{Total: l.total, Rows: make([]resource.Row, 0, c.pageSize)}
	slots := c.slotsIn(l.region)
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
