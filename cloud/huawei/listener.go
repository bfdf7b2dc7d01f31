package huawei

import (
	"strings"

	elb "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/elb/v3"

	"cloudsync/cloud/adapter"
)

// listeners are those of the region, by the load balancers that have them: the list of load
// balancers has the ids of its listeners alone.
var listeners = adapter.Beside[*session, listener, []string]{
	List: &adapter.Listing[*session, listener]{
		What: "listener", Action: "ListListeners", Path: "listeners", Pages: adapter.Tokens(markedPerPage),
		Ask: ask[listener](elbProduct, "", elb.GenReqDefForListListeners, marked),
		ID:  func(l *listener) string { return l.ID },
	},
	Of:    func(f *adapter.Fields, l *listener) (ports, balancers []string) { return l.ports(f), l.LoadBalancers },
	Add:   adapter.Both,
	Whose: []string{"loadbalancers"},
}

// listener is what load balancers need to know of one. With ranges, its port is 0.
type listener struct {
	ID, Protocol  string
	Port          string   `json:"protocol_port"`
	LoadBalancers []string `at:"loadbalancers[].id"`
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
