package mock

// The values of the original profile. Any value of each list can occur.
var (
	groups        = []string{"inf", "ads", "web", "sys"}
	products      = []string{"monitor", "cicd", "k8s", "mq"}
	apps          = []string{"kafka", "prometheus", "zookeeper", "es"}
	clusters      = []string{"bigdata", "inf", "middleware", "business"}
	vendors       = []string{"alibaba", "tencent", "aws", "huawei", "azure"}
	instanceTypes = []string{"4c8g", "4c16g", "8c32g", "16c64g"}
	vCPUs         = []int64{4, 8, 16, 32, 64, 128}
	memoryGiB     = []int64{8, 16, 32, 64, 128, 256, 512}
	diskGiB       = []int64{128, 256, 512, 1024, 2048, 4096, 8192}
)

// What the original left open.
var (
	architectures = []string{"amd64", "arm64"}
	dataCenters   = []string{"idc-1", "idc-2", "idc-3"}
	systems       = []string{"linux", "windows", "darwin"}
	jobs          = []string{"online", "batch", "cron", "test"}
	statuses      = []string{"running", "stopped", "starting"}
	charges       = []string{"postpaid", "prepaid", "spot"}
	diskTypes     = []string{"cloud_efficiency", "cloud_ssd", "cloud_essd"}
	zones         = []string{"a", "b", "c"}
)

// images are the names of the images, by vendor and system.
var images = func() (names [][]string) {
	for _, vendor := range vendors {
		var ofVendor []string
		for _, system := range systems {
			ofVendor = append(ofVendor, "img-"+vendor+"-"+system)
		}
		names = append(names, ofVendor)
	}
	return names
}()

// traits are what was drawn for a host, as indexes into the lists above.
type traits struct {
	group, product, app, cluster         int
	arch, idc, system, job               int
	instanceType, vCPU, memory, disk     int
	vendor, zone, status, charge, diskAs int
	public                               bool
	createdDay                           int
}

// traits draws a host's traits, all from its id, and then applies its
// modification.
func (l life) traits() traits {
	d := dice(l.id)
	t := traits{
		group:        d.roll(len(groups)),
		product:      d.roll(len(products)),
		app:          d.roll(len(apps)),
		cluster:      d.roll(len(clusters)),
		arch:         d.roll(len(architectures)),
		idc:          d.roll(len(dataCenters)),
		system:       d.roll(len(systems)),
		job:          d.roll(len(jobs)),
		instanceType: d.roll(len(instanceTypes)),
		vCPU:         d.roll(len(vCPUs)),
		memory:       d.roll(len(memoryGiB)),
		disk:         d.roll(len(diskGiB)),
		vendor:       d.roll(len(vendors)),
		zone:         d.roll(len(zones)),
		status:       d.roll(len(statuses)),
		charge:       d.roll(len(charges)),
		diskAs:       d.roll(len(diskTypes)),
		public:       d.roll(2) == 1,
		createdDay:   d.roll(365),
	}
	if l.modified {
		t.modify(d.roll(5))
	}
	return t
}

// modify changes one trait, always to another value, so that a modification is
// one to whoever compares hashes.
func (t *traits) modify(which int) {
	switch which {
	case 0:
		t.status = (t.status + 1) % len(statuses)
	case 1:
		t.instanceType = (t.instanceType + 1) % len(instanceTypes)
		t.vCPU = (t.vCPU + 1) % len(vCPUs)
	case 2:
		t.app = (t.app + 1) % len(apps)
	case 3:
		t.public = !t.public
	case 4:
		t.disk = (t.disk + 1) % len(diskGiB)
	}
}
