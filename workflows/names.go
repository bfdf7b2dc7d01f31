package workflows

// Name is the name under which workers register a workflow: that of its function.
type Name = string

// The names of the workflows.
const (
	CloudSyncName     Name = "CloudSyncWorkflow"
	VerifyName        Name = "VerifyWorkflow"
	PrunePlanName     Name = "PrunePlanWorkflow"
	PruneName         Name = "PruneWorkflow"
	RetentionName     Name = "RetentionWorkflow"
	CheckAccountsName Name = "CheckAccountsWorkflow"
)
