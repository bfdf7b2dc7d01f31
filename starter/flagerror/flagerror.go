// Package flagerror words the errors of flags whose values cannot be read.
package flagerror

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Wording says what to write where a flag's value is of another type. forms are by
// the type of the flag: "duration", "int64" … Errors of other types stay as they
// are. It is for cobra's SetFlagErrorFunc.
func Wording(forms map[string]string) func(*cobra.Command, error) error {
	return func(_ *cobra.Command, err error) error {
		var invalid *pflag.InvalidValueError
		if !errors.As(err, &invalid) {
			return err
		}
		form, known := forms[invalid.GetFlag().Value.Type()]
		if !known {
			return err
		}
		return fmt.Errorf("--%s %q: write %s", invalid.GetFlag().Name, invalid.GetValue(), form)
	}
}
