package alibaba

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alibabacloud-go/tea/dara"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// codes are the classes of error codes, which are of
// https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-errorcodes
// and https://api.alibabacloud.com/document/Sts/2015-04-01/errorCode; a code that is not
// here has the class of its HTTP status.
var codes = adapter.Codes{
	"Throttling*":           cloud.Throttled,
	"RequestLimitExceeded*": cloud.Throttled,

	"InvalidAccessKeyId*":     cloud.InvalidCredential,
	"InvalidAccessKeySecret*": cloud.InvalidCredential,
	"InvalidSecurityToken*":   cloud.InvalidCredential,
	"MissingSecurityToken*":   cloud.InvalidCredential,
	"SecurityTokenExpired*":   cloud.InvalidCredential,
	"SignatureDoesNotMatch*":  cloud.InvalidCredential,
	"IncompleteSignature*":    cloud.InvalidCredential,
	"InvalidSignature*":       cloud.InvalidCredential,
	"InvalidCredentials":      cloud.InvalidCredential, // the SDK's own: a part of the key is missing
	"EntityNotExist.Role":     cloud.InvalidCredential,

	"Forbidden*":             cloud.Denied, // Forbidden.RAM, Forbidden.NoPermission …
	"NoPermission*":          cloud.Denied,
	"UnauthorizedOperation*": cloud.Denied,
	"Unauthorized.*":         cloud.Denied,

	"InvalidRegion*":      cloud.RegionDisabled, // InvalidRegionId.NotFound …
	"UnauthorizedRegion*": cloud.RegionDisabled,

	"InvalidDBInstance*.NotFound": cloud.NotFound,

	// InvalidParameter.NextToken, InvalidNextToken …: products name it differently, and no
	// documentation lists all.
	"*NextToken*": cloud.ExpiredCursor,

	"ServiceUnavailable*": cloud.Unavailable,
	"InternalError*":      cloud.Unavailable,
	"InternalFailure*":    cloud.Unavailable,
	"UnknownError*":       cloud.Unavailable,
}

// answered leaves the status to the transport, which has seen it, too: a 404 without a code
// of the table is a server's that does not know the API.
func answered(err error) adapter.Answered {
	var failure *answeredError
	if !errors.As(err, &failure) {
		return adapter.Answered{}
	}
	return adapter.Answered{Code: failure.code, Wait: failure.wait}
}

// codeOf is the code that an error was answered with, "" for another error.
func codeOf(err error) string { return answered(err).Code }

// answeredError is an error that the provider answered.
type answeredError struct {
	code    string
	status  int
	message string
	wait    time.Duration // what a throttled call is asked to wait
}

// Error implements error.
func (e *answeredError) Error() string {
	text := fmt.Sprintf("%s (HTTP %d)", e.code, e.status)
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

// readError takes what is of use from an SDK's error. The keys that the call was signed
// with are left out of it: those of a role or of the default chain are nobody else's to
// know.
func readError(err error, keys adapter.Keys) error {
	var answered dara.ResponseError
	if !errors.As(err, &answered) {
		return err
	}
	read := &answeredError{code: dara.StringValue(answered.GetCode()), status: dara.IntValue(answered.GetStatusCode()), message: answered.Error()}
	if read.code == "<nil>" { // the SDK's way of writing that there is none
		read.code = "an error without a code"
	}
	if strings.Contains(read.code, "Signature") {
		// The message repeats what was signed, security token and all.
		read.message = ""
	}
	read.message = cloud.NewMask(keys.ID, keys.Key, keys.Token).Hide(read.message)
	// What is left of the limit's period. The SDK takes it for milliseconds; that is not
	// confirmed by documentation.
	read.wait = max(0, time.Duration(dara.Int64Value(answered.GetRetryAfter()))*time.Millisecond)
	return read
}
