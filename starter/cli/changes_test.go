package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/diff"
	"cloudsync/history"
	"cloudsync/resource"
	"cloudsync/store"
)

func modified(fields ...string) store.Change {
	change := recorded(diff.Modify, "i-2ze0123456789abcdef0")
	for i := 0; i < len(fields); i += 3 {
		change.Fields = append(change.Fields, resource.FieldChange{
			Field: fields[i], Old: json.RawMessage(fields[i+1]), New: json.RawMessage(fields[i+2]),
		})
	}
	return change
}

func recorded(op diff.Op, nativeID string) store.Change {
	return store.Change{
		ID: 42, Kind: "resource_host", NativeID: nativeID, Op: op, ChangedAt: noon.Add(-time.Hour), RunID: runID,
		Provider: "alibaba", Account: "prod", Region: "cn-zhangjiakou", RunNumber: 1203,
	}
}

func TestChangesText(t *testing.T) {
	t.Parallel()
	b := newBench()
	gone := recorded(diff.Delete, "i-1")
	gone.Image = json.RawMessage(`{"name": "web-1", "vcpu": 4}`)
	gone.RunNumber = 0
	b.showHistory([]store.Change{
		recorded(store.RestoreOp, "i-1"), gone,
		modified("name", `"web-1"`, `"web-2"`, "vcpu", `null`, `4`, "private_ips", `["10.0.0.1"]`, `["10.0.0.1","10.0.0.2"]`,
			"tags", `{"os":"linux","env":"prod","job":"a"}`, `{"os":"linux","env":"test","idc":"bj"}`,
			"expires_at", `"2026-08-01T00:00:00Z"`, `null`),
		recorded(diff.Add, "i-1"),
	}, true)
	golden(t, `
WHEN (UTC)           CHANGE     RESOURCE                SCOPE                RUN
2026-07-28 11:00:00  + restore  i-1                     …od/cn-zhangjiakou  1203
2026-07-28 11:00:00  - delete   i-1                     …od/cn-zhangjiakou     -
    name: web-1
2026-07-28 11:00:00  ~ modify   i-2ze0123456789abcdef0  …od/cn-zhangjiakou  1203
    name: web-1 → web-2
    vcpu: (none) → 4
    private_ips: 10.0.0.1 → 10.0.0.1, 10.0.0.2
    tags.env: prod → test
    tags.idc: (none) → bj
    tags.job: a → (none)
    expires_at: 2026-08-01T00:00:00Z → (none)
2026-07-28 11:00:00  + add      i-1                     …od/cn-zhangjiakou  1203

older ones: the same with --before 42
`, b.stdout.String())
}

func TestChangesTextOfSeveralKinds(t *testing.T) {
	t.Parallel()
	b := newBench()
	disk := recorded(diff.Add, "d-2ze0123456789abcdef0")
	disk.Kind = "resource_disk"
	b.showHistory([]store.Change{disk, recorded(diff.Delete, "i-1")}, false)
	golden(t, `
WHEN (UTC)           CHANGE    KIND  RESOURCE                SCOPE           RUN
2026-07-28 11:00:00  + add     disk  d-2ze0123456789abcdef0  …-zhangjiakou  1203
2026-07-28 11:00:00  - delete  host  i-1                     …-zhangjiakou  1203
`, b.stdout.String())
	b.stdout.Reset()
	b.showHistory(nil, false)
	require.Equal(t, "no such change is recorded\n", b.stdout.String())
}

func TestFieldLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200)
	for want, field := range map[string][2]string{
		"f: a → b":                         {`"a"`, `"b"`},
		"f: (none) → 数":                    {`null`, `"数"`},
		"f: 4 → (none)":                    {`4`, `null`},
		"f: a, b → b":                      {`["a","b"]`, `["b"]`},
		"f.k: v → w":                       {`{"k":"v","same":"s"}`, `{"same":"s","k":"w"}`},
		"f.k: (none) → v":                  {`null`, `{"k":"v"}`},
		`f.a: 1 → (none)|f.b: "" → (none)`: {`{"a":"1","b":""}`, `null`},
		"f: " + long[:139] + "… → y":       {`"` + long + `"`, `"y"`},
	} {
		got := fieldLines(resource.FieldChange{Field: "f", Old: json.RawMessage(field[0]), New: json.RawMessage(field[1])})
		require.Equal(t, want, strings.Join(got, "|"))
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2h": noon.Add(-2 * time.Hour), "2h ago": noon.Add(-2 * time.Hour), "90s": noon.Add(-90 * time.Second), "0s": noon,
		"7d": noon.AddDate(0, 0, -7), "1d12h": noon.Add(-36 * time.Hour), "0d": noon,
		"2026-07-28T11:59:00Z":        noon.Add(-time.Minute),
		"2026-07-28T19:59:00.5+08:00": noon.Add(-time.Minute + 500*time.Millisecond),
		"2026-07-28 11:59":            noon.Add(-time.Minute),
		"2026-07-28 11:59:30":         noon.Add(-30 * time.Second),
		"2026-07-28 11:59:30.000001":  noon.Add(-30*time.Second + time.Microsecond),
		"2026-07-28 11:59:30 UTC":     noon.Add(-30 * time.Second),
		"2026-07-28T11:59:30":         noon.Add(-30 * time.Second),
		"2026-07-28":                  noon.Add(-12 * time.Hour),
	} {
		at, err := history.ParseTime(text, noon)
		require.NoError(t, err, text)
		require.Equal(t, want, at, text)
	}
	for _, text := range []string{"", "tuesday", "-2h", "d", "xd", "-1d", "2026-13-01", "12", "1d2d", "2h later"} {
		_, err := history.ParseTime(text, noon)
		require.ErrorContains(t, err, fmt.Sprintf("%q: write a time such as", text))
	}
}

func TestHelpOfHistoryFits(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"changes", "history", "as-of", "restore"} {
		_, stdout, _ := run(t, command, "--help")
		requireWidth(t, stdout)
	}
}

func TestWrongHistoryCommandsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for command, message := range map[string]string{
		"changes --kind lamp":                            `--kind: unknown kind "lamp": the kinds are ` + kindNames,
		"changes --uid abc":                              `--uid "abc": want 32 hex digits, got 3: write it as HEX(uid) shows it`,
		"changes --uid zz47c0cf7a3137e35a47c0cf7a3137e3": `--uid "zz47c0cf7a3137e35a47c0cf7a3137e3": want 32 hex digits: write it as HEX(uid) shows it`,
		"changes --op remove":                            `--op "remove": the operations are [add modify delete restore]`,
		"changes --field lamp --kind resource_disk":      `--field "lamp": the columns are charge_type, cloud_created_at, device,`,
		"changes --since tuesday":                        `--since "tuesday": write a time such as 2026-07-28T11:59:00Z`,
		"changes --until tuesday":                        `--until "tuesday": write a time such as`,
		"changes --since 1h --until 2h":                  `--since "1h" is after --until "2h": write the earlier time, which is the longer ago, as --since`,
		"changes --scope a/b/c/d/e":                      `--scope "a/b/c/d/e": write PROVIDER/ACCOUNT/REGION`,
		"changes --limit 0":                              "--limit: write a number from 1 up",
		"changes everything":                             `unknown command "everything"`,
		"history resource_host":                          "name a kind and the provider's id of a resource",
		"history lamp i-1":                               `unknown kind "lamp"`,
		"history resource_host i-1 --limit 0":            "--limit: write a number from 1 up",
		"as-of resource_host":                            "name a kind and a time, such as `starter as-of resource_host 2h`",
		"as-of lamp 2h":                                  `unknown kind "lamp"`,
		"as-of resource_host 2026-07-28 13:00":           `"2026-07-28 13:00" is in the future: it is 2026-07-28 12:00:00 UTC now`,
		"as-of resource_host soon":                       `"soon": write a time such as`,
		"restore":                                        "say what to restore: --run RUN for all rows that a run deleted, or --uid UID for one resource",
		"restore --run 1 --uid 2":                        "say what to restore",
		"restore --run 1 --yes":                          "no configuration file",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			require.Equal(t, 1, b.Run(t.Context(), strings.Fields(command)))
			require.Empty(t, b.stdout.String())
			require.Contains(t, b.stderr.String(), "starter: "+message)
		})
	}
}

// A variable of the shell that is not set leaves an empty argument, which would narrow
// nothing: the first resource of all, or the changes of all scopes.
func TestEmptyArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args    []string
		message string
	}{
		{[]string{"history", "resource_host", ""}, "an argument is empty: write it, or set the variable that gives it (starter history KIND NATIVE_ID"},
		{[]string{"history", "resource_host", " "}, "an argument is empty"},
		{[]string{"as-of", "resource_host", ""}, "an argument is empty"},
		{[]string{"show", ""}, "an argument is empty"},
		{[]string{"accounts", ""}, "an argument is empty"},
		{[]string{"accounts", "mock/prod", ""}, "an argument is empty"},
		{[]string{"changes", "--native-id", ""}, "--native-id is empty: write its value, set the variable that gives it, or leave the flag out"},
		{[]string{"changes", "--scope="}, "--scope is empty"},
		{[]string{"changes", "--run", ""}, "--run is empty"},
		{[]string{"changes", "--op", ""}, "--op is empty"},
		{[]string{"plan", "resource_host", "--scope", ""}, "--scope is empty"},
		{[]string{"plan", "resource_host", "--scope", "mock/prod/beijing,"}, "--scope is empty"},
		{[]string{"prune", "--scope", ""}, "--scope is empty"},
		{[]string{"prune", "--kind", ""}, "--kind is empty"},
		{[]string{"verify", "resource_host", "--scope", ""}, "--scope is empty"},
		{[]string{"restore", "--run", ""}, "--run is empty"},
		{[]string{"restore", "--uid", "", "--run", "1"}, "--uid is empty"},
		{[]string{"changes", "--before", "-1"}, "--before: write a number from 1 up"},
		{[]string{"changes", "--before", "0"}, "--before: write a number from 1 up"},
		{[]string{"changes", "--limit", "-1"}, "--limit: write a number from 1 up"},
		{[]string{"history", "resource_host", "i-1", "--limit=-1"}, "--limit: write a number from 1 up"},
		{[]string{"runs", "--limit", "-1"}, "--limit: write a number from 1 up"},
		{[]string{"show", "latest", "--failures", "-1"}, "--failures: write a number from 0 up"},
		{[]string{"run", "resource_host", "--wait", "--timeout", "-5s"}, "--timeout -5s: write a time that is to come, such as 10m"},
	} {
		b := newBench()
		require.Equal(t, 1, b.Run(t.Context(), test.args), test.args)
		require.Contains(t, b.stderr.String(), "starter: "+test.message, test.args)
		require.Empty(t, b.stdout.String())
	}
	b := newBench()
	require.Equal(t, 1, b.Run(t.Context(), []string{"show", "latest", "--failures", "0", "--config", ""}))
	require.Contains(t, b.stderr.String(), "no configuration file")
}
