package temporalserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"cloudsync/dev/archive"
	"cloudsync/dev/console"
	"cloudsync/dev/layout"
)

// releases is where Temporal publishes its builds of the tool, and which of them are known.
type releases struct {
	address string // of the folder of all versions
	version string
	sums    map[string]string // SHA-256 of the archives by platform
	client  *http.Client
}

// published are the builds of the version that dev/temporal/go.mod names. The sums are those of
// two indexes of packages that other people keep for the Hermit package manager, and that agree
// where both have one; nobody has compared them with a download here. An archive with another
// sum is not taken.
var published = releases{
	address: "https://github.com/temporalio/cli/releases/download",
	version: "v1.5.1",
	sums: map[string]string{
		"linux/amd64":  "ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d",
		"linux/arm64":  "bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5",
		"darwin/amd64": "bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9",
		"darwin/arm64": "cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415",
	},
	client: &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: answerLimit}).DialContext,
		TLSHandshakeTimeout: answerLimit, ResponseHeaderTimeout: answerLimit,
	}},
}

const (
	// answerLimit is short, for who has no way to the releases compiles for minutes anyway.
	answerLimit = 5 * time.Second
	// fetchLimit is less than compiling takes on two cores.
	fetchLimit = 3 * time.Minute
	maxArchive = 256 << 20 // bytes
	maxTool    = 1 << 30
	toolMember = "temporal"
)

// fetch downloads the tool instead of compiling it, which takes most of the time of a first start.
func (r *releases) fetch(ctx context.Context, l layout.Layout, c *console.Console, version string) error {
	sum, known := r.sums[runtime.GOOS+"/"+runtime.GOARCH]
	if !known || version != r.version {
		return fmt.Errorf("no build of %s is known for %s/%s", version, runtime.GOOS, runtime.GOARCH)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	number := strings.TrimPrefix(version, "v")
	address := fmt.Sprintf("%s/%s/temporal_cli_%s_%s_%s.tar.gz", r.address, version, number, runtime.GOOS, runtime.GOARCH)
	answer, err := r.get(ctx, address)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	step := c.Step("Temporal")
	packed, err := io.ReadAll(&counted{io.LimitReader(answer.Body, maxArchive), step, 0})
	if err == nil {
		err = install(l, packed, sum)
	}
	return step.End(err, "%s fetched from %s, kept as .dev/bin/temporal", version, answer.Request.URL.Hostname())
}

func (r *releases) get(ctx context.Context, address string) (*http.Response, error) {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := r.client.Do(ask)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("%s: the server answers %s", address, answer.Status), answer.Body.Close())
	}
	return answer, nil
}

// counted shows how much was read.
type counted struct {
	io.Reader
	step *console.Step
	read int
}

func (r *counted) Read(into []byte) (n int, err error) {
	n, err = r.Reader.Read(into)
	r.read += n
	r.step.Detail("%d MB fetched", r.read/1_000_000)
	return n, err
}

// install unpacks the tool of an archive with the sum.
func install(l layout.Layout, packed []byte, sum string) error {
	if got := sha256.Sum256(packed); hex.EncodeToString(got[:]) != sum {
		return fmt.Errorf("the archive is another one than expected: its SHA-256 is %x", got)
	}
	tool, err := archive.Open(packed, toolMember, maxTool)
	if err != nil {
		return err
	}
	return keep(l, tool)
}

// keep writes the tool under a name of its own until it is whole.
func keep(l layout.Layout, tool io.Reader) error {
	unfinished := l.Bin(unfinishedName)
	out, err := os.OpenFile(unfinished, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, tool)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write the tool: %w", err)
	}
	return os.Rename(unfinished, l.Bin(toolName))
}
