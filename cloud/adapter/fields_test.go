package adapter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud/adapter"
)

var beijing = time.FixedZone("UTC+8", 8*60*60)

func TestTimesInAllForms(t *testing.T) {
	t.Parallel()
	second := time.Date(2023, 7, 9, 4, 5, 6, 0, time.UTC)
	minute, day := second.Truncate(time.Minute), time.Date(2023, 7, 9, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2023-07-09T04:05:06Z":          second,
		"2023-07-09t04:05:06z":          second,
		" 2023-07-09T04:05:06Z ":        second,
		"2023-07-09T12:05:06+08:00":     second,
		"2023-07-09T12:05:06+0800":      second,
		"2023-07-09T12:05:06+08":        second,
		"2023-07-09 12:05:06 +0800":     second,
		"2023-07-09 04:05:06Z":          second,
		"2023-07-09 04:05:06 UTC":       second,
		"2023-07-09 04:05:06 +0000 UTC": second,
		"2023-07-09T04:05:06.25Z":       second.Add(250 * time.Millisecond),
		"2023-07-09T04:05:06.000001":    second.Add(time.Microsecond),
		"2023-07-09T04:05Z":             minute,
		"2023-07-09T12:05+08:00":        minute,
		"2023-07-09 04:05":              minute,
		"2023-07-09":                    day,
		"1688875506000":                 second,
		"1688875506000.0":               second,
		"1.688875506e12":                second,
		"1688875506250":                 second.Add(250 * time.Millisecond),
		"1688875506":                    second,
		"":                              {},
		"  ":                            {},
		"0":                             {},
		"0000-00-00 00:00:00":           {},
		"0000-01-01T00:00Z":             {},
		"0001-01-01T00:00:00Z":          {},
		"0001-01-01T08:00:00+08:00":     {},
		"0001-01-01T00:00:00-08:00":     {},
		"0001-01-01T00:00:00":           {},
		"1970-01-01T00:00:00Z":          time.Unix(0, 0).UTC(),
		"9999-12-31T23:59:59Z":          time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		f := adapter.NewFields("thing", "t-1")
		require.Equal(t, want, f.Time("created", text, time.UTC), text)
		require.Empty(t, f.Problem(), text)
	}
	local := adapter.NewFields("thing", "t-1")
	require.Equal(t, second, local.Time("created", "2023-07-09 12:05:06", beijing))
	require.Equal(t, second, local.Time("created", "2023-07-09T04:05:06Z", beijing), "it names its own")
	require.Empty(t, local.Problem())
}

func TestTimesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"yesterday", "2023", "20230709", "12:05:06", "2023-02-30", "2023-13-01T00:00:00Z", "2023-07-09T25:00:00Z", "-1", "1e300", "NaN", "0x10",
		"99999999999999999", "0999-01-01T00:00:00Z", "9999-12-31T23:00:00-08:00", "null", "09/07/2023", strings.Repeat("9", 100_000),
	} {
		f := adapter.NewFields("thing", "t-1")
		f.Time("created", text, time.UTC)
		require.Contains(t, f.Problem(), `thing "t-1": created makes no sense: "`, text)
		require.Less(t, len(f.Problem()), 200, text)
	}
}

func TestExpiriesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "2099-12-31T15:59Z", "2099-12-31 23:59:00", "2999-09-08T16:00Z", "9999-12-31T23:59Z", "9999-12-31T23:59:59-08:00",
		"1970-01-01T00:00:00Z", "1970-01-01 08:00:00", "1970-01-01T08:00:00+08:00", "1970-01-01T00:00:00+08:00", "1970-01-01", "0", "0001-01-01T08:00:00+08:00",
		"4102415940000", // 2099-12-31T15:59Z
	} {
		f := adapter.NewFields("thing", "t-1")
		require.Zero(t, f.Expiry("expires", text, beijing), text)
		require.Empty(t, f.Problem(), text)
	}
	f := adapter.NewFields("thing", "t-1")
	require.Equal(t, time.Date(2098, 12, 31, 0, 0, 0, 0, time.UTC), f.Expiry("expires", "2098-12-31", time.UTC))
	require.Equal(t, time.Date(1970, 1, 4, 0, 0, 0, 0, time.UTC), f.Expiry("expires", "1970-01-04", time.UTC))
	require.Empty(t, f.Problem())
	f.Expiry("expires", "never", time.UTC)
	require.Equal(t, `thing "t-1": expires makes no sense: "never"`, f.Problem())
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"": 0, "0": 0, "2": 2, " 8192 ": 8192, "8192.0": 8192, "8.192e3": 8192, "+4": 4, "-0": 0, "1099511627776": 1 << 40} {
		f := adapter.NewFields("thing", "t-1")
		require.Equal(t, want, f.Whole("size", text), text)
		require.Empty(t, f.Problem(), text)
	}
	for _, text := range []string{"0.5", "-1", "1e30", "1e400", "two", "2 GiB", "0x10", "Inf", "NaN", "1_000", "1,5", "--", "1099511627777"} {
		f := adapter.NewFields("thing", "t-1")
		require.Zero(t, f.Whole("size", text), text)
		require.Equal(t, `thing "t-1": size makes no sense: "`+text+`"`, f.Problem())
	}

	f := adapter.NewFields("thing", "t-1")
	require.EqualValues(t, 512, f.Scaled("memory", "0.5", 1024))
	require.EqualValues(t, 4096, f.Scaled("memory", "4", 1024))
	require.EqualValues(t, 60, f.Sum("disks", "50", "", "10.0"))
	require.EqualValues(t, 3306, f.Port("port", "3306"))
	require.Empty(t, f.Problem())
	for want, read := range map[string]func(*adapter.Fields){
		`memory makes no sense: "-0.5"`:  func(f *adapter.Fields) { f.Scaled("memory", "-0.5", 1024) },
		`memory makes no sense: "1e12"`:  func(f *adapter.Fields) { f.Scaled("memory", "1e12", 1024) },
		`disks makes no sense: "x"`:      func(f *adapter.Fields) { f.Sum("disks", "50", "x") },
		`port makes no sense: "65536"`:   func(f *adapter.Fields) { f.Port("port", "65536") },
		`first makes no sense: "a"`:      func(f *adapter.Fields) { f.Whole("first", "a"); f.Whole("second", "b") },
		`size makes no sense: "\x1b[2J"`: func(f *adapter.Fields) { f.Whole("size", "\x1b[2J") },
	} {
		f := adapter.NewFields("thing", "t-1")
		read(f)
		require.Equal(t, `thing "t-1": `+want, f.Problem())
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"10.0.0.2", "10.0.0.9", "2001:db8::1:0:0:1", "fe80::1"}, adapter.IPs("2001:DB8:0:0:1:0:0:1", "10.0.0.9", "", " ", "10.0.0.2", "::ffff:10.0.0.9", "2001:db8::1:0:0:1/128", "fe80:0::1", "10.0.0.2/32"))
	require.Nil(t, adapter.IPs("", " "))
	for _, other := range []string{"10.0.0", "10.0.0.300", "10.0.0.0/24", "lb.example", "2001:db8:::1", "010.0.0.1", "10.0.**.**"} {
		require.ElementsMatch(t, []string{other, "10.0.0.1"}, adapter.IPs(" "+other, "10.0.0.1", other), "as the cloud writes it")
	}
	require.Equal(t, []string{"10.0.0.1", "10.0.0.2"}, adapter.FirstIPs(nil, []string{"", "10.0.0.2", "10.0.0.1"}, []string{"10.0.0.3"}))
	require.Equal(t, []string{"lb.example"}, adapter.FirstIPs([]string{""}, []string{"lb.example"}))
	require.Nil(t, adapter.FirstIPs([]string{""}, nil))
}

func TestSetsAndTags(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a", "b"}, adapter.Set("b", "", "a", " b "))
	require.Nil(t, adapter.Set(""))
	pair := func(of [2]string) (string, string) { return of[0], of[1] }
	require.Equal(t, map[string]string{"k": "v", "K": ""}, adapter.Tags([][2]string{{"k", "v"}, {"", "x"}, {"K", ""}}, pair))
	require.Nil(t, adapter.Tags(nil, pair))
}

func TestLeast(t *testing.T) {
	t.Parallel()
	second := func(of [2]string) string { return of[1] }
	require.Equal(t, [2]string{"c", "1"}, adapter.Least([][2]string{{"a", ""}, {"b", "2"}, {"c", "1"}, {"d", "1"}}, second))
	require.Zero(t, adapter.Least([][2]string{{"a", ""}}, second))
	require.Zero(t, adapter.Least(nil, second))
}

// A resource with a problem is no row; one without an id is a problem at least.

func TestEngines(t *testing.T) {
	t.Parallel()
	for want, words := range map[string][]string{
		"postgresql":        {"postgres", "PostgreSQL", "postgresql"},
		"mysql":             {"mysql", "MySQL"},
		"mariadb":           {"mariadb", "MariaDB"},
		"sqlserver":         {"SQLServer", "sqlserver-ee", "sqlserver-web", "custom-sqlserver-se", "mssql"},
		"oracle":            {"oracle-ee", "oracle-se2-cdb", "custom-oracle-ee"},
		"db2":               {"db2-se"},
		"aurora-mysql":      {"aurora", "aurora-mysql"},
		"aurora-postgresql": {"aurora-postgresql"},
		"neptune":           {"neptune"},
		"ppas":              {"PPAS"},
		"":                  {""},
	} {
		for _, word := range words {
			require.Equal(t, want, adapter.Engine(word), word)
		}
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	words := map[string]string{"0": "off", "1": "on"}
	for number, word := range map[string]string{"0": "off", "1.0": "on", "2": "2", "": ""} {
		require.Equal(t, word, adapter.Word(words, number))
	}
}

func TestListener(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ protocol, first, last, want string }{
		{"HTTPS", "443", "", "443/https"},
		{" Tcp", "443.0", "443", "443/tcp"},
		{"udp", "8000", "8010", "8000-8010/udp"},
		{"TCP", "0", "65535", "0-65535/tcp"},
		{"TCP", "", "0", "all/tcp"},
		{"", "", "", "all/all"},
		{"", "80", "", "80/all"},
	} {
		f := adapter.NewFields("listener", "l-1")
		require.Equal(t, test.want, f.Listener(test.protocol, test.first, test.last))
		require.Empty(t, f.Problem())
	}
	for _, odd := range []string{"-1", "65536", "https", "4.5"} {
		f := adapter.NewFields("listener", "l-1")
		f.Listener("tcp", "1", odd)
		require.Contains(t, f.Problem(), "last port makes no sense")
	}
}
