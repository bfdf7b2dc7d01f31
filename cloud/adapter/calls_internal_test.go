package adapter

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
)

// A region that lacks a product has no host of it: that is no failure of the network,
// whatever the SDK makes of it.
func TestAHostThatTheRegionDoesNotHave(t *testing.T) {
	t.Parallel()
	unclassed := func(err error) (cloud.Class, time.Duration, error) { return "", 0, err }
	c := newCalls(cloud.Settings{Provider: "thing", Name: "prod"}, Keys{}, nil, unclassed, newTransport())
	for name, test := range map[string]struct {
		region, host string
		notFound     bool
		want         cloud.Class
	}{
		"no such host":           {"xx-new-9", "dcs.xx-new-9.example.com", true, cloud.RegionDisabled},
		"the DNS is away":        {"xx-new-9", "dcs.xx-new-9.example.com", false, cloud.Unavailable},
		"one for all regions":    {"xx-new-9", "dcs.example.com", true, cloud.Unavailable},
		"that of a proxy":        {"xx-new-9", "proxy.corp", true, cloud.Unavailable},
		"asked of no region":     {"", "dcs.xx-new-9.example.com", true, cloud.Unavailable},
		"that of another region": {"xx-new-9", "dcs.xx-old-1.example.com", true, cloud.Unavailable},
	} {
		lookup := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: test.host, IsNotFound: test.notFound}}
		for _, failed := range []struct {
			err  error
			seen exchange
		}{
			{errors.New("an SDK's words"), exchange{err: lookup}},
			{fmt.Errorf("an SDK's words: %w", lookup), exchange{}},
		} {
			err := c.failure(t.Context(), test.region, "List", failed.err, &failed.seen)
			require.Equal(t, test.want, cloud.ClassOf(err), name)
			if test.want == cloud.RegionDisabled {
				require.ErrorContains(t, err, "there is no host "+test.host)
			}
		}
	}
}
