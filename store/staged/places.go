package staged

import "math/bits"

// places is a set of places in a list, which are in order without being sorted: in a
// scope of 20,000 resources, almost all are settled.
type places struct {
	marks []uint64 // a bit for each place
	n     int
}

// reach makes room for the places before end.
func (p *places) reach(end int) {
	for len(p.marks)*64 < end {
		p.marks = append(p.marks, 0)
	}
}

// add says whether the place was new. There must be room for it.
func (p *places) add(place int) bool {
	mark := uint64(1) << (place % 64)
	if p.marks[place/64]&mark != 0 {
		return false
	}
	p.marks[place/64] |= mark
	p.n++
	return true
}

// all shows the places in ascending order.
func (p *places) all(show func(place int) bool) {
	for i, marks := range p.marks {
		for ; marks != 0; marks &= marks - 1 {
			if !show(i*64 + bits.TrailingZeros64(marks)) {
				return
			}
		}
	}
}

// clear forgets them all, and keeps the memory.
func (p *places) clear() {
	p.marks, p.n = p.marks[:0], 0
}
