//go:build !no_huawei

package clouds

import "cloudsync/cloud/huawei"

func init() { adapters["huawei"] = huawei.Adapter() }
