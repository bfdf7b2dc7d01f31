package benchindex

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"cloudsync/dev/measure"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// server is `starter serve`, measured.
type server struct {
	*process.Child
	measure.Process
	base  string        // http://HOST:PORT
	ready time.Duration // from its start
}

// readyWithin is far above what a million hosts take on a busy machine.
const readyWithin = 5 * time.Minute

func startServer(ctx context.Context, starter, config, dir string) (*server, error) {
	port, err := ports.Free()
	if err != nil {
		return nil, err
	}
	address := ports.Address(port)
	began := time.Now()
	child, err := process.Start(process.Spec{
		Name: "starter serve", Path: starter, Args: []string{"--config", config, "serve", "--listen", address},
		Log: filepath.Join(dir, "serve.log"),
	})
	if err != nil {
		return nil, err
	}
	s := &server{Child: child, Process: measure.Process{PID: child.PID()}, base: "http://" + address}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	err = child.WaitReady(ctx, process.Answers(s.base+"/readyz"))
	s.ready = time.Since(began)
	return s, err
}

// stop ends the server, also when whoever measures it is told to end.
func (s *server) stop(ctx context.Context) error { return s.Stop(context.WithoutCancel(ctx)) }

// writeConfig writes the configuration that the server reads.
func writeConfig(path, dsn string) error {
	text := fmt.Sprintf(`mysql_s: [{ name: bench, addr: %q }]
public_cloud_sync:
  enable: true
  resources:
    resource_host: { interval: 1h }
  accounts:
    - { provider: mock, name: account-00, regions: [cn-beijing] }
`, dsn)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the server's configuration: %w", err)
	}
	return nil
}
