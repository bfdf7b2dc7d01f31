package azure

import (
	"slices"

	"cloudsync/cloud/adapter"
)

// gatewayNetwork is where an application gateway itself is.
type gatewayNetwork struct {
	Properties struct {
		Subnet reference `json:"subnet"`
	} `json:"properties"`
}

// frontendPort is one that listeners of a gateway refer to by its id.
type frontendPort struct {
	ID         string `json:"id"`
	Properties struct {
		Port string `json:"port"`
	} `json:"properties"`
}

type listener struct {
	Properties struct {
		Protocol     string    `json:"protocol"`
		FrontendPort reference `json:"frontendPort"`
	} `json:"properties"`
}

// listenerPorts are those that a gateway listens at.
func (l *loadBalancer) listenerPorts(f *adapter.Fields) (ports []string) {
	p, numbers := &l.Properties, map[string]string{}
	for _, port := range p.FrontendPorts {
		numbers[idOf(port.ID)] = port.Properties.Port
	}
	for _, listener := range slices.Concat(p.HTTPListeners, p.Listeners) {
		if number := numbers[idOf(listener.Properties.FrontendPort.ID)]; number != "" {
			ports = append(ports, f.Listener(listener.Properties.Protocol, number, ""))
		}
	}
	return ports
}

// ownSubnets are those that a gateway itself is in.
func (l *loadBalancer) ownSubnets() (ids []string) {
	for _, network := range l.Properties.Networks {
		ids = append(ids, idOf(network.Properties.Subnet.ID))
	}
	return ids
}
