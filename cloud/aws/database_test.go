package aws_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

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
		require.ElementsMatch(t, test.want, found, name)
	}
}

// Should RDS say that one of the ids does not exist, each half is asked for alone.
func TestDatabaseLookupThatIsRefusedTogether(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	c.Break(fake.Fault{
		Action: "DescribeDBInstances", Times: 2, Status: 404,
		Body: `<ErrorResponse><Error><Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>DBInstance db-away not found.</Message></Error></ErrorResponse>`,
	})
	found, err := client.Lookup(t.Context(), scopeOf(resource.DatabaseKind), []string{"db-AWAY", "db-BBBB"})
	require.NoError(t, err)
	require.Equal(t, []string{"db-BBBB"}, found)
}

func TestDatabaseRow(t *testing.T) {
	t.Parallel()
	subnet := func(id, zone string) string {
		return "<Subnet><SubnetIdentifier>" + id + "</SubnetIdentifier><SubnetAvailabilityZone><Name>" + zone + "</Name></SubnetAvailabilityZone></Subnet>"
	}
	for name, test := range map[string]struct {
		inner string
		want  resource.Database
	}{
		"nothing known": {},
		"Aurora has storage in its cluster": {
			"<Engine>Aurora-MySQL</Engine><AllocatedStorage>1</AllocatedStorage>", resource.Database{Engine: "aurora-mysql"},
		},
		"Neptune, too": {"<Engine>Neptune</Engine><AllocatedStorage>1</AllocatedStorage>", resource.Database{Engine: "neptune"}},
		"DocumentDB":   {"<Engine>docdb</Engine><AllocatedStorage>1</AllocatedStorage>", resource.Database{Engine: "docdb"}},
		"PostgreSQL":   {"<Engine>postgres</Engine><AllocatedStorage>1</AllocatedStorage>", resource.Database{Engine: "postgresql", StorageGiB: 1}},
		"two subnets in its zone": {
			"<AvailabilityZone>a</AvailabilityZone><DBSubnetGroup><VpcId>vpc-1</VpcId><Subnets>" + subnet("subnet-1", "a") + subnet("subnet-2", "a") + "<Subnet/></Subnets></DBSubnetGroup>",
			resource.Database{Zone: "a", VPCID: "vpc-1"},
		},
		"an endpoint that is not known yet": {"<DbInstancePort>5432</DbInstancePort><Endpoint/>", resource.Database{Port: 5432}},
		"empty elements": {
			"<AllocatedStorage/><DBSubnetGroup/><TagList/><ProcessorFeatures></ProcessorFeatures><InstanceCreateTime/>", resource.Database{},
		},
	} {
		test.want.NativeID = "db-1"
		page := recorded(t, newCloud(few()), resource.DatabaseKind, "DescribeDBInstances", databasesXML("<DbiResourceId>db-1</DbiResourceId>"+test.inner))
		require.Empty(t, page.Problems, name)
		requireRows(t, resource.DatabaseKind, []resource.Row{&test.want}, page.Rows)
	}
}
