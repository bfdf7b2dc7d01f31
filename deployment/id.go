// Package deployment knows the builds of the worker: which one this program is, which ones
// Temporal knows, and which of them takes the new runs. In Temporal's words, a build is a
// version of a worker deployment.
package deployment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"strings"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Name is that of the worker deployment in Temporal.
const Name = "cloudsync"

// Variable names the environment variable with a Build ID of the operator's.
const Variable = "CLOUDSYNC_BUILD_ID"

// Options make a worker one of the build. Its runs are pinned: each ends on the build that
// began it, and so do its children.
func Options(build string) worker.DeploymentOptions {
	return worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: Name, BuildID: build},
		DefaultVersioningBehavior: workflow.VersioningBehaviorPinned,
	}
}

// BuildID is the Build ID of this program. Workers of the same build have the same.
//
//	given by the operator        | that
//	linked with a version        | that, as releases are
//	stamped by the go command    | the version: v1.2.0, or the one of a commit
//	neither, or an edited tree   | a digest of the program's file
//
// A linked version that is no Build ID is passed over.
func BuildID(given, linked string) (string, error) {
	if given != "" {
		return given, check(given)
	}
	if check(linked) == nil {
		return linked, nil
	}
	if info, ok := debug.ReadBuildInfo(); ok && stamp(info) != "" {
		return stamp(info), nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program's file for its Build ID: %w: give one with --build-id or %s", err, Variable)
	}
	return digest(path)
}

// wellFormed are the Build IDs that need no quotes in a shell and in Temporal's queries.
var wellFormed = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$`)

func check(build string) error {
	if wellFormed.MatchString(build) {
		return nil
	}
	return fmt.Errorf("the Build ID %q cannot be used: write up to 128 letters, digits and . _ + - (--build-id, %s), such as v1.2.0", build, Variable)
}

// stamp is the version of the commit that the program was built from; "" where that is not
// known, or is not all that it was built from.
func stamp(info *debug.BuildInfo) string {
	for _, setting := range info.Settings {
		if setting.Key == "vcs.modified" && setting.Value == "true" {
			return ""
		}
	}
	version := info.Main.Version
	if strings.HasSuffix(version, "+dirty") || !wellFormed.MatchString(version) { // such as (devel)
		return ""
	}
	return version
}

// digest is a Build ID made of the file's content.
func digest(path string) (build string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the program's file for its Build ID: %w: give one with --build-id or %s", err, Variable)
	}
	defer file.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read the program's file for its Build ID: %w: give one with --build-id or %s", err, Variable)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}
