package serve_test

import (
	"os"
	"testing"

	"cloudsync/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }
