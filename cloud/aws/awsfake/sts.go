package awsfake

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
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

// assumeRole enters the account that the role's ARN names, with that account's key.
func (q *request) assumeRole() (any, error) {
	role := q.form.Get("RoleArn")
	answer := roleAnswer{Token: "session-of-" + Planted, Expires: timeText(time.Now().Add(time.Hour)), RoleID: "AROAFAKE:cloudsync", RequestID: q.id()}
	q.cloud.Update(func(accounts []*fake.Account) {
		for _, account := range accounts {
			if strings.HasPrefix(role, "arn:aws:iam::"+account.ID+":role/") {
				answer.KeyID, answer.Key, answer.ARN = account.KeyID, account.Key, role
			}
		}
	})
	if answer.KeyID == "" {
		return nil, &failure{http.StatusForbidden, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource: " + role}
	}
	return answer, nil
}
