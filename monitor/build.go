package monitor

import (
	"runtime/debug"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// What a release is linked with: -ldflags "-X cloudsync/monitor.version=v1.2.0".
var version, commit, date string

// Build is what the program was built from. What is not known is empty.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"revision,omitempty"`
	Date    string `json:"date,omitempty"` // of the commit
	Go      string `json:"go,omitempty"`
}

// ReadBuild says what the program was built from: what it was linked with, else what the go
// command stamped on it.
func ReadBuild() Build {
	build := Build{Version: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		build = stamped(info)
	}
	return build.linked(Build{Version: version, Commit: commit, Date: date})
}

// LinkedVersion is the version that the program was linked with, as releases are; "" for none.
func LinkedVersion() string { return version }

// String is the build on a line, without what is not known.
func (b Build) String() string {
	return strings.Join(strings.Fields(b.Version+" "+b.Commit+" "+b.Date+" "+b.Go), " ")
}

func stamped(info *debug.BuildInfo) Build {
	build := Build{Version: info.Main.Version, Go: info.GoVersion}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			build.Commit = setting.Value
		case "vcs.time":
			build.Date = setting.Value
		}
	}
	return build
}

func (b Build) linked(given Build) Build {
	for _, value := range []struct {
		of    *string
		given string
	}{{&b.Version, given.Version}, {&b.Commit, given.Commit}, {&b.Date, given.Date}} {
		if value.given != "" {
			*value.of = value.given
		}
	}
	return b
}

// gauge is 1, with the build in its labels, for queries to join with.
func (b Build) gauge() prometheus.Collector {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "cloudsync_build_info", Help: "1; its labels are what the program was built from.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go": b.Go},
	})
	gauge.Set(1)
	return gauge
}
