package schedule

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
)

var errUnknownAttribute = serviceerror.NewInvalidArgument("Namespace x has no mapping defined for search attribute CloudSyncKind")

func TestApplyWaitsUntilTheServerUsesNewSearchAttributes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		a := Applier{Waiting: func(reason string) { told = append(told, reason) }}
		start, tries := time.Now(), 0
		err := a.onceAttributesAreKnown(t.Context(), func() error {
			if tries++; time.Since(start) < time.Minute {
				return errUnknownAttribute
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 61, tries)
		require.Equal(t, []string{"the server does not use the new search attributes yet"}, told)
	})
}

func TestApplyDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		err := (&Applier{}).onceAttributesAreKnown(t.Context(), func() error { return errUnknownAttribute })
		require.ErrorIs(t, err, errUnknownAttribute)
		require.ErrorContains(t, err, "try again in a minute")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = (&Applier{}).onceAttributesAreKnown(ctx, func() error { return errUnknownAttribute })
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestApplyReturnsOtherErrorsAtOnce(t *testing.T) {
	t.Parallel()
	for _, want := range []error{nil, errors.New("odd"), serviceerror.NewInvalidArgument("interval too short")} {
		tries := 0
		err := (&Applier{}).onceAttributesAreKnown(t.Context(), func() error { tries++; return want })
		require.Equal(t, want, err)
		require.Equal(t, 1, tries)
	}
}
