package mock

import (
	"strconv"

	"cloudsync/resource"
)

// systemGiB is the size of the system disk of a host that has a data disk too.
const systemGiB = 64

// disks is how many disks the host has: a system disk, and every second host a
// data disk. It needs no traits, so that counting a large region stays cheap.
func (l life) disks() int { return 1 + int(l.id&1) }

// diskRows makes the disks of the life's host. They come and go with it, and
// their sizes add up to what the host says.
func diskRows(rows []resource.Row, p *place, l life) []resource.Row {
	t := l.traits()
	total := diskGiB[t.disk]
	if l.disks() == 1 {
		return append(rows, l.disk(p, t, 0, "system", total))
	}
	return append(rows,
		l.disk(p, t, 0, "system", systemGiB),
		l.disk(p, t, 1, "data", total-systemGiB))
}

func (l life) disk(p *place, t traits, number int, role string, sizeGiB int64) *resource.Disk {
	disk := &resource.Disk{
		Name:           "genMockResourceHost_host_" + strconv.FormatInt(l.slot, 10) + "_disk_" + strconv.Itoa(number),
		Status:         "in_use",
		Zone:           p.zones[t.zone],
		HostNativeID:   l.hostID(),
		DiskType:       diskTypes[t.diskAs],
		Role:           role,
		Device:         [...]string{"/dev/vda", "/dev/vdb"}[number],
		SizeGiB:        sizeGiB,
		ChargeType:     charges[t.charge],
		Tags:           map[string]string{"stree_app": apps[t.app], "cluster": clusters[t.cluster]},
		CloudCreatedAt: t.created(),
		ExpiresAt:      t.expires(),
	}
	disk.NativeID = "d-" + strconv.FormatUint(l.id, 16) + "-" + strconv.Itoa(number)
	return disk
}
