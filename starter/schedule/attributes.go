package schedule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
)

// A server learns of a new search attribute when it refreshes its cache, each
// minute by default.
const (
	attributePatience = 75 * time.Second
	attributePause    = time.Second
)

// onceAttributesAreKnown tries again while the server does not know a search
// attribute that is registered.
func (a *Applier) onceAttributesAreKnown(ctx context.Context, do func() error) error {
	patience := time.NewTimer(attributePatience)
	defer patience.Stop()
	for told := false; ; told = true {
		err := do()
		if !isUnknownAttribute(err) {
			return err
		}
		if !told && a.Waiting != nil {
			a.Waiting("the server does not use the new search attributes yet")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-patience.C:
			return fmt.Errorf("%w: try again in a minute", err)
		case <-time.After(attributePause):
		}
	}
}

// isUnknownAttribute goes by the text: the server has no type of its own for it.
func isUnknownAttribute(err error) bool {
	var invalid *serviceerror.InvalidArgument
	return errors.As(err, &invalid) && strings.Contains(strings.ToLower(invalid.Message), "search attribute")
}
