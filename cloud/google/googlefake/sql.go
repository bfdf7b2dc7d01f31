package googlefake

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// databases answers as Cloud SQL's instances.list
// (https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1/instances/list). A region with a zone out of
// reach is left out, as a warning says.
func (s server) databases(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	var all, warnings []object
	for _, region := range j.Account.Regions {
		if len(region.Unreachable) > 0 {
			warnings = append(warnings, object{"code": "REGION_UNREACHABLE", "message": "The region is not reachable.", "region": region.Name})
			continue
		}
		for _, database := range region.Databases {
			all = append(all, sqlInstance(j, region, database))
		}
	}
	page, next, ok := cut(s, w, r, all)
	if !ok {
		return
	}
	answer := object{"kind": "sql#instancesList"}
	if len(page) > 0 {
		answer["items"] = page
	}
	if next != "" {
		answer["nextPageToken"] = next
	}
	if len(warnings) > 0 {
		answer["warnings"] = warnings
	}
	write(w, http.StatusOK, answer)
}

func sqlInstance(j fake.Judgement, region *fake.Region, database fake.Database) object {
	settings := object{
		"kind": "sql#settings", "tier": database.Type, "activationPolicy": "ALWAYS", "dataDiskSizeGb": fmt.Sprint(database.StorageGiB),
		"settingsVersion": fmt.Sprint(time.Now().UnixNano()), "userLabels": database.Tags, "pricingPlan": database.ChargeType,
	}
	state, address := database.Status, "PRIMARY"
	if state == "STOPPED" { // which the state does not say
		state, settings["activationPolicy"] = "RUNNABLE", "NEVER"
	}
	if database.VPC != "" {
		address = "PRIVATE"
		settings["ipConfiguration"] = object{"privateNetwork": "projects/" + j.Account.ID + "/global/networks/" + database.VPC, "ipv4Enabled": false}
	}
	engine := map[string]string{"postgresql": "POSTGRES"}[database.Engine]
	if engine == "" {
		engine = strings.ToUpper(database.Engine)
	}
	one := object{
		"kind": "sql#instance", "name": database.Name, "connectionName": j.Account.ID + ":" + region.Name + ":" + database.Name, "project": j.Account.ID,
		"region": region.Name, "state": state, "instanceType": "CLOUD_SQL_INSTANCE", "gceZone": database.Zone, "settings": settings,
		"databaseVersion": engine + "_" + strings.ReplaceAll(database.Version, ".", "_"), "etag": fmt.Sprint(time.Now().UnixNano()), "currentDiskSize": fmt.Sprint(time.Now().Unix()),
		"ipAddresses":  []object{{"type": "OUTGOING", "ipAddress": "198.51.100.1"}, {"type": address, "ipAddress": database.Endpoint}},
		"rootPassword": Secret, "replicaConfiguration": object{"mysqlReplicaConfiguration": object{"password": Secret, "clientKey": Secret}},
	}
	if !database.Created.IsZero() {
		one["createTime"] = database.Created.Format("2006-01-02T15:04:05.000Z")
	}
	return one
}

// tiers answers as Cloud SQL's tiers.list, with those of the project's databases.
func (s server) tiers(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	var all []object
	for _, region := range j.Account.Regions {
		for _, database := range region.Databases {
			if !strings.Contains(database.Type, "custom") {
				all = append(all, object{"kind": "sql#tier", "tier": database.Type, "RAM": fmt.Sprint(database.MemoryMiB << 20), "DiskQuota": "3298534883328", "region": []string{region.Name}})
			}
		}
	}
	list(s, w, r, "sql#tiersList", "items", all)
}
