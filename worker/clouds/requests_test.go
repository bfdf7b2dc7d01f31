package clouds

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/cloud/fake"
	"cloudsync/coverage"
	"cloudsync/resource"
)

// A run of all kinds of a cloud side by side, of one region with 1,000 resources of each: no
// kind makes many more requests than paging makes it, and what several kinds need is asked for
// once.
func TestRequestsOfAllKinds(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(kindsPage)
	require.NoError(t, err)
	for provider, of := range fleets {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			skipLeftOut(t, provider)
			c, settings := of.serve(t, provider)
			listAll(t, settings, kindsOf(provider))
			counted := byAction(c)
			for _, kind := range kindsOf(provider) {
				requests, least := requestsOf(provider, kind, counted)
				if except, is := exceptions[provider][kind]; is {
					require.Equal(t, except.requests, requests, "%s: %s", kind, except.why)
				} else {
					require.LessOrEqual(t, float64(requests), 1.1*float64(least), kind)
				}
				require.Equal(t, fmt.Sprintf("%d / %d", requests, least), figureOf(string(page), provider, kind), "%s of %s", kind, kindsPage)
			}
			require.Empty(t, unknown(provider, counted), "they are of no kind")
		})
	}
}

// Where hosts and disks are listed at the same time, what both need is asked for once.
func TestRequestsOfHostsAndDisks(t *testing.T) {
	t.Parallel()
	for provider, of := range fleets {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			skipLeftOut(t, provider)
			c, settings := of.serve(t, provider)
			both := []string{"resource_host", "resource_disk"}
			listAll(t, settings, both)
			counted := byAction(c)
			for _, kind := range both {
				for _, of := range asks[provider][kind] {
					if _, is := exceptions[provider][kind]; !is {
						require.Equal(t, of.least(), counted[of.action], of.action)
					}
				}
			}
		})
	}
}

func skipLeftOut(t *testing.T, provider string) {
	t.Helper()
	if _, built := adapters[provider]; !built {
		t.Skip("this build leaves it out")
	}
}

// kindsOf are those that a cloud is listed for.
func kindsOf(provider string) []string {
	return slices.DeleteFunc(slices.Clone(resource.Standard().Names()), func(kind string) bool { return coverage.Gap(provider, kind) != "" })
}

// listAll lists the kinds of an account side by side, as a worker does.
func listAll(t *testing.T, settings cloud.Settings, kinds []string) {
	t.Helper()
	account, err := Open(settings)
	require.NoError(t, err)
	rows, failed := make([]int, len(kinds)), make([]error, len(kinds))
	ctx := adapter.WithTogether(t.Context(), time.Minute)
	var all sync.WaitGroup
	for i, kind := range kinds {
		all.Go(func() { rows[i], failed[i] = list(ctx, account, settings, kind) })
	}
	all.Wait()
	for i, kind := range kinds {
		require.NoError(t, failed[i], kind)
		require.GreaterOrEqual(t, rows[i], each-2, kind) // see withoutWhatTheServerAdds
	}
}

// list lists the scopes of a kind to their ends.
func list(ctx context.Context, account cloud.Provider, settings cloud.Settings, kind string) (rows int, err error) {
	for _, region := range settings.Regions {
		scope := resource.Scope{Kind: kind, Provider: settings.Provider, Account: settings.Name, Region: region}
		for cursor := ""; ; {
			page, err := account.List(ctx, scope, cursor)
			if err != nil {
				return rows, err
			}
			if len(page.Problems) > 0 {
				return rows, fmt.Errorf("%s", page.Problems[0].Text)
			}
			rows += len(page.Rows)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
	}
	return rows, nil
}

// byAction counts the requests that a server was sent.
func byAction(c *fake.Cloud) map[string]int {
	counted := map[string]int{}
	for _, request := range c.Requests() {
		counted[request.Action]++
	}
	return counted
}

// requestsOf are those of a kind, and how many there must be. An action that several kinds
// need has its requests divided among them as it must be.
func requestsOf(provider, kind string, counted map[string]int) (requests, least int) {
	share := map[string]int{}
	for _, of := range asks[provider][kind] {
		share[of.action] += of.least()
	}
	for action, own := range share {
		all := 0
		for _, kind := range asks[provider] {
			for _, of := range kind {
				if of.action == action {
					all += of.least()
				}
			}
		}
		requests, least = requests+(counted[action]*own+all-1)/all, least+own
	}
	return requests, least
}

// unknown are the actions that were asked for and that no kind has.
func unknown(provider string, counted map[string]int) []string {
	known := slices.Clone(entering[provider])
	for _, kind := range asks[provider] {
		for _, of := range kind {
			known = append(known, of.action)
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(counted)), func(action string) bool { return slices.Contains(known, action) })
}

// figureOf is what the page says of a kind at a cloud, in the table of requests.
func figureOf(page, provider, kind string) string {
	column := 0
	for line := range strings.Lines(sectionOf(page, "Requests of a whole run")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if i := slices.IndexFunc(cells, func(cell string) bool { return strings.Contains(cell, "(clouds/"+provider+".md)") }); i > 0 {
			column = i
		}
		if column > 0 && column < len(cells) && strings.Contains(cells[0], "(#"+kind+")") {
			return strings.ReplaceAll(strings.TrimSpace(cells[column]), ",", "")
		}
	}
	return ""
}
