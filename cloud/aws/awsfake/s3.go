package awsfake

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"strings"

	"cloudsync/resource"
)

type bucketsAnswer struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   string   `xml:"Owner>DisplayName"`
	Buckets struct {
		Items []bucket `xml:"Bucket"`
	} `xml:"Buckets"`
	Token  string `xml:"ContinuationToken,omitempty"`
	Prefix string `xml:"Prefix,omitempty"`
}

type bucket struct {
	Name    string `xml:"Name,omitempty"`
	Created string `xml:"CreationDate,omitempty"`
	Region  string `xml:"BucketRegion,omitempty"`
}

// listBuckets lists those of the region that is asked. A row may name another region, which
// is the answer's mistake then.
func (q *request) listBuckets() (any, error) {
	if q.form.Get("bucket-region") != q.Region.Name {
		return nil, &failure{http.StatusBadRequest, "InvalidArgument", "Argument value " + q.form.Get("bucket-region") + " is not a valid AWS Region here"}
	}
	var found []resource.Bucket
	for _, of := range q.Region.Buckets {
		if strings.HasPrefix(of.NativeID, q.form.Get("prefix")) {
			found = append(found, of)
		}
	}
	answer := bucketsAnswer{Owner: Planted, Prefix: q.form.Get("prefix")}
	var err error
	answer.Buckets.Items, answer.Token, err = cachePage(q, found, "max-buckets", 1, 10_000, func(of resource.Bucket) bucket {
		return bucket{Name: of.NativeID, Created: timeText(of.CloudCreatedAt), Region: cmp.Or(of.Region, q.Region.Name)}
	})
	return answer, err
}
