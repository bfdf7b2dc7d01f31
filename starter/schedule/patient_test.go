package schedule

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// busy is a schedule on a server that fails some times before it answers.
type busy struct {
	client.ScheduleHandle
	failures []error
	asked    int
}

func (b *busy) fail() error {
	b.asked++
	if b.asked > len(b.failures) {
		return nil
	}
	return b.failures[b.asked-1]
}

func (b *busy) Describe(context.Context) (*client.ScheduleDescription, error) {
	return &client.ScheduleDescription{}, b.fail()
}
func (b *busy) Update(context.Context, client.ScheduleUpdateOptions) error   { return b.fail() }
func (b *busy) Trigger(context.Context, client.ScheduleTriggerOptions) error { return b.fail() }

var errLate = serviceerror.NewDeadlineExceeded("context deadline exceeded")

func TestABusyServerIsAskedAgain(t *testing.T) {
	t.Parallel()
	late := func() *busy { return &busy{failures: []error{errLate, serviceerror.NewUnavailable("restarting")}} }
	for name, ask := range map[string]func(client.ScheduleHandle) error{
		"describe": func(h client.ScheduleHandle) error {
			description, err := h.Describe(t.Context())
			require.NotNil(t, description)
			return err
		},
		"update":  func(h client.ScheduleHandle) error { return h.Update(t.Context(), client.ScheduleUpdateOptions{}) },
		"trigger": func(h client.ScheduleHandle) error { return h.Trigger(t.Context(), client.ScheduleTriggerOptions{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := late()
			require.NoError(t, ask(patient{server}))
			require.Equal(t, 3, server.asked)
		})
	}
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	final := errors.New("no such schedule")
	server := &busy{failures: []error{final}}
	require.ErrorIs(t, patient{server}.Update(t.Context(), client.ScheduleUpdateOptions{}), final)
	require.Equal(t, 1, server.asked, "it would say the same again")

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	server = &busy{failures: []error{errLate, errLate, errLate}}
	require.ErrorIs(t, patient{server}.Update(ctx, client.ScheduleUpdateOptions{}), errLate)
	require.Equal(t, 1, server.asked, "nobody waits any more")
}
