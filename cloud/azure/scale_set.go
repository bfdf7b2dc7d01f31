package azure

import (
	"context"
	"strings"

	"cloudsync/cloud/adapter"
)

// scaleSets is the list of scale sets, below which the instances of uniform ones are: a
// request for each, and as many for their network interfaces and public IPs. Those of
// flexible ones are in the lists of the subscription.
const scaleSets = "vmss_list"

// isUniform is true for a set without a mode, too: it was made before there was another.
func isUniform(set *parent) bool {
	return !strings.EqualFold(set.Properties.OrchestrationMode, "Flexible")
}

// askWithScaleSets asks for a list of the subscription, or for what uniform scale sets have
// of it: those actions begin with vmss.
func askWithScaleSets[T any](ctx context.Context, s *session, q adapter.Query) (adapter.Answer[T], error) {
	if strings.HasPrefix(q.Action, "vmss_") {
		return askBelow[T](scaleSets, isUniform)(ctx, s, q)
	}
	return ask[T](ctx, s, q)
}

// scaleSetAddresses are the public IPs of instances of uniform scale sets.
var scaleSetAddresses = adapter.Census[*session, publicIP]{
	Actions: []string{"vmss_publicip_list"}, Path: listPath, Ask: askWithScaleSets[publicIP], Key: func(p *publicIP) string { return idOf(p.ID) },
}

// isInScaleSet says of an id that it is of an instance of a uniform scale set, or below one.
func isInScaleSet(id string) bool { return strings.Contains(id, "/virtualmachinescalesets/") }
