package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"golang.org/x/oauth2"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// classes are those of ARM's error codes, in lower case
// (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors).
// A code that is not here is classed by its status.
var classes = map[string]cloud.Class{
	"authenticationfailed":                cloud.InvalidCredential,
	"authenticationfailedmissingtoken":    cloud.InvalidCredential,
	"expiredauthenticationtoken":          cloud.InvalidCredential,
	"invalidauthenticationtoken":          cloud.InvalidCredential,
	"invalidauthenticationtokenaudience":  cloud.InvalidCredential,
	"invalidauthenticationtokentenant":    cloud.InvalidCredential,
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
	"toomanyrequests":                     cloud.Throttled,
	// Not confirmed from documentation.
	"expiredskiptoken":         cloud.ExpiredCursor,
	"invalidskiptoken":         cloud.ExpiredCursor,
	"invalidcontinuationtoken": cloud.ExpiredCursor,
}

// classify is the adapter's one table of errors.
func classify(err error) (cloud.Class, time.Duration) {
	var token *tokenError
	var answer *azcore.ResponseError
	switch {
	case errors.As(err, &token):
		return token.class(), 0
	case errors.As(err, &answer):
		return classOf(answer), waitOf(answer.RawResponse)
	default:
		return "", 0
	}
}

func classOf(answer *azcore.ResponseError) cloud.Class {
	if answer.StatusCode == http.StatusTooManyRequests { // OperationNotAllowed, among others
		return cloud.Throttled
	}
	code := strings.ToLower(answer.ErrorCode)
	if class, known := classes[code]; known {
		return class
	}
	switch {
	case strings.HasPrefix(code, "invalidauthenticationtoken"):
		return cloud.InvalidCredential
	case answer.StatusCode == http.StatusGone, answer.StatusCode == http.StatusBadRequest && aboutCursor(answer):
		return cloud.ExpiredCursor
	case answer.StatusCode == http.StatusNotFound:
		return cloud.NotFound
	default:
		return ""
	}
}

// aboutCursor says that the answer complains of the token in a nextLink. Which codes
// the resource providers have for that is not documented.
func aboutCursor(answer *azcore.ResponseError) bool {
	text := strings.ToLower(answer.ErrorCode + " " + told(answer.RawResponse))
	return strings.Contains(text, "skiptoken") || strings.Contains(text, "continuation token") || strings.Contains(text, "continuationtoken")
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

// classed gives a lister's errors a class, those too of a wait for what another lister
// loads, which ends with the context.
// A failure that was found after its call is told where it happened, as the call's own
// are.
type classed struct {
	adapter.Lister
	place string // such as azure/prod
}

// List implements adapter.Lister.
func (c classed) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	page, err := c.Lister.List(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, adapter.Placed(c.place, region, withClass("list", err))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (c classed) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	existing, err := c.Lister.Lookup(ctx, region, nativeIDs)
	if err != nil {
		return nil, adapter.Placed(c.place, region, withClass("look up ids", err))
	}
	return existing, nil
}

func withClass(doing string, err error) error {
	var known *cloud.Error
	if errors.As(err, &known) {
		return err
	}
	return &cloud.Error{Class: cloud.ClassOf(err), Doing: doing, Err: err}
}

// missesProvider says that the subscription has not registered the resource provider.
func missesProvider(err error) bool {
	var answer *azcore.ResponseError
	return errors.As(err, &answer) && answer.ErrorCode == "MissingSubscriptionRegistration"
}

// refusesToken says that ARM does not take the token.
func refusesToken(err error) bool {
	var answer *azcore.ResponseError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusUnauthorized
}

// tokenError is the failure to get a token.
type tokenError struct {
	cause      error
	status     int    // of the authority's answer, 0 where it gave none
	told       string // by the authority
	chain      bool   // of the default chain
	gaveBefore bool   // a token
}

func newTokenError(cause error, chain, gaveBefore bool) *tokenError {
	e := &tokenError{cause: cause, chain: chain, gaveBefore: gaveBefore}
	var failed *azidentity.AuthenticationFailedError
	var retrieve *oauth2.RetrieveError
	switch {
	case errors.As(cause, &failed) && failed.RawResponse != nil:
		e.status, e.told = failed.RawResponse.StatusCode, told(failed.RawResponse)
	case errors.As(cause, &retrieve) && retrieve.Response != nil:
		e.status, e.told = retrieve.Response.StatusCode, message(retrieve.Body)
	}
	return e
}

// Error implements error. The chain's own text is not told: it quotes whatever the
// command line tools and the machine's metadata said.
func (e *tokenError) Error() string {
	switch {
	case e.status != 0:
		return fmt.Sprintf("get a token: status %d: %s", e.status, e.told)
	case e.chain && e.gaveBefore:
		return "get a token: the default chain gives none at the moment"
	case e.chain:
		return "get a token: no credential is configured, and the default chain has none"
	default:
		return "get a token: " + e.cause.Error()
	}
}

// Unwrap returns the SDK's error.
func (e *tokenError) Unwrap() error { return e.cause }

// class is that of what the authority answered; such as AADSTS700016 (unknown
// application) and AADSTS7000215 (wrong secret), which come as 400 and 401
// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). A
// machine's metadata answers 404 and 410 while it is being updated
// (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling).
func (e *tokenError) class() cloud.Class {
	switch {
	case e.chain && (e.status == http.StatusNotFound || e.status == http.StatusGone):
		return cloud.Unavailable
	case e.status == 0 && e.chain && e.gaveBefore: // what gave one fails for the moment
		return cloud.Unavailable
	case e.status == 0 && e.chain:
		return cloud.InvalidCredential // nothing in the chain has one to offer
	case e.status == http.StatusTooManyRequests:
		return cloud.Throttled
	case e.status >= http.StatusBadRequest && e.status < http.StatusInternalServerError && e.status != http.StatusRequestTimeout:
		return cloud.InvalidCredential
	default:
		return ""
	}
}

// plain gives an SDK's error a text of one line: its own has the request and the
// whole answer.
func plain(err error) error {
	var answer *azcore.ResponseError
	if err == nil || !errors.As(err, &answer) {
		return err
	}
	return &armError{answer: answer}
}

// armError is an error that ARM answered.
type armError struct{ answer *azcore.ResponseError }

// Error implements error.
func (e *armError) Error() string {
	return fmt.Sprintf("status %d %s: %s", e.answer.StatusCode, e.answer.ErrorCode, told(e.answer.RawResponse))
}

// Unwrap returns the SDK's error.
func (e *armError) Unwrap() error { return e.answer }

// maxTold is how much of an error's message is told, in bytes.
const maxTold = 400

// told is the message in an answer.
func told(response *http.Response) string {
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
		return cut(arm.Error.Message)
	case json.Unmarshal(body, &authority) == nil && authority.Error != "":
		return cut(authority.Error + ": " + authority.Description)
	default:
		return "no message"
	}
}

// cut makes one line of a message, and not too long a one.
func cut(text string) string {
	return adapter.Clip(strings.Join(strings.Fields(text), " "), maxTold)
}
