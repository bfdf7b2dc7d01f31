package benchindex

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
	"cloudsync/store/staged"
)

// run is what a run of the sync does with the tables, once it has compared.
type run struct {
	*store.Store
	record store.Run
	claims []store.Claim // of all scopes, in their order
}

// begin begins a run over all scopes of the fleet.
func begin(ctx context.Context, s *store.Store, f fleet) (*run, error) {
	r := &run{Store: s, record: store.Run{RunID: "bench-" + rand.Text(), Kind: resource.HostKind.Name(), StartedAt: time.Now(), Outcome: "ok"}}
	ref, err := s.BeginRun(ctx, r.record)
	if err != nil {
		return nil, err
	}
	scopes := make([]resource.Scope, f.scopes())
	for i := range scopes {
		scopes[i] = f.scope(i)
	}
	ids, err := s.EnsureScopes(ctx, resource.HostKind.Name(), scopes)
	if err != nil {
		return nil, err
	}
	claims, err := s.ClaimScopes(ctx, ref, ids)
	if err != nil {
		return nil, err
	}
	byID := map[int64]store.Claim{}
	for _, claim := range claims {
		byID[claim.ScopeID] = claim
	}
	for _, id := range ids {
		r.claims = append(r.claims, byID[id])
	}
	return r, nil
}

// end records the run.
func (r *run) end(ctx context.Context) error {
	if err := r.EndRun(ctx, r.record); err != nil {
		return err
	}
	return r.CleanStaging(ctx, r.record.RunID)
}

// apply adds, modifies or deletes hosts of a scope.
func (r *run) apply(ctx context.Context, scope int, op diff.Op, hosts []*resource.Host) error {
	claim := r.claims[scope]
	set := store.BatchSet{Lease: claim.Lease, Writer: 1, Op: op}
	batches := r.NewBatchWriter(set)
	sealer := resource.HostKind.Sealer(claim.Scope, claim.ScopeID)
	for _, host := range hosts {
		encoded, err := sealer.Append(nil, host)
		if err != nil {
			return fmt.Errorf("seal %s: %w", host.Name, err)
		}
		if err := batches.Add(ctx, staged.Item{Entry: host.Entry(), Row: encoded}); err != nil {
			return err
		}
	}
	if err := batches.Flush(ctx); err != nil {
		return err
	}
	pending, err := r.PendingBatches(ctx, set)
	if err != nil {
		return err
	}
	for _, seq := range pending {
		if err := r.ApplyBatch(ctx, resource.HostKind, claim.Scope, set, seq); err != nil {
			return err
		}
	}
	return nil
}

// fill is a first run: it adds all hosts.
func fill(ctx context.Context, s *store.Store, f fleet) error {
	r, err := begin(ctx, s, f)
	if err != nil {
		return err
	}
	group, some := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for scope := range f.scopes() {
		group.Go(func() error {
			var hosts []*resource.Host
			for _, n := range f.inScope(scope, f.hosts) {
				hosts = append(hosts, f.host(n))
			}
			return r.apply(some, scope, diff.Add, hosts)
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("fill the inventory: %w", err)
	}
	return r.end(ctx)
}

// churned is a run with changes that has not ended yet.
type churned struct {
	*run
	committed time.Time // when the last batch was
	release   string    // of the hosts that it modified and added
	hosts     int       // of this release
	last      string    // name of the host that came with the last batch
}

// churn is a run in which one scope in a hundred changes: of its hosts, a third is modified,
// a third deleted, and as many are added. Each round takes other scopes.
func churn(ctx context.Context, s *store.Store, f fleet, round int) (c churned, err error) {
	c.release = fmt.Sprintf("churn-%d", round)
	if c.run, err = begin(ctx, s, f); err != nil {
		return c, err
	}
	each := max(1, f.scopes()/100)
	for scope := round * each; scope < (round+1)*each; scope++ {
		if err := c.change(ctx, f, scope); err != nil {
			return c, fmt.Errorf("change %s: %w", f.scope(scope), err)
		}
	}
	return c, nil
}

func (c *churned) change(ctx context.Context, f fleet, scope int) error {
	numbers := f.inScope(scope, f.hosts)
	third := len(numbers) / 3
	var modified, deleted, added []*resource.Host
	for i, n := range numbers {
		switch {
		case i < third:
			modified = append(modified, c.released(f.host(n)))
		case i < 2*third:
			deleted = append(deleted, f.host(n))
			added = append(added, c.released(f.host(n+f.later())))
		}
	}
	if err := c.apply(ctx, scope, diff.Delete, deleted); err != nil {
		return err
	}
	if err := c.apply(ctx, scope, diff.Modify, modified); err != nil {
		return err
	}
	if err := c.apply(ctx, scope, diff.Add, added); err != nil {
		return err
	}
	c.committed, c.hosts, c.last = time.Now(), c.hosts+len(modified)+len(added), added[len(added)-1].Name
	return nil
}

func (c *churned) released(host *resource.Host) *resource.Host {
	host.Tags["release"] = c.release
	return host
}
