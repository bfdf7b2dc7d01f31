package huawei

import "cloudsync/cloud/adapter"

// What the lists of networks, and of some other products, have in common: their pages follow
// a resource that is named by its id, and they take ids one beside the other.
const (
	markedPerPage = 2000 // the most that they give
	// maxMarkedIDs keeps the URL, which has them all, to some 2,000 characters.
	maxMarkedIDs = 50
)

// listRequest has parameters of such lists. The SDK has a type of its own for each list, and
// reads them by the names of the fields; those that a list does not have, it leaves out.
type listRequest struct {
	Limit  *int32    `json:"limit,omitempty"`
	Offset *int32    `json:"offset,omitempty"`
	Marker *string   `json:"marker,omitempty"`
	Owner  *string   `json:"owner,omitempty"`
	Id     *[]string `json:"id,omitempty"` //nolint:revive // the SDK's name
}

func marked(q adapter.Query) any {
	return &listRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token), Id: &q.IDs}
}
