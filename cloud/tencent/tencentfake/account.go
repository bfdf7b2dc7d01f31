package tencentfake

func (s *server) callerIdentity(asked request) (object, *failure) {
	id := asked.account.ID
	return object{
		"Arn": "qcs::cam::uin/" + id + ":uin/" + id, "AccountId": id, "UserId": id + "7", "PrincipalId": id + "7", "Type": "CAMUser",
	}, nil
}

func (s *server) regions(asked request) (object, *failure) {
	all := make([]object, 0, len(asked.account.Regions))
	for _, region := range asked.account.Regions {
		state := "AVAILABLE"
		if region.Disabled {
			state = "UNAVAILABLE"
		}
		all = append(all, object{"Region": region.Name, "RegionName": "中国(" + region.Name + ")", "RegionState": state})
	}
	return object{"TotalCount": len(all), "RegionSet": all}, nil
}
