package adapter

import (
	"errors"
	"strings"

	"cloudsync/cloud"
)

// Placed adds the account, such as aws/prod, and the region to what was asked, where
// they are not told: a failure that is found after its call does not know them.
func Placed(account, region string, err error) error {
	var known *cloud.Error
	if !errors.As(err, &known) || strings.HasPrefix(known.Doing, account+": ") {
		return err
	}
	told := *known // others may have the same error
	if told.Doing = account + ": " + known.Doing; !strings.Contains(known.Doing, region) {
		told.Doing += " of " + region
	}
	return &told
}
