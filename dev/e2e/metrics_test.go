package e2e

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// deployed is a path below deploy/, which has what others run beside the program.
func deployed(elements ...string) string {
	return filepath.Join(append([]string{"..", "..", "deploy"}, elements...)...)
}

func TestAlertRules(t *testing.T) {
	t.Parallel()
	promtool := installed(t, "promtool")
	tests, err := filepath.Glob(deployed("prometheus", "*_test.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, tests)
	out, err := exec.CommandContext(t.Context(), promtool, append([]string{"test", "rules"}, tests...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = exec.CommandContext(t.Context(), promtool, "check", "config", "--syntax-only", deployed("prometheus", "prometheus.yml")).CombinedOutput()
	require.NoError(t, err, "%s", out)

	told, err := os.ReadFile(deployed("prometheus", "alerts_test.yaml"))
	require.NoError(t, err)
	for _, rule := range rules(t) {
		if rule.Alert == "" {
			continue
		}
		require.Contains(t, string(told), "alertname: "+rule.Alert, "no test of the alert")
		for _, name := range []string{"summary", "description", "action", "runbook"} {
			require.NotEmpty(t, rule.Annotations[name], "%s has no %s", rule.Alert, name)
		}
		page, heading, _ := strings.Cut(rule.Annotations["runbook"], "#")
		text, err := os.ReadFile(filepath.Join("..", "..", page))
		require.NoError(t, err, rule.Alert)
		require.Contains(t, anchors(string(text)), heading, "%s: %s has no such heading", rule.Alert, page)
	}
}

// anchors are the headings of a document, as links name them.
func anchors(text string) (names []string) {
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") {
			heading := strings.ToLower(strings.TrimLeft(line, "# "))
			names = append(names, strings.ReplaceAll(regexp.MustCompile("[^a-z0-9 -]").ReplaceAllString(heading, ""), " ", "-"))
		}
	}
	return names
}

type rule struct {
	Alert, Record, Expr string
	Annotations         map[string]string
}

// rules are all that Prometheus is given.
func rules(t *testing.T) (all []rule) {
	t.Helper()
	for _, name := range []string{"cloudsync.rules.yaml", "cloudsync.alerts.yaml"} {
		text, err := os.ReadFile(deployed("prometheus", name))
		require.NoError(t, err)
		var file struct{ Groups []struct{ Rules []rule } }
		require.NoError(t, yaml.Unmarshal(text, &file))
		for _, group := range file.Groups {
			all = append(all, group.Rules...)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// question is what a rule or a panel asks Prometheus.
type question struct{ where, expr string }

// questions are those of all rules and dashboards.
func questions(t *testing.T) (all []question) {
	t.Helper()
	for _, one := range rules(t) {
		all = append(all, question{one.Alert + one.Record, one.Expr})
	}
	dashboards, err := filepath.Glob(deployed("grafana", "dashboards", "*.json"))
	require.NoError(t, err)
	require.Len(t, dashboards, 4)
	labelValues := regexp.MustCompile(`^label_values\((\w+), \w+\)$`)
	for _, path := range dashboards {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var dashboard struct {
			Title  string
			Panels []struct {
				Title   string
				Targets []struct{ Expr, LegendFormat string }
			}
			Templating struct {
				List []struct{ Name, Definition string }
			}
		}
		require.NoError(t, json.Unmarshal(text, &dashboard), path)
		require.NotEmpty(t, dashboard.Panels, path)
		for _, panel := range dashboard.Panels {
			require.NotEmpty(t, panel.Targets, "%s: %s", dashboard.Title, panel.Title)
			for _, target := range panel.Targets {
				where := dashboard.Title + ": " + panel.Title
				all = append(all, question{where, target.Expr})
				// There may be thousands: more lines than 15 nobody reads, and a browser hardly draws.
				if regexp.MustCompile(`\{\{(account|region|action)\}\}`).MatchString(target.LegendFormat) {
					require.Regexp(t, `^topk\(\d\d, .*\)$`, target.Expr, where)
				}
			}
		}
		for _, variable := range dashboard.Templating.List {
			metric := labelValues.FindStringSubmatch(variable.Definition)
			require.NotNil(t, metric, "%s: variable %s", dashboard.Title, variable.Name)
			all = append(all, question{dashboard.Title + ": variable " + variable.Name, metric[1]})
		}
	}
	return all
}

// asked are the metrics that questions name, with who asks. What rules record is none.
func asked(t *testing.T) map[string]string {
	t.Helper()
	language := parser.NewParser(parser.Options{})
	recorded := map[string]bool{"up": true}
	for _, one := range rules(t) {
		recorded[one.Record] = true
	}
	names := map[string]string{}
	for _, one := range questions(t) {
		expr, err := language.ParseExpr(one.expr)
		require.NoError(t, err, "%s: %s", one.where, one.expr)
		parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
			selector, is := node.(*parser.VectorSelector)
			if !is {
				return nil
			}
			require.NotEmpty(t, selector.Name, "%s: %s", one.where, one.expr)
			known := recorded[selector.Name]
			require.True(t, known || !strings.Contains(selector.Name, ":"), "%s: nothing records %s", one.where, selector.Name)
			if !known {
				names[selector.Name] = one.where
			}
			return nil
		})
	}
	return names
}

// exposed are the names of the samples at an address, and of the metrics with a HELP.
func exposed(t *testing.T, url, user, password string) (samples, families map[string]bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/metrics", nil)
	require.NoError(t, err)
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
	samples, families = map[string]bool{}, map[string]bool{}
	for _, line := range strings.Split(string(body), "\n") {
		if help, is := strings.CutPrefix(line, "# HELP "); is {
			name, _, _ := strings.Cut(help, " ")
			families[name] = true
		} else if !strings.HasPrefix(line, "#") {
			samples[line[:max(0, strings.IndexAny(line, "{ "))]] = true
		}
	}
	return samples, families
}

// What rules and dashboards ask for, a worker and a server have after one run; and what they
// have of the program's own, docs/operations/metrics.md tells, and nothing else.
func TestMetricsThatAreAskedForExist(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	config := s.servingConfig(t, serving{})
	port, err := ports.Free()
	require.NoError(t, err)
	log := filepath.Join(t.TempDir(), "worker.log")
	child, err := process.Start(process.Spec{
		Name: "worker", Path: os.Args[0], Args: []string{"-test.run", "^TestWorkerProgram$"}, Log: log,
		Env: s.environ(workerProgramVariable+"="+config, workerListenVariable+"="+ports.Address(port), "CLOUDSYNC_BUILD_ID=v1"),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = child.Kill() })
	program{Child: child, log: log}.awaitLine(t, "this build takes the new runs")
	out, status := s.starter(t, config, "apply")
	require.Zero(t, status, out)
	require.Positive(t, s.sync(t, hostKind).SuAdd)
	server := startServing(t, config, s.environ())

	// They ask Temporal and the database within a limit: on a busy machine the first answers may be
	// without what these tell.
	names := asked(t)
	var families, others map[string]bool
	require.Eventually(t, func() bool {
		var ofWorker, ofServer map[string]bool
		ofWorker, families = exposed(t, "http://"+ports.Address(port), "", "")
		ofServer, others = exposed(t, server.url, theViewer.name, theViewer.password)
		complete := true
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if !ofWorker[name] && !ofServer[name] {
				t.Logf("%s asks for %s, which nobody has", names[name], name)
				complete = false
			}
		}
		return complete
	}, patience, 5*time.Second, "the log names what nobody has")

	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations", "metrics.md"))
	require.NoError(t, err)
	maps.Copy(families, others)
	told := map[string]bool{}
	for _, name := range regexp.MustCompile("(?m)^\\| `(cloudsync_[a-z_0-9]+)").FindAllStringSubmatch(string(page), -1) {
		told[name[1]] = true
		require.True(t, families[name[1]], "the page tells of %s, which nobody has", name[1])
	}
	for name := range families {
		if strings.HasPrefix(name, "cloudsync_") {
			require.True(t, told[name], "the page does not tell of %s", name)
		}
	}
}
