package huawei

import (
	"errors"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// codes are the classes of error codes whose HTTP status does not say enough, and of
// those that matter most. Those of the gateway are documented at
// https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-errorcode.html; some
// gateways write them as APIG.
var codes = adapter.Codes{
	"APIGW.0301": cloud.InvalidCredential, // incorrect IAM authentication information
	"APIGW.0302": cloud.Denied,            // the IAM user may not access the API
	"APIGW.0303": cloud.InvalidCredential, // incorrect app authentication information
	"APIGW.0304": cloud.Denied,            // the app may not access the API
	"APIGW.0305": cloud.InvalidCredential, // incorrect authentication information
	"APIGW.0306": cloud.Denied,            // access to the API is not allowed
	"APIGW.0307": cloud.InvalidCredential, // the token has to be renewed
	"APIGW.0308": cloud.Throttled,         // the throttling threshold has been reached
	"APIGW.0310": cloud.RegionDisabled,    // the project is unavailable
	"APIGW.0401": cloud.Denied,            // unknown address of the client
	"APIGW.0402": cloud.Denied,            // the client's address is not authorized
	"APIGW.0501": cloud.Throttled,         // the quota has been used up
	"APIGW.0502": cloud.Denied,            // frozen: the account's balance is insufficient
	"APIGW.0801": cloud.RegionDisabled,    // the service is not available in the region
	"APIGW.0802": cloud.Denied,            // the IAM user is forbidden in the region

	// Policies: IAM's, and the services' own words for them. Pdp.0001 and SYS.0403 are
	// reported by users and not documented; PAP.0001 is not confirmed.
	"Pdp.0001":  cloud.Denied,
	"PAP.0001":  cloud.Denied,
	"PAP5.0001": cloud.Denied, // https://support.huaweicloud.com/intl/en-us/api-iam5/ErrorCode.html
	"SYS.0403":  cloud.Denied,
	"Ecs.0003":  cloud.Denied, // comes with status 400: no permission, or the balance is insufficient
	"EVS.0003":  cloud.Denied, // https://support.huaweicloud.com/en-us/api-evs/evs_04_0038.html
	"EVS.0002":  cloud.InvalidCredential,
	"Ecs.0000":  cloud.BadAnswer, // the request was not understood
	"Ecs.0319":  cloud.BadAnswer, // a flavor is sold out: of no list
	noSuchAPI:   cloud.NotFound,

	// Of Organizations (https://support.huaweicloud.com/intl/en-us/api-organizations/ErrorCode.html),
	// where the first two come with status 401.
	"Organizations.1001": cloud.Denied, // of the management account alone
	"Organizations.1002": cloud.Denied, // of it and of delegated administrators
	"Organizations.1003": cloud.Unavailable,

	// Of OBS (https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0115.html), where these
	// come with status 403, 400 or 503.
	"InvalidAccessKeyId":    cloud.InvalidCredential,
	"SignatureDoesNotMatch": cloud.InvalidCredential,
	"ExpiredToken":          cloud.InvalidCredential,
	"InvalidToken":          cloud.InvalidCredential,
	"SlowDown":              cloud.Throttled,

	// Of the SDK: keys that cannot sign.
	credentialsTypeError: cloud.InvalidCredential,
}

// noSuchAPI is the code of the gateway where it does not have an API.
const noSuchAPI = "APIGW.0101"

// credentialsTypeError is the code of the SDK's error of that name, which has none.
const credentialsTypeError = "CredentialsTypeError"

func answered(err error) (answer adapter.Answered) {
	var service *sdkerr.ServiceResponseError
	var credential *sdkerr.CredentialsTypeError
	var ofOBS obs.ObsError
	switch {
	case errors.As(err, &service):
		answer = adapter.Answered{
			Code: service.ErrorCode, Status: service.StatusCode, RequestID: service.RequestId,
			Message: withoutQuotes(service.ErrorMessage),
		}
		if rest, ok := strings.CutPrefix(answer.Code, "APIG."); ok {
			answer.Code = "APIGW." + rest
		}
	case errors.As(err, &ofOBS):
		answer = adapter.Answered{Code: ofOBS.Code, Status: ofOBS.StatusCode, RequestID: ofOBS.RequestId, Message: ofOBS.Message}
	case errors.As(err, &credential):
		answer.Code = credentialsTypeError
	}
	return answer
}

// withoutQuotes leaves out of a message what quotes the answer, where user data may be,
// and what quotes the request, which has a session token among its headers. The SDK's own
// text has the whole body of the answer, which may be a page of HTML.
func withoutQuotes(message string) string {
	for _, quote := range []string{"error found in", "canonicalRequest"} {
		message, _, _ = strings.Cut(message, quote)
	}
	return strings.TrimRight(message, ",:; \n")
}
