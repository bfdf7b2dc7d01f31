package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"cloudsync/cloud/mock"
	"cloudsync/config"
)

// clouds are those of a fleet: one for each account, all with the same regions.
type clouds struct {
	fleet    Fleet
	set      setting
	tickFile string
	cloud    mock.Settings // of the first account
	regions  []string
}

// setting is what differs from the usual cloud.
type setting struct {
	pageSize  int
	pageDelay time.Duration
	perSecond int // requests that the provider takes, and the worker makes; 0: any number
	beside    besideSetting
	// maxParallel is how many scopes a run works on at once; 0: as by default.
	maxParallel int
}

const usualPageSize = 500

func newClouds(fleet Fleet, set setting, tickFile string) clouds {
	c := clouds{fleet: fleet, set: set, tickFile: tickFile, cloud: mock.DefaultSettings()}
	c.cloud.Seed, c.cloud.Hosts, c.cloud.Churn = 1, mock.ExactHosts(int64(fleet.Hosts/fleet.accounts())), churnPerTick
	c.cloud.TickFile, c.cloud.PageSize, c.cloud.PageDelay = tickFile, cmp.Or(set.pageSize, usualPageSize), set.pageDelay
	c.cloud.RequestsPerSecond = set.perSecond
	c.regions = regionNames(fleet.regions())
	return c
}

func regionNames(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("region-%04d", i))
	}
	return names
}

// configuration is that of a worker in one of the cases.
func (c clouds) configuration(dsn string, of Case) ([]byte, error) {
	text := fmt.Appendf(nil, `mysql_s: [{ name: bench, addr: %q }]
public_cloud_sync:
  enable: true
  resources:
    resource_host: { interval: 1h, max_parallel_scopes: %d }
  accounts:
`, dsn, cmp.Or(c.set.maxParallel, config.DefaultMaxParallelScopes))
	cloud := c.cloud
	for _, region := range c.deniedRegions(of) {
		cloud.Faults = append(cloud.Faults, mock.Fault{Type: mock.Denied, Region: region})
	}
	var err error
	if c.set.beside.scopes > 0 {
		if text, err = c.appendAccount(text, slowAccount, c.set.beside.of(c.cloud), regionNames(c.set.beside.scopes)); err != nil {
			return nil, err
		}
	}
	for i := range c.fleet.accounts() {
		cloud.Seed = c.cloud.Seed + uint64(i)
		if text, err = c.appendAccount(text, fmt.Sprintf("b%04d", i), cloud, c.regions); err != nil {
			return nil, err
		}
	}
	return text, nil
}

func (c clouds) appendAccount(text []byte, name string, cloud mock.Settings, regions []string) ([]byte, error) {
	settings, err := yaml.MarshalWithOptions(cloud, yaml.JSON())
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(text, "    - { provider: mock, name: %s, requests_per_second: %d, regions: [%s], mock: %s }\n",
		name, c.set.perSecond, strings.Join(regions, ", "), bytes.TrimSpace(settings)), nil
}

// deniedRegions are those that refuse in each account.
func (c clouds) deniedRegions(of Case) (regions []string) {
	if !of.Denied {
		return nil
	}
	for i := 0; i < len(c.regions); i += deniedOf {
		regions = append(regions, c.regions[i])
	}
	return regions
}

// denied is how many scopes cannot be listed.
func (c clouds) denied(of Case) int { return len(c.deniedRegions(of)) * c.fleet.accounts() }
