package config

import (
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
)

const dsnForm = "write USER:${PASSWORD_VARIABLE}@tcp(HOST:PORT)/DATABASE"

// dsnFault says which part of a data source name is wrong and what to write instead, ""
// where nothing is. It repeats nothing of the name itself, and does not use the
// driver's messages, which do: if a part is missing, the password is easily taken for
// another part.
func dsnFault(dsn string) string {
	if strings.ContainsAny(dsn, "\r\n") {
		return "a line break in it, perhaps at the end of a variable: write it on one line"
	}
	slash := strings.LastIndexByte(dsn, '/')
	if slash < 0 {
		return "no / before the name of the database: " + dsnForm
	}
	if fault := addressFault(dsn[:slash]); fault != "" {
		return fault
	}
	database, parameters, _ := strings.Cut(dsn[slash+1:], "?")
	if database == "" {
		return "no database is named: " + dsnForm
	}
	base := dsn[:slash+1] + database
	if _, err := mysql.ParseDSN(base); err != nil {
		return "the name of the database is not valid: write % as %25"
	}
	return parameterFault(base, parameters)
}

// addressFault judges USER:PASSWORD@NET(ADDRESS).
func addressFault(address string) string {
	target := address[strings.LastIndexByte(address, '@')+1:]
	network, rest, hasAddress := strings.Cut(target, "(")
	switch {
	case hasAddress && !strings.Contains(rest, ")"):
		return "no )/ after the server's address: " + dsnForm
	case hasAddress && !strings.HasSuffix(rest, ")"):
		return "a / in a parameter's value: write it as %2F"
	case !slices.Contains([]string{"tcp", "tcp4", "tcp6", "unix"}, network):
		return "the network before the server's address is neither tcp nor unix: " + dsnForm
	case strings.Trim(rest, ")") == "":
		return "the server's address is missing: " + dsnForm
	}
	return ""
}

// setsTLS says whether the parameters of a data source name have one for TLS.
func setsTLS(dsn string) bool {
	_, parameters, _ := strings.Cut(dsn[strings.LastIndexByte(dsn, '/')+1:], "?")
	for parameter := range strings.SplitSeq(parameters, "&") {
		if strings.HasPrefix(parameter, "tls=") {
			return true
		}
	}
	return false
}
