package azure

import "cloudsync/cloud/adapter"

// interfaces are all network interfaces of the subscription, with those of uniform scale
// sets, which have lists of their own.
var interfaces = adapter.Census[*session, nic]{
	Actions: []string{"nic_list", "vmss_nic_list"}, Path: listPath, Ask: askWithScaleSets[nic], Key: func(n *nic) string { return idOf(n.ID) },
}

type nic struct {
	ID         string `json:"id"`
	Properties struct {
		IPConfigurations []ipConfiguration `json:"ipConfigurations"`
		SecurityGroup    reference         `json:"networkSecurityGroup"`
	} `json:"properties"`
}

type ipConfiguration struct {
	Properties struct {
		PrivateIPAddress string    `json:"privateIPAddress"`
		PublicIPAddress  reference `json:"publicIPAddress"`
		Subnet           reference `json:"subnet"`
		Primary          bool      `json:"primary"`
	} `json:"properties"`
}

// publicIPs are the ids of an interface's public IPs.
func (n *nic) publicIPs() (ids []string) {
	for _, configuration := range n.Properties.IPConfigurations {
		if id := configuration.Properties.PublicIPAddress.ID; id != "" {
			ids = append(ids, idOf(id))
		}
	}
	return ids
}

// subnets are the ids of those of the subscription that an interface is in.
func (n *nic) subnets(subscription string) (ids []string) {
	for i := range n.Properties.IPConfigurations {
		ids = append(ids, idWithin(subscription, &n.Properties.IPConfigurations[i].Properties.Subnet))
	}
	return adapter.Set(ids...)
}

// subnet is that of the primary configuration, else the first by its id: the order says
// nothing.
func (n *nic) subnet() (subnet string) {
	for _, configuration := range n.Properties.IPConfigurations {
		id := idOf(configuration.Properties.Subnet.ID)
		if id != "" && configuration.Properties.Primary {
			return id
		}
		if id != "" && (subnet == "" || id < subnet) {
			subnet = id
		}
	}
	return subnet
}

// securityGroups are those of the interface, and of the subnets that it is in: what either
// refuses does not pass. Those of a subnet in another subscription are not seen.
func (n *nic) securityGroups(f *adapter.Fields, known *hostSubnets, subscription string) []string {
	ids := []string{idOf(n.Properties.SecurityGroup.ID)}
	for _, id := range n.subnets(subscription) {
		ids = append(ids, known.groupOf(f, id))
	}
	return ids
}

// addressOf is the address of a public IP.
func addressOf(f *adapter.Fields, known *adapter.Members[publicIP], id string) string {
	return needed(f, known, publicAddress, id).Properties.IPAddress
}
