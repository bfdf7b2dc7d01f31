package store

import (
	"database/sql"
	"errors"

	"github.com/go-sql-driver/mysql"
)

// ErrSuperseded is the error of work whose run no longer holds the scope: a
// newer run claimed it, or the run's staging is gone. It must not be retried.
var ErrSuperseded = errors.New("superseded by a newer run")

// ErrNotFound is the error of a look-up that found nothing.
var ErrNotFound = errors.New("not found")

// ErrSeveralRuns is the error of the beginning of a run id that several runs have.
var ErrSeveralRuns = errors.New("several runs")

// Server error numbers, by their names in
// https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html;
// MariaDB's own are from https://mariadb.com/kb/en/mariadb-error-code-reference/.
const (
	erDupEntry            = 1062
	erDBAccessDenied      = 1044
	erAccessDenied        = 1045
	erBadDB               = 1049
	erWarnDataOutOfRange  = 1264
	erWarnDataTruncated   = 1265
	erLockDeadlock        = 1213
	erTruncatedWrongValue = 1292
	erTruncatedField      = 1366
	erBadNull             = 1048
	erNoDefaultForField   = 1364
	erDataTooLong         = 1406
	erBadField            = 1054
	erParse               = 1064
	erTableAccessDenied   = 1142
	erColumnAccessDenied  = 1143
	erNoSuchTable         = 1146
	erInvalidJSONText     = 3140
	erJSONValueTooBig     = 3150
	erJSONKeyTooBig       = 3151
	erCheckViolated       = 3819
	erUnknown             = 1105
	erNetPacketTooLarge   = 1153
	erReadOnlyMode        = 1836
	erReadOnlyTransaction = 1792

	erAllowedPacketOverflowed = 1301
	erOptionPreventsStatement = 1290
	erSecureTransportRequired = 3159
	mariaCheckViolated        = 4025
)

// rowRefusals are errors about a row's values: the same row fails again, and
// another may pass.
var rowRefusals = map[uint16]bool{
	erWarnDataOutOfRange: true, erWarnDataTruncated: true, erTruncatedWrongValue: true,
	erTruncatedField: true, erBadNull: true, erNoDefaultForField: true, erDataTooLong: true,
	erInvalidJSONText: true, erJSONValueTooBig: true, erJSONKeyTooBig: true, erCheckViolated: true, mariaCheckViolated: true,
}

func number(err error) uint16 {
	var mysqlErr *mysql.MySQLError
	if errors.As(err, &mysqlErr) {
		return mysqlErr.Number
	}
	return 0
}

// misconfigurations are errors that stay until somebody changes the schema or the
// account's rights.
var misconfigurations = map[uint16]bool{
	erDBAccessDenied: true, erAccessDenied: true, erBadDB: true, erBadField: true, erParse: true,
	erTableAccessDenied: true, erColumnAccessDenied: true, erNoSuchTable: true,
}

// IsMisconfigured says that the database will refuse the same again, until
// somebody changes its schema (`starter migrate`) or the account's rights.
func IsMisconfigured(err error) bool {
	return misconfigurations[number(err)] || isTooLarge(err)
}

// IsTooLarge says that something is larger than the server's max_allowed_packet, which
// somebody has to raise.
func IsTooLarge(err error) bool { return isTooLarge(err) }

func isDeadlock(err error) bool     { return number(err) == erLockDeadlock }
func isDuplicateKey(err error) bool { return number(err) == erDupEntry }

// isRowRefusal covers a statement that is too large for the server, too: with
// fewer rows it fits, and a single row that does not is to blame itself.
func isRowRefusal(err error) bool {
	return rowRefusals[number(err)] || isTooLarge(err)
}

// gone reads the absence of staged data as what it means: a newer run, or the
// end of this one, removed it.
func gone(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrSuperseded
	}
	return err
}

// reason is a refusal in the server's own words, without what was being done.
func reason(err error) string {
	if isTooLarge(err) {
		return tooLargeReason
	}
	var mysqlErr *mysql.MySQLError
	if errors.As(err, &mysqlErr) {
		return mysqlErr.Error()
	}
	return err.Error()
}

// NeedsMigration says that the error comes from a schema without a table or a
// column that this program knows.
func NeedsMigration(err error) bool {
	return number(err) == erNoSuchTable || number(err) == erBadField
}
