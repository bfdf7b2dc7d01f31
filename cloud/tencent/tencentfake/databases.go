package tencentfake

import "cloudsync/cloud/fake"

// databases refuses all ids if there is one that it does not have.
func (s *server) databases(asked request) (object, *failure) {
	page, total := list(s, asked, asked.databases(""), asked.InstanceIDs, databaseID)
	if len(asked.InstanceIDs) > total {
		return nil, &failure{"InvalidParameter.InstanceNotFound", "The instance does not exist."}
	}
	set := make([]object, len(page))
	for i, database := range page {
		set[i] = cdbInstance(database)
	}
	return object{"TotalCount": total, "Items": set}, nil
}

// cdbStatus and cdbCharge are the API's numbers for the words of its documentation.
var (
	cdbStatus = map[string]int{"CREATING": 0, "RUNNING": 1, "ISOLATING": 4, "ISOLATED": 5}
	cdbCharge = map[string]int{"PRE_PAID": 0, "HOUR_PAID": 1}
)

func cdbInstance(d fake.Database) object {
	return object{
		"InstanceId": d.ID, "InstanceName": d.Name, "Status": number(cdbStatus, d.Status), "TaskStatus": 0,
		"Zone": d.Zone, "ZoneName": "北京三区", "ZoneId": 800003,
		"EngineType": "InnoDB", "EngineVersion": d.Version, "DeviceType": d.Type, "InstanceType": 1,
		"Cpu": d.VCPU, "Memory": d.MemoryMiB, "Volume": d.StorageGiB,
		"Vip": d.Endpoint, "Vport": d.Port,
		"VpcId": 511512, "SubnetId": 115839, "UniqVpcId": d.VPC, "UniqSubnetId": d.Subnet,
		"PayType": number(cdbCharge, d.ChargeType), "TagList": tags(d.Tags, "TagKey", "TagValue"),
		"CreateTime": local(d.Created, ""), "DeadlineTime": local(d.Expires, "0000-00-00 00:00:00"),
		"RoGroups": nil, "DrInfo": nil, "MasterInfo": nil,
	}
}
