package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/inventory"
	"cloudsync/store"
)

// The variables that say which server to ask.
const (
	serverVariable     = "CLOUDSYNC_SERVER"
	credentialVariable = "CLOUDSYNC_SERVER_CREDENTIAL"
)

const readerHelp = `A server that runs (starter serve) is asked if --server, CLOUDSYNC_SERVER or the
configuration names one; CLOUDSYNC_SERVER_CREDENTIAL is a token for it, or
NAME:PASSWORD. Else, or if the configured one does not answer, the tables are
read. The answers are the same.`

// addServerFlag lets a command be told which server to ask.
func (p *Program) addServerFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.flags.server, "server", "", "`URL` of the server to ask; \"tables\": none")
}

// withReader asks somebody who can answer questions about the inventory: a server, or the
// tables themselves.
func (p *Program) withReader(ctx context.Context, do func(inventory.Reader) error) error {
	server, err := p.server(ctx)
	if err != nil {
		return err
	}
	if server != nil {
		return advised(do(server))
	}
	return p.withStore(ctx, func(s *store.Store) error { return do(inventory.FromTables(s)) })
}

// advised adds to the error of a server that could not be asked what to do about it.
func advised(err error) error {
	var refused *inventory.ServerError
	var unreachable *net.OpError
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		return fmt.Errorf("%w: set %s to a token, or to NAME:PASSWORD", err, credentialVariable)
	case errors.As(err, &unreachable) && unreachable.Op == "dial":
		return fmt.Errorf("%w: start it with `starter serve`, or read the tables with --server tables", err)
	}
	return err
}

// server is the server to ask, nil for none.
func (p *Program) server(ctx context.Context) (*inventory.Server, error) {
	credential := p.env(credentialVariable)
	named := cmp.Or(p.flags.server, p.env(serverVariable))
	switch named {
	case "tables":
		return nil, nil
	case "":
	default:
		return inventory.FromServer(named, credential), nil
	}
	cfg, err := p.loadConfig()
	if err != nil {
		return nil, err
	}
	address := cfg.Serve.Address()
	if address != "" && (credential != "" || !cfg.Serve.Login.IsNeeded()) && answers(ctx, address) {
		return inventory.FromServer(address, credential), nil
	}
	return nil, nil
}

// answerLimit is how long a server that is only configured has to say that it is ready.
const answerLimit = time.Second

// answers says whether a server is there and ready.
func answers(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	return askReady(ctx, address) == nil
}
