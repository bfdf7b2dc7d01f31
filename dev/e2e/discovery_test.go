package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/dev/machine"
	"cloudsync/dev/mariadb"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
	"cloudsync/store/storetest"
)

// installed is the path of a program of others. Where `make setup` could not install it, it
// has said so; continuous integration has it.
func installed(t *testing.T, program string) string {
	t.Helper()
	path := machine.Local().First(program)
	if path == "" && os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: run `make setup`", program)
	}
	if path == "" {
		t.Skipf("needs %s: run `make setup`", program)
	}
	return path
}

// hostRow is what a test says of a host in the table.
type hostRow struct {
	n                 int // which one
	name, region, tag string
	group, address    string
}

// write puts the host into the table.
func (h hostRow) write(t *testing.T, dsn string) {
	t.Helper()
	tags, err := json.Marshal(map[string]string{"kubernetes.io/role": h.tag})
	require.NoError(t, err)
	addresses, err := json.Marshal([]string{h.address})
	require.NoError(t, err)
	_, err = storetest.Connect(t, dsn).ExecContext(t.Context(), `REPLACE INTO resource_host
		(uid, hash, scope_id, provider, account, region, native_id, name, stree_group, private_ips, tags, created_at, updated_at)
		VALUES (UNHEX(LPAD(?, 32, '0')), '', 1, 'aws', 'prod', ?, ?, ?, ?, ?, ?, NOW(), NOW())`,
		h.n, h.region, fmt.Sprintf("i-%d", h.n), h.name, h.group, string(addresses), string(tags)) // MySQL takes no bytes for JSON
	require.NoError(t, err)
	_, err = storetest.Connect(t, dsn).ExecContext(t.Context(), `INSERT INTO resource_change (kind, uid, native_id, scope_id, run_id, op, changed_at)
		VALUES ('resource_host', UNHEX(LPAD(?, 32, '0')), ?, 1, 'test', 'add', UTC_TIMESTAMP(6))`, h.n, fmt.Sprintf("i-%d", h.n))
	require.NoError(t, err)
}

// prometheus is a server with data of its own.
type prometheus struct {
	*process.Child
	address string
}

// startPrometheus scrapes what an address tells it to.
func startPrometheus(t *testing.T, discovered string) prometheus {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `
global: { scrape_interval: 200ms, scrape_timeout: 200ms }
scrape_configs:
  - job_name: hosts
    http_sd_configs: [{ url: %q, refresh_interval: 1s }]
    relabel_configs:
      - { source_labels: [__meta_cloudsync_name], target_label: instance }
      - { regex: __meta_cloudsync_(region|tag_kubernetes_io_role), action: labelmap }
      - { source_labels: [__meta_cloudsync_private_ips], regex: ".*,127.0.0.1,.*", target_label: here, replacement: "yes" }
`, discovered), 0o600))
	port, err := ports.Free()
	require.NoError(t, err)
	child, err := process.Start(process.Spec{
		Name: "Prometheus", Path: installed(t, "prometheus"), Dir: dir, Log: filepath.Join(dir, "log"),
		Args: []string{"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + ports.Address(port)},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, child.Stop(context.Background())) })
	p := prometheus{Child: child, address: "http://" + ports.Address(port)}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, p.WaitReady(ctx, func(ctx context.Context) error {
		_, err := fetch(ctx, p.address+"/-/ready")
		return err
	}))
	return p
}

func fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return body, err
}

// target is what Prometheus's API says of one.
type target struct {
	Labels, DiscoveredLabels map[string]string
	ScrapeURL, Health        string
}

// targets are those that Prometheus has now, by their instance.
func (p prometheus) targets(t *testing.T) map[string]target {
	t.Helper()
	body, err := fetch(t.Context(), p.address+"/api/v1/targets?state=active")
	require.NoError(t, err)
	var answer struct {
		Data struct{ ActiveTargets []target }
	}
	require.NoError(t, json.Unmarshal(body, &answer))
	found := map[string]target{}
	for _, one := range answer.Data.ActiveTargets {
		found[one.Labels["instance"]] = one
	}
	require.Len(t, found, len(answer.Data.ActiveTargets))
	return found
}

// awaitUp waits until Prometheus has scraped exactly these.
func (p prometheus) awaitUp(t *testing.T, instances ...string) map[string]target {
	t.Helper()
	var found map[string]target
	require.Eventually(t, func() bool {
		found = p.targets(t)
		for _, one := range found {
			if one.Health != "up" {
				return false
			}
		}
		return slices.Equal(slices.Sorted(maps.Keys(found)), instances)
	}, patience, 100*time.Millisecond, "%v", instances)
	return found
}

// A real Prometheus finds what a server tells it of the inventory. While MySQL is away it keeps that, and
// then it finds what is new.
func TestPrometheusFindsTargets(t *testing.T) {
	t.Parallel()
	installed(t, "prometheus")
	server, err := mariadb.Start(t.Context(), mariadb.Options{Dir: t.TempDir(), Database: "cloudsync"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	dsn := server.DSN("cloudsync")
	s := storetest.OpenDSN(t, dsn)
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	const quirky = `{{ 7*7 }} "北京"`
	hostRow{n: 1, name: "one", region: "beijing", tag: "node", group: "inf", address: "127.0.0.1"}.write(t, dsn)
	hostRow{n: 2, name: quirky, region: "shanghai", tag: `a"b\`, group: "inf", address: "127.0.0.1"}.write(t, dsn)
	hostRow{n: 3, name: "of others", region: "shanghai", group: "ads", address: "127.0.0.1"}.write(t, dsn)

	var refused atomic.Int64 // answers that were 503
	served, err := url.Parse(startServing(t, (&stack{dsn: dsn}).writeConfig(t, "beijing", "{ seed: 1 }"), os.Environ()).url)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(served) }}
	told := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxy.ServeHTTP(countingWriter{w, &refused}, r)
	}))
	t.Cleanup(told.Close)
	scraped := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stub" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, "stub 1")
	}))
	t.Cleanup(scraped.Close)
	stub, err := url.Parse(scraped.URL)
	require.NoError(t, err)
	// The query is written as people write it.
	p := startPrometheus(t, told.URL+"/api/v1/sd/host?port="+stub.Port()+`&path=/stub&scheme=http&q={stree_group="inf"}`)

	found := p.awaitUp(t, "one", quirky)
	require.Equal(t, scraped.URL+"/stub", found["one"].ScrapeURL)
	require.Equal(t, map[string]string{
		"job": "hosts", "instance": quirky, "region": "shanghai", "tag_kubernetes_io_role": `a"b\`, "here": "yes",
	}, found[quirky].Labels)
	require.Equal(t, "i-2", found[quirky].DiscoveredLabels["__meta_cloudsync_native_id"])
	require.Equal(t, ",127.0.0.1,", found[quirky].DiscoveredLabels["__meta_cloudsync_private_ips"])

	require.NoError(t, server.Stop(t.Context()))
	begun := refused.Load()
	require.Eventually(t, func() bool { return refused.Load() >= begun+3 }, patience, 50*time.Millisecond)
	body, err := fetch(t.Context(), p.address+"/metrics")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^prometheus_sd_http_failures_total [1-9]`, string(body))
	p.awaitUp(t, "one", quirky)

	require.NoError(t, server.Start(t.Context()))
	hostRow{n: 2, name: "renamed", region: "shanghai", group: "inf", address: "127.0.0.1"}.write(t, dsn)
	hostRow{n: 4, name: "new", region: "shenzhen", group: "inf", address: "127.0.0.1"}.write(t, dsn)
	p.awaitUp(t, "new", "one", "renamed")
}

// countingWriter counts the answers that are 503.
type countingWriter struct {
	http.ResponseWriter
	refused *atomic.Int64
}

func (w countingWriter) WriteHeader(status int) {
	if status == http.StatusServiceUnavailable {
		w.refused.Add(1)
	}
	w.ResponseWriter.WriteHeader(status)
}

// ansible runs one of Ansible's programs with settings of its own alone.
func ansible(t *testing.T, program string, args ...string) (stdout string) {
	t.Helper()
	home := t.TempDir()
	config := filepath.Join(home, "ansible.cfg")
	require.NoError(t, os.WriteFile(config, nil, 0o600))
	command := exec.CommandContext(t.Context(), installed(t, program), args...)
	command.Dir = home
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C.UTF-8", "ANSIBLE_CONFIG=" + config,
		"ANSIBLE_INVENTORY_ENABLED=script", "ANSIBLE_INVENTORY_UNPARSED_FAILED=1",
	}
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	require.NoError(t, command.Run(), "%s\n%s", out.String(), errs.String())
	require.NotContains(t, errs.String(), "WARNING")
	t.Logf("%s %s\n%s", program, strings.Join(args, " "), out.String())
	return out.String()
}

// executable writes a script.
func executable(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "inventory")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700))
	return path
}

// answer is how Ansible tells of a host on which it ran something.
var answer = regexp.MustCompile(`(?ms)^(\S+) \| SUCCESS => (\{$.*?^\})$`)

// said is what Ansible made of an expression, by host.
func said(t *testing.T, script, expression string) map[string]any {
	t.Helper()
	out := ansible(t, "ansible", "-i", script, "all", "-m", "ansible.builtin.debug", "-a", "msg="+strconv.Quote(expression))
	messages := map[string]any{}
	for _, of := range answer.FindAllStringSubmatch(out, -1) {
		var result struct{ Msg any }
		require.NoError(t, json.Unmarshal([]byte(of[2]), &result))
		messages[of[1]] = result.Msg
	}
	return messages
}

// A real Ansible reads the inventory, and takes nothing in it for a template.
func TestAnsibleReadsTheInventory(t *testing.T) {
	t.Parallel()
	installed(t, "ansible-inventory")
	dsn := storetest.NewDatabase(t)
	_, err := storetest.OpenDSN(t, dsn).Migrate(t.Context())
	require.NoError(t, err)
	const template = "{{ 7*7 }}"
	hostRow{n: 1, name: "one", region: "cn-north-1", tag: template, group: "in.f", address: "10.0.0.1"}.write(t, dsn)
	hostRow{n: 2, name: template, region: "北京", tag: "node", address: "10.0.0.2"}.write(t, dsn)
	hostRow{n: 3, name: "localhost", region: template, group: "__ansible_unsafe", address: "10.0.0.3"}.write(t, dsn)
	hostRow{n: 4, name: "nowhere", region: "cn-north-1"}.write(t, dsn)
	starter, err := starterBinary()
	require.NoError(t, err)
	script := executable(t, "exec "+starter+" --config "+(&stack{dsn: dsn}).writeConfig(t, "beijing", "{ seed: 1 }")+` inventory "$@"`)
	const stripped = "___7_7___" // the template, as a name

	var listed struct {
		Meta struct {
			Hostvars map[string]map[string]any
		} `json:"_meta"`
	}
	require.NoError(t, json.Unmarshal([]byte(ansible(t, "ansible-inventory", "-i", script, "--list")), &listed))
	require.Equal(t, []string{stripped, "localhost_i-3", "one"}, slices.Sorted(maps.Keys(listed.Meta.Hostvars)))
	require.Equal(t, "10.0.0.1", listed.Meta.Hostvars["one"]["ansible_host"])

	graph := ansible(t, "ansible-inventory", "-i", script, "--graph")
	require.Equal(t, `@all:
  |--@account_aws_prod:
  |  |--___7_7___
  |  |--localhost_i-3
  |  |--one
  |--@provider_aws:
  |  |--___7_7___
  |  |--localhost_i-3
  |  |--one
  |--@region____7_7___:
  |  |--localhost_i-3
  |--@region_cn_north_1:
  |  |--one
  |--@region_北京:
  |  |--___7_7___
  |--@stree___ansible_unsafe:
  |  |--localhost_i-3
  |--@stree_in_f:
  |  |--one
`, strings.Replace(graph, "  |--@ungrouped:\n", "", 1)) // where it stands is Ansible's matter

	require.Equal(t, map[string]any{
		stripped: template + " " + stripped, "localhost_i-3": "localhost localhost_i-3", "one": "one one",
	}, said(t, script, "{{ cloudsync_name }} {{ inventory_hostname }}"))
	require.Equal(t, template, said(t, script, "{{ cloudsync_tags['kubernetes.io/role'] }}")["one"])
	require.Equal(t, template, said(t, script, "{{ cloudsync_region }}")["localhost_i-3"])
	require.Equal(t, "1", fmt.Sprint(said(t, script, "{{ cloudsync_left_out }}")["one"]))
	require.Equal(t, "in.f", said(t, script, "{{ cloudsync_stree_group }}")["one"])

	// What this would find if texts were not marked.
	unmarked := executable(t, `echo '{"_meta":{"hostvars":{"one":{"cloudsync_name":"{{ 7*7 }}"}}},"all":{"hosts":["one"]}}'`)
	require.Equal(t, "49", fmt.Sprint(said(t, unmarked, "{{ cloudsync_name }}")["one"]))
}
