package azurefake

import (
	"net/http"

	"cloudsync/cloud/fake"
)

func (s server) subscription(w http.ResponseWriter, _ *http.Request, j fake.Judgement) {
	write(w, http.StatusOK, object{
		"id": "/subscriptions/" + j.Account.ID, "subscriptionId": j.Account.ID,
		"displayName": "demo", "state": "Enabled", "tenantId": "tenant",
	})
}

// locations has an edge zone and a logical region beside the account's regions.
func (s server) locations(w http.ResponseWriter, _ *http.Request, j fake.Judgement) {
	of := func(name, typ, region string) object {
		return object{
			"id": "/subscriptions/" + j.Account.ID + "/locations/" + name, "name": name, "type": typ,
			"displayName": name, "metadata": object{"regionType": region},
		}
	}
	all := []any{of("edge1", "EdgeZone", "Physical"), of("logical1", "Region", "Logical")}
	for _, region := range j.Account.Regions {
		if !region.Disabled {
			all = append(all, of(region.Name, "Region", "Physical"))
		}
	}
	write(w, http.StatusOK, object{"value": all})
}

// permissions are those of the role Reader at the subscription.
func permissions(*http.Request, fake.Judgement) []any {
	return []any{object{"actions": []string{"*/read"}, "notActions": []string{}}}
}
