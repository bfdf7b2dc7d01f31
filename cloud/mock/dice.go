package mock

import "math/bits"

// golden is the increment of the splitmix64 generator: 2^64 divided by the
// golden ratio (Steele, Lea, Flood: Fast splittable pseudorandom number
// generators, 2014).
const golden = 0x9e3779b97f4a7c15

// mix is splitmix64's finalizer. It is a bijection: different inputs never give
// the same output.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unmix is mix's inverse: the factors are the inverses of mix's, modulo 2^64.
func unmix(x uint64) uint64 {
	x = (x ^ x>>31 ^ x>>62) * 0x319642b2d24d8ec3
	x = (x ^ x>>27 ^ x>>54) * 0x96de1b173f119089
	return x ^ x>>30 ^ x>>60
}

// mixText folds a text into a hash.
func mixText(hash uint64, text string) uint64 {
	for i := range len(text) {
		hash = mix(hash + golden + uint64(text[i]))
	}
	return mix(hash + golden + uint64(len(text)))
}

// dice is a splitmix64 generator: seeding costs nothing, so every row has its
// own.
type dice uint64

func (d *dice) next() uint64 {
	*d += golden
	return mix(uint64(*d))
}

// roll returns a number from 0 to n-1, each of them as likely.
func (d *dice) roll(n int) int {
	high, _ := bits.Mul64(d.next(), uint64(n))
	return int(high)
}

// chance says yes with the given probability.
func chance(hash uint64, probability float64) bool {
	const unit = 1 << 53 // a float64 holds 53 bits exactly
	return float64(hash>>11) < probability*unit
}
