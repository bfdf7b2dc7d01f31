package cli

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/inventory"
	"cloudsync/inventory/inventorytest"
	"cloudsync/resource"
	"cloudsync/starter/output"
	"cloudsync/store/storetest"
)

func metaOf(region, id string) resource.Meta {
	return resource.Meta{Provider: "mock", Account: "prod", Region: region, NativeID: id}
}

// stocked is a database with a few resources of several kinds.
func stocked(t *testing.T) *archive {
	t.Helper()
	a := newArchive(t)
	a.do(t, "migrate")
	var hosts []resource.Row
	for i := range 12 {
		hosts = append(hosts, &resource.Host{
			Meta: metaOf([]string{"beijing", "shanghai"}[i%2], fmt.Sprintf("i-%04d", i)), Name: fmt.Sprintf("web-%02d", i),
			Status: "running", InstanceType: "c5.large", VCPU: 2, MemoryMiB: 4096, DiskGiB: 40, PrivateIPs: []string{fmt.Sprintf("10.0.%d.5", i)},
			Tags: map[string]string{"env": []string{"prod", "test"}[i%2]}, STreeGroup: "inf", STreeProduct: "monitor", STreeApp: []string{"kafka", "api", ""}[i%3],
		})
	}
	a.add(t, resource.HostKind, hosts...)
	a.add(t, resource.DiskKind, &resource.Disk{Meta: metaOf("beijing", "d-1"), Name: "web-00-data", DiskType: "ssd", SizeGiB: 100, STreeGroup: "inf"})
	a.add(t, resource.SubnetKind, &resource.Subnet{Meta: metaOf("beijing", "sub-1"), Name: "front", CIDRs: []string{"10.0.0.0/16", "fd00::/64"}})
	a.add(t, resource.VPCKind, &resource.VPC{Meta: metaOf("beijing", "vpc-1"), Name: "main", CIDRs: []string{"10.0.0.0/8"}})
	return a
}

func (a *archive) add(t *testing.T, kind *resource.Kind, rows ...resource.Row) {
	t.Helper()
	inventorytest.Apply(t, storetest.OpenDSN(t, a.dsn), "add-"+kind.Name(), kind, diff.Add, rows)
}

// at runs a command on a terminal of that width, at the present time.
func (a *archive) at(t *testing.T, width int, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	b := newBench()
	b.patience, b.now = time.Minute, time.Now
	b.out = output.NewPrinterOfWidth(&b.stdout, width)
	status = b.Run(t.Context(), append(args, "--config", a.config))
	return status, b.stdout.String(), b.stderr.String()
}

// cursor is one at the end of a page.
var cursor = regexp.MustCompile(`--after [\w-]+`)

func TestFindAsTables(t *testing.T) {
	t.Parallel()
	a := stocked(t)
	for _, c := range []struct {
		args  []string
		width int
		want  string
	}{
		{[]string{"find", "10.0.3.5"}, 80, `
NAME    ID      ADDRESS   STATUS   PLACE
web-03  i-0003  10.0.3.5  running  mock/prod/shanghai

1 row
`},
		{[]string{"find", "10.0.3.5"}, 120, `
NAME    ID      ADDRESS   TYPE      SIZE       STATUS   PLACE               TREE
web-03  i-0003  10.0.3.5  c5.large  2C 4G 40G  running  mock/prod/shanghai  inf.monitor.kafka

1 row
`},
		{[]string{"find", `{ip="10.0.0.0/21",tag_env="prod"}`, "--kind", "host", "--sort", "-name", "--limit", "2"}, 60, `
NAME    ID      ADDRESS   STATUS   PLACE
web-06  i-0006  10.0.6.5  running  mock/prod/beijing
web-04  i-0004  10.0.4.5  running  mock/prod/beijing

2 of 4 rows: --all shows all
the next page: the same with --after CURSOR
`},
		{[]string{"find", "web-1", "--sort", "-private_ips"}, 80, `
NAME    ID      ADDRESS    STATUS   PLACE               private_ips
web-11  i-0011  10.0.11.5  running  mock/prod/shanghai  10.0.11.5
web-10  i-0010  10.0.10.5  running  mock/prod/beijing   10.0.10.5

2 rows
`},
		{[]string{"find", "web-00"}, 80, `
KIND  NAME         ID      ADDRESS   PLACE
host  web-00       i-0000  10.0.0.5  mock/prod/beijing
disk  web-00-data  d-1     -         mock/prod/beijing

2 rows
`},
		{[]string{"find", "region=beijing", "vcpu=2", "--columns", "uid,name,vcpu,tag_env,ip", "--limit", "1", "--kind", "resource_host"}, 60, `
uid                          name    vcpu  tag_env  ip
02390302d0431a6f125a60e2d4…  web-00     2  prod     10.0.0.5

1 of 6 rows: --all shows all
the next page: the same with --after CURSOR
`},
		{[]string{"find", "--kind", "subnet"}, 60, `
NAME   ID     ADDRESS         PLACE
front  sub-1  10.0.0.0/16 +1  mock/prod/beijing

1 row of resource_subnet
`},
	} {
		status, stdout, stderr := a.at(t, c.width, c.args...)
		require.Zero(t, status, stderr)
		for line := range strings.Lines(stdout) {
			if !strings.Contains(line, "--after") {
				require.LessOrEqual(t, len([]rune(strings.TrimSuffix(line, "\n"))), c.width, stdout)
			}
		}
		require.Equal(t, strings.TrimPrefix(c.want, "\n"), cursor.ReplaceAllString(stdout, "--after CURSOR"))
	}
}

// Each page shows other rows, and all pages all rows, whatever they are called.
func TestFindPageByPage(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	rng := rand.New(rand.NewPCG(1, 2))
	kinds := []*resource.Kind{resource.HostKind, resource.LoadBalancerKind}
	for _, kind := range kinds {
		a.add(t, kind, inventorytest.RandomRows(rng, kind, 15)...)
	}
	rows := inventorytest.Stored(t, storetest.OpenDSN(t, a.dsn), kinds)
	for _, sort := range []string{"name", "-name", "private_ips", "-created_at", "tag_env", "-vcpu"} {
		var found []string
		args := []string{"find", "--kind", "host,load_balancer", "--limit", "4", "--sort", sort, "-o", "json"}
		next := ""
		for range len(rows) {
			var page struct {
				Total int64
				Rows  []struct{ UID string }
				Next  string
			}
			status, stdout, stderr := a.do(t, append(slices.Clone(args), next)[:len(args)+min(1, len(next))]...)
			require.Zero(t, status, stderr)
			requirePlain(t, stdout)
			require.NoError(t, json.Unmarshal([]byte(stdout), &page), stdout)
			require.EqualValues(t, len(rows), page.Total)
			for _, row := range page.Rows {
				found = append(found, row.UID)
			}
			if page.Next == "" {
				break
			}
			next = "--after=" + page.Next
		}
		order := inventory.Order{Label: strings.TrimPrefix(sort, "-"), Descending: strings.HasPrefix(sort, "-")}
		var want []string
		for _, row := range inventorytest.Ordered(rows, order) {
			want = append(want, row.Row.RowMeta().UID.String())
		}
		require.Equal(t, want, found, sort)
	}
}

// In each format all rows are there, and nothing that a terminal or a spreadsheet obeys.
func TestFindInEachFormat(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	rng := rand.New(rand.NewPCG(3, 4))
	kinds := []*resource.Kind{resource.HostKind, resource.SubnetKind}
	for _, kind := range kinds {
		a.add(t, kind, inventorytest.RandomRows(rng, kind, 60)...)
	}
	rows := inventorytest.Stored(t, storetest.OpenDSN(t, a.dsn), kinds)
	all := []string{"find", "--kind", "host", "--kind", "resource_subnet", "--all", "--format"}
	as := func(format string, more ...string) string {
		status, stdout, stderr := a.do(t, append(append(slices.Clone(all), format), more...)...)
		require.Zero(t, status, stderr)
		return stdout
	}

	var images []string
	for line := range strings.Lines(as("ndjson")) {
		requirePlain(t, line)
		images = append(images, line)
	}
	require.Len(t, images, len(rows))
	for i, row := range rows {
		read, err := row.Kind.ParseImage([]byte(images[i]))
		require.NoError(t, err)
		require.Equal(t, row.Row, read)
	}
	var document struct {
		Rows  []json.RawMessage
		Total int
	}
	require.NoError(t, json.Unmarshal([]byte(as("json")), &document))
	require.Len(t, document.Rows, len(rows))
	require.Equal(t, len(rows), document.Total)
	for i, image := range images {
		require.JSONEq(t, image, string(document.Rows[i]))
	}

	records, err := csv.NewReader(strings.NewReader(as("csv"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, len(rows)+1)
	for i, row := range rows {
		for j, title := range records[0] {
			want := strings.Join(inventorytest.ValuesOf(row.Kind, row.Row, title), "; ")
			if strings.HasPrefix(want, "=") || strings.HasPrefix(want, "-") {
				want = "'" + want
			}
			if title != "tags" {
				require.Equal(t, strings.ReplaceAll(want, "\r\n", "\n"), records[i+1][j], title)
			}
		}
	}
	sorted, err := csv.NewReader(strings.NewReader(as("csv", "--sort", "-uid", "--columns", "kind,uid"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, sorted, len(rows)+1)
	require.True(t, slices.IsSortedFunc(sorted[1:61], func(a, b []string) int { return strings.Compare(b[1], a[1]) }))

	for _, format := range []string{"table", "wide"} {
		text := as(format)
		requirePlain(t, text)
		require.Equal(t, len(rows)+3, strings.Count(text, "\n"), "titles, a line a row, a blank one, and the total")
		if format == "table" {
			requireWidth(t, text)
		}
	}
}

// The formats of --output and --format are one choice.
func TestFormatsDoNotContradict(t *testing.T) {
	t.Parallel()
	a := stocked(t)
	_, want, _ := a.do(t, "find", "web-0", "--format", "json")
	for _, args := range [][]string{{"-o", "json"}, {"-o", "json", "--format", "json"}} {
		status, stdout, stderr := a.do(t, append([]string{"find", "web-0"}, args...)...)
		require.Zero(t, status, stderr)
		require.Equal(t, want, stdout)
	}
	for _, command := range []string{"find", "count", "tree"} {
		status, stdout, stderr := a.do(t, command, "-o", "json", "--format", "csv")
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "--output json and --format csv say different things: leave one out")
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	a := stocked(t)
	for query, want := range map[string]string{
		"10.0.200.1": "no resource has the address 10.0.200.1\n" +
			"  10.0.200.1 is in the range 10.0.0.0/16 of subnet sub-1 (front) in mock/prod/beijing\n" +
			"  10.0.200.1 is in the range 10.0.0.0/8 of vpc vpc-1 (main) in mock/prod/beijing\n",
		`{ip="10.9.0.0/24"}`: "no resource has an address in 10.9.0.0/24\n" +
			"  10.9.0.0 is in the range 10.0.0.0/8 of vpc vpc-1 (main) in mock/prod/beijing\n",
		"192.168.0.1":         "no resource has the address 192.168.0.1\n",
		"nobody":              "no row matches\n",
		`{name=~"web"}`:       "no row matches\nAn expression has to match the whole of a value: for a part of it, write\nname=~\".*web.*\"\n",
		"ip=10.0.200.1 kafka": "no row matches\n",
	} {
		status, stdout, stderr := a.do(t, "find", query)
		require.Equal(t, 2, status, stderr)
		require.Empty(t, stderr)
		require.Equal(t, want, stdout)
		status, stdout, stderr = a.do(t, "find", query, "-o", "json")
		require.Equal(t, 2, status, stderr)
		require.JSONEq(t, `{"rows": [], "total": 0}`, stdout)
		status, stdout, stderr = a.do(t, "find", query, "--format", "ndjson", "--all")
		require.Equal(t, 2, status)
		require.Empty(t, stdout)
		require.Equal(t, want, stderr)
	}
}

func TestWrongQuestionsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"find", `{regoin="a"}`}, "starter: the query is wrong at character 2: unknown label \"regoin\": did you mean region?\n  {regoin=\"a\"}\n   ^\n"},
		{[]string{"find", "web", `{name=~"("}`}, "starter: the query is wrong at character 12:"},
		{[]string{"count", "a}b"}, "  a}b\n   ^\n"},
		{[]string{"count", "name=北京 a}b"}, "  name=北京 a}b\n             ^\n"},
		{[]string{"find", "web\x1b[2J}"}, "the query is wrong at character 8"},
		{[]string{"find", strings.Repeat("a", 17<<10)}, "it has 17408 bytes, at most 16384 are allowed"},
		{[]string{"find", "web\xff"}, "the query is wrong at character 4: it is not valid UTF-8"},
		{[]string{"find", "--kind", "hots"}, `--kind: unknown kind "hots": the kinds are [resource_host`},
		{[]string{"index", "hots"}, `starter: unknown kind "hots": the kinds are [resource_host`},
		{[]string{"find", "web", "--server", "http://127.0.0.1:1"}, "connection refused: start it with `starter serve`, or read the tables with --server tables"},
		{[]string{"find", "--sort", "-nam"}, `--sort: unknown label "nam": did you mean name?`},
		{[]string{"find", "--columns", "name,nam"}, `--columns: unknown label "nam": did you mean name?`},
		{[]string{"find", "--after", "x"}, "--after: this is no cursor"},
		{[]string{"find", "--after", inventory.Cursor{Kind: "resource_disk"}.String(), "--kind", "host"}, "--after: the cursor is in resource_disk, which is not asked for"},
		{[]string{"find", "--all", "--limit", "3"}, "--all and --limit 3 say different things"},
		{[]string{"find", "--limit", "0"}, "--limit: write a number from 1 up"},
		{[]string{"find", "--format", "xml"}, `--format "xml": write one of table, wide, csv, ndjson, json`},
		{[]string{"find", "--as-of", "yesterday"}, `--as-of "yesterday": write a time such as`},
		{[]string{"find", "--as-of", "2100-01-01"}, `--as-of "2100-01-01" is in the future`},
		{[]string{"find", ""}, "an argument is empty"},
		{[]string{"count", "--by", "a"}, `--by: unknown label "a"`},
		{[]string{"count", "--by", "a,b,c,d,e,f"}, "--by has 6 labels: write 5 at most"},
		{[]string{"count", "--sum", "name", "--kind", "host"}, `--sum "name": the columns of numbers are vcpu, memory_mib, disk_gib`},
		{[]string{"count", "--format", "wide"}, `--format "wide": write one of table, csv, ndjson, json`},
		{[]string{"tree", "inf."}, `no node is called "inf."`},
		{[]string{"tree", "inf", "monitor"}, "name one node, not 2"},
		{[]string{"tree", "--depth", "4"}, "--depth 4: write a number from 1 to 3"},
	} {
		status, stdout, stderr := run(t, append(c.args, "--config", configFile(t, "root@tcp(127.0.0.1:1)/x", yearly))...)
		require.Equal(t, 1, status, c.args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.want)
		requirePlain(t, stderr)
	}
}

// What is counted is what SQL counts.
func TestCountIsWhatSQLCounts(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	rng := rand.New(rand.NewPCG(5, 6))
	a.add(t, resource.HostKind, inventorytest.RandomRows(rng, resource.HostKind, 200)...)
	db := storetest.Connect(t, a.dsn)
	for label, expression := range map[string]string{
		"region": "region", "status": "status", "instance_type": "instance_type", "stree_app": "stree_app",
		"tag_env": "COALESCE(JSON_UNQUOTE(JSON_EXTRACT(tags, '$.env')), '')",
	} {
		_, stdout, stderr := a.do(t, "count", "--kind", "host", "--by", label, "--sum", "vcpu,memory_mib", "--all", "-o", "json")
		var counted countsView
		require.NoError(t, json.Unmarshal([]byte(stdout), &counted), stderr)
		require.EqualValues(t, 200, counted.Total)
		require.Zero(t, counted.Others)
		got := map[string][3]int64{}
		for _, group := range counted.Groups {
			got[group.Values[0]] = [3]int64{group.Rows, group.Sums["vcpu"], group.Sums["memory_mib"]}
		}
		require.Equal(t, sqlGroups(t, db, expression), got, label)
	}
	_, stdout, _ := a.do(t, "count", "--kind", "host", `region=~"bei.*"`, `name!=""`, "--format", "ndjson")
	var rows int64
	require.NoError(t, db.QueryRow(`SELECT COUNT(*) FROM resource_host WHERE region LIKE 'bei%' AND name <> ''`).Scan(&rows))
	require.JSONEq(t, fmt.Sprintf(`{"values":[],"rows":%d}`, rows), stdout)
}

func sqlGroups(t *testing.T, db *sql.DB, expression string) map[string][3]int64 {
	t.Helper()
	// As bytes: texts that differ in blanks at their ends are equal to MySQL.
	rows, err := db.Query("SELECT " + expression + " AS value, COUNT(*), COALESCE(SUM(vcpu), 0), COALESCE(SUM(memory_mib), 0) FROM resource_host GROUP BY value, LENGTH(" + expression + ")")
	require.NoError(t, err)
	defer rows.Close()
	groups := map[string][3]int64{}
	for rows.Next() {
		var value string
		var numbers [3]int64
		require.NoError(t, rows.Scan(&value, &numbers[0], &numbers[1], &numbers[2]))
		groups[value] = numbers
	}
	require.NoError(t, rows.Err())
	return groups
}

func TestCountForPeople(t *testing.T) {
	t.Parallel()
	a := stocked(t)
	status, stdout, stderr := a.at(t, 80, "count", "--by", "region,stree_app", "--sum", "vcpu,memory_mib", "--kind", "host", "--limit", "2")
	require.Zero(t, status, stderr)
	golden(t, `
region   stree_app  ROWS  SHARE  vcpu  memory_mib
beijing  -             2  16.7%     4       8 GiB  ###
beijing  api           2  16.7%     4       8 GiB  ###
and 4 more groups: --all shows all

12 rows, vcpu 24, memory_mib 48 GiB
`, stdout)
	_, stdout, _ = a.at(t, 80, "count")
	require.Equal(t, "15 rows\n", stdout)
	_, stdout, stderr = a.at(t, 80, "count", "--by", "tag_env", "--kind", "host", "--format", "csv", "--limit", "1")
	require.Equal(t, "tag_env,rows\nprod,6\n", stdout)
	require.Equal(t, "and 1 more group: --all shows all\n", stderr)
	_, stdout, _ = a.at(t, 50, "count", "--by", "kind")
	require.NotContains(t, stdout, "#")
}

func TestTreeForPeople(t *testing.T) {
	t.Parallel()
	a := stocked(t)
	status, stdout, stderr := a.at(t, 80, "tree", "--depth", "3")
	require.Zero(t, status, stderr)
	golden(t, `
NODE         ROWS  HOSTS  DISKS  VPCS  SUBNETS  VCPU  MEMORY     DISK
all            15     12      1     1        1    24  48 GiB  480 GiB
  inf          13     12      1     ·        ·    24  48 GiB  480 GiB
    monitor    12     12      ·     ·        ·    24  48 GiB  480 GiB
      -         4      4      ·     ·        ·     8  16 GiB  160 GiB
      api       4      4      ·     ·        ·     8  16 GiB  160 GiB
      kafka     4      4      ·     ·        ·     8  16 GiB  160 GiB
    -           1      ·      1     ·        ·     ·       ·        ·
  -             2      ·      ·     1        1     ·       ·        ·
`, stdout)
	_, stdout, stderr = a.at(t, 60, "tree", "inf.monitor")
	golden(t, `
NODE         ROWS  HOSTS  VCPU  MEMORY     DISK
inf.monitor    12     12    24  48 GiB  480 GiB
  -             4      4     8  16 GiB  160 GiB
  api           4      4     8  16 GiB  160 GiB
  kafka         4      4     8  16 GiB  160 GiB
`, stdout)
	require.Empty(t, stderr)
	_, stdout, _ = a.at(t, 60, "tree")
	golden(t, `
NODE   ROWS  HOSTS  OTHERS  VCPU  MEMORY     DISK
all      15     12       3    24  48 GiB  480 GiB
  inf    13     12       1    24  48 GiB  480 GiB
  -       2      ·       2     ·       ·        ·
`, stdout)
	_, stdout, _ = a.at(t, 80, "tree", "inf", "--kind", "host,disk", "--format", "csv")
	require.Equal(t, "depth,path,name,rows,vcpu,memory_mib,disk_gib,resource_host,resource_disk\n"+
		"0,inf,inf,13,24,49152,480,12,1\n1,inf.monitor,monitor,12,24,49152,480,12,0\n1,inf,,1,0,0,0,0,1\n", stdout)
	_, stdout, _ = a.at(t, 80, "tree", "inf", "--kind", "host", "--format", "ndjson")
	require.Equal(t, 2, strings.Count(stdout, "\n"))
	_, stdout, _ = a.at(t, 80, "tree", "inf.monitor.kafka", "-o", "json")
	require.JSONEq(t, `{"path":"inf.monitor.kafka","name":"kafka","rows":4,"kinds":{"resource_host":4},"vcpu":8,"memoryMib":16384,"diskGib":160}`, stdout)
}

// The inventory of the past is asked in the same way.
func TestAsOfATime(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.do(t, "migrate")
	host := func(name string) *resource.Host {
		return &resource.Host{Meta: metaOf("beijing", "i-1"), Name: name, STreeGroup: "inf", VCPU: 2}
	}
	a.add(t, resource.HostKind, host("before"))
	then := time.Now().UTC().Format(time.RFC3339Nano)
	s := storetest.OpenDSN(t, a.dsn)
	inventorytest.Apply(t, s, "modify", resource.HostKind, diff.Modify, []resource.Row{func() resource.Row {
		row := host("after")
		require.NoError(t, resource.HostKind.Seal(row, inventorytest.ScopeOf(resource.HostKind, row), 0))
		return row
	}()})
	for name, asOf := range map[string][]string{"before": {"--as-of", then}, "after": nil} {
		_, stdout, stderr := a.at(t, 80, append([]string{"find", "--kind", "host", "--columns", "name", "--format", "csv", "--all"}, asOf...)...)
		require.Equal(t, "name\n"+name+"\n", stdout, stderr)
		_, stdout, stderr = a.at(t, 80, append([]string{"count", "name=" + name}, asOf...)...)
		require.Equal(t, "1 row\n", stdout, stderr)
	}
	status, stdout, stderr := a.at(t, 80, "tree", "inf", "--as-of", "2020-01-01", "--kind", "host")
	require.Equal(t, 2, status, stderr)
	require.Equal(t, "no row is placed at inf: `starter tree` shows the groups that there are\n", stdout)
}
