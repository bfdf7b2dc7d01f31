package adapter_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// renewing is a session whose keys can be had anew.
type renewing struct {
	adapter.Shelf
	ended   bool // the keys have
	renewed int
}

func (s *renewing) Identity(context.Context) (string, error) {
	if s.ended {
		return "", &cloud.Error{Class: cloud.InvalidCredential, Err: errors.New("the token has expired")}
	}
	return "42", nil
}

func (s *renewing) Regions(context.Context) ([]string, error) { return []string{"north"}, nil }

func (s *renewing) Renew(context.Context) bool {
	s.renewed++
	s.ended = false
	return true
}

// Keys that are refused when the identity is asked for again are had anew, as where a call
// meets it. Those that never were good are not: that would be the same question twice.
func TestKeysThatEndedSinceTheAccountWasEntered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &renewing{}
		client := adapter.Adapter{
			Provider: "thing", RequestsPerSecond: 1e6,
			Open:     func(adapter.Account) (adapter.Session, error) { return s, nil },
			Answered: func(error) adapter.Answered { return adapter.Answered{} },
		}.New(settings("")).(cloud.Entered)
		s.ended = true
		_, err := client.Identity(t.Context())
		require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
		require.Zero(t, s.renewed)

		s.ended = false
		_, err = client.Identity(t.Context())
		require.NoError(t, err)
		<-time.After(11 * time.Minute)
		s.ended = true
		_, err = client.Identity(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, s.renewed)
	})
}
