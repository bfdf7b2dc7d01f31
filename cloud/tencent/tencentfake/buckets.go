package tencentfake

import (
	"encoding/xml"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cloudsync/cloud/fake"
)

// BucketAction is how faults name the list of buckets.
const BucketAction = "GetService"

// cosCredential finds the secret id in the signature of COS.
var cosCredential = regexp.MustCompile(`^q-sign-algorithm=sha1&q-ak=([^&]+)&q-sign-time=\d+;\d+&q-key-time=\d+;\d+&q-header-list=host[^&]*&q-url-param-list=[^&]*max-keys[^&]*&q-signature=[0-9a-f]{40}$`)

type listedBucket struct{ Name, Location, CreationDate, BucketType string }

type listedBuckets struct {
	XMLName     xml.Name       `xml:"ListAllMyBucketsResult"`
	Owner       string         `xml:"Owner>ID"`
	Buckets     []listedBucket `xml:"Buckets>Bucket"`
	IsTruncated bool
	NextMarker  string `xml:",omitempty"`
}

type cosFailure struct {
	XMLName           xml.Name `xml:"Error"`
	Code, Message     string
	Resource, TraceID string
	RequestID         string `xml:"RequestId"`
	StringToSign      string
	status            int
}

// buckets answers as COS does, whose API is another.
func (s *server) buckets(w http.ResponseWriter, r *http.Request) {
	ask := fake.Ask{Action: BucketAction}
	if match := cosCredential.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		ask.KeyID = keyOf(match[1], r.Header.Get("x-cos-security-token"))
	}
	marker := r.URL.Query().Get("marker")
	j := s.cloud.Judge(w, r, ask, marker != "")
	limit, err := strconv.Atoi(r.URL.Query().Get("max-keys"))
	switch {
	case j.Verdict == fake.Done:
	case j.Verdict == fake.Recorded:
		_, _ = w.Write(j.Body)
	case j.Verdict != fake.Answer:
		s.failCOS(w, cosFailureOf(j))
	case err != nil || limit < 1 || limit > 2000:
		s.failCOS(w, cosFailure{Code: "InvalidArgument", status: http.StatusBadRequest})
	default:
		s.writeCOS(w, s.bucketsAfter(j.Account, marker, limit))
	}
}

// bucketsAfter is a page of the buckets of all regions, in the order of their names.
func (s *server) bucketsAfter(account *fake.Account, marker string, limit int) listedBuckets {
	var all []listedBucket
	for _, region := range account.Regions {
		for _, b := range region.Buckets {
			if b.NativeID > marker {
				all = append(all, listedBucket{b.NativeID, region.Name, b.CloudCreatedAt.UTC().Format("2006-01-02T15:04:05Z"), b.BucketType})
			}
		}
	}
	slices.SortFunc(all, func(a, b listedBucket) int { return strings.Compare(a.Name, b.Name) })
	page, next := fake.Page(s.cloud, all, 0, limit)
	listed := listedBuckets{Owner: "qcs::cam::uin/" + account.ID + ":uin/" + account.ID, Buckets: page, IsTruncated: next > 0}
	if next > 0 {
		listed.NextMarker = page[len(page)-1].Name
	}
	return listed
}

func cosFailureOf(j fake.Judgement) cosFailure {
	switch {
	case j.Verdict == fake.InvalidCredential && j.Account != nil:
		return cosFailure{Code: "ExpiredToken", Message: "Token expired.", status: http.StatusForbidden}
	case j.Verdict == fake.InvalidCredential:
		return cosFailure{Code: "InvalidAccessKeyId", Message: "The Access Key Id you provided does not exist in our records", status: http.StatusForbidden}
	case j.Verdict == fake.Denied:
		return cosFailure{Code: "AccessDenied", Message: "Access Denied.", status: http.StatusForbidden}
	case j.Verdict == fake.Throttled:
		return cosFailure{Code: "SlowDown", Message: "Reduce your request rate.", status: http.StatusServiceUnavailable}
	default:
		return cosFailure{Code: "InternalError", Message: "We encountered an internal error. Please try again.", status: http.StatusInternalServerError}
	}
}

func (s *server) failCOS(w http.ResponseWriter, f cosFailure) {
	f.RequestID, f.StringToSign = "NWQ0", Planted
	w.WriteHeader(f.status)
	s.writeCOS(w, f)
}

func (s *server) writeCOS(w http.ResponseWriter, answer any) {
	_ = xml.NewEncoder(w).Encode(answer) // fails where the caller went away, too
}
