package tencent

import (
	"errors"
	"strings"

	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// codes are the classes of the API's error codes. They arrive with status 200. Codes that are not here are bad answers.
// (https://cloud.tencent.com/document/product/213/30435, and the error codes of each
// product)
var codes = adapter.Codes{
	"AuthFailure":                                   cloud.InvalidCredential, // SecretIdNotFound, SignatureFailure, SignatureExpire, TokenFailure …
	"AuthFailure.UnauthorizedOperation":             cloud.Denied,
	"AuthFailure.MFAFailure":                        cloud.Denied,
	"InvalidCredential":                             cloud.InvalidCredential,
	"UnauthorizedOperation":                         cloud.Denied,
	"InvalidParameter.PermissionDenied":             cloud.Denied, // of Redis
	"InternalError.CamNoAuth":                       cloud.Denied, // of TKE
	"FailedOperation.CamNoAuth":                     cloud.Denied, // of TKE
	"FailedOperation.AuthError":                     cloud.Denied, // of SSL, as the two that follow
	"FailedOperation.CAMAuthorizedFail":             cloud.Denied,
	"FailedOperation.NoProjectPermission":           cloud.Denied,
	"ResourceNotFound.OrganizationNotExist":         cloud.Denied,
	"OperationDenied":                               cloud.Denied,
	"OperationDenied.WrongStatus":                   cloud.Unavailable,
	"IpInBlacklist":                                 cloud.Denied,
	"IpNotInWhitelist":                              cloud.Denied,
	"RequestLimitExceeded":                          cloud.Throttled,
	"LimitExceeded":                                 cloud.Throttled, // a listing uses up nothing but requests
	"UnsupportedRegion":                             cloud.RegionDisabled,
	"InvalidRegion":                                 cloud.RegionDisabled, // of CVM's images
	"UnsupportedOperation.UnsupportedRegion":        cloud.RegionDisabled, // VPC
	"UnsupportedOperation.ServiceUnsupportedRegion": cloud.RegionDisabled, // VPC
	"InternalError":                                 cloud.Unavailable,
	"InternalError.GetRoleError":                    cloud.InvalidCredential, // of STS: the role, or its account, is not there
	"InternalError.IllegalRole":                     cloud.InvalidCredential,
	"InvalidParameter.AccountNotAvaliable":          cloud.InvalidCredential, // spelt so
	"InternalServerError":                           cloud.Unavailable,
	"ServiceUnavailable":                            cloud.Unavailable,
	"ResourceUnavailable":                           cloud.Unavailable,
	"ResourceInsufficient":                          cloud.Unavailable,
	"FailedOperation":                               cloud.Unavailable,
	"CdbError":                                      cloud.Unavailable,
	"ResourceNotFound":                              cloud.NotFound,
	"InvalidParameterValueOffset":                   cloud.ExpiredCursor,
	// The request is not understood: a private cloud of another version, a proxy.
	"InvalidParameter":      cloud.BadAnswer,
	"InvalidParameterValue": cloud.BadAnswer,
	"MissingParameter":      cloud.BadAnswer,
	"UnknownParameter":      cloud.BadAnswer,
	"InvalidAction":         cloud.BadAnswer,
	"NoSuchProduct":         cloud.BadAnswer,
	"NoSuchVersion":         cloud.BadAnswer,
	"UnsupportedOperation":  cloud.BadAnswer,
	"UnsupportedProtocol":   cloud.BadAnswer,
	// Of COS, whose other codes come with a status that tells.
	"InvalidAccessKeyId":    cloud.InvalidCredential,
	"SignatureDoesNotMatch": cloud.InvalidCredential,
	"RequestTimeTooSkewed":  cloud.InvalidCredential,
	"ExpiredToken":          cloud.InvalidCredential,
	"SlowDown":              cloud.Throttled,
	// Of the SDK. Its other codes speak of what the transport has seen as well.
	"ClientError.CredentialError": cloud.InvalidCredential,
}

// answered leaves out of a message the answer, which the SDK quotes where it could not read
// it: that can be megabytes, and holds what nobody is to read in a log. The status is
// always 200, but of COS.
func answered(err error) adapter.Answered {
	var refused adapter.XMLRefusal
	if errors.As(err, &refused) && refused.Code != "" {
		return refused.Answered()
	}
	var failure *sdkerrors.TencentCloudSDKError
	if !errors.As(err, &failure) {
		return adapter.Answered{}
	}
	message := failure.Message
	switch failure.Code {
	case "ClientError.ParseJsonError":
		if at := strings.LastIndex(message, ", because: "); at >= 0 {
			message = "the answer is not the JSON expected" + message[at:]
		}
	case "ClientError.HttpStatusCodeError":
		message, _, _ = strings.Cut(message, ", with body:")
	}
	return adapter.Answered{Code: failure.Code, Message: message, RequestID: failure.RequestId}
}

// unknownID are the codes of a request that names a resource which is not there. One
// such id makes the whole request fail. The others of CVM, CBS and CLB are left out
// of the answer. Those of VPC are of any resource, and its lists document them.
var unknownID = map[string]bool{
	"InvalidInstanceId.NotFound":                true,
	"InvalidInstanceId.Malformed":               true,
	"InvalidParameterValue.InstanceIdMalformed": true,
	"InvalidDiskId.NotFound":                    true,
	"InvalidParameter.InstanceNotFound":         true, // CDB
	"InvalidParameter.LBIdNotFound":             true,
	"ResourceNotFound.InstanceNotFoundError":    true, // PostgreSQL; likewise
	"InvalidParameterValue.NotFoundInstance":    true, // MongoDB; likewise
	"ResourceNotFound.InstanceNotExists":        true, // Redis; not documented for its list, which may leave them out
	"ResourceNotFound":                          true, // VPC, TKE
	"InvalidParameterValue.Malformed":           true, // VPC
	"InvalidParameterValue.AddressIdMalformed":  true, // EIPs
	"InvalidAddressId.NotFound":                 true, // EIPs; not documented for their list
	"InvalidSnapshotId.NotFound":                true, // not documented for the list
	"InvalidImageId.NotFound":                   true, // likewise
	"InvalidImageId.Malformed":                  true,
	"FailedOperation.CertificateNotFound":       true, // SSL
}
