package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wantedForms say what to write as the value of a flag, by its type.
var wantedForms = map[string]string{
	"int64":    "a whole number",
	"duration": "a time with its unit, such as 30s or 10m",
	"bool":     "true or false, or the flag alone for true",
}

// flagError says what to write where a flag's value is of another type.
func flagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	form, known := wantedForms[invalid.GetFlag().Value.Type()]
	if !known {
		return err
	}
	return fmt.Errorf("--%s %q: write %s", invalid.GetFlag().Name, invalid.GetValue(), form)
}
