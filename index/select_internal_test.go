package index

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/shorttest"
)

// segmentOf has n hosts, to which fill gives values.
func segmentOf(n int, fill func(b *builder, host int)) *segment {
	b := newBuilder(query.SchemaOf(resource.HostKind))
	for host := range n {
		var uid resource.UID
		binary.BigEndian.PutUint32(uid[:], uint32(host))
		b.row(uid, 0)
		fill(b, host)
	}
	return b.finish()
}

// An expression may take some milliseconds for one value, and thousands are no reason to go on
// for seconds after the time is over.
func TestASlowExpressionIsCutByTime(t *testing.T) {
	shorttest.Skip(t)
	t.Parallel()
	s := segmentOf(1000, func(b *builder, host int) {
		b.tag([]byte("t"), []byte(strings.Repeat("a", 240)+fmt.Sprint(host)))
	})
	schema := query.SchemaOf(resource.HostKind)
	asked, err := query.Parse(`tag_t=~"`+strings.Repeat("(?:a?){800}", 3)+`[xy]"`, []*query.Schema{schema})
	require.NoError(t, err)
	began := time.Now()
	require.False(t, asked.Matchers[0].Holds(s.tags["t"].texts.at(1)))
	one := time.Since(began)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	began = time.Now()
	_, err = s.selected(ctx, schema, asked, s.all())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(began), time.Second+200*one)
}
