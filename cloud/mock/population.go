package mock

import "math"

// population knows which host lives in which slot at a tick. Nothing is
// remembered: the tick alone tells how many lives a slot has behind it.
//
// In each slot one host follows the other. A life lasts 3/churn ticks: the host
// comes, is modified once half-way, and goes. So additions, modifications and
// deletions are equally many, and never fall on one tick for one slot. Slots up to
// Hosts.Min are always taken: the next host comes as the last one goes. In the
// others, every second life is left out, which keeps the number of hosts
// between Min and Max.
type population struct {
	key   uint64
	hosts Hosts
	rate  uint64 // lives per tick, as a fraction of fixedOne
}

// fixedOne is 1 in fixed point. Integers, since a float's rounding may differ
// from machine to machine.
const fixedOne = 1 << 32

func newPopulation(s Settings) population {
	return population{
		key:   mix(s.Seed + golden),
		hosts: s.Hosts,
		rate:  uint64(math.Round(s.Churn / 3 * fixedOne)),
	}
}

// life is one host's stay in a slot.
type life struct {
	slot     int64
	id       uint64 // unique to the life: everything about the host follows from it
	modified bool   // it is in the second half of its life
}

// at returns the life in the slot at the tick; ok is false where there is none.
func (p population) at(slot, tick int64) (l life, ok bool) {
	const phaseBits = 34 // four halves of a life: a slot starts anywhere in two lives
	phase := mix(p.key^uint64(slot)) >> (64 - phaseBits)
	halves := (2*uint64(tick)*p.rate + phase) / fixedOne
	number := halves / 2
	if slot >= p.hosts.Min && number%2 == 1 {
		return life{}, false
	}
	return life{
		slot:     slot,
		id:       mix((uint64(slot)<<32 | number) ^ p.key),
		modified: halves%2 == 1,
	}, true
}

// of returns the life of that id, if it is being lived at the tick.
func (p population) of(id uint64, tick int64) (l life, ok bool) {
	slot := int64((unmix(id) ^ p.key) >> 32)
	if slot >= p.hosts.Max {
		return life{}, false
	}
	l, ok = p.at(slot, tick)
	return l, ok && l.id == id
}

// The slots are dealt to the regions in turn, so each region has its share of
// the steady ones and no page has to look at another region's slots.

// slotsIn is how many slots the region of that index has.
func (p population) slotsIn(region, regions int) int64 {
	return (p.hosts.Max - int64(region) + int64(regions) - 1) / int64(regions)
}

// slotAt is the region's slot at a position from 0 to slotsIn-1.
func slotAt(position int64, region, regions int) int64 {
	return position*int64(regions) + int64(region)
}

// regionOf is the index of the region that the slot was dealt to.
func regionOf(slot int64, regions int) int { return int(slot % int64(regions)) }
