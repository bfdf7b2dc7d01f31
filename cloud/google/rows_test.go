package google_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/resource"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	_, settings := setup(t)
	rows := byID(listAll(t, open(settings), hostScope))
	require.Equal(t, []resource.Row{
		&resource.Host{
			Meta: resource.Meta{NativeID: "1000000000000000001"}, Name: "web", Status: "RUNNING", Zone: region + "-b",
			InstanceType: "n2-standard-2", VCPU: 2, MemoryMiB: 8192, DiskGiB: 661,
			PrivateIPs: []string{"10.0.0.4", "10.1.0.4", "2600:1900::1"}, PublicIPs: []string{"203.0.113.4"},
			VPCID: "projects/demo-project/global/networks/prod", SubnetID: "projects/demo-project/regions/europe-west1/subnetworks/front",
			OS: "debian-12-bookworm", ChargeType: "SPOT", Tags: map[string]string{"team": "shop", "tier": "web"},
			CloudCreatedAt: created, ExpiresAt: created.AddDate(0, 0, 1),
		},
		&resource.Host{
			Meta: resource.Meta{NativeID: "1000000000000000002"}, Name: "db", Status: "TERMINATED", Zone: region + "-a",
			InstanceType: "n2-custom-4-32768", VCPU: 4, MemoryMiB: 32768, DiskGiB: 127,
			PrivateIPs: []string{"10.0.0.5"}, VPCID: "projects/demo-project/global/networks/prod", SubnetID: "projects/demo-project/regions/europe-west1/subnetworks/back",
			ChargeType: "PREEMPTIBLE", CloudCreatedAt: created,
		},
	}, utc(rows))
}

// utc brings the rows' times into one form.
func utc(rows []resource.Row) []resource.Row {
	for _, row := range rows {
		for _, at := range timesOf(row) {
			*at = at.UTC()
		}
	}
	return rows
}

func timesOf(row resource.Row) []*time.Time {
	switch row := row.(type) {
	case *resource.Host:
		return []*time.Time{&row.CloudCreatedAt, &row.ExpiresAt}
	case *resource.Disk:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Database:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.LoadBalancer:
		return []*time.Time{&row.CloudCreatedAt}
	case *resource.Cache:
		return []*time.Time{&row.CloudCreatedAt}
	default:
		return nil
	}
}
