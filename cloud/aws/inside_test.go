package aws

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// hanging answers nothing until the request ends.
type hanging struct{}

func (hanging) RoundTrip(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// A role that hangs ends with the call that needs it, and so does who waits for it.
func TestARoleThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		s.web = &http.Client{Transport: hanging{}}
		role := s.assumed(s.credentials, "role", "")
		began, ended := time.Now(), make(chan error)
		for range 2 {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				_, err := role.Retrieve(ctx)
				ended <- err
			}()
		}
		for range 2 {
			require.Equal(t, cloud.Timeout, cloud.ClassOf(<-ended))
		}
		require.Equal(t, 5*time.Second, time.Since(began))
	})
}

// opened is a session as the shared part of the adapters opens it.
func opened(t *testing.T) *session {
	t.Helper()
	var s *session
	a := Adapter()
	a.Open = func(account adapter.Account) (adapter.Session, error) {
		made, err := open(account)
		s, _ = made.(*session)
		if s != nil {
			s.web = &http.Client{Transport: refusing{}}
		}
		return made, err
	}
	settings := cloud.Settings{Provider: "aws", Name: "demo", Credential: cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("key")}}
	_, err := a.New(settings).List(t.Context(), scope, "")
	require.Error(t, err, "nobody answers")
	require.NotNil(t, s)
	return s
}

var scope = resource.Scope{Kind: resource.HostKind.Name(), Provider: "aws", Account: "demo", Region: "eu-central-1"}

// refusing has no network.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

// resolving is AWS where hosts of MemoryDB do not resolve.
type resolving struct {
	http.Handler
	failure net.DNSError
}

func (r resolving) RoundTrip(request *http.Request) (*http.Response, error) {
	if name := request.URL.Hostname(); strings.HasPrefix(name, "memory-db.") {
		failure := r.failure
		failure.Name = name
		return nil, &failure
	}
	recorder := httptest.NewRecorder()
	r.ServeHTTP(recorder, request)
	return recorder.Result(), nil
}

// A region without MemoryDB has the caches of ElastiCache. What it has of MemoryDB in the
// inventory is not absent for that.
func TestARegionWithoutMemoryDB(t *testing.T) {
	t.Parallel()
	c := &fake.Cloud{}
	group := fake.Cache{ID: "arn:aws:elasticache:eu-central-1:1:replicationgroup:sessions", Name: "sessions", Engine: "redis"}
	c.Add(&fake.Account{ID: "1", KeyID: "id", Key: "key", Regions: []*fake.Region{{Name: "eu-central-1", Caches: []fake.Cache{group}}}})
	client := func(failure net.DNSError) cloud.Provider {
		a := Adapter()
		a.Open = func(account adapter.Account) (adapter.Session, error) {
			made, err := open(account)
			made.(*session).web = &http.Client{Transport: keeping{resolving{awsfake.New(c), failure}}}
			return made, err
		}
		return a.New(cloud.Settings{
			Provider: "aws", Name: "demo", AccountID: "1", Credential: cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("key")}, RequestsPerSecond: 1e6,
		})
	}
	scope := scope
	scope.Kind = resource.CacheKind.Name()
	all := func(client cloud.Provider) (rows []resource.Row, err error) {
		for cursor := ""; ; {
			page, err := client.List(t.Context(), scope, cursor)
			rows = append(rows, page.Rows...)
			if cursor = page.Next; err != nil || cursor == "" {
				return rows, err
			}
		}
	}
	without := client(net.DNSError{Err: "no such host", IsNotFound: true})
	rows, err := all(without)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	_, err = without.Lookup(t.Context(), scope, []string{"arn:aws:memorydb:eu-central-1:1:cluster/ledger"})
	require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err))
	require.ErrorContains(t, err, "there is no host memory-db.eu-central-1.amazonaws.com")

	_, err = all(client(net.DNSError{Err: "server misbehaving", IsTemporary: true}))
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err), "nobody said that there is none")
}
