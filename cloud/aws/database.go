package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// maxDatabasesOfAPage is the most that RDS lists at once
	// (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html).
	maxDatabasesOfAPage = 100
	// databaseLookups is how many ids a lookup asks for. RDS publishes no limit for the
	// values of a filter.
	databaseLookups = 20
)

// databases lists the instances of RDS, and with them those of Aurora, Neptune and
// DocumentDB, which RDS lists too. Their id is the resource id: the identifier that a
// user gives can be changed.
type databases struct{ *session }

// List implements adapter.Lister. RDS does not say how many instances there are.
func (d databases) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	instances, next, err := d.instances(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: next}
	for _, one := range instances {
		if one.unread != nil {
			page.Problems = append(page.Problems, cloud.Problem{NativeID: one.unread.id, Text: one.unread.problem("database")})
			continue
		}
		f := adapter.NewFields("database", awssdk.ToString(one.of.DbiResourceId))
		f.Put(&page, DatabaseRow(f, one.of))
	}
	return page, nil
}

// Lookup implements adapter.Lister. That a filter leaves out what does not exist is
// documented; should RDS answer DBInstanceNotFound, each id is asked for alone.
func (d databases) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if len(nativeIDs) == 0 {
		return nil, nil
	}
	instances, err := apart(nativeIDs, func(ids []string) (found []listed[rdstypes.DBInstance], err error) {
		byID := rdstypes.Filter{Name: awssdk.String("dbi-resource-id"), Values: ids}
		err = eachPage("DescribeDBInstances of "+region, func(cursor string) (string, error) {
			some, next, err := d.instances(ctx, region, cursor, byID)
			if err == nil {
				err = identified("DescribeDBInstances of "+region, some)
			}
			found = append(found, some...)
			return next, err
		})
		return found, err
	})
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, one := range instances {
		found[idOf(one, databaseID)] = true
	}
	return inside(nativeIDs, found), nil
}

func databaseID(instance rdstypes.DBInstance) *string { return instance.DbiResourceId }

// instances are those of a page.
func (d databases) instances(ctx context.Context, region, cursor string, filters ...rdstypes.Filter) ([]listed[rdstypes.DBInstance], string, error) {
	const action = "DescribeDBInstances"
	answer, odd, err := askList(ctx, d.session, region, action, cursor, databaseElements, func(ctx context.Context) (*rds.DescribeDBInstancesOutput, error) {
		return d.in(region).rds.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{
			MaxRecords: awssdk.Int32(maxDatabasesOfAPage), Marker: ifAny(cursor), Filters: filters,
		})
	})
	if err != nil {
		return nil, "", err
	}
	if answer.DBInstances == nil {
		return nil, "", noList(action, region)
	}
	return all(answer.DBInstances, odd), awssdk.ToString(answer.Marker), nil
}

// DatabaseRow is the row of an RDS instance. RDS does not say how much memory an
// instance class has, and how many vCPUs only where they were chosen. An instance that is
// being created may have no id yet.
func DatabaseRow(f *adapter.Fields, instance rdstypes.DBInstance) *resource.Database {
	id := awssdk.ToString(instance.DbiResourceId)
	if id == "" {
		f.Fail("it is called %q, and is %q", adapter.Clip(awssdk.ToString(instance.DBInstanceIdentifier), 64), adapter.Clip(awssdk.ToString(instance.DBInstanceStatus), 64))
	}
	row := &resource.Database{
		Meta: resource.Meta{NativeID: id}, Name: awssdk.ToString(instance.DBInstanceIdentifier),
		Status: awssdk.ToString(instance.DBInstanceStatus), Zone: awssdk.ToString(instance.AvailabilityZone),
		Engine: adapter.Engine(awssdk.ToString(instance.Engine)), EngineVersion: awssdk.ToString(instance.EngineVersion),
		InstanceType: awssdk.ToString(instance.DBInstanceClass), StorageGiB: storageGiB(f, instance),
		Port: adapter.Count(f, "DbInstancePort", instance.DbInstancePort), SubnetID: subnetOf(instance), Tags: databaseTags(instance),
		VCPU: chosenVCPU(f, instance), CloudCreatedAt: f.At("InstanceCreateTime", instance.InstanceCreateTime),
	}
	if endpoint := instance.Endpoint; endpoint != nil {
		row.Endpoint = awssdk.ToString(endpoint.Address)
		if port := adapter.Count(f, "Endpoint.Port", endpoint.Port); port != 0 {
			row.Port = port
		}
	}
	if group := instance.DBSubnetGroup; group != nil {
		row.VPCID = awssdk.ToString(group.VpcId)
	}
	return row
}

// clustered are the engines, by what their names begin with, whose storage belongs to the
// cluster and grows by itself. The API gives a constant for an instance
// (https://docs.aws.amazon.com/neptune/latest/apiref/API_DBInstance.html).
var clustered = []string{"aurora", "neptune", "docdb"}

// storageGiB is absent for an instance of a cluster.
func storageGiB(f *adapter.Fields, instance rdstypes.DBInstance) int64 {
	engine := strings.ToLower(awssdk.ToString(instance.Engine))
	if slices.ContainsFunc(clustered, func(prefix string) bool { return strings.HasPrefix(engine, prefix) }) {
		return 0
	}
	return adapter.Count(f, "AllocatedStorage", instance.AllocatedStorage)
}

// chosenVCPU is the number of vCPUs where it is not the instance class's own.
func chosenVCPU(f *adapter.Fields, instance rdstypes.DBInstance) int64 {
	number := map[string]int64{}
	for _, feature := range instance.ProcessorFeatures {
		if name := awssdk.ToString(feature.Name); name == "coreCount" || name == "threadsPerCore" {
			number[name] = f.Whole(name, awssdk.ToString(feature.Value))
		}
	}
	return number["coreCount"] * number["threadsPerCore"]
}

// subnetOf is the subnet that the instance is in: that of its zone in its subnet group.
// Where the group has several there, RDS does not say which.
func subnetOf(instance rdstypes.DBInstance) string {
	if instance.DBSubnetGroup == nil {
		return ""
	}
	var inZone []string
	for _, subnet := range instance.DBSubnetGroup.Subnets {
		if zone := subnet.SubnetAvailabilityZone; zone != nil && awssdk.ToString(zone.Name) == awssdk.ToString(instance.AvailabilityZone) {
			inZone = append(inZone, awssdk.ToString(subnet.SubnetIdentifier))
		}
	}
	if len(inZone) != 1 {
		return ""
	}
	return inZone[0]
}

func databaseTags(instance rdstypes.DBInstance) map[string]string {
	byKey := make(map[string]string, len(instance.TagList))
	for _, tag := range instance.TagList {
		byKey[awssdk.ToString(tag.Key)] = awssdk.ToString(tag.Value)
	}
	return byKey
}
