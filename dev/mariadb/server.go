// Package mariadb runs a private MariaDB or MySQL server: its own data
// directory, its own port of 127.0.0.1, and nothing shared with a server that
// the machine may run already.
package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/go-sql-driver/mysql"

	"cloudsync/dev/machine"
	"cloudsync/dev/ports"
	"cloudsync/dev/process"
)

// readyWithin is long enough for the crash recovery of a large data directory.
const readyWithin = 2 * time.Minute

// Options say what server to start.
type Options struct {
	// Dir is the server's folder; data from an earlier start in it is used.
	Dir string
	// Port of 127.0.0.1; zero is any free one.
	Port int
	// Database is created if it is set and does not exist.
	Database string
	// ExtraArgs come after the server's other arguments, and so win over them.
	ExtraArgs []string
	// Installation is the program to run; the zero value is the one that Chosen finds.
	Installation Installation
	// Log is the server's log; empty is server.log in Dir.
	Log string
	// PIDFile, if set, lets a later start recognise a server that was left behind.
	PIDFile string
}

// Server is a private server. Its one account is root, without a password, from
// this machine only.
type Server struct {
	options Options
	child   *process.Child
}

// Start makes the data directory if there is none yet, starts the server and
// waits until it answers.
func Start(ctx context.Context, options Options) (*Server, error) {
	options, err := options.complete(ctx)
	if err != nil {
		return nil, err
	}
	if err := initialise(ctx, options); err != nil {
		return nil, err
	}
	s := &Server{options: options}
	if err := s.Start(ctx); err != nil {
		return nil, err
	}
	if err := s.createDatabase(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(ctx))
	}
	return s, nil
}

func (o Options) complete(ctx context.Context) (Options, error) {
	var err error
	if o.Installation.Server == "" {
		if o.Installation, err = Chosen(ctx, machine.Local()); err != nil {
			return o, err
		}
	}
	if o.Port == 0 {
		if o.Port, err = ports.Free(); err != nil {
			return o, err
		}
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return o, fmt.Errorf("resolve the server's folder: %w", err)
	}
	if o.Log == "" {
		o.Log = filepath.Join(o.Dir, "server.log")
	}
	return o, nil
}

// Start starts the server again after Stop or Kill, with the same data on the
// same port, and waits until it answers.
func (s *Server) Start(ctx context.Context) error {
	path, args := s.options.Installation.command(serverArgs(s.options)...)
	child, err := process.Start(process.Spec{
		Name: s.options.Installation.Name, Path: path, Args: args, Env: environment(s.options),
		Log: s.options.Log, PIDFile: s.options.PIDFile,
	})
	if err != nil {
		return err
	}
	s.child = child
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := child.WaitReady(ctx, s.ping); err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", s.options.Installation, err), child.Kill())
	}
	return nil
}

// Stop shuts the server down cleanly.
func (s *Server) Stop(ctx context.Context) error { return s.child.Stop(ctx) }

// Kill ends the server with SIGKILL, as a crash would.
func (s *Server) Kill() error { return s.child.Kill() }

// Process is the server's process.
func (s *Server) Process() *process.Child { return s.child }

// Installation is the program that runs.
func (s *Server) Installation() Installation { return s.options.Installation }

// Port is the port of 127.0.0.1 that the server listens on.
func (s *Server) Port() int { return s.options.Port }

// DSN is how github.com/go-sql-driver/mysql connects to a database of the
// server; without a name, to the server.
func (s *Server) DSN(database string) string { return s.config(database).FormatDSN() }

func (s *Server) config(database string) *mysql.Config {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.DBName = "root", "tcp", ports.Address(s.Port()), database
	return config
}

func (s *Server) ping(ctx context.Context) error {
	return s.do(ctx, (*sql.DB).PingContext)
}

func (s *Server) createDatabase(ctx context.Context) error {
	if s.options.Database == "" {
		return nil
	}
	create := func(db *sql.DB, ctx context.Context) error {
		_, err := db.ExecContext(ctx, "CREATE DATABASE IF NOT EXISTS `"+s.options.Database+"` CHARACTER SET utf8mb4")
		return err
	}
	if err := s.do(ctx, create); err != nil {
		return fmt.Errorf("create the database %s: %w", s.options.Database, err)
	}
	return nil
}

// do uses a connection of its own, for the server may be stopped at any time.
func (s *Server) do(ctx context.Context, use func(*sql.DB, context.Context) error) error {
	config := s.config("")
	// The driver would print each failed attempt of a server that is starting.
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("configure the connection: %w", err)
	}
	db := sql.OpenDB(connector)
	return errors.Join(use(db, ctx), db.Close())
}
