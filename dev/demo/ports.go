package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"cloudsync/dev/layout"
	free "cloudsync/dev/ports"
)

// ports are remembered in .dev/ports.json, so that what somebody typed or
// bookmarked works again the next time.
type ports struct {
	MySQL    int `json:"mysql"`
	Temporal int `json:"temporal"`
	// HTTP is Temporal's interface over HTTP.
	HTTP   int `json:"http"`
	UI     int `json:"ui"`
	Worker int `json:"worker"`
	Server int `json:"server"`
	Alerts int `json:"alerts"`
}

// choosePorts takes those of the last time, where nobody else has taken them.
func choosePorts(l layout.Layout) (ports, error) {
	file := l.Path("ports.json")
	chosen, err := readPorts(file)
	if err != nil {
		return chosen, err
	}
	all, err := free.Several(chosen.MySQL, chosen.Temporal, chosen.UI, chosen.Worker, chosen.Server, chosen.Alerts, chosen.HTTP)
	if err != nil {
		return chosen, err
	}
	chosen = ports{MySQL: all[0], Temporal: all[1], UI: all[2], Worker: all[3], Server: all[4], Alerts: all[5], HTTP: all[6]}
	return chosen, writePorts(file, chosen)
}

func readPorts(file string) (ports, error) {
	var last ports
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err != nil {
		return last, fmt.Errorf("read the ports of the last demo: %w", err)
	}
	if err := json.Unmarshal(text, &last); err != nil {
		return last, fmt.Errorf("read the ports of the last demo in %s (it may be deleted): %w", file, err)
	}
	return last, nil
}

func writePorts(file string, p ports) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("remember the ports: %w", err)
	}
	return nil
}
