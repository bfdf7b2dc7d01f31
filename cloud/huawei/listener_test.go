package huawei_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func TestPortsOfLoadBalancers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"id":"l","protocol":"TERMINATED_HTTPS","protocol_port":443,"loadbalancers":[{"id":"e"}]}`:                                                                              {"443/https"},
		`{"id":"l","protocol":"TCP","protocol_port":0,"port_ranges":[{"start_port":1,"end_port":9},{"start_port":20,"end_port":20}],"loadbalancers":[{"id":"e"}]}`:               {"1-9/tcp", "20/tcp"},
		`{"id":"l","protocol":"IP","protocol_port":0,"loadbalancers":[{"id":"e"},{"id":"f"}]}`:                                                                                   {"all/ip"},
		`{"id":"l","protocol":"UDP","protocol_port":53,"loadbalancers":[]}`:                                                                                                      nil,
		`{"id":"l","protocol":"UDP","protocol_port":53,"loadbalancers":null,"port_ranges":null},{"id":"m","protocol":"QUIC","protocol_port":"443","loadbalancers":[{"id":"e"}]}`: {"443/quic"},
	} {
		w := newWorld(t, all())
		w.Record("ListLoadBalancers", []byte(`{"loadbalancers":[{"id":"e"}],"page_info":{}}`))
		w.Record("ListListeners", []byte(`{"listeners":[`+body+`],"page_info":{}}`))
		rows := rowsOf(list(t, w.open(), resource.LoadBalancerKind))
		require.Len(t, rows, 1)
		require.Equal(t, want, rows[0].(*resource.LoadBalancer).Ports, body)
	}
}

// A listener that makes no sense costs its load balancers, one that does not say whose it
// is the page.
func TestOddListeners(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Record("ListListeners", fmt.Appendf(nil, `{"listeners":[{"id":"l","protocol_port":-1,"loadbalancers":[{"id":%q}]}],"page_info":{}}`, uuid('e', 1)))
	page, err := w.open().List(t.Context(), scopeOf(resource.LoadBalancerKind), "")
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.Len(t, page.Problems, 1)
	require.Equal(t, uuid('e', 1), page.Problems[0].NativeID)
	for _, body := range []string{`{"listeners":[{"id":"l","loadbalancers":"all"}],"page_info":{}}`, `{"listeners":null}`, `{}`} {
		w.Record("ListListeners", []byte(body))
		_, err = w.open().List(t.Context(), scopeOf(resource.LoadBalancerKind), "")
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), body)
	}
}

func TestListenersThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, all())
	w.Break(fake.Fault{Action: "ListListeners", Verdict: fake.Denied})
	_, err := w.open().List(t.Context(), scopeOf(resource.LoadBalancerKind), "")
	require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	require.ErrorContains(t, err, "ListListeners")
}
