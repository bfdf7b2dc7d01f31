// The command starter plays the part of cloudsync's in the demo's tests.
package main

import (
	"database/sql"
	"fmt"
	"os"

	_ "github.com/go-sql-driver/mysql"
)

const table = `CREATE TABLE IF NOT EXISTS sync_run (
	id BIGINT AUTO_INCREMENT PRIMARY KEY, kind VARCHAR(64), outcome VARCHAR(16), cloud_num INT,
	su_add INT, su_mod INT, su_del INT, took_ms BIGINT, error TEXT)`

func main() {
	if os.Args[len(os.Args)-1] != "migrate" {
		return
	}
	db, err := sql.Open("mysql", os.Getenv("CLOUDSYNC_MYSQL_ADDR"))
	if err == nil {
		_, err = db.Exec(table)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
