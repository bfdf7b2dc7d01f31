package demo

import (
	"context"
	"time"

	"cloudsync/dev/mariadb"
	free "cloudsync/dev/ports"
	"cloudsync/dev/process"
	"cloudsync/dev/temporalserver"
)

// The names of processes, as their pid files have them.
const (
	mysqlName    = "mysql"
	temporalName = "temporal"
	workerName   = "worker"
	serverName   = "server"
	alertsName   = "prometheus"
)

const (
	leftoverWithin = 30 * time.Second
	readyWithin    = time.Minute
)

// stopLeftovers ends what an earlier demo left behind when it was killed, in the
// order in which it would have.
func (d *demo) stopLeftovers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leftoverWithin)
	defer cancel()
	for _, name := range []string{alertsName, serverName, workerName, temporalName, mysqlName} {
		pid, err := process.StopLeftover(ctx, d.Layout.PIDFile(name))
		if err != nil {
			return err
		}
		if pid != 0 {
			d.Console.Printf("  Stopped %s (pid %d), left behind by an earlier demo.", name, pid)
		}
	}
	return nil
}

func (d *demo) startDatabase(ctx context.Context) error {
	step := d.Console.Step(d.Programs.Database.Name)
	step.Detail("starting")
	server, err := mariadb.Start(ctx, mariadb.Options{
		Dir: d.dataFolder(), Port: d.ports.MySQL, Database: database,
		Installation: d.Programs.Database,
		Log:          d.Layout.Log(mysqlName), PIDFile: d.Layout.PIDFile(mysqlName),
	})
	if err != nil {
		return step.End(err, "")
	}
	d.stack.add(server.Process())
	step.Done("%s on %s", d.Programs.Database.Version, free.Address(d.ports.MySQL))
	return nil
}

// dataFolder is one for each of the servers: neither reads the other's files.
func (d *demo) dataFolder() string {
	if d.Programs.Database.IsMariaDB() {
		return d.Layout.Path("mysql")
	}
	return d.Layout.Path("mysql-data")
}

func (d *demo) startTemporal(ctx context.Context) error {
	step := d.Console.Step("Temporal")
	step.Detail("starting")
	server, err := temporalserver.Start(ctx, temporalserver.Options{
		Binary: d.Programs.Temporal, Port: d.ports.Temporal, HTTPPort: d.ports.HTTP, UIPort: d.ports.UI,
		DBFile: d.Layout.Path("temporal.db"),
		Log:    d.Layout.Log(temporalName), PIDFile: d.Layout.PIDFile(temporalName),
	})
	if err != nil {
		return step.End(err, "")
	}
	d.stack.add(server.Process())
	step.Done("development server on %s", server.Address())
	return nil
}

func (d *demo) migrate(ctx context.Context) error {
	return d.starter(ctx, "Tables", "migrated", "migrate")
}

func (d *demo) applySchedules(ctx context.Context) error {
	return d.starter(ctx, "Schedules", "applied", "apply")
}

func (d *demo) starter(ctx context.Context, label, done, command string) error {
	step := d.Console.Step(label)
	run := process.Command{
		Path: d.App.starter(d.Layout), Args: []string{"--config", d.Config, command},
		Dir: d.Layout.Root, Env: d.environment(),
		OnLine: func(line string) { step.Detail("%s", line) },
	}
	return step.End(run.Run(ctx), "%s", done)
}

func (d *demo) startWorker(ctx context.Context) error {
	listen := free.Address(d.ports.Worker)
	return d.startOwn(ctx, listen, "health and metrics on "+listen, process.Spec{
		Name: "Worker", Path: d.App.worker(d.Layout),
		Args: []string{"--config", d.Config, "--listen", listen},
		Log:  d.Layout.Log(workerName), PIDFile: d.Layout.PIDFile(workerName),
	})
}

func (d *demo) startServer(ctx context.Context) error {
	listen := free.Address(d.ports.Server)
	return d.startOwn(ctx, listen, "the inventory on "+d.serverURL(), process.Spec{
		Name: "Server", Path: d.App.starter(d.Layout),
		Args: []string{"--config", d.Config, "serve", "--listen", listen},
		Log:  d.Layout.Log(serverName), PIDFile: d.Layout.PIDFile(serverName),
	})
}

// startOwn starts one of cloudsync's own processes, and waits until it says at its address
// that it is ready.
func (d *demo) startOwn(ctx context.Context, address, done string, spec process.Spec) error {
	step := d.Console.Step(spec.Name)
	step.Detail("starting")
	spec.Dir, spec.Env = d.Layout.Root, d.environment()
	child, err := process.Start(spec)
	if err != nil {
		return step.End(err, "")
	}
	d.stack.add(child)
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	return step.End(child.WaitReady(ctx, process.Answers("http://"+address+"/readyz")), "%s", done)
}
