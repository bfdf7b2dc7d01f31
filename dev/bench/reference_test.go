package bench

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoadingConvertsJSONWhereItIsAType(t *testing.T) {
	t.Parallel()
	require.Equal(t, "LOAD DATA INFILE '/f' INTO TABLE t CHARACTER SET binary (uid, tags)",
		loading("t", "/f", []string{"uid", "tags"}, nil))
	require.Equal(t, "LOAD DATA INFILE '/f' INTO TABLE t CHARACTER SET binary (uid, @tags) SET tags = CONVERT(@tags USING utf8mb4)",
		loading("t", "/f", []string{"uid", "tags"}, []string{"tags"}))
}
