//go:build !no_aws

package clouds

import "cloudsync/cloud/aws"

func init() { adapters["aws"] = aws.Adapter() }
