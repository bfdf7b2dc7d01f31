// The command starter plays the part of cloudsync's in the demo's tests. Its server has one
// host, that no table has, or dies if told to.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

const table = `CREATE TABLE IF NOT EXISTS sync_run (
	id BIGINT AUTO_INCREMENT PRIMARY KEY, kind VARCHAR(64), outcome VARCHAR(16), cloud_num INT,
	su_add INT, su_mod INT, su_del INT, took_ms BIGINT, error TEXT)`

func main() {
	var err error
	switch {
	case slices.Contains(os.Args, "serve"):
		err = serve(os.Args[len(os.Args)-1])
	case slices.Contains(os.Args, "migrate"):
		err = migrate()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func migrate() error {
	db, err := sql.Open("mysql", os.Getenv("CLOUDSYNC_MYSQL_ADDR"))
	if err != nil {
		return err
	}
	_, err = db.Exec(table)
	return err
}

func serve(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /-/ready", func(http.ResponseWriter, *http.Request) {}) // as a Prometheus has it
	mux.HandleFunc("GET /api/v1/resources", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"total":1,"rows":[{"kind":"resource_host","uid":"00000000000000000000000000000001","name":"of-the-server"}]}`)
	})
	server := &http.Server{Addr: address, Handler: mux}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	var death <-chan time.Time
	if os.Getenv("DEMO_TEST_SERVER") == "dies" {
		death = time.After(time.Second)
	}
	select {
	case err := <-ended:
		return err
	case <-death:
		return errors.New("the server's last words")
	case <-ctx.Done():
		fmt.Println("server stopped cleanly")
		return server.Close()
	}
}
