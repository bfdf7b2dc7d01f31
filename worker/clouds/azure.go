//go:build !no_azure

package clouds

import "cloudsync/cloud/azure"

func init() { adapters["azure"] = azure.Adapter() }
