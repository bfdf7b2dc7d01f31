// Package cli has the commands of the operator's command line: it connects to
// what a command needs, and puts into words what came out.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/resource"
	"cloudsync/starter/flagerror"
	"cloudsync/starter/output"
)

// Program is the command line in its surroundings.
type Program struct {
	in       *os.File
	out, err *output.Printer
	env      func(name string) string
	now      func() time.Time
	patience time.Duration // with a server that does not answer
	kinds    *resource.Registry
	flags    flags
}

// flags are those that every command has.
type flags struct {
	config    string
	output    string
	profile   string
	address   string
	namespace string
	server    string // of the commands that ask about the inventory
}

// wantedForms say what to write as the value of a flag, by its type.
var wantedForms = map[string]string{
	"int64":    "a whole number",
	"duration": "a time with its unit, such as 30s or 10m",
	"bool":     "true or false, or the flag alone for true",
}

// New returns the program with its output streams and its environment.
func New(out, err io.Writer, env func(name string) string) *Program {
	noColour := env("NO_COLOR") != ""
	return &Program{
		in: os.Stdin, out: output.NewPrinter(out, noColour), err: output.NewPrinter(err, noColour),
		env: env, now: time.Now, patience: connectLimit, kinds: resource.Standard(),
	}
}

// Run runs the command that the arguments name and returns the exit status.
func (p *Program) Run(ctx context.Context, args []string) int {
	root := p.rootCommand()
	root.SetArgs(args)
	return p.status(root.ExecuteContext(ctx))
}

const longHelp = `starter operates cloudsync: the schedules that start the runs, the runs
themselves, and the database's schema.

Temporal is found as Temporal's own client configuration says: TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE and the other TEMPORAL_* variables, or a profile of
temporal.toml. MySQL is found through the configuration file.

` + statusHelp + `

Commands that mean something else by a status say so in their help.`

func (p *Program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "starter",
		Short: "Operate cloudsync: schedules, runs, schema",
		Long:  longHelp,
		// Run reports errors itself, and what is wrong with a run is no matter of
		// usage.
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			return errors.Join(p.checkFlags(), checkGiven(cmd, args))
		},
	}
	root.SetOut(p.out.Writer())
	root.SetErr(p.err.Writer())
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "Flags.FlagUsages ", "Flags.FlagUsagesWrapped 80 "))
	root.SetFlagErrorFunc(flagerror.Wording(wantedForms))
	p.addFlags(root)
	root.AddCommand(
		p.applyCommand(), p.listCommand(), p.planCommand(), p.runCommand(), p.pauseCommand(), p.resumeCommand(),
		p.verifyCommand(), p.pruneCommand(), p.runsCommand(), p.showCommand(), p.migrateCommand(), p.versionCommand(),
		p.findCommand(), p.countCommand(), p.treeCommand(),
		p.changesCommand(), p.historyCommand(), p.asOfCommand(), p.restoreCommand(), p.accountsCommand(),
		p.buildsCommand(), p.deployCommand(), p.coverageCommand(), p.serveCommand(), p.inventoryCommand(), p.indexCommand(), p.passwordCommand(),
		p.readyCommand(), p.configCommand(), p.noticesCommand(), p.notifyCommand(),
	)
	return root
}

func (p *Program) addFlags(root *cobra.Command) {
	all := root.PersistentFlags()
	all.StringVar(&p.flags.config, "config", "", "configuration `FILE` (default $CLOUDSYNC_CONFIG)")
	all.StringVarP(&p.flags.output, "output", "o", formatText, "text or json")
	all.StringVar(&p.flags.profile, "temporal-profile", "", "`PROFILE` of Temporal's client configuration (default $TEMPORAL_PROFILE)")
	all.StringVar(&p.flags.address, "temporal-address", "", "Temporal's `HOST:PORT`, instead of the profile's")
	all.StringVar(&p.flags.namespace, "namespace", "", "Temporal `NAMESPACE`, instead of the profile's")
}

// The formats of --output.
const (
	formatText = "text"
	formatJSON = "json"
)

func (p *Program) checkFlags() error {
	if p.flags.output != formatText && p.flags.output != formatJSON {
		return fmt.Errorf("--output %q: write text or json", p.flags.output)
	}
	return nil
}

// show writes a command's result: as JSON where that is asked for, else through
// text.
func (p *Program) show(value any, text func()) error {
	if p.json() {
		return p.out.JSON(value)
	}
	text()
	return nil
}

func (p *Program) json() bool { return p.flags.output == formatJSON }

// status reports the error and maps it to the exit status.
func (p *Program) status(err error) int {
	var ended outcomeError
	switch {
	case err == nil:
		return statusOK
	case errors.As(err, &ended):
		return ended.status()
	case errors.Is(err, changesError{}), errors.Is(err, indexDiffers{}):
		return statusChanges
	case errors.Is(err, nothingFound{}):
		return statusNothing
	default:
		p.err.Lines("starter: " + err.Error())
		return statusError
	}
}

// oneKind accepts one argument, the name of a kind.
func (p *Program) oneKind(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name one kind: %v", p.kinds.Names())
	}
	_, err := p.kinds.Kind(args[0])
	return err
}
