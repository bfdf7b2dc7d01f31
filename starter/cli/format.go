package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/untrusted"
)

// The formats in which answers about the inventory are written. JSON is that of --output,
// too.
const (
	formatTable  = "table"
	formatWide   = "wide"
	formatCSV    = "csv"
	formatNDJSON = "ndjson"
)

// formatOption is the flag that chooses a format.
type formatOption struct {
	formats []string
	chosen  string
}

func (o *formatOption) addTo(cmd *cobra.Command, formats ...string) {
	o.formats = formats
	cmd.Flags().StringVar(&o.chosen, "format", "", "`FORMAT`: "+strings.Join(formats, ", ")+" (default "+formats[0]+")")
}

// format is the one that is asked for, by --format or by --output.
func (p *Program) format(o formatOption) (string, error) {
	switch {
	case o.chosen != "" && !slices.Contains(o.formats, o.chosen):
		return "", fmt.Errorf("--format %q: write one of %s", o.chosen, strings.Join(o.formats, ", "))
	case p.json() && o.chosen != "" && o.chosen != formatJSON:
		return "", errors.New("--output json and --format " + o.chosen + " say different things: leave one out")
	case p.json():
		return formatJSON, nil
	case o.chosen == "":
		return o.formats[0], nil
	}
	return o.chosen, nil
}

// csvClean is what texts in CSV go through: a file has them as they are, a terminal shows
// them without what it would obey.
func (p *Program) csvClean() func(string) string {
	if p.out.Terminal() {
		return untrusted.Terminal
	}
	return nil
}
