package azure

import (
	"slices"

	"cloudsync/cloud/adapter"
)

// frontendPort is one that listeners of a gateway refer to by its id.
type frontendPort struct {
	ID   string `json:"id"`
	Port string `at:"properties.port"`
}

type listener struct {
	Protocol     string `at:"properties.protocol"`
	FrontendPort string `at:"properties.frontendPort.id"`
}

// listenerPorts are those that a gateway listens at.
func (p *balancerProperties) listenerPorts(f *adapter.Fields) (ports []string) {
	numbers := map[string]string{}
	for _, port := range p.FrontendPorts {
		numbers[idOf(port.ID)] = port.Port
	}
	for _, listener := range slices.Concat(p.HTTPListeners, p.Listeners) {
		if number := numbers[idOf(listener.FrontendPort)]; number != "" {
			ports = append(ports, f.Listener(listener.Protocol, number, ""))
		}
	}
	return ports
}

// ownSubnets are those that a gateway itself is in.
func (p *balancerProperties) ownSubnets() (ids []string) {
	for _, id := range p.Subnets {
		ids = append(ids, idOf(id))
	}
	return ids
}
