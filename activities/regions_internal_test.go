package activities

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// deaf is an account that does not answer.
type deaf struct{ cloud.Provider }

func (deaf) Regions(ctx context.Context) ([]string, error) {
	<-ctx.Done()
	return nil, &cloud.Error{Class: cloud.Timeout, Err: ctx.Err()}
}

// quick is one that does.
type quick struct{ cloud.Provider }

func (quick) Regions(context.Context) ([]string, error) { return []string{"beijing"}, nil }

// However many accounts do not answer, the others are known before ListScopes has to end.
func TestHundredsOfAccountsThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		accounts := []cloud.Account{{Client: quick{}}}
		for i := range 1000 {
			accounts = append(accounts, cloud.Account{Account: resource.Account{Name: fmt.Sprint(i)}, Client: deaf{}})
		}
		began := time.Now()

		found := findRegions(t.Context(), accounts)

		require.Less(t, time.Since(began), 15*time.Minute)
		require.Equal(t, []string{"beijing"}, found[0].regions)
		require.ErrorIs(t, found[1].err, context.DeadlineExceeded)
		require.ErrorIs(t, found[1000].err, errNotAsked)
	})
}
