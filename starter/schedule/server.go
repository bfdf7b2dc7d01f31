package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// kindsWithSchedules lists the kinds to look up: those known, and those that the
// server lists besides, in that order.
func kindsWithSchedules(ctx context.Context, c client.Client, known []string) ([]string, error) {
	listed, err := c.ScheduleClient().List(ctx, client.ScheduleListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the schedules: %w", err)
	}
	var others []string
	for listed.HasNext() {
		entry, err := listed.Next()
		if err != nil {
			return nil, fmt.Errorf("list the schedules: %w", err)
		}
		kind, ours := kindOf(entry.ID)
		if ours && entry.WorkflowType.Name == workflows.CloudSyncName && !slices.Contains(known, kind) {
			others = append(others, kind)
		}
	}
	slices.Sort(others)
	return append(slices.Clone(known), others...), nil
}

func isNotFound(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}
