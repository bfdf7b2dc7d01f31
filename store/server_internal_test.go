package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServersThatKnowTheRowAlias(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"10.11.6-MariaDB-0+deb12u1": false, "5.5.5-11.4.2-MariaDB": false, "12.0.2-MariaDB-log": false,
		"8.0.18": false, "8.0.19": true, "8.0.36-28.1": true, "8.4.3": true, "9.7.4-2": true, "8.1.0-log": true, "10.0.0": true,
		"8.0.mysql_aurora.3.04.1": false, "8.0": false, "5.7.44": false, "": false, "9": true,
	} {
		require.Equal(t, want, server{version: version}.knowsRowAlias(), "%q", version)
	}
}
