package aws

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	smithy "github.com/aws/smithy-go"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// codes are the API's error codes, without the ending "Exception" or "Fault" that
// some products add
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html,
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html).
var codes = withEndings(adapter.Codes{
	"UnauthorizedOperation": cloud.Denied,
	"AccessDenied*":         cloud.Denied,
	"NotAuthorized":         cloud.Denied,
	"OperationNotPermitted": cloud.Denied,
	"Blocked":               cloud.Denied, // the account
	"PendingVerification":   cloud.Denied, // of the account

	"AuthFailure":                cloud.InvalidCredential,
	"ExpiredToken":               cloud.InvalidCredential,
	"RequestExpired":             cloud.InvalidCredential,
	"InvalidAccessKeyId":         cloud.InvalidCredential,
	"InvalidClientTokenId":       cloud.InvalidCredential,
	"UnrecognizedClient":         cloud.InvalidCredential,
	"MissingAuthenticationToken": cloud.InvalidCredential,
	"SignatureDoesNotMatch":      cloud.InvalidCredential,
	"IncompleteSignature":        cloud.InvalidCredential,
	"InvalidSecurity":            cloud.InvalidCredential,

	"AWSOrganizationsNotInUse": cloud.Denied,
	"ParentNotFound":           cloud.NotFound,

	"OptInRequired":  cloud.RegionDisabled,
	"RegionDisabled": cloud.RegionDisabled, // of STS

	"RequestLimitExceeded":    cloud.Throttled,
	"TooManyRequests":         cloud.Throttled,
	"SlowDown":                cloud.Throttled,
	"BandwidthLimitExceeded":  cloud.Throttled,
	"PriorRequestNotComplete": cloud.Throttled,
	"*Throttl*":               cloud.Throttled, // Throttling, RequestThrottled …

	"APICallRateForCustomerExceeded": cloud.Throttled,

	"InvalidNextToken":       cloud.ExpiredCursor,
	"InvalidPaginationToken": cloud.ExpiredCursor,
	"ExpiredNextToken":       cloud.ExpiredCursor,
	"InvalidMarker":          cloud.ExpiredCursor,

	"DBInstanceNotFound":       cloud.NotFound,
	"LoadBalancerNotFound":     cloud.NotFound,
	"ReplicationGroupNotFound": cloud.NotFound,
	"CacheClusterNotFound":     cloud.NotFound,
	"ServerlessCacheNotFound":  cloud.NotFound,
	"ClusterNotFound":          cloud.NotFound,
	"CacheSubnetGroupNotFound": cloud.NotFound,
	"SubnetGroupNotFound":      cloud.NotFound,
	"ResourceNotFound":         cloud.NotFound, // of ACM and EKS

	"RequestTimeout":     cloud.Timeout,
	"ServerInternal":     cloud.Unavailable,
	"ServiceUnavailable": cloud.Unavailable,
	"Unavailable":        cloud.Unavailable,
	"Internal*":          cloud.Unavailable,

	// EC2 has been seen to answer a listing that names no id with these, when an
	// instance went away between two pages: the next attempt does without it
	// (https://github.com/aws/aws-sdk-java/issues/911).
	"InvalidInstanceID.NotFound": cloud.Unavailable,
	"InvalidVolume.NotFound":     cloud.Unavailable,
})

// withEndings are the codes, and the codes with the endings that some products add.
func withEndings(codes adapter.Codes) adapter.Codes {
	all := maps.Clone(codes)
	for code, class := range codes {
		all[code+"Exception"], all[code+"Fault"] = class, class
	}
	return all
}

func answered(err error) adapter.Answered {
	var failure smithy.APIError
	if !errors.As(err, &failure) {
		return adapter.Answered{}
	}
	answer := adapter.Answered{Code: failure.ErrorCode(), Message: failure.ErrorMessage()}
	if answer.Code == "SignatureDoesNotMatch" || answer.Code == "IncompleteSignature" {
		// Its message quotes what was signed, session token and all.
		answer.Message = "the secret key does not fit the access key id, or the clock is wrong"
	}
	return answer
}

// codeOf is the API's error code, empty where the error is not the API's answer. Some
// products add an ending to the codes of others.
func codeOf(err error) string {
	return strings.TrimSuffix(strings.TrimSuffix(answered(err).Code, "Exception"), "Fault")
}

// isUnknown says that an error is of an id that was asked for and is no resource's: EC2
// and RDS leave such a one out of the answer, the others fail for it, and Elastic Load
// Balancing for a text that is no ARN. That RDS leaves it out is documented for its filter alone.
// A text that is a name where names are asked for is no reason for such an error: then something
// else is, which says nothing of the id.
func isUnknown(err error, ids []string) bool {
	switch code := codeOf(err); {
	case codes.Class(code) == cloud.NotFound:
		return true
	case code == "ValidationError":
		return slices.ContainsFunc(ids, func(id string) bool { return !arn.IsARN(id) && !isClassicName(id) })
	default:
		return false
	}
}

// orNoProduct tells an action that a region does not have
// (? not documented; it was seen of other products: https://github.com/rebuy-de/aws-nuke/issues/301).
func orNoProduct(err error) error {
	if codeOf(err) == "InvalidAction" {
		return adapter.WithClass(cloud.RegionDisabled, errors.New("the region does not have it: InvalidAction"))
	}
	return err
}
