package inventory

// TypeLabels are the columns that say of which type a resource is, of each kind one.
var TypeLabels = []string{
	"instance_type", "disk_type", "balancer_type", "gateway_type", "cluster_type", "bucket_type", "snapshot_type", "certificate_type", "attached_type",
	"architecture",
}

// AddressLabels are the columns that say where a resource is reached, or which addresses it
// has.
var AddressLabels = []string{"private_ips", "public_ips", "addresses", "address", "endpoint", "cidrs", "domains"}
