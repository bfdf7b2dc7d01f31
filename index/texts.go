package index

import "sort"

// texts are the different texts of a label in their order. Each has a number, from 1; 0 stands
// for none.
type texts struct {
	all  string
	ends []uint32 // where each ends in all
}

func textsOf(sorted []string) texts {
	size := 0
	for _, text := range sorted {
		size += len(text)
	}
	all, ends := make([]byte, 0, size), make([]uint32, len(sorted))
	for i, text := range sorted {
		all = append(all, text...)
		ends[i] = uint32(len(all))
	}
	return texts{all: string(all), ends: ends}
}

func (t *texts) len() uint32 { return uint32(len(t.ends)) }

// at is the text of a number.
func (t *texts) at(number uint32) string {
	switch number {
	case 0:
		return ""
	case 1:
		return t.all[:t.ends[0]]
	default:
		return t.all[t.ends[number-2]:t.ends[number-1]]
	}
}

// from is the first number whose text is not before another; len()+1 if there is none.
func (t *texts) from(order order, text string) uint32 {
	return 1 + uint32(sort.Search(len(t.ends), func(i int) bool { return order.compare(t.at(uint32(i+1)), text) >= 0 }))
}

// find is the number of a text, 0 if it is none of them.
func (t *texts) find(order order, text string) uint32 {
	if number := t.from(order, text); number <= t.len() && t.at(number) == text {
		return number
	}
	return 0
}
