package resource_test

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cloudsync/resource"
)

// entries draws a multiset: an entry can occur several times.
func entries(least int) *rapid.Generator[[]resource.Entry] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) resource.Entry {
		return resource.Entry{
			UID:  resource.UID{rapid.ByteRange(0, 9).Draw(t, "uid")},
			Hash: resource.Hash{rapid.ByteRange(0, 3).Draw(t, "hash")},
		}
	}), least, 20)
}

func fold(entries ...resource.Entry) (d resource.Digest) {
	for _, entry := range entries {
		d.Add(entry)
	}
	return d
}

func TestDigestIsOfTheMultiset(t *testing.T) {
	t.Parallel()
	occurrences := func(list []resource.Entry) map[resource.Entry]int {
		n := map[resource.Entry]int{}
		for _, entry := range list {
			n[entry]++
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		a := entries(0).Draw(t, "a")
		require.Equal(t, fold(a...), fold(rapid.Permutation(a).Draw(t, "a in another order")...))
		require.EqualValues(t, len(a), fold(a...).Count)
		b := entries(0).Draw(t, "b")
		require.Equal(t, equal(occurrences(a), occurrences(b)), fold(a...) == fold(b...))
	})
}

func TestDigestForgetsWhatIsRemoved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := entries(0).Draw(t, "all")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		d := fold(all...)
		for _, entry := range rapid.Permutation(all[cut:]).Draw(t, "removed") {
			d.Remove(entry)
		}
		require.Equal(t, fold(all[:cut]...), d)
	})
}

func TestDigestMergeIsFolding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := entries(0).Draw(t, "all")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		merged := fold(all[cut:]...)
		merged.Merge(fold(all[:cut]...))
		require.Equal(t, fold(all...), merged)
	})
}

func TestDigestShowsEachSingleChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := entries(1).Draw(t, "entries")
		at := rapid.IntRange(0, len(before)-1).Draw(t, "at")
		one := func(change func(e *resource.Entry)) []resource.Entry {
			after := slices.Clone(before)
			change(&after[at])
			return after
		}
		for name, after := range map[string][]resource.Entry{
			"uid":      one(func(e *resource.Entry) { e.UID[15]++ }),
			"hash":     one(func(e *resource.Entry) { e.Hash[15]++ }),
			"swapped":  one(func(e *resource.Entry) { e.UID, e.Hash = resource.UID(e.Hash), resource.Hash(e.UID); e.UID[1]++ }),
			"removed":  slices.Delete(slices.Clone(before), at, at+1),
			"repeated": append(slices.Clone(before), before[at]),
		} {
			require.NotEqual(t, fold(before...), fold(after...), name)
		}
	})
}

// Two entries that exchange their hashes are two modifications, although all
// uids and all hashes stay.
func TestDigestTiesHashToUID(t *testing.T) {
	t.Parallel()
	a, b := resource.Entry{UID: resource.UID{1}, Hash: resource.Hash{1}}, resource.Entry{UID: resource.UID{2}, Hash: resource.Hash{2}}
	require.NotEqual(t, fold(a, b),
		fold(resource.Entry{UID: a.UID, Hash: b.Hash}, resource.Entry{UID: b.UID, Hash: a.Hash}))
}

// The sum is that of 256-bit numbers, whatever carries from limb to limb and out
// of the last.
func TestDigestAddsAsNumbers(t *testing.T) {
	t.Parallel()
	const ones = "ffffffffffffffff"
	limb := rapid.OneOf(rapid.Just(ones), rapid.Just("0000000000000000"), rapid.Just("0100000000000000"), rapid.StringMatching("[0-9a-f]{16}"))
	digits := rapid.Custom(func(t *rapid.T) string {
		return limb.Draw(t, "0") + limb.Draw(t, "1") + limb.Draw(t, "2") + limb.Draw(t, "3")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		sum := parse(t, "1:"+a)
		sum.Merge(parse(t, "2:"+b))
		want := new(big.Int).Add(number(t, a), number(t, b))
		want.Mod(want, new(big.Int).Lsh(big.NewInt(1), 256))
		require.Equal(t, want, number(t, strings.TrimPrefix(sum.String(), "3:")))
	})
	full := parse(t, "1:"+strings.Repeat(ones, 4))
	full.Merge(parse(t, "0:01"+strings.Repeat("0", 62)))
	require.Equal(t, "1:"+strings.Repeat("0", 64), full.String())
}

func parse(t require.TestingT, text string) (d resource.Digest) {
	require.NoError(t, d.UnmarshalText([]byte(text)))
	return d
}

// number reads the little-endian hex digits of a sum.
func number(t require.TestingT, digits string) *big.Int {
	raw, err := hex.DecodeString(digits)
	require.NoError(t, err)
	slices.Reverse(raw)
	return new(big.Int).SetBytes(raw)
}

// Digests are stored, and operators paste them into commands.
func TestDigestText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0:"+strings.Repeat("0", 64), resource.Digest{}.String())
	// The SHA-256 of 32 zero bytes.
	require.Equal(t, "1:66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925", fold(resource.Entry{}).String())
	rapid.Check(t, func(t *rapid.T) {
		d := fold(entries(0).Draw(t, "entries")...)
		require.Equal(t, d, parse(t, d.String()))
		encoded, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, `"`+d.String()+`"`, string(encoded))
		decoded := fold(resource.Entry{UID: resource.UID{42}})
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		require.Equal(t, d, decoded, "what was there before is gone")
	})
}

func TestDigestRefusesOtherTexts(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 64)
	for _, text := range []string{
		"", ":", "1", "1:", zeros, ":" + zeros, "x:" + zeros, "1:" + zeros[1:], "1:" + zeros + "0", "1:" + zeros + "00",
		"1:g" + zeros[1:], "-1:" + zeros, "99999999999999999999:" + zeros, "1:" + zeros + " and more", " 1:" + zeros, "1: " + zeros,
	} {
		d := fold(resource.Entry{UID: resource.UID{42}})
		before := d
		require.Error(t, d.UnmarshalText([]byte(text)), "%q", text)
		require.Equal(t, before, d, "%q", text)
	}
}
