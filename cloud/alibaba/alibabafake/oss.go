package alibabafake

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func isOSS(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "OSS4-HMAC-SHA256 ")
}

// serveOSS lists the buckets of all regions, in XML.
func (s *server) serveOSS(w http.ResponseWriter, r *http.Request) {
	c := &call{cloud: s.cloud, parameters: r.URL.Query(), volatile: strconv.FormatInt(s.count.Add(1), 10)}
	c.readCredential(r)
	c.Judgement = s.cloud.Judge(w, r, fake.Ask{KeyID: c.keyID, Action: "ListBuckets"}, c.parameters.Has("marker"))
	switch c.Verdict {
	case fake.Done:
	case fake.Recorded:
		write(w, http.StatusOK, c.Body)
	case fake.Answer:
		writeXML(w, http.StatusOK, c.buckets())
	default:
		failed := ossFailure(c.Verdict)
		failed.RequestID = "5C3D9175B6FC201293AD" + c.volatile
		writeXML(w, failed.status, failed)
	}
}

func writeXML(w http.ResponseWriter, status int, answer any) {
	text, err := xml.Marshal(answer)
	if err != nil {
		panic(err) // a mistake of this package
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write(text) // fails where the caller went away
}

type bucketList struct {
	XMLName     xml.Name `xml:"ListAllMyBucketsResult"`
	OwnerID     string   `xml:"Owner>ID"`
	Buckets     struct{ Bucket []bucket }
	IsTruncated bool
	NextMarker  string
}

type bucket struct {
	Name, Region, Location, StorageClass, ExtranetEndpoint, IntranetEndpoint, CreationDate string
}

// buckets is a page of them, by their names.
func (c *call) buckets() bucketList {
	all := []bucket{}
	for _, region := range c.Account.Regions {
		for _, one := range region.Buckets {
			all = append(all, bucketOf(one, region.Name))
		}
	}
	slices.SortFunc(all, func(a, b bucket) int { return strings.Compare(a.Name, b.Name) })
	marker := c.parameters.Get("marker")
	from := slices.IndexFunc(all, func(b bucket) bool { return b.Name > marker })
	if from < 0 {
		from = len(all)
	}
	answer := bucketList{OwnerID: c.Account.ID}
	part, next := fake.Page(c.cloud, all[from:], 0, c.integer("max-keys", 100))
	answer.Buckets.Bucket = part
	if answer.IsTruncated = next >= 0; answer.IsTruncated {
		answer.NextMarker = part[len(part)-1].Name
	}
	return answer
}

func bucketOf(b resource.Bucket, region string) bucket {
	return bucket{
		Name: b.Name, Region: region, Location: "oss-" + region, StorageClass: b.StorageClass, ExtranetEndpoint: strings.TrimPrefix(b.Endpoint, b.Name+"."),
		IntranetEndpoint: "oss-" + region + "-internal.aliyuncs.com", CreationDate: moment(b.CloudCreatedAt, "2006-01-02T15:04:05.000Z", ""),
	}
}

type ossFailed struct {
	XMLName       xml.Name `xml:"Error"`
	Code, Message string
	RequestID     string `xml:"RequestId"`
	StringToSign  string
	status        int
}

func ossFailure(v fake.Verdict) ossFailed {
	failed := ossFailed{StringToSign: fmt.Sprint("OSS4-HMAC-SHA256 planted-token ", time.Now().Unix())}
	switch v {
	case fake.InvalidCredential:
		failed.status, failed.Code, failed.Message = http.StatusForbidden, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."
	case fake.Denied:
		failed.status, failed.Code, failed.Message = http.StatusForbidden, "AccessDenied", "You have no right to access this object because of bucket acl."
	case fake.Throttled:
		failed.status, failed.Code, failed.Message = http.StatusServiceUnavailable, "QpsLimitExceeded", "Your request rate is too high."
	default:
		failed.status, failed.Code, failed.Message = http.StatusInternalServerError, "InternalError", "Please contact the server administrator."
	}
	return failed
}
