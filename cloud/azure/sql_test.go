package azure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/azure/azurefake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func sqlID(n int) string { return fmt.Sprintf("5a1d0000-0000-0000-0000-%012d", n) }

// withSQL adds databases at two servers, and a managed instance.
func withSQL(accounts []*fake.Account) {
	r := accounts[0].Region(region)
	r.Databases = append(r.Databases, fake.Database{
		ID: sqlID(1), Name: "ledger", Status: "Online", Engine: "sqlserver", Type: "GP_Gen5_2", VCPU: 2, StorageGiB: 2048,
		Endpoint: "first.database.windows.net", Tags: map[string]string{"team": "shop"}, Created: created,
	}, fake.Database{
		ID: sqlID(2), Name: "small", Status: "Paused", Engine: "sqlserver", Type: "S0", StorageGiB: 250, Endpoint: "first.database.windows.net",
	}, fake.Database{
		ID: sqlID(3), Name: "ledger", Status: "Online", Engine: "sqlserver", Type: "GP_S_Gen5_1", VCPU: 1, StorageGiB: 32, Endpoint: "second.database.windows.net",
	}, fake.Database{
		ID: "mi-0001", Name: "erp", Status: "Ready", Engine: "managed", Type: "GP_Gen5", VCPU: 8, StorageGiB: 512, Endpoint: "erp.abc.database.windows.net",
		VPC: "vnet-a", Subnet: "data", ChargeType: "BasePrice", Tags: map[string]string{"team": "erp"},
	})
}

func managedID(name string) string {
	return under("rg-mi-0001/providers/microsoft.sql/managedinstances/" + name)
}

func TestDatabasesOfAzureSQL(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(withSQL)
	rows := listAll(t, open(settings), databaseScope)
	require.Len(t, rows, 6)
	require.Equal(t, []resource.Row{
		&resource.Database{
			Meta: resource.Meta{NativeID: sqlID(1)}, Name: "ledger", Status: "Online", Engine: "sqlserver", InstanceType: "GP_Gen5_2", VCPU: 2, StorageGiB: 2048,
			Endpoint: "first.database.windows.net", Port: 1433, Tags: map[string]string{"team": "shop"}, CloudCreatedAt: created,
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: sqlID(2)}, Name: "small", Status: "Paused", Engine: "sqlserver", InstanceType: "S0", StorageGiB: 250,
			Endpoint: "first.database.windows.net", Port: 1433,
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: sqlID(3)}, Name: "ledger", Status: "Online", Engine: "sqlserver", InstanceType: "GP_S_Gen5_1", VCPU: 1, StorageGiB: 32,
			Endpoint: "second.database.windows.net", Port: 1433,
		},
		&resource.Database{
			Meta: resource.Meta{NativeID: managedID("erp")}, Name: "erp", Status: "Ready", Engine: "sqlserver", InstanceType: "GP_Gen5", VCPU: 8, StorageGiB: 512,
			Endpoint: "erp.abc.database.windows.net", Port: 1433, VPCID: under(vnetA), SubnetID: under(vnetA + "/subnets/data"), ChargeType: "BasePrice",
			Tags: map[string]string{"team": "erp"},
		},
	}, utc(rows[2:]))
	require.NotContains(t, fmt.Sprintf("%+v", rows), azurefake.Secret)
	require.Equal(t, 2, calls(c)["sqldatabase_list"], "one for each server")
	require.Equal(t, 1, calls(c)["sqlserver_list"])

	before := entries(t, resource.DatabaseKind, databaseScope, rows)
	c.PageSize = 1
	require.Equal(t, before, entries(t, resource.DatabaseKind, databaseScope, listAll(t, open(settings), databaseScope)), "lists of one page each")
}

func TestLookupOfAzureSQL(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(withSQL)
	there := []string{sqlID(2), managedID("erp"), under("rg-db-0001/providers/microsoft.dbformysql/flexibleservers/orders")}
	gone := []string{sqlID(9), managedID("gone"), under("rg-db-0001/providers/microsoft.dbformysql/flexibleservers/gone"), "00000000-0000-0000-0000-00000000000f"}
	existing, err := open(settings).Lookup(t.Context(), databaseScope, append(gone, there...))
	require.NoError(t, err)
	require.ElementsMatch(t, there, existing, "and no row of master")
	for _, action := range []string{"sqlserver_list", "sqldatabase_list", "sqlmi_list"} {
		c.Break(fake.Fault{Action: action, Verdict: fake.Denied})
		_, err := open(settings).Lookup(t.Context(), databaseScope, there)
		require.Equal(t, cloud.Denied, cloud.ClassOf(err), action)
		c.Mend()
	}
}

// A look-up lists the servers anew, and does not take a server's refusal for an empty list.
func TestALookupOfAzureSQLProvesAbsence(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	provider := open(settings)
	listAll(t, provider, databaseScope)
	c.Update(withSQL)
	existing, err := provider.Lookup(t.Context(), databaseScope, []string{sqlID(2)})
	require.NoError(t, err)
	require.Equal(t, []string{sqlID(2)}, existing)
	c.Break(fake.Fault{Action: "sqldatabase_list", Times: 1, Status: 404, Body: `{"error":{"code":"ParentResourceNotFound","message":"gone"}}`})
	existing, err = provider.Lookup(t.Context(), databaseScope, []string{sqlID(2)})
	require.Equal(t, cloud.Unavailable, cloud.ClassOf(err))
	require.Contains(t, err.Error(), "parentresourcenotfound")
	require.Empty(t, existing)
}

// A server that goes away between the lists has nothing.
func TestAServerThatGoesAway(t *testing.T) {
	t.Parallel()
	c, settings := setup(t)
	c.Update(withSQL)
	c.Break(fake.Fault{Action: "sqldatabase_list", Times: 1, Status: 404, Body: `{"error":{"code":"ParentResourceNotFound","message":"gone"}}`})
	require.Len(t, listAll(t, open(settings), databaseScope), 4)
}

func TestFailuresOfAzureSQL(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"sqlserver_list", "sqldatabase_list", "sqlmi_list"} {
		for body, want := range map[string]cloud.Class{`{}`: cloud.BadAnswer, `{"value":null}`: cloud.BadAnswer, `{"value":["none"]}`: cloud.BadAnswer} {
			c, settings := setup(t)
			c.Update(withSQL)
			c.Record(action, []byte(body))
			require.Equal(t, want, cloud.ClassOf(listError(t, open(settings), databaseScope)), action+body)
		}
	}
	c, settings := setup(t)
	c.Record("sqlserver_list", []byte(`{"value":[{"id":"/subscriptions/another/resourceGroups/x/providers/Microsoft.Sql/servers/s"}]}`))
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(listError(t, open(settings), databaseScope)), "the token is not for it")
	c, settings = setup(t)
	for _, action := range []string{"sqlserver_list", "sqlmi_list"} {
		c.Break(fake.Fault{Action: action, Status: 409, Body: `{"error":{"code":"MissingSubscriptionRegistration","message":"not registered"}}`})
	}
	require.Len(t, listAll(t, open(settings), databaseScope), 2, "a subscription without Azure SQL")
}

func listError(t *testing.T, provider cloud.Provider, scope resource.Scope) error {
	t.Helper()
	for cursor := ""; ; {
		page, err := provider.List(t.Context(), scope, cursor)
		if cursor = page.Next; err != nil || cursor == "" {
			return err
		}
	}
}

func TestOddDatabasesOfAzureSQL(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]string{
		`"maxSizeBytes":"much"`:        "maxSizeBytes makes no sense",
		`"maxSizeBytes":-1`:            "maxSizeBytes makes no sense",
		`"creationDate":"soon"`:        "creationDate makes no sense",
		`"status":["on"]`:              "properties.status makes no sense",
		`"maxSizeBytes":4398046511104`: "",
	} {
		c, settings := setup(t)
		c.Update(withSQL)
		c.Record("sqldatabase_list", []byte(`{"value":[{"id":"/x/servers/s/databases/d","name":"d","location":"eastus","properties":{"databaseId":"`+strings.ToUpper(sqlID(7))+`",`+properties+`}}]}`))
		page, err := open(settings).List(t.Context(), databaseScope, "1+0+")
		require.NoError(t, err)
		if want == "" {
			require.Empty(t, page.Problems)
			require.EqualValues(t, 4096, page.Rows[0].(*resource.Database).StorageGiB)
			continue
		}
		require.Len(t, page.Problems, 1, properties)
		require.Contains(t, page.Problems[0].Text, want)
		require.Equal(t, sqlID(7), page.Problems[0].NativeID)
	}
}
