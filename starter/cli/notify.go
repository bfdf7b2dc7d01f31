package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"cloudsync/config"
	"cloudsync/notice"
	"cloudsync/notice/send"
	"cloudsync/starter/output"
)

func (p *Program) notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Try whether notices arrive, and show their form",
		Args:  cobra.NoArgs, // a word that is no command is not an invitation to read the help
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.notifyTestCommand(), p.notifySchemaCommand())
	return cmd
}

const notifyTestHelp = `Send a notice that says it is a test to receivers under notify, all or those that
are named, from here and now, quiet or not. It is not recorded. Ends with 1 if one
did not take it.`

func (p *Program) notifyTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [RECEIVER...]",
		Short: "Send a notice that is a test",
		Long:  notifyTestHelp,
		RunE: func(cmd *cobra.Command, names []string) error {
			cfg, err := p.loadConfig()
			if err != nil {
				return err
			}
			receivers, err := receiversNamed(cfg.Notify.Receivers, names)
			if err != nil {
				return err
			}
			links := notice.Links{Page: cfg.Serve.URL, TemporalUI: cfg.Serve.TemporalUI}
			results := make([]testResult, len(receivers))
			for i := range receivers {
				results[i] = p.testReceiver(cmd.Context(), &receivers[i], links)
			}
			return firstError(p.show(results, func() { p.showTests(results) }), failedTests(results))
		},
	}
}

func receiversNamed(all []config.Receiver, names []string) ([]config.Receiver, error) {
	if len(all) == 0 {
		return nil, fmt.Errorf("the configuration has no receivers: write some under notify.receivers")
	}
	if len(names) == 0 {
		return all, nil
	}
	var found []config.Receiver
	for _, name := range names {
		before := len(found)
		var known []string
		for _, receiver := range all {
			known = append(known, receiver.Name)
			if receiver.Name == name {
				found = append(found, receiver)
			}
		}
		if len(found) == before {
			return nil, fmt.Errorf("no receiver %.64q in notify.receivers: there are %s", name, strings.Join(known, ", "))
		}
	}
	return found, nil
}

// testResult is what became of a test.
type testResult struct {
	Receiver string    `json:"receiver"`
	Way      send.Kind `json:"way"`
	ID       string    `json:"id"`
	Taken    bool      `json:"taken"`
	Error    string    `json:"error,omitempty"`
}

func (p *Program) testReceiver(ctx context.Context, receiver *config.Receiver, links notice.Links) testResult {
	n := notice.Try(uuid.NewString(), p.now().UTC().Truncate(time.Second), links)
	result := testResult{Receiver: receiver.Name, Way: receiver.Way.Kind, ID: n.ID}
	err := sendTest(ctx, receiver, &n)
	if err != nil {
		result.Error = err.Error()
	}
	result.Taken = err == nil
	return result
}

func sendTest(ctx context.Context, receiver *config.Receiver, n *notice.Notice) error {
	sender, err := send.New(receiver.Way)
	if err != nil {
		return err
	}
	text, err := notice.Write(n, receiver.Language, receiver.Template)
	if err != nil {
		return err
	}
	return sender.Send(ctx, send.Message{Notice: *n, Text: text})
}

func (p *Program) showTests(results []testResult) {
	table := output.NewTable(output.Column{Title: "RECEIVER", Tail: true, Min: 8}, output.Column{Title: "BY"}, output.Column{Title: "RESULT", Min: 10})
	for _, result := range results {
		cell := output.Text("taken")
		if !result.Taken {
			cell = output.Text("not taken")
			cell.Style = output.Bad
		}
		table.Row(output.Text(result.Receiver), output.Text(string(result.Way)), cell)
		if !result.Taken {
			table.Remark(output.Bad, output.Clip(result.Error, maxTestReason))
		}
	}
	p.out.Table(table)
}

// maxTestReason shows what a chat said, and what to do about it behind that.
const maxTestReason = 600

func failedTests(results []testResult) error {
	failed := 0
	for _, result := range results {
		if !result.Taken {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d receivers did not take the test", failed, len(results))
}

func (p *Program) notifySchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of what a webhook gets",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := p.out.Writer().Write(notice.Schema)
			return err
		},
	}
}
