package google

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// codes are the classes of what an error has for a reason
// (https://cloud.google.com/compute/docs/api/error-codes, google.rpc.ErrorInfo), and of the
// statuses of google.rpc.Code, for one without a reason that is known. 403 is the status of
// several of them. Others are classed by their HTTP status.
var codes = adapter.Codes{
	"rateLimitExceeded":     cloud.Throttled,
	"userRateLimitExceeded": cloud.Throttled,
	"quotaExceeded":         cloud.Throttled,
	"RATE_LIMIT_EXCEEDED":   cloud.Throttled,
	"RESOURCE_EXHAUSTED":    cloud.Throttled,

	notConfigured:                     cloud.Denied,
	serviceDisabled:                   cloud.Denied,
	"BILLING_DISABLED":                cloud.Denied,
	"forbidden":                       cloud.Denied,
	"insufficientPermissions":         cloud.Denied,
	"IAM_PERMISSION_DENIED":           cloud.Denied,
	"ACCESS_TOKEN_SCOPE_INSUFFICIENT": cloud.Denied,
	"USER_PROJECT_DENIED":             cloud.Denied,
	"vpcServiceControls":              cloud.Denied,
	"SECURITY_POLICY_VIOLATED":        cloud.Denied,
	"PERMISSION_DENIED":               cloud.Denied,
	"authError":                       cloud.InvalidCredential,
	"ACCESS_TOKEN_EXPIRED":            cloud.InvalidCredential,
	"ACCESS_TOKEN_TYPE_UNSUPPORTED":   cloud.InvalidCredential,
	"ACCOUNT_STATE_INVALID":           cloud.InvalidCredential,
	"CREDENTIALS_MISSING":             cloud.InvalidCredential,
	"UNAUTHENTICATED":                 cloud.InvalidCredential,
	"backendError":                    cloud.Unavailable,
	"internalError":                   cloud.Unavailable,
	"UNAVAILABLE":                     cloud.Unavailable,
	"INTERNAL":                        cloud.Unavailable,
	"DEADLINE_EXCEEDED":               cloud.Timeout,
}

// The codes of an API that is not enabled in the project, an older and a newer one. The
// message says how to enable it.
const (
	notConfigured   = "accessNotConfigured"
	serviceDisabled = "SERVICE_DISABLED"
)

// isDisabled says that the API is not enabled in the project.
func isDisabled(err error) bool {
	return slices.Contains([]string{notConfigured, serviceDisabled}, answered(err).Code)
}

// refused is an error that an API answered.
type refused struct{ adapter.Answered }

// Error implements error.
func (r *refused) Error() string { return r.Code + ": " + r.Message }

func answered(err error) adapter.Answered {
	var of *refused
	if !errors.As(err, &of) {
		return adapter.Answered{}
	}
	return of.Answered
}

// refusalOf reads an error in the forms that the APIs have: with details, with errors, and with
// a status alone (https://cloud.google.com/apis/design/errors). What is in none of them is the
// error of some server.
func refusalOf(status int, body []byte) *refused {
	var answer struct {
		Error struct {
			Status, Message string
			Errors          []struct{ Reason string }
			Details         []struct {
				Reason     string
				RetryDelay string // of google.rpc.RetryInfo, such as 30s
			}
		}
	}
	_ = json.Unmarshal(body, &answer) // of what cannot be read, the status counts
	r := &refused{adapter.Answered{Status: status, Message: answer.Error.Message}}
	var reasons []string
	for _, detail := range answer.Error.Details {
		reasons = append(reasons, detail.Reason)
		if wait, err := time.ParseDuration(detail.RetryDelay); err == nil {
			r.Wait = max(r.Wait, wait)
		}
	}
	for _, one := range answer.Error.Errors {
		reasons = append(reasons, one.Reason)
	}
	reasons = slices.DeleteFunc(append(reasons, answer.Error.Status), func(reason string) bool { return reason == "" })
	if known := slices.IndexFunc(reasons, func(reason string) bool { return codes.Class(reason) != "" }); known >= 0 {
		r.Code = reasons[known]
	} else if len(reasons) > 0 {
		r.Code = reasons[0]
	}
	return r
}
