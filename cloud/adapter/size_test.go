package adapter_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// Kinds that need the same sizes at the same time ask for them once.
func TestSizesAreAskedForOnceSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		describe := func(_ context.Context, _ string, _ []string, tell func(*adapter.Fields, int64, int64)) error { //nolint:unparam // Of wants one
			asked++
			<-time.After(time.Second)
			tell(adapter.NewFields("type", "small"), 2, 1)
			return nil
		}
		var sizes adapter.Sizes
		for range 3 {
			go func() {
				sizeOf, err := sizes.Of(t.Context(), "north", []string{"small"}, describe)
				if cpu, _ := sizeOf(adapter.NewFields("host", "h"), "small"); err != nil || cpu != 2 {
					t.Error(cpu, err)
				}
			}()
		}
		synctest.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := sizes.Of(ended, "north", []string{"small"}, describe)
		require.Equal(t, cloud.ClassOf(context.Canceled), cloud.ClassOf(err))
		<-time.After(time.Minute)
		require.Equal(t, 1, asked)
	})
}

func TestSizesAreAskedForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cpus := map[string]string{"Small": "1", "Large": "8"} // of the types that the cloud describes
		var asked [][]string
		describe := func(_ context.Context, region string, types []string, tell func(*adapter.Fields, int64, int64)) error {
			asked = append(asked, append([]string{region}, types...))
			for name, text := range cpus {
				f := adapter.NewFields("type", name)
				tell(f, f.Whole("cpus", text), 1)
			}
			return nil
		}
		var sizes adapter.Sizes
		for i, step := range []struct {
			name, region, of, is string // the type's name in the cloud, and its CPUs there
			want, problem        string
			asks                 bool
		}{
			{region: "north", of: "small", want: "1", asks: true},
			{region: "north", of: "LARGE", want: "8"},
			{region: "north", of: "", want: "0"},
			{region: "south", of: "small", want: "1", asks: true},
			{region: "north", of: "odd", name: "Odd", is: "two", want: "0", problem: `host "h": type "Odd": cpus makes no sense: "two"`, asks: true},
			{region: "north", of: "odd", name: "Odd", is: "2", want: "2", asks: true},
			{region: "north", of: "new", name: "", is: "7", want: "7", problem: `host "h": type without an id`, asks: true}, // it may be that one
			{region: "north", of: "new", want: "0", asks: true},
			{region: "north", of: "new", name: "New", is: "3", want: "0"}, // not asked for so soon
		} {
			before := len(asked)
			if step.is != "" {
				cpus[step.name] = step.is
			}
			sizeOf, err := sizes.Of(t.Context(), step.region, []string{step.of}, describe)
			require.NoError(t, err)
			f := adapter.NewFields("host", "h")
			cpu, _ := sizeOf(f, step.of)
			require.Equal(t, step.want, strconv.FormatInt(cpu, 10), i)
			require.Equal(t, step.problem, f.Problem(), i)
			require.Equal(t, step.asks, len(asked) > before, i)
			delete(cpus, "")
		}
		require.True(t, slices.ContainsFunc(asked, func(a []string) bool { return slices.Equal(a, []string{"north", "new"}) }))
		<-time.After(7 * time.Hour)
		sizeOf, err := sizes.Of(t.Context(), "north", []string{"new", "small"}, describe)
		require.NoError(t, err)
		cpu, memoryMiB := sizeOf(adapter.NewFields("host", "h"), "new")
		require.Equal(t, [2]int64{3, 1}, [2]int64{cpu, memoryMiB})
		require.Equal(t, []string{"north", "new"}, asked[len(asked)-1])
	})
}
