package notice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

// What changes while a condition stands leaves it the same one.
func TestKey(t *testing.T) {
	t.Parallel()
	key := func(change func(*notice.Condition)) notice.Key {
		c := hold("1")
		change(&c)
		return c.Key()
	}
	same := key(func(*notice.Condition) {})
	require.Equal(t, same, key(func(c *notice.Condition) {
		c.Rows, c.Base, c.Scopes, c.Reason, c.RunID, c.ScopeID = 1, 2, 3, "r", "run", 4
	}))
	for _, change := range []func(*notice.Condition){
		func(c *notice.Condition) { c.Event = notice.Late },
		func(c *notice.Condition) { c.Since = time.Now() }, // a hold that begins later is another
		func(c *notice.Condition) { c.Kind = "k" },
		func(c *notice.Condition) { c.Provider = "p" },
		func(c *notice.Condition) { c.Account = "2" },
		func(c *notice.Condition) { c.Region = "" },
		func(c *notice.Condition) { c.Account, c.Region = "", "1eu" },
	} {
		require.NotEqual(t, same, key(change))
	}
	require.NotEqual(t, key(func(c *notice.Condition) { c.Event, c.RunID = notice.Changed, "a" }), key(func(c *notice.Condition) { c.Event, c.RunID = notice.Changed, "b" }))
}

func TestPlaceInWords(t *testing.T) {
	t.Parallel()
	require.Empty(t, notice.Place{Kind: "k"}.String())
	require.Equal(t, "aws/1", notice.Place{Provider: "aws", Account: "1"}.String())
	require.Equal(t, "aws/1/eu", notice.Place{Provider: "aws", Account: "1", Region: "eu"}.String())
}
