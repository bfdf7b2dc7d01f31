package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"cloudsync/config"
)

func (p *Program) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check a configuration, or print its JSON Schema for editors",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.configCheckCommand(), p.configSchemaCommand())
	return cmd
}

func (p *Program) configSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration",
		Long: `Prints the JSON Schema (draft 2020-12) of the configuration. An editor with YAML's
language server completes and checks a file that begins with the line

    # yaml-language-server: $schema=cloudsync.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			schema, err := config.Schema()
			if err != nil {
				return err
			}
			_, err = p.out.Writer().Write(schema)
			return err
		},
	}
}

const configCheckHelp = `Checks a configuration as a worker does when it starts, and connects to nothing. All
that is wrong is printed with its line and what to write instead. Variables, ${NAME},
are taken from the environment. FILE is the one of --config if it is left out.`

func (p *Program) configCheckCommand() *cobra.Command {
	var server bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a configuration without connecting to anything",
		Long:  configCheckHelp,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := p.configPath()
			if len(args) > 0 {
				path = args[0]
			}
			return p.checkConfig(path, server)
		},
	}
	cmd.Flags().BoolVar(&server, "serve", false, "check what starter serve needs, too: its files and variables")
	return cmd
}

// configReport is what a check found.
type configReport struct {
	File     string    `json:"file"`
	Valid    bool      `json:"valid"`
	Problems []problem `json:"problems"`
}

type problem struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

func (p *Program) checkConfig(path string, server bool) error {
	cfg, err := config.Load(path)
	if err == nil && server {
		err = cfg.Serve.Check()
	}
	var found *config.Error
	if err != nil && !errors.As(err, &found) {
		return err
	}
	result := configReport{File: path, Valid: found == nil, Problems: []problem{}}
	if found != nil {
		for _, one := range found.Problems {
			result.Problems = append(result.Problems, problem(one))
		}
	}
	err = p.show(result, func() {
		for _, one := range result.Problems {
			p.out.Line("%s:%d: %s", result.File, one.Line, one.Text)
		}
		if result.Valid {
			p.out.Line("%s is valid: %d kinds, %d accounts", result.File, len(cfg.Sync.Resources), len(cfg.Sync.Accounts))
		}
	})
	if found != nil {
		err = cmp.Or(err, fmt.Errorf("%s has problems: %d; correct them, and check again", path, len(result.Problems)))
	}
	return err
}
