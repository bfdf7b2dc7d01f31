// The command worker plays the part of cloudsync's in the demo's tests: it
// finishes a run of each kind several times a second, or dies if told to.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := work(ctx); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
}

func work(ctx context.Context) error {
	db, err := sql.Open("mysql", os.Getenv("CLOUDSYNC_MYSQL_ADDR"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", os.Args[len(os.Args)-1])
	if err != nil {
		return err
	}
	go http.Serve(listener, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for again := time.NewTicker(200 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			fmt.Println("worker stopped cleanly")
			return nil
		case <-again.C:
		}
		if err := finishRuns(db); err != nil {
			return err
		}
	}
}

func finishRuns(db *sql.DB) error {
	if os.Getenv("DEMO_TEST_WORKER") == "dies" {
		return fmt.Errorf("the worker's last words")
	}
	_, err := db.Exec(`INSERT INTO sync_run (kind, outcome, cloud_num, su_add, su_mod, su_del, took_ms, error) VALUES
		('resource_host', 'ok', 42, 3, 0, 1, 85, NULL),
		('resource_disk', ?, 0, 0, 0, 0, 1234, 'denied'),
		('resource_disk', 'running', 0, 0, 0, 0, 0, NULL)`, os.Getenv("DEMO_TEST_DISKS"))
	return err
}
