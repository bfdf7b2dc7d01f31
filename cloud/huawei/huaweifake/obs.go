package huaweifake

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"cloudsync/cloud/fake"
)

// BucketsAction is the action that lists the buckets of an account.
const BucketsAction = "ListBuckets"

type bucketList struct {
	XMLName xml.Name `xml:"http://obs.myhwclouds.com/doc/2015-06-30/ ListAllMyBucketsResult"`
	Owner   string   `xml:"Owner>ID"`
	Buckets struct{ Bucket []bucketElement }
}

type bucketElement struct{ Name, CreationDate, Location, BucketType string }

// buckets are those of all regions, by name. OBS has errors of its own.
func (s server) buckets(w http.ResponseWriter, r *http.Request) {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ") // OBS, or AWS at an address without a name
	id, _, _ := strings.Cut(rest, ":")
	j := s.cloud.Judge(w, r, fake.Ask{KeyID: id, Action: BucketsAction}, false)
	refusals := map[fake.Verdict]refusal{
		fake.InvalidCredential: {http.StatusForbidden, "InvalidAccessKeyId", "The access key ID you provided does not exist in our records."},
		fake.Denied:            {http.StatusForbidden, "AccessDenied", "Access Denied"},
		fake.Throttled:         {http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate."},
		fake.ServerError:       {http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again."},
	}
	w.Header().Set("X-Obs-Request-Id", "5f1d0c6f9d0e4b0f8a4c")
	if refused, is := refusals[j.Verdict]; is {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(refused.status)
		_, _ = w.Write([]byte("<Error><Code>" + refused.code + "</Code><Message>" + refused.message + "</Message></Error>"))
		return
	}
	if answered(w, j, flat) {
		return
	}
	list := bucketList{Owner: j.Account.ID}
	for _, region := range j.Account.Regions {
		for _, b := range region.Buckets {
			list.Buckets.Bucket = append(list.Buckets.Bucket, bucketElement{b.NativeID, formatted(b.CloudCreatedAt, "2006-01-02T15:04:05.000Z"), region.Name, b.BucketType})
		}
	}
	slices.SortFunc(list.Buckets.Bucket, func(a, b bucketElement) int { return strings.Compare(a.Name, b.Name) })
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(list) // fails where the caller went away
}
