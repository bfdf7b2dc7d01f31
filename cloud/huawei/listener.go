package huawei

import (
	"context"
	"strings"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const listenersPerPage = 2000 // the most that the API gives

// listeners are those of the region, by the load balancers that have them: the list of load
// balancers has the ids of its listeners alone.
var listeners = adapter.Beside[*session, listener, []string]{
	List: &adapter.Listing[*session, listener]{
		What: "listener", Action: "ListListeners", Path: "listeners", Pages: adapter.Tokens(listenersPerPage),
		Ask: ask[listener](elbProduct, "", elb.GenReqDefForListListeners, func(q adapter.Query) any {
			return &model.ListListenersRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token)}
		}),
		ID: func(l *listener) string { return l.ID },
	},
	Of: func(f *adapter.Fields, l *listener) (ports, balancers []string) {
		for _, of := range l.LoadBalancers {
			balancers = append(balancers, of.ID)
		}
		return l.ports(f), balancers
	},
	Add:   func(a, b []string) []string { return append(a, b...) },
	Whose: []string{"loadbalancers"},
}

// listener is what load balancers need to know of one. With ranges, its port is 0.
type listener struct {
	ID, Protocol  string
	Port          string                `json:"protocol_port"`
	LoadBalancers []struct{ ID string } `json:"loadbalancers"`
	Ranges        []struct {
		First string `json:"start_port"`
		Last  string `json:"end_port"`
	} `json:"port_ranges"`
}

// ports says https of what shared load balancers call TERMINATED_HTTPS.
func (l *listener) ports(f *adapter.Fields) (ports []string) {
	protocol := strings.TrimPrefix(l.Protocol, "TERMINATED_")
	for _, of := range l.Ranges {
		ports = append(ports, f.Listener(protocol, of.First, of.Last))
	}
	if len(ports) == 0 {
		ports = []string{f.Listener(protocol, l.Port, "")}
	}
	return ports
}

// withListeners joins load balancers with what they listen at.
func withListeners(ctx context.Context, s *session, page adapter.Batch[loadBalancer]) (func(*adapter.Fields, *loadBalancer) resource.Row, error) {
	ports, err := listeners.Join(ctx, s, page.Visit(), page.IDs(func(b *loadBalancer) string { return b.ID }))
	return func(f *adapter.Fields, b *loadBalancer) resource.Row { return loadBalancerRow(f, b, ports(f, b.ID)) }, err
}
