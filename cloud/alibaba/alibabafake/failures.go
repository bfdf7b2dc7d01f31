package alibabafake

import (
	"fmt"
	"net/http"
	"time"

	"cloudsync/cloud/fake"
)

// failure is an error as the provider answers it.
type failure struct {
	status        int
	code, message string
	wait          time.Duration
}

var (
	dryRunPassed = &failure{status: http.StatusBadRequest, code: "DryRunOperation",
		message: "Request validation has been passed with DryRun flag set."}
	invalidToken = &failure{status: http.StatusBadRequest, code: "InvalidParameter.NextToken",
		message: "The specified parameter NextToken is not valid."}
)

// failureOf is the answer of a verdict.
func failureOf(j fake.Judgement) *failure {
	switch j.Verdict {
	case fake.InvalidCredential:
		return invalidCredential(j)
	case fake.Denied:
		return &failure{status: http.StatusForbidden, code: "Forbidden.RAM",
			message: "User not authorized to operate on the specified resource, or this API doesn't support RAM."}
	case fake.RegionDisabled:
		return &failure{status: http.StatusNotFound, code: "InvalidRegionId.NotFound", message: "The specified RegionId does not exist."}
	case fake.Throttled:
		return &failure{status: http.StatusBadRequest, code: "Throttling.User",
			message: "Request was denied due to user flow control.", wait: j.RetryAfter}
	case fake.ExpiredCursor:
		return invalidToken
	default:
		return &failure{status: http.StatusServiceUnavailable, code: "ServiceUnavailable",
			message: "The request has failed due to a temporary failure of the server."}
	}
}

func invalidCredential(j fake.Judgement) *failure {
	if j.Account == nil {
		return &failure{status: http.StatusNotFound, code: "InvalidAccessKeyId.NotFound", message: "Specified access key is not found."}
	}
	return &failure{status: http.StatusBadRequest, code: "InvalidAccessKeyId.Inactive", message: "Specified access key is disabled."}
}

// setHeader says how long to wait, in milliseconds.
func (f *failure) setHeader(header http.Header) {
	if f.wait > 0 {
		header.Set("X-RateLimit-User", fmt.Sprintf("Limit:100,Remain:0,TimeLeft:%d,Reset:%d", f.wait.Milliseconds(), time.Now().Add(f.wait).UnixMilli()))
	}
}
