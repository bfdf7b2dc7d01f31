// Package temporalserver builds and runs a private Temporal development server:
// its own ports of 127.0.0.1, its state in memory or in a file of its own.
package temporalserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// Namespace is the one that a development server always has.
const Namespace = "default"

// readyWithin is far above the two seconds that a start takes, for busy machines.
const readyWithin = time.Minute

// Options say what server to start.
type Options struct {
	// Binary is the program that Build made.
	Binary string
	// Dir is the folder for the log.
	Dir string
	// Port, HTTPPort (of the same interface over HTTP) and UIPort are ports of 127.0.0.1;
	// zero is any free one.
	Port     int
	HTTPPort int
	UIPort   int
	// DBFile keeps the state over a stop; empty is in memory.
	DBFile string
	// Headless leaves the web interface out.
	Headless bool
	// ExtraArgs go to `temporal server start-dev`.
	ExtraArgs []string
	// Log is the server's log; empty is temporal.log in Dir.
	Log string
	// PIDFile, if set, lets a later start recognise a server that was left behind.
	PIDFile string
}

// Server is a private development server.
type Server struct {
	options Options
	child   *process.Child
}

// Start starts a server and waits until it serves its namespace.
func Start(ctx context.Context, options Options) (*Server, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	s := &Server{options: options}
	if err := s.Start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (o Options) complete() (Options, error) {
	free, err := ports.Several(0, 0, 0)
	if err != nil {
		return o, err
	}
	o.Port, o.UIPort = cmp.Or(o.Port, free[0]), cmp.Or(o.UIPort, free[1])
	o.HTTPPort = cmp.Or(o.HTTPPort, free[2])
	if o.Log == "" {
		o.Log = filepath.Join(o.Dir, "temporal.log")
	}
	return o, nil
}

// Start starts the server again after Stop or Kill, on the same ports. Without a
// DBFile it knows nothing of what was before.
func (s *Server) Start(ctx context.Context) error {
	child, err := process.Start(process.Spec{
		Name: "Temporal", Path: s.options.Binary, Args: s.options.args(),
		Log: s.options.Log, PIDFile: s.options.PIDFile,
	})
	if err != nil {
		return err
	}
	s.child = child
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := child.WaitReady(ctx, s.serves); err != nil {
		return errors.Join(fmt.Errorf("start the Temporal development server: %w", err), child.Kill())
	}
	return nil
}

func (o Options) args() []string {
	args := []string{
		"server", "start-dev", "--ip", "127.0.0.1",
		"--port", strconv.Itoa(o.Port), "--http-port", strconv.Itoa(o.HTTPPort),
	}
	if o.Headless {
		args = append(args, "--headless")
	} else {
		args = append(args, "--ui-port", strconv.Itoa(o.UIPort))
	}
	if o.DBFile != "" {
		args = append(args, "--db-filename", o.DBFile)
	}
	return append(args, o.ExtraArgs...)
}

// serves asks for the namespace, which takes more parts of the server than its
// health check does. It asks over HTTP: with Temporal's SDK the launcher would be
// twice as much to compile before anybody sees how far that is.
func (s *Server) serves(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return process.Answers("http://" + ports.Address(s.options.HTTPPort) + "/api/v1/namespaces/" + Namespace)(ctx)
}

// Stop shuts the server down cleanly.
func (s *Server) Stop(ctx context.Context) error { return s.child.Stop(ctx) }

// Kill ends the server with SIGKILL, as a crash would.
func (s *Server) Kill() error { return s.child.Kill() }

// Process is the server's process.
func (s *Server) Process() *process.Child { return s.child }

// Address is where clients connect, as host:port.
func (s *Server) Address() string { return ports.Address(s.options.Port) }

// UIAddress is the web interface's URL; empty for a headless server.
func (s *Server) UIAddress() string {
	if s.options.Headless {
		return ""
	}
	return "http://" + ports.Address(s.options.UIPort)
}

// Version asks a program that Build made what it is.
func Version(ctx context.Context, binary string) (string, error) {
	out, err := exec.CommandContext(ctx, binary, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", binary, err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "temporal version "), nil
}
