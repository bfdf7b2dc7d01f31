//go:build !linux

package process

import (
	"os/exec"
	"strconv"
	"strings"
)

func commandLine(pid int) []string {
	//nolint:forbidigo // ps answers at once
	text, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return nil
	}
	return []string{strings.TrimSpace(string(text))}
}

// shown is how commandLine shows a command: ps joins the arguments.
func shown(command []string) []string { return []string{strings.Join(command, " ")} }
