package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/inventory"
	"cloudsync/inventory/export"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/untrusted"
)

func host() inventory.Found {
	row := &resource.Host{
		Meta: resource.Meta{Provider: "mock", Account: "demo", Region: "beijing", NativeID: "i-1"},
		Name: "=cmd|' /C calc'!A0", VCPU: 8, PrivateIPs: []string{"10.0.0.1", "fd00::1"}, PublicIPs: []string{"47.1.1.1"},
		Tags: map[string]string{"env": "a,b\n\"c\"", "q": "\u202e\x1b[2J"},
	}
	if err := resource.HostKind.Seal(row, resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: "beijing"}, 1); err != nil {
		panic(err)
	}
	return inventory.Found{Kind: resource.HostKind, Row: row}
}

func TestCSVIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	columns := []string{"kind", "name", "vcpu", "ip", "private_ips", "tag_env", "tags", "size_gib"}
	var out bytes.Buffer
	w, err := export.NewCSV(&out, columns, nil)
	require.NoError(t, err)
	require.NoError(t, w.Write(host()))
	require.NoError(t, w.Flush())
	records, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{columns, {
		"resource_host", "'=cmd|' /C calc'!A0", "8", "10.0.0.1; fd00::1; 47.1.1.1", "10.0.0.1; fd00::1", "a,b\n\"c\"",
		`{"env":"a,b\n\"c\"","q":"` + "\u202e" + `\u001b[2J"}`, "",
	}}, records)
}

func TestCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "web": "web", "10.0.0.1": "10.0.0.1", "a=b": "a=b",
		"=1+2": "'=1+2", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "＝1": "'＝1",
	} {
		require.Equal(t, want, export.Cell(text))
	}
}

func TestJSONOfARow(t *testing.T) {
	t.Parallel()
	whole, err := export.JSON(host(), nil)
	require.NoError(t, err)
	require.NotContains(t, string(whole), "\u202e")
	require.Equal(t, untrusted.Terminal(string(whole)), string(whole))
	var object map[string]any
	require.NoError(t, json.Unmarshal(whole, &object))
	require.Equal(t, "resource_host", object["kind"])
	row, err := resource.HostKind.ParseImage(whole)
	require.NoError(t, err)
	require.Equal(t, host().Row, row)

	some, err := export.JSON(host(), []string{"uid", "vcpu", "ip", "tag_env", "status", "size_gib", "kind"})
	require.NoError(t, err)
	require.JSONEq(t, `{"uid":"`+row.RowMeta().UID.String()+`","vcpu":8,"ip":["10.0.0.1","fd00::1","47.1.1.1"],"tag_env":"a,b\n\"c\"","kind":"resource_host"}`, string(some))
}

func TestColumns(t *testing.T) {
	t.Parallel()
	columns := export.AllColumns([]*resource.Kind{resource.HostKind, resource.DiskKind})
	require.Equal(t, []string{"kind", "uid", "provider", "account", "region", "native_id", "name"}, columns[:7])
	require.Subset(t, columns, []string{"private_ips", "size_gib", "tags", "updated_at"})
	schemas := []*query.Schema{query.SchemaOf(resource.HostKind)}
	for _, column := range append(export.AllColumns([]*resource.Kind{resource.HostKind}), "tag_a b", "ip") {
		require.NoError(t, export.CheckColumn(column, schemas))
	}
	require.ErrorContains(t, export.CheckColumn("nam", schemas), "did you mean name?")
}
