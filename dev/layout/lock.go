package layout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockEvery is how often a lock that somebody has is tried again.
const lockEvery = 100 * time.Millisecond

// InUse is the lock that everything shares that runs from .dev/; who has it alone
// may remove the folder.
const InUse = "in-use"

// ErrLocked says that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// Lock is held by one process or shared by several; the operating system gives
// it back when they die.
type Lock struct{ file *os.File }

// TryLock takes a lock for this process alone, or fails at once with ErrLocked.
func (l Layout) TryLock(name string) (*Lock, error) {
	return l.lock(name, syscall.LOCK_EX|syscall.LOCK_NB)
}

// Share takes a lock together with others that share it.
func (l Layout) Share(name string) (*Lock, error) {
	return l.lock(name, syscall.LOCK_SH|syscall.LOCK_NB)
}

// WaitLock takes a lock for this process alone, after whoever has it now. It
// tries again and again, since a blocking call could not be interrupted.
func (l Layout) WaitLock(ctx context.Context, name string) (*Lock, error) {
	again := time.NewTicker(lockEvery)
	defer again.Stop()
	for {
		lock, err := l.TryLock(name)
		if !errors.Is(err, ErrLocked) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the lock %s: %w", name, ctx.Err())
		case <-again.C:
		}
	}
}

func (l Layout) lock(name string, how int) (*Lock, error) {
	path := l.Path("run", name+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the lock: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := flock(file, how); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return &Lock{file: file}, nil
}

func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrLocked
		default:
			return err
		}
	}
}

// Unlock gives the lock back.
func (l *Lock) Unlock() error { return l.file.Close() }
