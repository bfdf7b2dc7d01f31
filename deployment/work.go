package deployment

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// pollerFresh is how old the last poll of a running worker can be: a poll takes up to a
// minute. The server remembers pollers for longer.
const pollerFresh = 70 * time.Second

// Workers are how many workers of each build poll the task queue. Those of no build, which
// are of a version before 1.0 or of a test, count as "".
func Workers(ctx context.Context, c client.Client) (map[string]int, error) {
	answer, err := c.DescribeTaskQueue(ctx, workflows.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return nil, fmt.Errorf("ask Temporal for the workers: %w", err)
	}
	workers := map[string]int{}
	for _, poller := range answer.GetPollers() {
		if time.Since(poller.GetLastAccessTime().AsTime()) < pollerFresh {
			workers[poller.GetDeploymentOptions().GetBuildId()]++
		}
	}
	return workers, nil
}

// OpenQuery finds in Temporal the workflows of a build that are under way: runs, their
// parts and upkeep.
func OpenQuery(build string) string {
	return fmt.Sprintf(`TemporalWorkerDeploymentVersion = %q AND ExecutionStatus = "Running"`, Name+":"+build)
}

// Open counts the workflows of a build that are under way.
func Open(ctx context.Context, c client.Client, build string) (int64, error) {
	answer, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: OpenQuery(build)})
	if err != nil {
		return 0, fmt.Errorf("ask Temporal what build %s has under way: %w", build, err)
	}
	return answer.GetCount(), nil
}

// PinnedTo is the build on which a run has to end; "" where it goes on with whichever build
// is current.
func PinnedTo(info *workflow.WorkflowExecutionVersioningInfo) string {
	override := info.GetVersioningOverride()
	switch {
	case override.GetPinned() != nil:
		return override.GetPinned().GetVersion().GetBuildId()
	case override.GetAutoUpgrade() || info.GetBehavior() != enums.VERSIONING_BEHAVIOR_PINNED:
		return ""
	default:
		return info.GetDeploymentVersion().GetBuildId()
	}
}
