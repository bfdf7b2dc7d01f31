package workflows

// The names under which workers register the workflows: those of their functions.
const (
	CloudSyncName      = "CloudSyncWorkflow"
	VerifyName         = "VerifyWorkflow"
	PrunePlanName      = "PrunePlanWorkflow"
	PruneName          = "PruneWorkflow"
	RetentionName      = "RetentionWorkflow"
	CheckAccountsName  = "CheckAccountsWorkflow"
	NoticesName        = "NoticesWorkflow"
	DeliverNoticesName = "DeliverNoticesWorkflow"
)
