package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const (
	// readyLimit is more than a process gives itself to find out whether it is ready.
	readyLimit = 10 * time.Second
	// maxWhyNot is how much of why it is not is read, in bytes.
	maxWhyNot = 1 << 10
)

func (p *Program) readyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "ready URL",
		Short: "Ask a server or a worker whether it is ready",
		Long: `Asks /readyz of a server or a worker, such as http://127.0.0.1:9467, and exits with
0 if it is ready, and with 1 if not: for health checks where nothing else can ask.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), readyLimit)
			defer cancel()
			if err := askReady(ctx, args[0]); err != nil {
				return fmt.Errorf("%s is not ready: %w", args[0], err)
			}
			return nil
		},
	}
}

// askReady is the reason why a process is not ready, nil if it is.
func askReady(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+"/readyz", http.NoBody)
	if err != nil {
		return fmt.Errorf("write the address as http://HOST:PORT: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	reason, _ := io.ReadAll(io.LimitReader(response.Body, maxWhyNot)) // the status says enough
	return fmt.Errorf("%s: %s", response.Status, strings.TrimSpace(string(reason)))
}
