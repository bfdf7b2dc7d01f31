package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sdks begins the import paths of the clouds' SDKs, which take minutes to compile.
var sdks = []string{
	"github.com/alibabacloud-go/", "github.com/aliyun/", "github.com/aws/", "github.com/Azure/", "github.com/AzureAD/",
	"github.com/huaweicloud/", "github.com/tencentcloud/", "github.com/tencentyun/", "cloud.google.com/", "golang.org/x/oauth2/google",
}

// The demo, and whoever installs only the command line, compile none of the clouds' SDKs.
func TestNoCloudIsLinked(t *testing.T) {
	t.Parallel()
	packages := func(program string) []string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", program).Output()
		require.NoError(t, err)
		return strings.Fields(string(out))
	}
	for _, program := range []string{"cloudsync/worker/mockonly", "cloudsync/starter"} {
		for _, linked := range packages(program) {
			for _, sdk := range sdks {
				require.False(t, strings.HasPrefix(linked, sdk), "%s links %s", program, linked)
			}
		}
	}
	all := "\n" + strings.Join(packages("cloudsync/worker"), "\n")
	for _, sdk := range sdks {
		require.Contains(t, all, "\n"+sdk, "the worker of all clouds has none: is it still the name?")
	}
}
