package alibaba

import "cloudsync/cloud/adapter"

// portList is what load balancers listen at, by their ids.
type portList = adapter.Beside[*session, listener, []string]

var (
	classicListeners     = portsOf(slb, "DescribeLoadBalancerListeners")
	applicationListeners = portsOf(alb, "ListListeners")
	networkListeners     = portsOf(nlb, "ListListeners")
)

// listener is what a product lists of one: SLB without an id, NLB with a range of ports
// where the port is 0.
type listener struct {
	ListenerID         string `json:"ListenerId"`
	LoadBalancerID     string `json:"LoadBalancerId"`
	ListenerProtocol   string
	ListenerPort       string
	StartPort, EndPort string
}

func (l *listener) id() string {
	return l.LoadBalancerID + "/" + l.ListenerProtocol + "/" + l.ListenerPort + "/" + l.ListenerID
}

// portsOf are those of all listeners in a region.
func portsOf(of product, action string) portList {
	return portList{
		List: &adapter.Listing[*session, listener]{
			What: "listener", Action: action, Path: "Listeners", Pages: adapter.Tokens(maxPage),
			Ask: ask[listener](of, byTokenInList("LoadBalancerIds")),
			ID:  (*listener).id,
		},
		Of: func(f *adapter.Fields, l *listener) (ports, balancers []string) {
			first, last := l.ListenerPort, ""
			if l.EndPort != "" && (first == "" || first == "0") {
				first, last = l.StartPort, l.EndPort
			}
			return []string{f.Listener(l.ListenerProtocol, first, last)}, []string{l.LoadBalancerID}
		},
		Add:   adapter.Both,
		Whose: []string{"LoadBalancerId"},
	}
}
