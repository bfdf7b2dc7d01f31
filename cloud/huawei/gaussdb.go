package huawei

import (
	"strings"

	taurus "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3"
	taurusmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3/model"
	gauss "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbforopengauss/v3"
	gaussmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbforopengauss/v3/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// The lists of TaurusDB, GaussDB and DDS have the path of that of RDS. Each asks for the one
// type of its product that is documented: where all products are at one address, another
// that answers has none of it.

// taurusInstances are those of TaurusDB, once GaussDB (for MySQL)
// (https://support.huaweicloud.com/intl/en-us/api-taurusdb/ListGaussMySqlInstances.html).
var taurusInstances = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "TaurusDB instance",
	Action: "ListGaussMySqlInstances", Path: "instances", IDField: "id",
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxDatabaseIDs).If(isTaurus).Uncounted(),
	Ask: ask[database](taurusProduct, "total_count", taurus.GenReqDefForListGaussMySqlInstances, func(q adapter.Query) any {
		return &taurusmodel.ListGaussMySqlInstancesRequest{
			Limit: given(int32(q.Limit)), Offset: given(int32(q.Offset)), Id: given(strings.Join(q.IDs, "")), DatastoreType: given("gaussdb-mysql"),
		}
	}),
	ID:  func(d *database) string { return d.ID },
	Row: databaseRow,
}

// gaussInstances are those of GaussDB, once GaussDB (for openGauss)
// (https://support.huaweicloud.com/intl/en-us/api-gaussdb/ListInstances.html).
var gaussInstances = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "GaussDB instance",
	Action: "ListInstances", Product: gaussProduct.name, Path: "instances", IDField: "id",
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxDatabaseIDs).If(isGauss).Uncounted(),
	Ask: ask[database](gaussProduct, "total_count", gauss.GenReqDefForListInstances, func(q adapter.Query) any {
		typ := gaussmodel.GetListInstancesRequestDatastoreTypeEnum().GAUSS_DB
		return &gaussmodel.ListInstancesRequest{
			Limit: given(int32(q.Limit)), Offset: given(int32(q.Offset)), Id: given(strings.Join(q.IDs, "")), DatastoreType: &typ,
		}
	}),
	ID:  func(d *database) string { return d.ID },
	Row: databaseRow,
}

var isTaurus, isGauss = hasSuffix("in07"), hasSuffix("in14")
