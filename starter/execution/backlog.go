package execution

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"cloudsync/workflows"
)

// Backlog is the tasks of the task queue that wait for a worker.
type Backlog struct {
	Type  string // workflow or activity
	Tasks int64
	Age   time.Duration // of the oldest
}

// backlogTypes are the types of tasks that workers poll for.
var backlogTypes = []struct {
	name string
	of   enums.TaskQueueType
}{{"workflow", enums.TASK_QUEUE_TYPE_WORKFLOW}, {"activity", enums.TASK_QUEUE_TYPE_ACTIVITY}}

// Backlogs are those of the task queue, by type.
func Backlogs(ctx context.Context, c client.Client, namespace string) ([]Backlog, error) {
	var backlogs []Backlog
	for _, kind := range backlogTypes {
		answer, err := c.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
			Namespace: namespace, TaskQueue: &taskqueue.TaskQueue{Name: workflows.TaskQueue, Kind: enums.TASK_QUEUE_KIND_NORMAL},
			TaskQueueType: kind.of, ReportStats: true,
		})
		if err != nil {
			return nil, fmt.Errorf("ask Temporal for the %s tasks that wait: %w", kind.name, err)
		}
		stats := answer.GetStats()
		backlogs = append(backlogs, Backlog{Type: kind.name, Tasks: stats.GetApproximateBacklogCount(), Age: stats.GetApproximateBacklogAge().AsDuration()})
	}
	return backlogs, nil
}
