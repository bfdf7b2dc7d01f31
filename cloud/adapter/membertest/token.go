package membertest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// Tokens is a cloud whose members are entered with the organisation's own token.
type Tokens struct {
	Cloud   *fake.Cloud
	Handler http.Handler // of the cloud
	// Open is the organisation at a URL.
	Open func(url string) cloud.Organisation
	IDs  []string // of its members
	// Scope is of a kind that the action lists, whose URL ends with the path.
	Scope        resource.Scope
	Action, Path string
}

// RefuseAll has each member list the scope with the same token, which is refused to all of
// them: to one at once, to the others when a call was made with the next token.
func (w Tokens) RefuseAll(t *testing.T) cloud.Organisation {
	t.Helper()
	members := len(w.IDs)
	var asked sync.WaitGroup
	asked.Add(members)
	var refused atomic.Int32
	renewed := make(chan struct{})
	renew := sync.OnceFunc(func() { close(renewed) })
	server := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		switch isList := strings.HasSuffix(r.URL.Path, w.Path); {
		case isList && w.Cloud.Struck() < members:
			asked.Done()
			asked.Wait()
			if refused.Add(1) > 1 {
				<-renewed
			}
		case !isList && refused.Load() > 0 && !strings.HasSuffix(r.URL.Path, "/token"):
			renew()
		}
		w.Handler.ServeHTTP(to, r)
	}))
	t.Cleanup(server.Close)
	o := w.Open(server.URL)
	w.Cloud.Break(fake.Fault{Action: w.Action, Verdict: fake.InvalidCredential, Times: members})
	for _, id := range w.IDs {
		_, err := o.Member(id).Regions(t.Context())
		require.NoError(t, err)
	}

	failures := make(chan error)
	for _, id := range w.IDs {
		go func() {
			_, err := o.Member(id).List(t.Context(), w.Scope, "")
			failures <- err
		}()
	}
	for range members {
		err := <-failures
		require.Error(t, err)
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err), "%v", err)
	}
	return o
}
