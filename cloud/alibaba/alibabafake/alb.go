package alibabafake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

// A load balancer is of the product that its id begins with, and a classic one otherwise.

func begins(prefix string) func(id string) bool {
	return func(id string) bool { return strings.HasPrefix(id, prefix) }
}

func isClassic(id string) bool { return !begins("alb-")(id) && !begins("nlb-")(id) }

func which(all []fake.LoadBalancer, is func(id string) bool) []fake.LoadBalancer {
	return slices.DeleteFunc(slices.Clone(all), func(b fake.LoadBalancer) bool { return !is(b.ID) })
}

// modernLoadBalancers are those of ALB or NLB, by tokens.
func modernLoadBalancers(prefix string) func(c *call) (object, *failure) {
	return func(c *call) (object, *failure) {
		var ids []string
		for i := 1; c.parameters.Has("LoadBalancerIds." + strconv.Itoa(i)); i++ {
			ids = append(ids, c.parameters.Get("LoadBalancerIds."+strconv.Itoa(i)))
		}
		if len(ids) > 20 {
			return nil, &failure{status: http.StatusBadRequest, code: "IllegalParam.LoadBalancerIds", message: "too many"}
		}
		all := only(which(c.Region.LoadBalancers, begins(prefix)), ids, func(b fake.LoadBalancer) string { return b.ID })
		part, token, failed := page(c, all, 20, 100)
		if failed != nil {
			return nil, failed
		}
		list := []object{}
		for _, balancer := range part {
			list = append(list, modernLoadBalancer(balancer, c.Region.Name, prefix == "nlb-"))
		}
		return object{"LoadBalancers": list, "NextToken": token, "TotalCount": len(all), "MaxResults": 100}, nil
	}
}

// modernLoadBalancer has zones and addresses at NLB alone.
func modernLoadBalancer(b fake.LoadBalancer, region string, isNetwork bool) object {
	reach := "Internet"
	if b.Internal {
		reach = "Intranet"
	}
	tags := []object{}
	for key, value := range b.Tags {
		tags = append(tags, object{"Key": key, "Value": value})
	}
	o := object{
		"LoadBalancerId": b.ID, "LoadBalancerName": b.Name, "LoadBalancerStatus": b.Status, "AddressType": reach, "VpcId": b.VPC,
		"DNSName": b.ID + "." + region + ".example.com", "LoadBalancerBillingConfig": object{"PayType": b.ChargeType},
		"CreateTime": moment(b.Created, seconds, ""), "Tags": tags, "LoadBalancerEdition": b.Type,
	}
	if !isNetwork {
		return o
	}
	o["RegionId"], o["CreateTime"] = region, moment(b.Created, minutes, "")
	zones := []object{}
	for i, zone := range b.Zones {
		address := object{}
		if i < len(b.Addresses) && b.Internal {
			address["PrivateIPv4Address"] = b.Addresses[i]
		} else if i < len(b.Addresses) {
			address["PublicIPv4Address"] = b.Addresses[i]
		}
		zones = append(zones, object{"ZoneId": zone, "VSwitchId": first(b.Subnets[min(i, len(b.Subnets)):]), "LoadBalancerAddresses": []object{address}})
	}
	o["ZoneMappings"], o["CrossZoneEnabled"] = zones, true
	return o
}

// listeners are those of all load balancers in the region, by tokens. A range is written as
// NLB does.
func listeners(is func(id string) bool) func(c *call) (object, *failure) {
	return func(c *call) (object, *failure) {
		var all []object
		for _, balancer := range which(c.Region.LoadBalancers, is) {
			for _, port := range balancer.Ports {
				number, protocol, _ := strings.Cut(port, "/")
				listener := object{"LoadBalancerId": balancer.ID, "ListenerProtocol": strings.ToUpper(protocol), "ListenerStatus": "Running"}
				if from, to, isRange := strings.Cut(number, "-"); isRange {
					listener["ListenerPort"], listener["StartPort"], listener["EndPort"] = 0, from, to
				} else {
					listener["ListenerPort"], _ = strconv.Atoi(number)
				}
				if !isClassic(balancer.ID) {
					listener["ListenerId"] = "lsn-" + balancer.ID + "-" + number
				}
				all = append(all, listener)
			}
		}
		part, token, failed := page(c, all, 20, 100)
		if failed != nil {
			return nil, failed
		}
		return object{"Listeners": append([]object{}, part...), "NextToken": token, "TotalCount": len(all)}, nil
	}
}
