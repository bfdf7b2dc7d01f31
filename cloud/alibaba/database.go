package alibaba

import (
	"context"
	"slices"
	"strconv"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	databasesPage = "100" // the most that DescribeDBInstances gives
	// databaseLookupLimit is how many calls a look-up makes: DescribeDBInstances takes
	// one id.
	databaseLookupLimit = 10
	// taggedAtOnce is how many ids ListTagResources takes.
	taggedAtOnce = 50
)

// databases lists RDS instances
// (https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-describedbinstances).
// The listing has no storage and no port. DescribeDBInstanceAttribute has them, but is
// not to be asked for several instances at once: that "times out and fails"
// (https://www.alibabacloud.com/help/en/rds/developer-reference/api-rds-2014-08-15-describedbinstanceattribute).
type databases struct{ *session }

type database struct {
	DBInstanceID          string `json:"DBInstanceId"`
	DBInstanceDescription string
	DBInstanceStatus      string
	ZoneID                string `json:"ZoneId"`
	Engine, EngineVersion string
	DBInstanceClass       string
	DBInstanceCPU         string
	DBInstanceMemory      string // MiB, though called MB: 4096 of a class with 4 GB
	ConnectionString      string
	VpcID                 string `json:"VpcId"`
	VSwitchID             string `json:"VSwitchId"`
	PayType               string
	CreateTime            string
	ExpireTime            string
}

// List implements adapter.Lister.
func (d databases) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	listed, rest, err := d.describe(ctx, region, map[string]string{"MaxResults": databasesPage, "NextToken": cursor})
	if err == nil {
		err = rest.checkEnd(d.doing("DescribeDBInstances", region), cursor, len(listed))
	}
	if err != nil {
		return cloud.Page{}, err
	}
	if len(listed) == 0 && rest.next == "" {
		return cloud.Page{}, d.proveByOwner(ctx, region, "DescribeDBInstances")
	}
	tags, err := d.tags(ctx, region, listed)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: rest.next} // TotalRecordCount is of the page
	for i := range listed {
		database := &listed[i].Value
		f := listed[i].Read("database", database.DBInstanceID)
		f.Put(&page, database.row(f, tags.of(f, database.DBInstanceID)))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d databases) Lookup(ctx context.Context, region string, nativeIDs []string) (there []string, err error) {
	for _, id := range nativeIDs {
		one, err := existing(d.doing("DescribeDBInstances", region), []string{id}, func(ids []string) ([]string, error) {
			return d.find(ctx, region, ids[0])
		})
		if err != nil {
			return nil, err
		}
		there = append(there, one...)
	}
	if len(there) > 0 || len(nativeIDs) == 0 {
		return there, nil
	}
	return nil, d.proveLookup(ctx, region)
}

// find gives the id if it is on the answer's pages.
func (d databases) find(ctx context.Context, region, id string) (found []string, err error) {
	err = d.eachPage("DescribeDBInstances", region, func(token string) (string, error) {
		listed, rest, err := d.describe(ctx, region, map[string]string{"MaxResults": databasesPage, "NextToken": token, "DBInstanceId": id})
		for _, database := range listed {
			found = append(found, database.Value.DBInstanceID)
		}
		return rest.next, err
	})
	if cloud.ClassOf(err) == cloud.NotFound {
		return nil, nil
	}
	return found, err
}

// proveLookup is the proof that nothing found is not for want of the permission:
// another database that is seen.
func (d databases) proveLookup(ctx context.Context, region string) error {
	others, _, err := d.describe(ctx, region, map[string]string{"MaxResults": "1"})
	if err != nil || len(others) > 0 {
		return err
	}
	return d.proveByOwner(ctx, region, "DescribeDBInstances")
}

func (d databases) describe(ctx context.Context, region string, parameters map[string]string) ([]adapter.Item[database], more, error) {
	type answer struct {
		Items                             *struct{ DBInstance []adapter.Item[database] }
		NextToken                         string
		PageRecordCount, TotalRecordCount adapter.Text
	}
	got, err := ask[answer](ctx, d.session, request{product: rds, action: "DescribeDBInstances", region: region, parameters: parameters})
	if err != nil {
		return nil, more{}, err
	}
	if got.Items == nil {
		return nil, more{}, adapter.BadAnswer(d.doing("DescribeDBInstances", region), "Items is missing")
	}
	rest := more{next: got.NextToken, size: got.PageRecordCount, total: got.TotalRecordCount}
	return got.Items.DBInstance, rest, adapter.CheckList(d.doing("DescribeDBInstances", region), got.Items.DBInstance)
}

// tagged are tags by the id of their database, and why those of some cannot be read.
type tagged struct {
	tags map[string]map[string]string
	odd  map[string]string
}

// of are the tags of a database.
func (t tagged) of(f *adapter.Fields, id string) map[string]string {
	if why, odd := t.odd[id]; odd {
		f.Fail("%s", why)
	}
	return t.tags[id]
}

// add adds a tag of a database. Where nobody can know whose tag it is, no database's are.
func (t tagged) add(doing string, one adapter.Item[databaseTag]) error {
	tag := &one.Value
	problem := one.Read("a tag of database", tag.ResourceID).Problem()
	switch {
	case tag.ResourceID == "":
		return adapter.BadAnswer(doing, "%s", problem)
	case problem != "":
		t.odd[tag.ResourceID] = problem
		return nil
	}
	if t.tags[tag.ResourceID] == nil {
		t.tags[tag.ResourceID] = map[string]string{}
	}
	t.tags[tag.ResourceID][tag.TagKey] = tag.TagValue
	return nil
}

type databaseTag struct {
	ResourceID       string `json:"ResourceId"`
	TagKey, TagValue string
}

// tags are those of the databases.
func (d databases) tags(ctx context.Context, region string, listed []adapter.Item[database]) (tagged, error) {
	var ids []string
	for _, database := range listed {
		ids = append(ids, database.Value.DBInstanceID)
	}
	tags := tagged{tags: map[string]map[string]string{}, odd: map[string]string{}}
	for some := range slices.Chunk(distinct(ids...), taggedAtOnce) {
		parameters := map[string]string{"ResourceType": "INSTANCE"}
		for i, id := range some {
			parameters["ResourceId."+strconv.Itoa(i+1)] = id
		}
		err := d.eachPage("ListTagResources", region, func(token string) (string, error) {
			parameters["NextToken"] = token
			return d.addTags(ctx, region, parameters, tags)
		})
		if err != nil {
			return tagged{}, err
		}
	}
	return tags, nil
}

func (d databases) addTags(ctx context.Context, region string, parameters map[string]string, tags tagged) (next string, err error) {
	type answer struct {
		TagResources *struct{ TagResource []adapter.Item[databaseTag] }
		NextToken    string
	}
	got, err := ask[answer](ctx, d.session, request{product: rds, action: "ListTagResources", region: region, parameters: parameters})
	if err != nil {
		return "", err
	}
	if got.TagResources == nil {
		return "", adapter.BadAnswer(d.doing("ListTagResources", region), "TagResources is missing")
	}
	for _, tag := range got.TagResources.TagResource {
		if err := tags.add(d.doing("ListTagResources", region), tag); err != nil {
			return "", err
		}
	}
	return got.NextToken, nil
}

func (d *database) row(f *adapter.Fields, tags map[string]string) *resource.Database {
	return &resource.Database{
		Meta:           resource.Meta{NativeID: d.DBInstanceID},
		Name:           d.DBInstanceDescription,
		Status:         d.DBInstanceStatus,
		Zone:           d.ZoneID,
		Engine:         adapter.Engine(d.Engine),
		EngineVersion:  d.EngineVersion,
		InstanceType:   d.DBInstanceClass,
		VCPU:           f.Whole("DBInstanceCPU", d.DBInstanceCPU),
		MemoryMiB:      f.Whole("DBInstanceMemory", d.DBInstanceMemory),
		Endpoint:       d.ConnectionString,
		VPCID:          d.VpcID,
		SubnetID:       d.VSwitchID,
		ChargeType:     d.PayType,
		Tags:           tags,
		CloudCreatedAt: f.Time("CreateTime", d.CreateTime, zone),
		ExpiresAt:      f.Expiry("ExpireTime", d.ExpireTime, zone),
	}
}
