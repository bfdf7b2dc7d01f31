package adapter

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
	if d.seen[f.id] {
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

// Of is the sum of a host's disks.
func (d *HostDisks) Of(f *Fields, host string) int64 {
	if why, odd := d.odd[host]; odd {
		f.Fail("%s", why)
	}
	return d.sizes[host]
}
