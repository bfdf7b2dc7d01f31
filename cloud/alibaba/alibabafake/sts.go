package alibabafake

import (
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

func callerIdentity(c *call) (object, *failure) {
	identity := "RAMUser"
	if c.assumed {
		identity = "AssumedRoleUser"
	}
	return object{
		"AccountId": c.Account.ID, "IdentityType": identity, "PrincipalId": "28877424437521", "UserId": "216959339000",
		"Arn": "acs:ram::" + c.Account.ID + ":user/cloudsync",
	}, nil
}

// assumeRole gives keys of the account that the role's ARN names:
// acs:ram::ACCOUNT:role/NAME.
func assumeRole(c *call) (object, *failure) {
	parts := strings.Split(c.parameters.Get("RoleArn"), ":")
	keyID := ""
	c.cloud.Update(func(accounts []*fake.Account) {
		for _, account := range accounts {
			if len(parts) == 5 && account.ID == parts[3] {
				keyID = account.KeyID
			}
		}
	})
	if keyID == "" {
		return nil, &failure{status: http.StatusNotFound, code: "EntityNotExist.Role", message: "The role not exists."}
	}
	return object{"Credentials": object{
		"AccessKeyId": rolePrefix + keyID, "AccessKeySecret": "secret-of-" + keyID, "SecurityToken": tokenOf(keyID),
		"Expiration": time.Now().Add(time.Hour).UTC().Format(seconds),
	}}, nil
}
