package aws_test

import (
	"fmt"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud/adapter"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func twoDatabases() []fake.Database {
	return []fake.Database{
		{
			ID: "db-AAAA", Name: "orders", Status: "available", Zone: "eu-central-1a", Engine: "mysql", Version: "8.0.39", Type: "db.m5.large",
			Endpoint: "orders.abc.eu-central-1.rds.amazonaws.com", Port: 3306, VCPU: 2, StorageGiB: 100, VPC: "vpc-1", Subnet: "subnet-1",
			Tags: map[string]string{"team": "shop", "env": "prod"}, Created: utc(5, 6),
		},
		{ID: "db-BBBB", Name: "new", Status: "creating", Engine: "postgres", Version: "16.3", Type: "db.t4g.micro", StorageGiB: 20},
	}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(few()))
	first := list(t, client, resource.DatabaseKind)
	requireRows(t, resource.DatabaseKind, []resource.Row{
		&resource.Database{
			Meta: resource.Meta{NativeID: "db-AAAA"}, Name: "orders", Status: "available", Zone: "eu-central-1a", Engine: "mysql", EngineVersion: "8.0.39",
			InstanceType: "db.m5.large", VCPU: 2, StorageGiB: 100, Endpoint: "orders.abc.eu-central-1.rds.amazonaws.com", Port: 3306,
			VPCID: "vpc-1", SubnetID: "subnet-1", Tags: map[string]string{"team": "shop", "env": "prod"}, CloudCreatedAt: utc(5, 6),
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: "db-BBBB"}, Name: "new", Status: "creating", Engine: "postgresql", EngineVersion: "16.3",
			InstanceType: "db.t4g.micro", StorageGiB: 20,
		},
	}, first)
	// The server changes the time to which a database can be restored, and the order.
	for range 3 {
		require.Equal(t, hashesOf(t, resource.DatabaseKind, first), hashesOf(t, resource.DatabaseKind, list(t, client, resource.DatabaseKind)))
	}
	require.NotContains(t, fmt.Sprintf("%+v %+v", first[0], first[1]), awsfake.Planted)
}

func TestDatabasesOverManyPages(t *testing.T) {
	t.Parallel()
	of := &fake.Region{Name: region}
	for i := range 250 {
		of.Databases = append(of.Databases, fake.Database{ID: "db-" + string(rune('A'+i%26)) + string(rune('A'+i/26)), Engine: "mysql"})
	}
	c := newCloud(of)
	require.Len(t, sealed(t, resource.DatabaseKind, list(t, newClient(t, c), resource.DatabaseKind)), 250)
	require.Equal(t, 3, sent(c, "DescribeDBInstances"))
}

func TestDatabaseLookup(t *testing.T) {
	t.Parallel()
	client := newClient(t, newCloud(few()))
	for name, test := range map[string]struct{ asked, want []string }{
		"existing":        {[]string{"db-AAAA"}, []string{"db-AAAA"}},
		"absent":          {[]string{"db-GONE"}, nil},
		"mixed":           {[]string{"db-GONE", "db-BBBB"}, []string{"db-BBBB"}},
		"of another form": {[]string{"orders", ""}, nil},
		"nothing":         {nil, nil},
	} {
		found, err := client.Lookup(t.Context(), scopeOf(resource.DatabaseKind), test.asked)
		require.NoError(t, err, name)
		require.Equal(t, test.want, found, name)
	}
}

// Should RDS say that one of the ids does not exist, the others are asked for alone.
func TestDatabaseLookupThatIsRefusedTogether(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	c.Break(fake.Fault{
		Action: "DescribeDBInstances", Times: 2, Status: 404,
		Body: `<ErrorResponse><Error><Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>DBInstance db-gone not found.</Message></Error></ErrorResponse>`,
	})
	found, err := client.Lookup(t.Context(), scopeOf(resource.DatabaseKind), []string{"db-GONE", "db-BBBB"})
	require.NoError(t, err)
	require.Equal(t, []string{"db-BBBB"}, found)
}

func TestDatabaseRow(t *testing.T) {
	t.Parallel()
	text, number := awssdk.String, awssdk.Int32
	subnet := func(id, zone string) rdstypes.Subnet {
		return rdstypes.Subnet{SubnetIdentifier: &id, SubnetAvailabilityZone: &rdstypes.AvailabilityZone{Name: &zone}}
	}
	for name, test := range map[string]struct {
		instance rdstypes.DBInstance
		want     resource.Database
	}{
		"nothing known": {},
		"Aurora has storage in its cluster": {
			instance: rdstypes.DBInstance{Engine: text("Aurora-MySQL"), AllocatedStorage: number(1)},
			want:     resource.Database{Engine: "aurora-mysql"},
		},
		"two subnets in its zone": {
			instance: rdstypes.DBInstance{
				AvailabilityZone: text("a"),
				DBSubnetGroup:    &rdstypes.DBSubnetGroup{VpcId: text("vpc-1"), Subnets: []rdstypes.Subnet{subnet("subnet-1", "a"), subnet("subnet-2", "a"), {}}},
			},
			want: resource.Database{Zone: "a", VPCID: "vpc-1"},
		},
		"an endpoint that is not known yet": {
			instance: rdstypes.DBInstance{DbInstancePort: number(5432), Endpoint: &rdstypes.Endpoint{}},
			want:     resource.Database{Port: 5432},
		},
	} {
		test.instance.DbiResourceId = text("db-1")
		f := adapter.NewFields("database", "db-1")
		got := aws.DatabaseRow(f, test.instance)
		require.Empty(t, f.Problem(), name)
		test.want.NativeID = "db-1"
		test.want.Tags = map[string]string{}
		require.Equal(t, &test.want, got, name)
	}
	for want, instance := range map[string]rdstypes.DBInstance{
		`AllocatedStorage makes no sense: "-1"`: {AllocatedStorage: number(-1)},
		`DbInstancePort makes no sense: "-1"`:   {DbInstancePort: number(-1)},
		`coreCount makes no sense: "four"`:      {ProcessorFeatures: []rdstypes.ProcessorFeature{{Name: text("coreCount"), Value: text("four")}}},
		`threadsPerCore makes no sense: "-2"`:   {ProcessorFeatures: []rdstypes.ProcessorFeature{{Name: text("threadsPerCore"), Value: text("-2")}}},
	} {
		instance.DbiResourceId = text("db-1")
		f := adapter.NewFields("database", "db-1")
		aws.DatabaseRow(f, instance)
		require.Equal(t, `database "db-1": `+want, f.Problem())
	}
}

// The storage of a cluster is no instance's; the API says 1 GiB of each.
func TestStorageOfClusters(t *testing.T) {
	t.Parallel()
	for engine, want := range map[string]int64{"aurora-mysql": 0, "Neptune": 0, "docdb": 0, "postgres": 1} {
		row := aws.DatabaseRow(adapter.NewFields("database", "db-1"), rdstypes.DBInstance{Engine: &engine, AllocatedStorage: awssdk.Int32(1)})
		require.Equal(t, want, row.StorageGiB, engine)
	}
}
