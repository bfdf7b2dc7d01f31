package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// checkGiven refuses what would silently narrow nothing: an empty argument or value, as
// a variable of the shell has that is not set, and numbers below what there is to count.
func checkGiven(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		if strings.TrimSpace(arg) == "" {
			return fmt.Errorf("an argument is empty: write it, or set the variable that gives it (%s)", cmd.UseLine())
		}
	}
	var errs []error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if cmd.InheritedFlags().Lookup(flag.Name) == nil { // those have defaults in the environment
			errs = append(errs, checkValue(flag))
		}
	})
	return errors.Join(errs...)
}

// optional are the flags whose empty value says something, or is told of elsewhere.
var optional = []string{"note", "approve"}

// lowest are the numbers from which a flag counts; others count from 1.
var lowest = map[string]int64{"failures": 0}

func checkValue(flag *pflag.Flag) error {
	if slices.Contains(optional, flag.Name) {
		return nil
	}
	switch value := flag.Value.(type) {
	case pflag.SliceValue:
		if given := value.GetSlice(); len(given) == 0 || slices.ContainsFunc(given, isBlank) {
			return emptyFlag(flag)
		}
	default:
		return checkScalar(flag)
	}
	return nil
}

func checkScalar(flag *pflag.Flag) error {
	text := flag.Value.String()
	switch flag.Value.Type() {
	case "string":
		if isBlank(text) {
			return emptyFlag(flag)
		}
	case "int64":
		least, known := lowest[flag.Name]
		if !known {
			least = 1
		}
		if strings.HasPrefix(text, "-") || text == "0" && least > 0 {
			return fmt.Errorf("--%s: write a number from %d up", flag.Name, least)
		}
	case "duration":
		if given, err := time.ParseDuration(text); err == nil && given < 0 {
			return fmt.Errorf("--%s %s: write a time that is to come, such as 10m", flag.Name, text)
		}
	}
	return nil
}

func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

func emptyFlag(flag *pflag.Flag) error {
	return fmt.Errorf("--%s is empty: write its value, set the variable that gives it, or leave the flag out", flag.Name)
}
