package alibabafake

import "cloudsync/cloud/fake"

// loadBalancers lists pages by their number.
func loadBalancers(c *call) (object, *failure) {
	part, number, size, total := numbered(c, only(which(c.Region.LoadBalancers, isClassic), c.commas("LoadBalancerId"), func(b fake.LoadBalancer) string { return b.ID }), 100)
	list := []object{}
	for _, balancer := range part {
		list = append(list, loadBalancer(balancer, c.Region.Name))
	}
	return object{"LoadBalancers": object{"LoadBalancer": list}, "PageNumber": number, "PageSize": size, "TotalCount": total}, nil
}

// loadBalancer has room for one address, one subnet and two zones.
func loadBalancer(b fake.LoadBalancer, region string) object {
	reach := "internet"
	if b.Internal {
		reach = "intranet"
	}
	zones := append(append([]string{}, b.Zones...), "", "")
	o := object{
		"LoadBalancerId": b.ID, "LoadBalancerName": b.Name, "LoadBalancerStatus": b.Status, "LoadBalancerSpec": b.Type, "RegionId": region,
		"Address": first(b.Addresses), "AddressType": reach, "VpcId": b.VPC, "VSwitchId": first(b.Subnets),
		"MasterZoneId": zones[0], "SlaveZoneId": zones[1], "PayType": b.ChargeType, "InternetChargeType": "4", "Bandwidth": -1,
		"CreateTime": moment(b.Created, seconds, ""),
	}
	setTags(o, b.Tags)
	return o
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
