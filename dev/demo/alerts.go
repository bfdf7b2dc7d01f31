package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"cloudsync/dev/layout"
	"cloudsync/dev/machine"
	free "cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// Rules is the folder of the rules that installations give their Prometheus.
func Rules(l layout.Layout) string { return l.Module("deploy/prometheus") }

// startAlerts starts a Prometheus that reads the metrics of worker and server, with the rules of
// a folder, where the machine has one. A demo goes on without.
func (d *demo) startAlerts(ctx context.Context) error {
	program := machine.Local().First("prometheus")
	if program == "" || d.Rules == "" {
		return nil
	}
	rules, err := ruleFiles(d.Rules)
	if err != nil {
		return err
	}
	config := d.Layout.Path("prometheus.yml")
	if err := d.writeAlertsConfig(config, rules); err != nil {
		return err
	}
	listen := free.Address(d.ports.Alerts)
	step := d.Console.Step("Prometheus")
	step.Detail("starting")
	child, err := process.Start(process.Spec{
		Name: "Prometheus", Path: program, Dir: d.Layout.Root,
		Args: []string{
			"--config.file=" + config, "--storage.tsdb.path=" + d.Layout.Path("prometheus"),
			"--storage.tsdb.retention.time=1d", "--web.listen-address=" + listen,
		},
		Log: d.Layout.Log(alertsName), PIDFile: d.Layout.PIDFile(alertsName),
	})
	if err != nil {
		step.Fail()
		d.Console.Printf("  Going on without Prometheus: %v", err)
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := child.WaitReady(waiting, process.Answers("http://"+listen+"/-/ready")); err != nil {
		step.Fail()
		d.Console.Printf("  Going on without Prometheus: %v", err)
		return errors.Join(child.Stop(ctx), ctx.Err())
	}
	d.stack.addExtra(child)
	d.alerting = true
	step.Done("on %s, files of rules: %d", listen, len(rules))
	return nil
}

// ruleFiles are the files of rules in a folder and those in it. Tests of rules, and
// configurations, may be beside them.
func ruleFiles(folder string) ([]string, error) {
	var files []string
	for _, pattern := range []string{"*.yml", "*.yaml", "*/*.yml", "*/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, fmt.Errorf("find the rules of alerts: %w", err)
		}
		files = append(files, found...)
	}
	var failed error
	files = slices.DeleteFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		failed = errors.Join(failed, err)
		return !bytes.HasPrefix(text, []byte("groups:")) && !bytes.Contains(text, []byte("\ngroups:"))
	})
	if failed != nil {
		return nil, fmt.Errorf("read the rules of alerts: %w", failed)
	}
	return files, nil
}

type (
	alertsConfig struct {
		Global struct {
			ScrapeInterval     string `yaml:"scrape_interval"`
			EvaluationInterval string `yaml:"evaluation_interval"`
		} `yaml:"global"`
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []scrape `yaml:"scrape_configs"`
	}
	scrape struct {
		JobName       string    `yaml:"job_name"`
		StaticConfigs []targets `yaml:"static_configs"`
	}
	targets struct {
		Targets []string `yaml:"targets"`
	}
)

func (d *demo) writeAlertsConfig(file string, rules []string) error {
	var config alertsConfig
	config.Global.ScrapeInterval, config.Global.EvaluationInterval = "5s", "5s"
	config.RuleFiles = rules
	config.ScrapeConfigs = []scrape{
		{JobName: "cloudsync-worker", StaticConfigs: []targets{{Targets: []string{free.Address(d.ports.Worker)}}}},
		{JobName: "cloudsync-serve", StaticConfigs: []targets{{Targets: []string{free.Address(d.ports.Server)}}}},
	}
	text, err := yaml.Marshal(config)
	if err != nil {
		return fmt.Errorf("write Prometheus's configuration: %w", err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return fmt.Errorf("write Prometheus's configuration: %w", err)
	}
	return nil
}
