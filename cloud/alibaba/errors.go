package alibaba

import (
	"errors"
	"net/http"
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
	"QpsLimitExceeded":      cloud.Throttled, // of OSS

	"InvalidAccessKey*":      cloud.InvalidCredential, // InvalidAccessKeyId.NotFound, InvalidAccessKeySecret …
	"*SecurityToken*":        cloud.InvalidCredential, // InvalidSecurityToken.Expired, MissingSecurityToken …
	"SignatureDoesNotMatch*": cloud.InvalidCredential,
	"IncompleteSignature*":   cloud.InvalidCredential,
	"InvalidSignature*":      cloud.InvalidCredential,
	"InvalidCredentials":     cloud.InvalidCredential, // the SDK's own: a part of the key is missing
	"EntityNotExist.Role":    cloud.InvalidCredential,

	"Forbidden*":             cloud.Denied, // Forbidden.RAM, Forbidden.NoPermission …
	"NoPermission*":          cloud.Denied,
	"UnauthorizedOperation*": cloud.Denied,
	"Unauthorized.*":         cloud.Denied,
	"AccessDenied":           cloud.Denied, // of OSS

	"EntityNotExists.ResourceDirectory": cloud.Denied, // the account manages none

	"InvalidRegion*":      cloud.RegionDisabled, // InvalidRegionId.NotFound …
	"UnauthorizedRegion*": cloud.RegionDisabled,

	"InvalidDBInstance*.NotFound":     cloud.NotFound,
	"InvalidSecurityGroupId.NotFound": cloud.NotFound,

	// InvalidParameter.NextToken, InvalidNextToken …: products name it differently, and no
	// documentation lists all.
	"*NextToken*": cloud.ExpiredCursor,

	"ServiceUnavailable*": cloud.Unavailable,
	"Internal*":           cloud.Unavailable, // InternalError, InternalFailure …
	"UnknownError*":       cloud.Unavailable,
}

// answered leaves out a 404 without a code of the table: it is of a server that does not
// know the API.
func answered(err error) adapter.Answered {
	answer, isAnswer := readAnswered(err)
	if !isAnswer {
		return adapter.Answered{}
	}
	if answer.Code == "" || answer.Code == "<nil>" { // the SDK's way of writing that there is none
		answer.Code = "an error without a code"
	}
	if answer.Status == http.StatusNotFound && codes.Class(answer.Code) == "" {
		answer.Status = 0
	}
	if strings.Contains(answer.Code, "Signature") {
		// The message repeats what was signed, security token and all.
		answer.Message = ""
	}
	return answer
}

// readAnswered reads the SDK's error, or that of OSS.
func readAnswered(err error) (answer adapter.Answered, isAnswer bool) {
	var failure dara.ResponseError
	var ofOSS adapter.XMLRefusal
	switch {
	case errors.As(err, &failure):
		return adapter.Answered{
			Code: dara.StringValue(failure.GetCode()), Status: dara.IntValue(failure.GetStatusCode()), Message: failure.Error(),
			// What is left of the limit's period. The SDK takes it for milliseconds; that is not
			// confirmed by documentation.
			Wait: max(0, time.Duration(dara.Int64Value(failure.GetRetryAfter()))*time.Millisecond),
		}, true
	case errors.As(err, &ofOSS):
		return ofOSS.Answered(), true
	default:
		return answer, false
	}
}

// codeOf is the code that an error was answered with, "" for another error.
func codeOf(err error) string { return answered(err).Code }
