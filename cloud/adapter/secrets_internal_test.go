package adapter

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Keys that follow each other are all left out, the latest and the configured ones for good.
func TestSecretsThatFollowEachOther(t *testing.T) {
	t.Parallel()
	keys := func(n int) Keys { return Keys{ID: fmt.Sprintf("KEYID-%05d", n), Key: fmt.Sprintf("secret-%05d", n)} }
	var s secrets
	for n := range 100 {
		s.add(keys(n))
		s.add(keys(n))
	}
	require.Equal(t, "[secret]", s.hide(keys(0).Key))
	require.Equal(t, "[secret] of [secret]", s.hide(keys(99).Key+" of "+keys(99).ID))
	require.Equal(t, "[secret]", s.hide(keys(93).Key))
	require.Len(t, s.known, maxSecrets)
}

func TestWhatAnErrorSaysOfAnAnswer(t *testing.T) {
	t.Parallel()
	for text, answered := range map[string]Answered{
		"":                            {},
		"Denied":                      {Code: "Denied"},
		"(HTTP 403): no":              {Status: 403, Message: " no\n"},
		"Denied (HTTP 403): a b":      {Code: "Denied", Status: 403, Message: "a\n\tb"},
		"Denied: no (request r-1)":    {Code: "Denied", Message: "no", RequestID: "r-1"},
		"Denied (HTTP 1) (request r)": {Code: "Denied", Status: 1, RequestID: "r"},
	} {
		require.Equal(t, text, answered.text())
	}
	require.Less(t, len(Answered{Message: fmt.Sprintf("%5000d", 7)}.text()), 600)
}
