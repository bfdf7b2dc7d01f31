package huawei

import (
	taurus "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdb/v3"
	gauss "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/gaussdbforopengauss/v3"

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
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxAlone).If(isTaurus).Uncounted(),
	Ask: ask[database](taurusProduct, "total_count", taurus.GenReqDefForListGaussMySqlInstances, databasesOf("gaussdb-mysql")),
	Row: databaseRow,
}

// gaussInstances are those of GaussDB, once GaussDB (for openGauss)
// (https://support.huaweicloud.com/intl/en-us/api-gaussdb/ListInstances.html).
var gaussInstances = adapter.Listing[*session, database]{
	Kind: resource.DatabaseKind, What: "GaussDB instance",
	Action: "ListInstances", Product: gaussProduct.name, Path: "instances", IDField: "id",
	Pages: adapter.Offsets(databasesPerPage), IDs: adapter.Alone(maxAlone).If(isGauss).Uncounted(),
	Ask: ask[database](gaussProduct, "total_count", gauss.GenReqDefForListInstances, databasesOf("GaussDB")),
	Row: databaseRow,
}

var isTaurus, isGauss = hasSuffix("in07"), hasSuffix("in14")
