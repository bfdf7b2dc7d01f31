package azure

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

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
	"resourcerequeststhrottled":           cloud.Throttled,
	"subscriptionrequeststhrottled":       cloud.Throttled,
	"tenantrequeststhrottled":             cloud.Throttled,
	"toomanyrequests":                     cloud.Throttled,
	"subscriptionnotfound":                cloud.NotFound,
	"invalidlocation":                     cloud.RegionDisabled,
	"locationnotavailableforresourcetype": cloud.RegionDisabled,
	"locationnotsupported":                cloud.RegionDisabled,
	missesRegistration:                    cloud.RegionDisabled,
	"noregisteredproviderfound":           cloud.RegionDisabled,
	expiredSkipToken:                      cloud.ExpiredCursor, // not confirmed from documentation
}

// The codes of what is said in other ways too.
const (
	missesRegistration = "missingsubscriptionregistration"
	expiredSkipToken   = "expiredskiptoken"
)

func answered(err error) (answer adapter.Answered) {
	var refusal *azcore.ResponseError
	if !errors.As(err, &refusal) {
		return answer
	}
	answer = adapter.Answered{
		Code: strings.ToLower(refusal.ErrorCode), Status: refusal.StatusCode, Message: messageOf(refusal.RawResponse),
	}
	if codes.Class(answer.Code) == "" && isAboutCursor(answer) {
		answer.Code = expiredSkipToken
	}
	return answer
}

// isAboutCursor says that the answer complains of the token in a nextLink. Which codes
// the resource providers have for that is not documented.
func isAboutCursor(answer adapter.Answered) bool {
	text := strings.ToLower(answer.Code + " " + answer.Message)
	names := strings.Contains(text, "skiptoken") || strings.Contains(text, "continuation token") || strings.Contains(text, "continuationtoken")
	return answer.Status == http.StatusGone || answer.Status == http.StatusBadRequest && names
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
