package huawei

import "cloudsync/cloud/adapter"

// What the lists of networks, and of some other products, have in common: their pages follow
// a resource that is named by its id, and they take ids one beside the other.
const (
	markedPerPage = 2000 // the most that they give
	// maxMarkedIDs keeps the URL, which has them all, to some 2,000 characters.
	maxMarkedIDs = 50
)

// markedRequest has the parameters of such a list. The SDK reads them by the names of the fields, and has
// a type of its own for each list.
type markedRequest struct {
	Limit  *int32    `json:"limit,omitempty"`
	Marker *string   `json:"marker,omitempty"`
	Id     *[]string `json:"id,omitempty"` //nolint:revive // the SDK's name
}

func marked(q adapter.Query) any {
	return &markedRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token), Id: &q.IDs}
}
