package schedule

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/starter/execution"
	"cloudsync/visibility"
	"cloudsync/workflows"
)

// StartPlan starts a plan of the kind, beside its schedule: a plan disturbs no
// run, nor does a run disturb it.
func StartPlan(ctx context.Context, c client.Client, namespace, kind string, plan workflows.Plan) (execution.Run, error) {
	if _, err := visibility.Register(ctx, c, namespace); err != nil {
		return execution.Run{}, err
	}
	handle, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: ID(kind) + "/plan-" + strings.ToLower(rand.Text()[:8]), TaskQueue: workflows.TaskQueue,
		StaticSummary:         "plan for " + kind + ": changes nothing",
		TypedSearchAttributes: temporal.NewSearchAttributes(visibility.Kind.ValueSet(kind)),
	}, workflows.CloudSyncName, workflows.Input{Kind: kind, Plan: &plan})
	if err != nil {
		return execution.Run{}, fmt.Errorf("start a plan of %s: %w", kind, err)
	}
	return execution.Run{WorkflowID: handle.GetID(), RunID: handle.GetRunID()}, nil
}
