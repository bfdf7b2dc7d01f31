//go:build !no_google

package clouds

import "cloudsync/cloud/google"

func init() { adapters["google"] = google.Adapter() }
