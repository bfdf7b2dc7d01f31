package mock

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of Settings.
const (
	MaxHosts    = 10_000_000    // beyond, the private addresses of 8.0.0.0/8 would repeat
	MaxTick     = math.MaxInt32 // beyond, the arithmetic of life cycles would overflow
	MaxPageSize = 100_000

	MaxRequestsPerSecond = 100_000
)

// DefaultPageSize is the page size of a cloud that configures none.
const DefaultPageSize = 100

// Settings say what a simulated cloud holds and how it behaves. Start from
// DefaultSettings: the zero value is a cloud without hosts.
type Settings struct {
	// Seed picks the cloud: with equal seeds, two clouds are the same at every tick.
	Seed uint64 `yaml:"seed"`
	// Tick is the cloud's time at the start, from 0 to MaxTick. Where TickFile
	// exists, the file's number counts instead.
	Tick int64 `yaml:"tick"`
	// TickEvery is how long a tick lasts; 0: the cloud stands still unless told.
	TickEvery time.Duration `yaml:"tick_every"`
	// TickFile is the path of a file whose decimal number is the current tick, so
	// that a restarted process goes on where the cloud was, and another process can
	// move it. It is created when absent. A relative path starts at the working
	// directory. Empty: the tick lives in this process alone.
	TickFile string `yaml:"tick_file"`
	// Hosts is how many hosts the account has, all its regions together. Of the other
	// kinds there is what so many hosts need, such as a database for each 8.
	Hosts Hosts `yaml:"hosts"`
	// Churn is the share of the hosts that change per tick, from 0 to 1, in equal
	// parts additions, modifications and deletions; 0: nothing ever changes.
	Churn float64 `yaml:"churn"`
	// PageSize is the largest number of rows on a page, from 2 (all disks of a host
	// are on one page) to MaxPageSize; 0 counts as DefaultPageSize.
	PageSize int `yaml:"page_size"`
	// PageDelay is how long each page takes to come.
	PageDelay time.Duration `yaml:"page_delay"`
	// RequestsPerSecond is how many calls a region takes within any second before it
	// throttles, from 1 to MaxRequestsPerSecond; 0: any number.
	RequestsPerSecond int `yaml:"requests_per_second"`
	// Faults are what goes wrong.
	Faults []Fault `yaml:"faults"`
}

// DefaultSettings are the original profile: 25 to 60 hosts, of which a tenth
// changes per tick, standing still until told to move.
func DefaultSettings() Settings {
	return Settings{
		Hosts:    Hosts{Min: 25, Max: 60},
		Churn:    0.1,
		PageSize: DefaultPageSize,
	}
}

// DefaultRegions are the regions of an account that names none.
func DefaultRegions() []string {
	return []string{"beijing", "shanghai", "guangzhou", "tianjin", "shandong"}
}

// Hosts bounds the number of hosts at any tick. With Min equal to Max the number
// never changes: every host that goes is replaced.
type Hosts struct {
	Min int64 `yaml:"min"`
	Max int64 `yaml:"max"`
}

// ExactHosts is n hosts at all ticks.
func ExactHosts(n int64) Hosts { return Hosts{Min: n, Max: n} }

// UnmarshalText reads the short form, a single number.
func (h *Hosts) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("%.40q is no number of hosts: write 40, or {min: 25, max: 60}", text)
	}
	*h = ExactHosts(n)
	return nil
}

// Problem is one impossible setting.
type Problem struct {
	Path string // where, below the settings: "hosts.min", "faults[0].rate"
	Text string // what is wrong: what to write instead
}

// Validate returns what is wrong with the settings, nothing when they are sound.
func (s Settings) Validate() []Problem {
	var p problems
	p.add(outside(s.Tick, 0, MaxTick), "tick", "%d is outside 0 to %d: write a number within", s.Tick, MaxTick)
	p.add(s.TickEvery < 0, "tick_every", "%v is negative: write a duration such as 5s, or 0 to stand still", s.TickEvery)
	p.add(!(s.Churn >= 0 && s.Churn <= 1), "churn", "%v is outside 0 to 1: write a share such as 0.1", s.Churn)
	p.add(s.PageSize != 0 && outside(int64(s.PageSize), 2, MaxPageSize),
		"page_size", "%d is outside 2 to %d: write a number within", s.PageSize, MaxPageSize)
	p.add(s.PageDelay < 0, "page_delay", "%v is negative: write a duration such as 50ms, or 0 for none", s.PageDelay)
	p.add(outside(int64(s.RequestsPerSecond), 0, MaxRequestsPerSecond), "requests_per_second",
		"%d is outside 0 to %d: write a number within, or 0 for any number of requests", s.RequestsPerSecond, MaxRequestsPerSecond)
	s.Hosts.validate(&p)
	for i, fault := range s.Faults {
		fault.validate(&p, fmt.Sprintf("faults[%d]", i))
	}
	return p
}

func (h Hosts) validate(p *problems) {
	switch {
	case h.Min < 0:
		p.add(true, "hosts", "%d is negative: write a number from 0 to %d", h.Min, MaxHosts)
	case h.Max > MaxHosts:
		p.add(true, "hosts", "%d is too many: write at most %d", h.Max, MaxHosts)
	case h.Min > h.Max:
		p.add(true, "hosts", "min %d is above max %d: write {min: %d, max: %d}", h.Min, h.Max, h.Max, h.Min)
	}
}

func (f Fault) validate(p *problems, path string) {
	p.add(!slices.Contains(FaultTypes(), f.Type), path+".fault", "unknown fault %.40q: the faults are %s", f.Type, faultNames())
	p.add(f.Call != "" && f.Call != listCall && f.Call != lookupCall, path+".call", "unknown call %.40q: write list, lookup, or leave it out for both", f.Call)
	p.add(!(f.Rate >= 0 && f.Rate <= 1), path+".rate", "%v is outside 0 to 1: write a share such as 0.5", f.Rate)
	p.add(f.Times < 0, path+".times", "%d is negative: write how many calls it strikes, or 0 for all", f.Times)
	p.add(f.FromTick < 0, path+".from_tick", "%d is negative: write a tick from 0", f.FromTick)
	p.add(f.ToTick < 0 || f.ToTick != 0 && f.ToTick < f.FromTick,
		path+".to_tick", "%d is before from_tick %d: write a later tick, or 0 for no end", f.ToTick, f.FromTick)
	p.add(f.Delay < 0, path+".delay", "%v is negative: write a duration such as 1s", f.Delay)
	p.add(f.RetryAfter < 0, path+".retry_after", "%v is negative: write a duration such as 1s", f.RetryAfter)
}

func faultNames() string {
	var names []string
	for _, fault := range FaultTypes() {
		names = append(names, string(fault))
	}
	return strings.Join(names, ", ")
}

func outside(n, low, high int64) bool { return n < low || n > high }

type problems []Problem

func (p *problems) add(wrong bool, path, format string, args ...any) {
	if wrong {
		*p = append(*p, Problem{Path: path, Text: fmt.Sprintf(format, args...)})
	}
}
