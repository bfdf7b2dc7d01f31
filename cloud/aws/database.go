package aws

import (
	"context"
	"slices"
	"strconv"
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
	page := cloud.Page{Next: next, Rows: make([]resource.Row, len(instances))}
	for i, instance := range instances {
		row, err := DatabaseRow(instance)
		if err != nil {
			return cloud.Page{}, err
		}
		page.Rows[i] = row
	}
	return page, nil
}

// Lookup implements adapter.Lister. That a filter leaves out what does not exist is
// documented; should RDS answer DBInstanceNotFound, each id is asked for alone.
func (d databases) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if len(nativeIDs) == 0 {
		return nil, nil
	}
	instances, err := apart(nativeIDs, func(ids []string) (all []rdstypes.DBInstance, err error) {
		byID := rdstypes.Filter{Name: awssdk.String("dbi-resource-id"), Values: ids}
		err = eachPage("DescribeDBInstances of "+region, func(cursor string) (string, error) {
			some, next, err := d.instances(ctx, region, cursor, byID)
			all = append(all, some...)
			return next, err
		})
		return all, err
	})
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, instance := range instances {
		found[awssdk.ToString(instance.DbiResourceId)] = true
	}
	return inside(nativeIDs, found), nil
}

// instances are those of a page.
func (d databases) instances(ctx context.Context, region, cursor string, filters ...rdstypes.Filter) ([]rdstypes.DBInstance, string, error) {
	const action = "DescribeDBInstances"
	answer, err := ask(ctx, d.session, region, action, cursor, func(ctx context.Context) (*rds.DescribeDBInstancesOutput, error) {
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
	return answer.DBInstances, awssdk.ToString(answer.Marker), nil
}

// DatabaseRow is the row of an RDS instance. RDS does not say how much memory an
// instance class has, and how many vCPUs only where they were chosen. A number that
// makes no sense is an error of the class BadAnswer.
func DatabaseRow(instance rdstypes.DBInstance) (*resource.Database, error) {
	id := awssdk.ToString(instance.DbiResourceId)
	row := &resource.Database{
		Meta: resource.Meta{NativeID: id}, Name: awssdk.ToString(instance.DBInstanceIdentifier),
		Status: awssdk.ToString(instance.DBInstanceStatus), Zone: awssdk.ToString(instance.AvailabilityZone),
		Engine: strings.ToLower(awssdk.ToString(instance.Engine)), EngineVersion: awssdk.ToString(instance.EngineVersion),
		InstanceType: awssdk.ToString(instance.DBInstanceClass), StorageGiB: storageGiB(instance),
		Port: int64(awssdk.ToInt32(instance.DbInstancePort)), SubnetID: subnetOf(instance), Tags: databaseTags(instance),
	}
	if endpoint := instance.Endpoint; endpoint != nil {
		row.Endpoint = awssdk.ToString(endpoint.Address)
		if port := awssdk.ToInt32(endpoint.Port); port != 0 {
			row.Port = int64(port)
		}
	}
	if group := instance.DBSubnetGroup; group != nil {
		row.VPCID = awssdk.ToString(group.VpcId)
	}
	if instance.InstanceCreateTime != nil {
		row.CloudCreatedAt = instance.InstanceCreateTime.UTC()
	}
	cpus, err := chosenVCPU(instance)
	row.VCPU = cpus
	switch {
	case err != nil:
		return nil, err
	case row.StorageGiB < 0:
		return nil, adapter.BadAnswer("read database "+id, "its storage is %d GiB", row.StorageGiB)
	case row.Port < 0:
		return nil, adapter.BadAnswer("read database "+id, "its port is %d", row.Port)
	}
	return row, nil
}

// clustered are the engines, by what their names begin with, whose storage belongs to the
// cluster and grows by itself. The API gives a constant for an instance
// (https://docs.aws.amazon.com/neptune/latest/apiref/API_DBInstance.html).
var clustered = []string{"aurora", "neptune", "docdb"}

// storageGiB is absent for an instance of a cluster.
func storageGiB(instance rdstypes.DBInstance) int64 {
	engine := strings.ToLower(awssdk.ToString(instance.Engine))
	if slices.ContainsFunc(clustered, func(prefix string) bool { return strings.HasPrefix(engine, prefix) }) {
		return 0
	}
	return int64(awssdk.ToInt32(instance.AllocatedStorage))
}

// chosenVCPU is the number of vCPUs where it is not the instance class's own.
func chosenVCPU(instance rdstypes.DBInstance) (int64, error) {
	number := map[string]int64{}
	for _, feature := range instance.ProcessorFeatures {
		name, value := awssdk.ToString(feature.Name), awssdk.ToString(feature.Value)
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 0 {
			return 0, adapter.BadAnswer("read database "+awssdk.ToString(instance.DbiResourceId), "its processor feature %s is %.32q", name, value)
		}
		number[name] = n
	}
	return number["coreCount"] * number["threadsPerCore"], nil
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
