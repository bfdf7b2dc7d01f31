package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// allowed says of a parameter after the ? of an address what its value has to be like.
type allowed struct {
	want  string
	valid func(value string) bool
}

var (
	anything = allowed{"a value", func(value string) bool { return value != "" }}
	boolean  = allowed{"true or false", func(value string) bool { _, err := strconv.ParseBool(value); return err == nil }}
	positive = allowed{"a duration such as 5s", func(value string) bool { d, err := time.ParseDuration(value); return err == nil && d > 0 }}
	seconds  = allowed{"a number of seconds", func(value string) bool { n, err := strconv.Atoi(value); return err == nil && n > 0 }}
)

func only(values ...string) allowed {
	return allowed{strings.Join(values, " or "), func(value string) bool { return slices.Contains(values, strings.ToLower(value)) }}
}

// allowedParameters are those whose effect the program can bear. The others of the
// driver, and the other variables of the server's sessions, change what is stored, or
// what statements answer.
var allowedParameters = map[string]allowed{
	"timeout": positive, "readTimeout": positive, "writeTimeout": positive,
	"tls":                      anything,
	"compress":                 boolean,
	"allowNativePasswords":     boolean,
	"allowCleartextPasswords":  boolean,
	"allowFallbackToPlaintext": boolean,
	"allowOldPasswords":        boolean,
	"connectionAttributes":     anything,
	// Often copied from elsewhere, and true anyway.
	"parseTime": only("true", "1"), "charset": only("utf8mb4"), "loc": only("utc"),
	"checkConnLiveness": only("true", "1"), "rejectReadOnly": boolean,

	"wait_timeout": seconds, "net_read_timeout": seconds, "net_write_timeout": seconds,
	"innodb_lock_wait_timeout": seconds, "lock_wait_timeout": seconds,
}

// refusedParameters say why some that people write are refused.
var refusedParameters = map[string]string{
	"timeTruncate":      "it would cut the times that are stored",
	"columnsWithAlias":  "it renames the columns that the program reads",
	"clientFoundRows":   "it changes how many rows a statement says it wrote",
	"interpolateParams": "the program's statements are prepared by the server",
	"multiStatements":   "the program sends one statement at a time",
	"allowAllFiles":     "the program loads no files",
	"maxAllowedPacket":  "the program asks the server for it",
	"collation":         "the program sets utf8mb4_bin",
	"sql_mode":          "the program sets the strict mode that it relies on",
	"time_zone":         "the program's times are UTC",
	"autocommit":        "what is written outside of a transaction would be lost",
}

// parameterFault tries each parameter alone, since the driver does not say which
// one it refuses.
func parameterFault(base, parameters string) string {
	if parameters == "" {
		return ""
	}
	number := 0
	for parameter := range strings.SplitSeq(parameters, "&") {
		number++
		if fault := judgeParameter(number, parameter); fault != "" {
			return fault
		}
		if _, err := mysql.ParseDSN(base + "?" + parameter); err != nil {
			return fmt.Sprintf("parameter %d after the ? is not valid: correct it as in github.com/go-sql-driver/mysql#parameters, or remove it", number)
		}
	}
	if _, err := mysql.ParseDSN(base + "?" + parameters); err != nil {
		return "the parameters after the ? contradict each other: remove some"
	}
	return ""
}

// judgeParameter shows no more than names that it knows: any other may be the rest of a
// password.
func judgeParameter(number int, parameter string) string {
	name, value, _ := strings.Cut(parameter, "=")
	if reason, refused := refusedParameters[name]; refused {
		return fmt.Sprintf("%s after the ?: %s: remove it", name, reason)
	}
	rule, known := allowedParameters[name]
	switch {
	case !known:
		return fmt.Sprintf("parameter %d after the ? is none that this program allows: remove it, or write one of %s", number, strings.Join(parameterNames(), ", "))
	case !rule.valid(value):
		return fmt.Sprintf("%s after the ? has a value that is not allowed: write %s, or remove it", name, rule.want)
	}
	return ""
}

func parameterNames() (names []string) {
	for name := range allowedParameters {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
