package tencentfake

import "cloudsync/cloud/fake"

func (s *server) loadBalancers(asked request) (object, *failure) {
	if failed := tooMany(asked.LoadBalancerIDs, 20); failed != nil {
		return nil, failed
	}
	page, total := list(s, asked, asked.region.LoadBalancers, asked.LoadBalancerIDs, func(b fake.LoadBalancer) string { return b.ID })
	set := make([]object, len(page))
	for i, balancer := range page {
		set[i] = clbInstance(balancer)
	}
	return object{"TotalCount": total, "LoadBalancerSet": set}, nil
}

// The API's numbers for the words of its documentation.
var (
	clbStatus = map[string]int{"CREATING": 0, "RUNNING": 1}
	clbType   = map[string]int{"classic": 0, "general": 1}
)

// clbInstance has the first zone as the master's, one subnet, and some time of
// expiry even where there is none.
func clbInstance(b fake.LoadBalancer) object {
	network := "OPEN"
	if b.Internal {
		network = "INTERNAL"
	}
	subnet := ""
	if len(b.Subnets) > 0 {
		subnet = b.Subnets[0]
	}
	var master, backups any
	if len(b.Zones) > 0 {
		master = object{"Zone": b.Zones[0], "ZoneId": 100003}
		others := make([]object, 0, len(b.Zones))
		for _, zone := range b.Zones[1:] {
			others = append(others, object{"Zone": zone})
		}
		backups = others
	}
	return object{
		"LoadBalancerId": b.ID, "LoadBalancerName": b.Name, "LoadBalancerType": network,
		"Status": number(clbStatus, b.Status), "StatusTime": "2024-01-22 19:58:03", "Forward": number(clbType, b.Type),
		"LoadBalancerVips": b.Addresses, "AddressIPv6": nil, "Domain": "", "LoadBalancerDomain": "",
		"VpcId": b.VPC, "NumericalVpcId": 1111113, "SubnetId": subnet,
		"MasterZone": master, "BackupZoneSet": backups, "Zones": nil,
		"ChargeType": b.ChargeType, "Tags": tags(b.Tags, "TagKey", "TagValue"),
		"CreateTime": local(b.Created, nil), "ExpireTime": local(b.Expires, "2024-01-27 15:53:46"), "IsolatedTime": nil,
	}
}
