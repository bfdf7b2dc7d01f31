package bench

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/proto"

	"cloudsync/dev/mariadb"
	"cloudsync/workflows"
)

// counters are those of the server, for all of its life.
type counters struct {
	rows      int64 // inserted, updated or deleted
	otherRows int64 // of them, in tables other than those of the record and the claims
	bytes     int64 // of InnoDB's log
}

// recordTables are written by every run: its record, and its claims of scopes.
const recordTables = "'sync_run', 'sync_run_scope', 'sync_run_unchanged', 'sync_scope'"

// rowsByTable is how a server counts the rows that it wrote to each table.
type rowsByTable struct {
	args            []string // of the server, to have it count
	changed, tables string   // an expression and a table of SQL
	database, table string   // columns of that table
}

// https://mariadb.com/kb/en/information-schema-table_statistics-table/
var mariadbRows = rowsByTable{
	args:    []string{"--userstat=1"},
	changed: "ROWS_CHANGED", tables: "information_schema.TABLE_STATISTICS", database: "TABLE_SCHEMA", table: "TABLE_NAME",
}

// https://dev.mysql.com/doc/refman/9.7/en/performance-schema-table-wait-summary-tables.html;
// of the performance schema nothing else is on.
var mysqlRows = rowsByTable{
	args: []string{
		"--performance-schema=ON", "--performance-schema-instrument=%=OFF", "--performance-schema-instrument=wait/io/table/sql/handler=COUNTED",
	},
	changed: "(COUNT_INSERT + COUNT_UPDATE + COUNT_DELETE)", tables: "performance_schema.table_io_waits_summary_by_table",
	database: "OBJECT_SCHEMA", table: "OBJECT_NAME",
}

func rowsOf(server mariadb.Installation) rowsByTable {
	if server.IsMariaDB() {
		return mariadbRows
	}
	return mysqlRows
}

func readCounters(ctx context.Context, db *sql.DB, by rowsByTable) (c counters, err error) {
	err = db.QueryRowContext(ctx, fmt.Sprintf("SELECT COALESCE(SUM(%s), 0), COALESCE(SUM(CASE WHEN %s IN (%s) THEN 0 ELSE %s END), 0) FROM %s WHERE %s = DATABASE()",
		by.changed, by.table, recordTables, by.changed, by.tables, by.database)).Scan(&c.rows, &c.otherRows)
	if err != nil {
		return c, fmt.Errorf("read the rows written by table: %w", err)
	}
	var name, value string
	if err := db.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Innodb_os_log_written'").Scan(&name, &value); err != nil {
		return c, fmt.Errorf("read the server's counters: %w", err)
	}
	c.bytes, err = strconv.ParseInt(value, 10, 64)
	return c, err
}

// tableBytes is the size of a table with its indexes.
func tableBytes(ctx context.Context, db *sql.DB, table string) (bytes int64, err error) {
	if err := sqlExec(ctx, db, "ANALYZE TABLE "+table); err != nil {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`, table).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("read the size of %s: %w", table, err)
	}
	return bytes, nil
}

// History is what a run left in Temporal, its children included. Events is of
// the longest, since the limit is on each.
type History struct {
	Events     int   `json:"events"`
	AllEvents  int   `json:"allEvents"`
	Bytes      int64 `json:"eventBytes"`
	Activities int   `json:"activities"`
}

func (in *installation) history(ctx context.Context, report workflows.Report) (h History, err error) {
	err = in.eachHistory(ctx, "cloud-sync/"+kind, report.RunID, func(events []*history.HistoryEvent) {
		for _, event := range events {
			h.Bytes += int64(proto.Size(event))
			if event.GetActivityTaskScheduledEventAttributes() != nil {
				h.Activities++
			}
		}
		h.Events = max(h.Events, len(events))
		h.AllEvents += len(events)
	})
	return h, err
}

// eachHistory reads the history of an execution, and those of its children after it.
func (in *installation) eachHistory(ctx context.Context, workflowID, runID string, read func([]*history.HistoryEvent)) error {
	var events []*history.HistoryEvent
	iterator := in.temporal.GetWorkflowHistory(ctx, workflowID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iterator.HasNext() {
		event, err := iterator.Next()
		if err != nil {
			return fmt.Errorf("read the history of %s: %w", workflowID, err)
		}
		events = append(events, event)
	}
	read(events)
	for _, event := range events {
		if child := event.GetChildWorkflowExecutionStartedEventAttributes(); child != nil {
			if err := in.eachHistory(ctx, child.WorkflowExecution.WorkflowId, child.WorkflowExecution.RunId, read); err != nil {
				return err
			}
		}
	}
	return nil
}
