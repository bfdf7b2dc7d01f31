package huawei

import "cloudsync/cloud/adapter"

// What the lists of networks, and of some other products, have in common: their pages follow
// a resource that is named by its id, and they take ids one beside the other.
const (
	markedPerPage = 2000 // the most that they give
	// maxMarkedIDs keeps the URL, which has them all, to some 2,000 characters.
	maxMarkedIDs = 50
)

// maxAlone is how many ids a look-up takes where the API can be asked for one at a time only.
const maxAlone = 10

// listRequest has parameters of such lists. The SDK has a type of its own for each list, and
// reads them by the names of the fields; those that a list does not have, it leaves out.
type listRequest struct {
	Limit  *int32    `json:"limit,omitempty"`
	Offset *int32    `json:"offset,omitempty"`
	Marker *string   `json:"marker,omitempty"`
	Owner  *string   `json:"owner,omitempty"`
	Id     *[]string `json:"id,omitempty"` //nolint:revive // the SDK's name

	DatastoreType *string `json:"datastore_type,omitempty"`
}

func marked(q adapter.Query) any {
	return &listRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token), Id: &q.IDs}
}

// counted is for lists whose pages follow a number of resources.
func counted(q adapter.Query) any { return databasesOf("")(q) }

// databasesOf is counted for a list of databases of one type.
func databasesOf(typ string) func(adapter.Query) any {
	return func(q adapter.Query) any {
		return &listRequest{Limit: given(int32(q.Limit)), Offset: given(int32(q.Offset)), Id: &q.IDs, DatastoreType: given(typ)}
	}
}
