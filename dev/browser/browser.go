// Package browser has pages looked at in tests, with a real browser that has no window. One
// runs for a test process; each test has a Tab, with cookies of its own.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/chromedp/chromedp"

	"cloudsync/dev/machine"
)

var errNoBrowser = errors.New("no Chromium or Chrome was found: run `make setup`")

// running is the browser of this process.
var running struct {
	sync.Mutex
	ctx context.Context // nil: none
	end func()
}

// started is the context of the browser, which the first call starts.
func started() (context.Context, error) {
	running.Lock()
	defer running.Unlock()
	if running.ctx != nil {
		return running.ctx, nil
	}
	program := machine.Local().First(machine.Browsers...)
	if program == "" {
		return nil, errNoBrowser
	}
	profile, err := os.MkdirTemp("", "cloudsync-browser-")
	if err != nil {
		return nil, fmt.Errorf("make the browser's folder: %w", err)
	}
	// It is not of the test that asks first: others go on with it. The system kills it when
	// this process dies. Its zone is not UTC, so that pages show whether they say which they mean.
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(filepath.Join(profile, "profile")),
		chromedp.Env("HOME="+profile, "TZ=Asia/Shanghai", "LANG=en_US.UTF-8"),
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.DisableGPU, // there is none to be had on servers
	)...)
	ctx, endBrowser := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	end := func() {
		endBrowser()
		endAllocator()
		_ = os.RemoveAll(profile) // it is the system's folder for what may go
	}
	if err := chromedp.Do(ctx); err != nil {
		end()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	running.ctx, running.end = ctx, end
	return ctx, nil
}

// Stop ends the browser, if one was started. A package whose tests have tabs calls it after
// the last of them, in TestMain.
func Stop() {
	running.Lock()
	defer running.Unlock()
	if running.ctx != nil {
		running.end()
		running.ctx, running.end = nil, nil
	}
}
