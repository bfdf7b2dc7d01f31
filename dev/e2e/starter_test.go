package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/starter/cli"
	"cloudsync/workflows"
)

// starter runs the operator's command line, and returns what it printed to standard output
// and its exit status.
func (s *stack) starter(t *testing.T, config string, args ...string) (stdout string, status int) {
	t.Helper()
	stdout, _, status = s.starterSays(t, config, args...)
	return stdout, status
}

// starterSays returns standard error, too. The command line is run in this process: as a
// program of its own, the hundreds of these tests took a third of their time to start.
func (s *stack) starterSays(t *testing.T, config string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = cli.New(&out, &errs, os.Getenv).Run(t.Context(), append([]string{
		"--config", config, "--temporal-address", s.address, "--namespace", s.namespace,
	}, args...))
	t.Logf("starter %s\n%s%s", strings.Join(args, " "), out.String(), errs.String())
	return out.String(), errs.String(), status
}

// starterProgram is starter as the program that operators have.
func (s *stack) starterProgram(t *testing.T, config string, args ...string) (stdout string, status int) {
	t.Helper()
	binary, err := starterBinary()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), binary, append([]string{"--config", config}, args...)...)
	command.Env = s.environ()
	out, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return string(out), command.ProcessState.ExitCode()
}

// The way of an operator: apply the schedules, run twice, look at the audit.
func TestOperatorsWay(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	config := s.writeConfig(t, "beijing, shanghai", "{ seed: 3 }")
	s.startProcess(t, config)

	out, status := s.starterProgram(t, config, "apply")
	require.Zero(t, status)
	require.Contains(t, out, "created cloud-sync/resource_host every "+never)
	out, status = s.starterProgram(t, config, "apply")
	require.Zero(t, status)
	require.Empty(t, out, "nothing changed, nothing printed")

	first := s.runAndWait(t, config)
	require.Equal(t, activities.OK, first.Outcome)
	s.watchStaging(t)
	second := s.runAndWait(t, config)
	require.Equal(t, activities.Unchanged, second.Outcome)
	require.Equal(t, activities.Stats{CloudNum: first.CloudNum, DBNum: first.CloudNum}, second.Stats)
	require.Zero(t, s.count(t, "SELECT COUNT(*) FROM staging_writes"))

	out, status = s.starterProgram(t, config, "--output", "json", "runs", hostKind)
	require.Zero(t, status)
	require.Contains(t, out, second.RunID)
	out, status = s.starterProgram(t, config, "show", second.RunID)
	require.Zero(t, status)
	require.Contains(t, out, "unchanged")
	out, status = s.starterProgram(t, config, "list")
	require.Zero(t, status)
	require.Contains(t, out, hostKind)
}

func (s *stack) runAndWait(t *testing.T, config string) (report workflows.Report) {
	t.Helper()
	out, status := s.starter(t, config, "run", hostKind, "--wait", "--output", "json")
	require.Zero(t, status)
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	for _, name := range []string{
		"public.cloud.num", "db.num", "toAddNum", "toModNum", "toDelNum", "suAddNum", "suModNum", "suDelNum", "timeTook",
	} {
		require.Contains(t, out, `"`+name+`"`)
	}
	return report
}

// Whoever has only the exit status knows the outcome.
func TestExitStatusTellsTheOutcome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults string
		status int
	}{
		"partial": {`[{ fault: denied, region: beijing }]`, 3},
		"held":    {`[{ fault: empty, region: beijing, from_tick: 1 }]`, 4},
		"failed":  {`[{ fault: denied }]`, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			tick := t.TempDir() + "/tick"
			require.NoError(t, os.WriteFile(tick, []byte("0"), 0o600))
			config := s.writeConfig(t, "beijing, shanghai", "{ seed: 3, churn: 0, tick_file: "+tick+", faults: "+c.faults+" }")
			s.startProcess(t, config)
			if name == "held" { // there must be something to delete
				_, status := s.starterProgram(t, config, "run", hostKind, "--wait")
				require.Zero(t, status)
			}
			require.NoError(t, os.WriteFile(tick, []byte("1"), 0o600))
			_, status := s.starterProgram(t, config, "run", hostKind, "--wait")
			require.Equal(t, c.status, status)
		})
	}
}
