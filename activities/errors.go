package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store"
)

// maxCloudAttempts is how many attempts an activity that asks a provider has, whatever
// they failed of, when the provider fails in a way that may pass. The next run tries
// again anyway.
const maxCloudAttempts = 5

// maxRetryDelay bounds the pause that a provider can ask for: a run that sleeps
// for hours keeps the next ones from starting.
const maxRetryDelay = 5 * time.Minute

var errWorkerStops = errors.New("the worker is stopping, another attempt goes on from the checkpoint")

// retriedClasses are the provider's failures that may pass within a run.
//
//	class              | retried | reason
//	-------------------+---------+----------------------------------------------
//	denied             | no      | needs another permission
//	invalid_credential | no      | needs another credential
//	throttled          | yes     | after the provider's delay
//	timeout            | yes     |
//	unavailable        | yes     |
//	expired_cursor     | yes     | FetchCloud starts over by itself first
//	not_found          | no      | needs another configuration
//	region_disabled    | no      | needs another configuration
//	bad_answer         | no      | the same answer would come again
//	incomplete         | yes     | a listing that was cut short may be whole
//	unproven           | no      | needs a permission, or a resource to list
var retriedClasses = map[cloud.Class]bool{
	cloud.Throttled: true, cloud.Timeout: true, cloud.Unavailable: true,
	cloud.ExpiredCursor: true, cloud.Incomplete: true,
}

// ErrorType is the type of an activity's failure, as Temporal shows it. A provider's
// failure has its cloud.Class.
type ErrorType string

// The types of failures that are not a provider's.
const (
	BadInputType         ErrorType = "BadInput"         // what was asked for makes no sense
	NotConfiguredType    ErrorType = "NotConfigured"    // this worker's configuration lacks what the run is about
	MisconfiguredType    ErrorType = "Misconfigured"    // the database's schema, rights or limits do not fit
	StoreType            ErrorType = "Store"            // another failure of the database: it is tried again
	SupersededType       ErrorType = "Superseded"       // a newer run has taken the work over
	CorruptType          ErrorType = "Corrupt"          // what is staged is not what was staged
	UnreadableType       ErrorType = "Unreadable"       // somebody edited a row so that it cannot be read
	InventoryChangedType ErrorType = "InventoryChanged" // by somebody else, while it was compared
	PanicType            ErrorType = "PanicError"       // a fault of the program
)

// IsSuperseded says that an activity failed because a newer run holds the scope.
func IsSuperseded(err error) bool {
	var application *temporal.ApplicationError
	return errors.As(err, &application) && application.Type() == string(SupersededType)
}

// temporalError maps err, once, to what Temporal understands: whether to retry,
// when, and under which type it shows. Errors of the database are retried for
// as long as the workflow allows the activity. The cause is not attached: it
// would go into the history whole, however long the provider's answer is.
func temporalError(ctx context.Context, err error) error {
	var mapped *temporal.ApplicationError
	var cloudErr *cloud.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mapped):
		return mapped
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return ctx.Err() // the run was cancelled, or the attempt was given up
	case errors.Is(err, store.ErrSuperseded):
		return nonRetryable(SupersededType, err)
	case errors.Is(err, resource.ErrCorrupt), errors.Is(err, store.ErrNotFound):
		return nonRetryable(CorruptType, err)
	case store.IsTooLarge(err):
		return nonRetryable(MisconfiguredType, fmt.Errorf("the server's max_allowed_packet is too small for this, set it to more: %w", err))
	case store.IsMisconfigured(err):
		return nonRetryable(MisconfiguredType, fmt.Errorf("the database refuses this until its schema (`starter migrate`) or its account's rights change: %w", err))
	case errors.As(err, &cloudErr):
		return cloudApplicationError(ctx, cloudErr, err)
	case store.IsUnreadable(err):
		return nonRetryable(UnreadableType, fmt.Errorf("a stored row was edited so that it cannot be read: find and mark it with `starter verify KIND --repair`: %w", err))
	default:
		return temporal.NewApplicationErrorWithOptions(shortText(err), string(StoreType), temporal.ApplicationErrorOptions{})
	}
}

func cloudApplicationError(ctx context.Context, cloudErr *cloud.Error, err error) error {
	opts := temporal.ApplicationErrorOptions{
		NonRetryable:   !retriedClasses[cloudErr.Class] || activity.GetInfo(ctx).Attempt >= maxCloudAttempts,
		NextRetryDelay: min(cloudErr.RetryAfter, maxRetryDelay),
	}
	if cloudErr.OfAccount {
		opts.Details = []any{Refusal{OfAccount: true}}
	}
	if cloudErr.Class == cloud.Throttled {
		opts.Category = temporal.ApplicationErrorCategoryBenign // expected; not worth an error in the worker's log
	}
	return temporal.NewApplicationErrorWithOptions(shortText(err), string(cloudErr.Class), opts)
}

// Refusal is in the details of a provider's failure.
type Refusal struct {
	// OfAccount says that the account's own keys, role or identity failed: all of its
	// scopes would.
	OfAccount bool `json:"ofAccount,omitempty"`
}

// IsOfAccount says that an activity failed because the account's own keys, role or
// identity did.
func IsOfAccount(err error) bool {
	var application *temporal.ApplicationError
	return errors.As(err, &application) && refusalOf(application).OfAccount
}

func refusalOf(err *temporal.ApplicationError) (refusal Refusal) {
	if err.HasDetails() && err.Details(&refusal) != nil {
		return Refusal{}
	}
	return refusal
}

func nonRetryable(of ErrorType, err error) error {
	return temporal.NewApplicationErrorWithOptions(shortText(err), string(of),
		temporal.ApplicationErrorOptions{NonRetryable: true})
}

// maxErrorText bounds what one error takes of a history, in bytes.
const maxErrorText = 300

// shortText is the error's text, on one line and not too long.
func shortText(err error) string {
	return cutAt(strings.Join(strings.Fields(strings.ToValidUTF8(err.Error(), "\uFFFD")), " "), maxErrorText)
}

// cutAt cuts valid UTF-8 after at most limit bytes, and shows that it did.
func cutAt(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}
