package aws

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	smithy "github.com/aws/smithy-go"

	"cloudsync/cloud/adapter"
)

// The SDK decodes an answer as a whole, and refuses all of it for one number or time that
// it cannot read. Such an answer is read again, without the resources that are to blame.

// elements say where an answer has its resources, and which of their elements is the id.
type elements struct {
	path []string // below the root
	id   string
}

var (
	instanceElements = elements{path: []string{"reservationSet", "item", "instancesSet", "item"}, id: "instanceId"}
	volumeElements   = elements{path: []string{"volumeSet", "item"}, id: "volumeId"}
	typeElements     = elements{path: []string{"instanceTypeSet", "item"}, id: "instanceType"}
	databaseElements = elements{path: []string{"DescribeDBInstancesResult", "DBInstances", "DBInstance"}, id: "DbiResourceId"}
	balancerElements = elements{path: []string{"DescribeLoadBalancersResult", "LoadBalancers", "member"}, id: "LoadBalancerArn"}
	tagElements      = elements{path: []string{"DescribeTagsResult", "TagDescriptions", "member"}, id: "ResourceArn"}
)

// listed is a resource of a list: as the SDK reads it, or one that the SDK cannot read.
type listed[T any] struct {
	of     T
	unread *unread
}

// unread is a resource that the SDK cannot read, with the field to blame, if that is
// known.
type unread struct {
	id           string
	field, value string
	element      *element
}

// problem says what the SDK cannot read.
func (u *unread) problem(what string) string {
	f := adapter.NewFields(what, u.id)
	if u.field == "" {
		f.Fail("the SDK cannot read it")
	} else {
		f.Refuse(u.field, u.value)
	}
	return f.Problem()
}

// all are the resources that were read, and those that were not.
func all[T any](read []T, unread []*unread) []listed[T] {
	list := make([]listed[T], 0, len(read)+len(unread))
	for _, of := range read {
		list = append(list, listed[T]{of: of})
	}
	for _, one := range unread {
		list = append(list, listed[T]{unread: one})
	}
	return list
}

// readable are those that the SDK reads.
func readable[T any](list []listed[T]) (read []T) {
	for _, one := range list {
		if one.unread == nil {
			read = append(read, one.of)
		}
	}
	return read
}

// idOf is the id of a resource, whether it was read or not.
func idOf[T any](one listed[T], id func(T) *string) string {
	if one.unread != nil {
		return one.unread.id
	}
	return awssdk.ToString(id(one.of))
}

// identified is an error where a resource that was asked for by its id has none: it may be
// any of those that were asked for.
func identified[T any](doing string, list []listed[T]) error {
	for _, one := range list {
		if one.unread != nil && one.unread.id == "" {
			return adapter.BadAnswer(doing, "%s", one.unread.problem("a resource"))
		}
	}
	return nil
}

// askList is ask for a list. Where the SDK cannot read the answer, it reads the answer
// without the resources that are to blame, which are told apart from the others.
func askList[T any](ctx context.Context, s *session, region, action, cursor string, of elements, call func(context.Context) (T, error)) (T, []*unread, error) {
	var odd []*unread
	answer, err := ask(ctx, s, region, action, cursor, func(ctx context.Context) (T, error) {
		var body []byte
		answer, err := call(context.WithValue(ctx, keptKey{}, &body))
		var undecoded *smithy.DeserializationError
		if !errors.As(err, &undecoded) || len(body) == 0 {
			return answer, err
		}
		without, blamed := of.sift(body, func(body []byte) (any, error) { return call(context.WithValue(ctx, replayKey{}, body)) })
		if without == nil {
			return answer, err
		}
		odd = blamed
		return without.(T), nil
	})
	return answer, odd, err
}

// sift decodes a document without the resources that cannot be decoded, and gives these;
// nothing, where the fault is in none of them, or in all and none has an id.
func (e elements) sift(body []byte, decode func([]byte) (any, error)) (answer any, odd []*unread) {
	root := &element{}
	if xml.Unmarshal(body, root) != nil {
		return nil, nil
	}
	resources := root.at(e.path)
	for _, one := range resources {
		only(resources, one)
		if _, err := decode(root.encode()); err == nil {
			continue
		}
		found := &unread{id: one.text(e.id), element: one}
		if len(odd) < maxBlamed {
			found.blame(root, decode)
		}
		odd = append(odd, found)
	}
	only(resources, nil)
	for _, one := range resources {
		one.left = slices.ContainsFunc(odd, func(u *unread) bool { return u.element == one })
	}
	nameless := !slices.ContainsFunc(odd, func(u *unread) bool { return u.id != "" })
	if len(odd) == 0 || nameless && len(odd) == len(resources) {
		return nil, nil
	}
	answer, err := decode(root.encode())
	if err != nil {
		return nil, nil
	}
	return answer, odd
}

// only leaves out all resources but one.
func only(resources []*element, kept *element) {
	for _, one := range resources {
		one.left = one != kept
	}
}

// maxBlamed is for how many resources of an answer the field to blame is looked for: it
// takes some time, and of a hundred like it nobody reads more.
const maxBlamed = 10

// blame finds the field without which the resource, alone in the document, can be decoded.
// It is not known where that takes several.
func (u *unread) blame(root *element, decode func([]byte) (any, error)) {
	for _, leaf := range u.element.leaves("") {
		leaf.of.left = true
		_, err := decode(root.encode())
		leaf.of.left = false
		if err == nil {
			u.field, u.value = leaf.path, leaf.of.Text
			return
		}
	}
}

// element is one of an XML document.
type element struct {
	XMLName  xml.Name
	Text     string     `xml:",chardata"`
	Elements []*element `xml:",any"`
	left     bool       // out of what is encoded
}

// MarshalXML implements xml.Marshaler.
func (e *element) MarshalXML(encoder *xml.Encoder, _ xml.StartElement) error {
	if e.left {
		return nil
	}
	start := xml.StartElement{Name: xml.Name{Local: e.XMLName.Local}}
	tokens := []xml.Token{start, xml.CharData(e.Text)}
	for _, token := range tokens {
		if err := encoder.EncodeToken(token); err != nil {
			return err
		}
	}
	for _, below := range e.Elements {
		if err := encoder.Encode(below); err != nil {
			return err
		}
	}
	return encoder.EncodeToken(start.End())
}

func (e *element) encode() []byte {
	encoded, err := xml.Marshal(e)
	if err != nil {
		return nil // cannot be: it was read from XML
	}
	return encoded
}

// at are the elements at a path.
func (e *element) at(path []string) (found []*element) {
	if len(path) == 0 {
		return []*element{e}
	}
	for _, below := range e.Elements {
		if below.XMLName.Local == path[0] {
			found = append(found, below.at(path[1:])...)
		}
	}
	return found
}

// text is that of the first element of the name.
func (e *element) text(name string) string {
	for _, below := range e.at([]string{name}) {
		return strings.TrimSpace(below.Text)
	}
	return ""
}

// all are the texts of the elements of a name, however deep.
func (e *element) all(name string) (texts []string) {
	for _, below := range e.Elements {
		if below.XMLName.Local == name {
			texts = append(texts, strings.TrimSpace(below.Text))
		}
		texts = append(texts, below.all(name)...)
	}
	return texts
}

type leaf struct {
	path string
	of   *element
}

// leaves are the elements that have none.
func (e *element) leaves(path string) (leaves []leaf) {
	for _, below := range e.Elements {
		at := strings.TrimPrefix(path+"."+below.XMLName.Local, ".")
		if len(below.Elements) == 0 {
			leaves = append(leaves, leaf{path: at, of: below})
		}
		leaves = append(leaves, below.leaves(at)...)
	}
	return leaves
}

type (
	keptKey   struct{} // of the place for an answer's body
	replayKey struct{} // of a body to answer with
)

// replaying is a transport that keeps the body of an answer where its request's context
// asks for it, and answers with the body that a context has.
type replaying struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (r replaying) RoundTrip(request *http.Request) (*http.Response, error) {
	if body, replays := request.Context().Value(replayKey{}).([]byte); replays {
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/xml"}}, Request: request,
			Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
	response, err := r.base.RoundTrip(request)
	kept, keeps := request.Context().Value(keptKey{}).(*[]byte)
	if err != nil || !keeps {
		return response, err
	}
	body, err := io.ReadAll(response.Body) // the adapter's transport has it already
	*kept, response.Body = body, io.NopCloser(bytes.NewReader(body))
	return response, err
}
