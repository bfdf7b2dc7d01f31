//go:build !no_alibaba

package clouds

import "cloudsync/cloud/alibaba"

func init() { adapters["alibaba"] = alibaba.Adapter() }
