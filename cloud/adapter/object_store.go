package adapter

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// BucketList is a page of an account's buckets, as the object stores that follow S3 answer it.
// path is where the buckets are.
func BucketList[T any](root *Element, path string) (answer Answer[T], err error) {
	answer.NoList = len(root.At("Buckets")) == 0
	for _, element := range root.At(path) {
		answer.Items = append(answer.Items, ItemOf[T](element))
	}
	if answer.Next = root.Find("NextMarker"); answer.Next == "" && root.Find("IsTruncated") == "true" {
		err = BadAnswer("", "the list is cut, and where it goes on is not in the answer")
	}
	return answer, err
}

// SendXML sends a request to an object store, and reads its answer, or the XMLRefusal in it.
func SendXML(transport http.RoundTripper, request *http.Request) (*Element, error) {
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	root, err := ParseXML(content)
	switch {
	case response.StatusCode != http.StatusOK && err == nil:
		return nil, XMLRefusal{response.StatusCode, root.Find("Code"), root.Find("Message"), root.Find("RequestId")}
	case response.StatusCode != http.StatusOK:
		return nil, XMLRefusal{Status: response.StatusCode}
	case err != nil:
		return nil, fmt.Errorf("decode the answer: %w", err)
	default:
		return root, nil
	}
}

// XMLRefusal is what an object store answers in place of a list. The rest of its answer may
// have what was signed.
type XMLRefusal struct {
	Status                   int
	Code, Message, RequestID string
}

// Error implements error.
func (e XMLRefusal) Error() string { return fmt.Sprintf("the answer has status %d", e.Status) }

// Answered is the refusal for an adapter's table of codes.
func (e XMLRefusal) Answered() Answered {
	return Answered{Code: e.Code, Status: e.Status, Message: e.Message, RequestID: e.RequestID}
}
