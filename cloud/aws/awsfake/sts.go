package awsfake

import (
	"encoding/xml"
	"net/http"
	"regexp"
)

type identityAnswer struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	User      string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

func (q *request) callerIdentity() (any, error) {
	return identityAnswer{ARN: "arn:aws:iam::" + q.Account.ID + ":user/inventory", User: "AIDAFAKE", Account: q.Account.ID, RequestID: q.id()}, nil
}

type roleAnswer struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	KeyID     string   `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	Key       string   `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
	Token     string   `xml:"AssumeRoleResult>Credentials>SessionToken"`
	Expires   string   `xml:"AssumeRoleResult>Credentials>Expiration"`
	ARN       string   `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	RoleID    string   `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

// roleARN is that of a role in an account.
var roleARN = regexp.MustCompile(`^arn:aws:iam::(\d{12}):role/(.+)$`)

// assumeRole enters the account that the role's ARN names, with a key of its own.
func (q *request) assumeRole() (any, error) {
	arn := q.form.Get("RoleArn")
	if named := roleARN.FindStringSubmatch(arn); named != nil {
		if keyID, ends, ok := q.cloud.Assume(named[1], named[2]); ok {
			return roleAnswer{
				KeyID: keyID, Key: "key-of-" + Planted, Token: "session-of-" + Planted,
				Expires: timeText(ends), ARN: arn, RoleID: "AROAFAKE:cloudsync", RequestID: q.id(),
			}, nil
		}
	}
	return nil, &failure{http.StatusForbidden, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource: " + arn}
}
