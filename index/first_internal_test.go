package index

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"cloudsync/query"
	"cloudsync/resource"
)

// Rows that share values, and some without one, have the places that comparing texts gives
// them, when more of them match than are asked for.
func TestRanksByNumberAreThoseByText(t *testing.T) {
	t.Parallel()
	schema := query.SchemaOf(resource.HostKind)
	rng := rand.New(rand.NewPCG(1, 1))
	b := newBuilder(schema)
	for i := range 3000 {
		b.row(resource.UID{byte(i >> 8), byte(i)}, 1)
		if rng.IntN(4) > 0 {
			b.value(schema.Source("name").Columns[0], fmt.Appendf(nil, "web-%d", rng.IntN(300)))
			b.tag([]byte("env"), fmt.Appendf(nil, "env%d", rng.IntN(20)))
		}
		for range rng.IntN(3) {
			b.value(schema.Source("private_ips").Columns[0], fmt.Appendf(nil, "10.0.0.%d", rng.IntN(30)))
		}
	}
	s := b.finish()
	docs := roaring.New()
	for doc := range uint32(s.len()) {
		if rng.IntN(10) > 0 {
			docs.Add(doc)
		}
	}
	for _, label := range []string{"name", "private_ips", "tag_env", "tag_none", "zone"} {
		for _, descending := range []bool{false, true} {
			for _, room := range []int{1, 7, 50, 5000} {
				source := schema.Source(label)
				r := ranking{source: source, descending: descending, room: room}
				if !source.IsTag {
					r.order = orderOf(schema.Columns[source.Columns[0]])
				}
				var all []place
				for it := docs.Iterator(); it.HasNext(); {
					doc := it.Next()
					all = append(all, place{value: s.firstValue(doc, &r), uid: s.uids[doc]})
				}
				require.Equal(t, r.keep(all), s.rankByNumber(docs, &r), "%s, descending: %v, %d rows", label, descending, room)
			}
		}
	}
}
