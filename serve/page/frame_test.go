package page_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/store/storetest"
)

func TestAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.Open(t), nil)
	status, body := s.get("/nowhere")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, body, "There is no such page")
}
