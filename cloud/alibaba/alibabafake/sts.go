package alibabafake

import (
	"net/http"
	"regexp"
	"time"
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

// roleARN is that of a role in an account.
var roleARN = regexp.MustCompile(`^acs:ram::(\d+):role/(.+)$`)

// assumeRole enters the account that the role's ARN names.
func assumeRole(c *call) (object, *failure) {
	if named := roleARN.FindStringSubmatch(c.parameters.Get("RoleArn")); named != nil {
		if keyID, ends, ok := c.cloud.Assume(named[1], named[2]); ok {
			return object{"Credentials": object{
				"AccessKeyId": rolePrefix + keyID, "AccessKeySecret": "secret-of-" + baseOf(keyID), "SecurityToken": tokenOf(keyID),
				"Expiration": ends.UTC().Format(time.RFC3339Nano),
			}}, nil
		}
	}
	return nil, &failure{status: http.StatusNotFound, code: "EntityNotExist.Role", message: "The role not exists."}
}
