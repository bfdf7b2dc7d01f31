package azure

import (
	"encoding/json"
	"errors"
	"fmt"
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
	answer = adapter.Answered{Code: strings.ToLower(refusal.ErrorCode), Status: refusal.StatusCode, Wait: waitOf(refusal.RawResponse)}
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

// plain gives an SDK's error a text of one line: its own has the request and the
// whole answer.
func plain(err error) error {
	var refusal *azcore.ResponseError
	if err == nil || !errors.As(err, &refusal) {
		return err
	}
	return &armError{refusal: refusal}
}

// armError is an error that ARM answered.
type armError struct{ refusal *azcore.ResponseError }

// Error implements error.
func (e *armError) Error() string {
	return fmt.Sprintf("status %d %s: %s", e.refusal.StatusCode, e.refusal.ErrorCode, messageOf(e.refusal.RawResponse))
}

// Unwrap returns the SDK's error.
func (e *armError) Unwrap() error { return e.refusal }

// maxMessage is how much of an error's message is told, in bytes.
const maxMessage = 400

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
		return oneLine(arm.Error.Message)
	case json.Unmarshal(body, &authority) == nil && authority.Error != "":
		return oneLine(authority.Error + ": " + authority.Description)
	default:
		return "no message"
	}
}

// oneLine makes one line of a message, and not too long a one.
func oneLine(text string) string {
	return adapter.Clip(strings.Join(strings.Fields(text), " "), maxMessage)
}
