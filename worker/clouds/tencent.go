//go:build !no_tencent

package clouds

import "cloudsync/cloud/tencent"

func init() { adapters["tencent"] = tencent.Adapter() }
