package azure

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// codes are the classes of ARM's error codes, in lower case
// (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors).
// A code that is not here is classed by its status.
var codes = adapter.Codes{
	"authenticationfailed":                cloud.InvalidCredential,
	"authenticationfailedmissingtoken":    cloud.InvalidCredential,
	"expiredauthenticationtoken":          cloud.InvalidCredential,
	"invalidauthenticationtoken*":         cloud.InvalidCredential,
	"authorizationfailed":                 cloud.Denied,
	"linkedauthorizationfailed":           cloud.Denied,
	"subscriptionnotfound":                cloud.NotFound,
	"invalidlocation":                     cloud.RegionDisabled,
	"locationnotavailableforresourcetype": cloud.RegionDisabled,
	"locationnotsupported":                cloud.RegionDisabled,
	"missingsubscriptionregistration":     cloud.RegionDisabled,
	"noregisteredproviderfound":           cloud.RegionDisabled,
	"resourcerequeststhrottled":           cloud.Throttled,
	"subscriptionrequeststhrottled":       cloud.Throttled,
	"tenantrequeststhrottled":             cloud.Throttled,
	tooManyRequests:                       cloud.Throttled,
	// Not confirmed from documentation.
	expiredSkipToken:           cloud.ExpiredCursor,
	"invalidskiptoken":         cloud.ExpiredCursor,
	"invalidcontinuationtoken": cloud.ExpiredCursor,
}

// The codes of what is said in other ways too.
const (
	tooManyRequests  = "toomanyrequests"
	expiredSkipToken = "expiredskiptoken"
)

func answered(err error) (answer adapter.Answered) {
	var refusal *azcore.ResponseError
	if !errors.As(err, &refusal) {
		return answer
	}
	answer = adapter.Answered{
		Code: strings.ToLower(refusal.ErrorCode), Status: refusal.StatusCode, Wait: waitOf(refusal.RawResponse),
		Message: messageOf(refusal.RawResponse),
	}
	switch {
	case answer.Status == http.StatusTooManyRequests: // OperationNotAllowed, among others
		answer.Code = tooManyRequests
	case codes.Class(answer.Code) == "" && isAboutCursor(refusal):
		answer.Code = expiredSkipToken
	}
	return answer
}

// isAboutCursor says that the answer complains of the token in a nextLink. Which codes
// the resource providers have for that is not documented.
func isAboutCursor(refusal *azcore.ResponseError) bool {
	text := strings.ToLower(refusal.ErrorCode + " " + messageOf(refusal.RawResponse))
	names := strings.Contains(text, "skiptoken") || strings.Contains(text, "continuation token") || strings.Contains(text, "continuationtoken")
	return refusal.StatusCode == http.StatusGone || refusal.StatusCode == http.StatusBadRequest && names
}

// waitOf reads the headers that give milliseconds, which azcore honours beside
// Retry-After.
func waitOf(response *http.Response) time.Duration {
	if response == nil {
		return 0
	}
	for _, name := range []string{"retry-after-ms", "x-ms-retry-after-ms"} {
		if wait, err := time.ParseDuration(response.Header.Get(name) + "ms"); err == nil && wait > 0 {
			return wait
		}
	}
	return 0
}

// missesProvider says that the subscription has not registered the resource provider.
func missesProvider(err error) bool {
	var refusal *azcore.ResponseError
	return errors.As(err, &refusal) && refusal.ErrorCode == "MissingSubscriptionRegistration"
}

// refusesToken says that ARM does not take the token.
func refusesToken(err error) bool {
	var refusal *azcore.ResponseError
	return errors.As(err, &refusal) && refusal.StatusCode == http.StatusUnauthorized
}

// messageOf is the message in an answer.
func messageOf(response *http.Response) string {
	if response == nil {
		return "no answer"
	}
	body, err := runtime.Payload(response)
	if err != nil {
		return "no message"
	}
	return message(body)
}

// message is that of ARM, or of the authority that gives tokens.
func message(body []byte) string {
	var arm struct {
		Error struct{ Message string }
	}
	var authority struct {
		Error       string
		Description string `json:"error_description"`
	}
	switch {
	case json.Unmarshal(body, &arm) == nil && arm.Error.Message != "":
		return arm.Error.Message
	case json.Unmarshal(body, &authority) == nil && authority.Error != "":
		return authority.Error + ": " + authority.Description
	default:
		return "no message"
	}
}
