package operate

import "fmt"

// Refusal is the error of what was asked for and cannot be carried out. It says why, in words
// for whoever asked.
type Refusal struct{ Err error }

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap is why.
func (r *Refusal) Unwrap() error { return r.Err }

func refused(format string, values ...any) error { return &Refusal{Err: fmt.Errorf(format, values...)} }
