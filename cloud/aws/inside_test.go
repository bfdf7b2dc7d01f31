package aws

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// hanging answers nothing until the request ends.
type hanging struct{}

func (hanging) RoundTrip(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// Whoever waits for a role waits for the call of another, whose context never ends.
func TestARoleThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := opened(t)
		s.web = &http.Client{Transport: hanging{}}
		began, name := time.Now(), "role"
		_, err := roleClient{s.newSTS(s.credentials), s}.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &name, RoleSessionName: &name})
		require.Equal(t, cloud.Timeout, cloud.ClassOf(err), "%v", err)
		require.Equal(t, assumeWithin, time.Since(began))
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
