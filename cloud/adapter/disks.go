package adapter

import "context"

// HostDisks are what the disks of each host have together, in GiB, by the host's id: for
// clouds whose hosts do not say it. The zero value has none.
type HostDisks struct {
	sizes map[string]int64
	seen  map[string]bool   // disks
	odd   map[string]string // why a host's sum is not known
}

// Add adds a disk to the hosts that it is attached to, once: one that is on two pages,
// since another was made or deleted in between, is still one. Where a disk does not say
// whose it is, since something of it cannot be read, no host's sum is known: that is an
// error.
func (d *HostDisks) Add(f *Fields, gib int64, isOdd bool, hosts ...string) error {
	if f.id != "" && d.seen[f.id] {
		return nil
	}
	if d.sizes == nil {
		d.sizes, d.seen, d.odd = map[string]int64{}, map[string]bool{}, map[string]string{}
	}
	hosts = Set(hosts...)
	if len(hosts) == 0 && isOdd { // and is again, if it is asked for again
		return BadAnswer("", "whose is it? %s", f.Problem())
	}
	d.seen[f.id] = true
	for _, host := range hosts {
		d.sizes[host] += gib
		if problem := f.Problem(); problem != "" {
			d.odd[host] = problem
		}
	}
	return nil
}

// AddPages adds the disks of a region page by page, for Tables. of is a disk's size in GiB
// and the hosts that have it.
func AddPages[S Session, D any](s S, disks *Listing[S, D], region string, of func(*Fields, *D) (int64, []string)) func(context.Context, HostDisks, string) (HostDisks, string, error) {
	return func(ctx context.Context, all HostDisks, cursor string) (HostDisks, string, error) {
		listed, next, err := disks.Page(ctx, s, region, cursor)
		known := len(all.seen)
		for i := 0; i < len(listed) && err == nil; i++ {
			disk := &listed[i]
			f := disk.Read(disks.What, disks.ID(&disk.Value))
			gib, hosts := of(f, &disk.Value)
			err = all.Add(f, gib, disk.IsOdd(), hosts...)
		}
		if err == nil && next != "" && len(listed) > 0 && len(all.seen) == known { // pages that lead back to each other have no end
			err = BadAnswer("", "the page at %q has no disk that was not listed before", Clip(cursor, maxShown))
		}
		return all, next, named(disks.Action, err)
	}
}

// Of is the sum of a host's disks.
func (d *HostDisks) Of(f *Fields, host string) int64 {
	if why, odd := d.odd[host]; odd {
		f.Fail("%s", why)
	}
	return d.sizes[host]
}

// Has says whether any disk of the host is known.
func (d *HostDisks) Has(host string) bool {
	_, has := d.sizes[host]
	return has
}
