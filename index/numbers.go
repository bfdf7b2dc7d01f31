package index

// numbers are many numbers, each in as many bytes as the largest needs.
type numbers struct {
	one  []uint8
	two  []uint16
	four []uint32
}

// makeNumbers returns n zeros, for numbers up to the largest.
func makeNumbers(n int, largest uint32) numbers {
	switch {
	case largest < 1<<8:
		return numbers{one: make([]uint8, n)}
	case largest < 1<<16:
		return numbers{two: make([]uint16, n)}
	default:
		return numbers{four: make([]uint32, n)}
	}
}

func (n *numbers) at(i uint32) uint32 {
	switch {
	case n.one != nil:
		return uint32(n.one[i])
	case n.two != nil:
		return uint32(n.two[i])
	default:
		return n.four[i]
	}
}

func (n *numbers) set(i, number uint32) {
	switch {
	case n.one != nil:
		n.one[i] = uint8(number)
	case n.two != nil:
		n.two[i] = uint16(number)
	default:
		n.four[i] = number
	}
}

// packed are numbers, the largest of which is at most so large.
func packed(values []uint32, largest uint32) numbers {
	n := makeNumbers(len(values), largest)
	for i, value := range values {
		n.set(uint32(i), value)
	}
	return n
}
