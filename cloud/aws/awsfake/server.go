// Package awsfake is a fake AWS: the query APIs of EC2, RDS, Elastic Load Balancing,
// ElastiCache and STS, the JSON APIs of MemoryDB, Resource Groups Tagging and ACM, and the
// REST APIs of S3 and EKS at one address, over the resources of a fake.Cloud. Each request is of the
// product and region that its signature names.
package awsfake

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"cloudsync/cloud/fake"
)

// New returns the server. Signatures are read, not verified.
func New(c *fake.Cloud) http.Handler { return &server{cloud: c} }

type server struct {
	cloud *fake.Cloud
	count atomic.Int64
}

// request is one as the products understand it.
type request struct {
	*server
	product string // as in the signature: ec2, rds, elasticloadbalancing, elasticache, memorydb, tagging, sts, acm, s3, eks
	isJSON  bool
	ask     fake.Ask
	form    url.Values
	cursor  string
	number  int64
	fake.Judgement
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := s.read(r)
	if err != nil {
		write(w, http.StatusBadRequest, ec2Failure{Code: "InvalidRequest", Message: err.Error()})
		return
	}
	q.Judgement = s.cloud.Judge(w, r, q.ask, q.cursor != "")
	switch q.Verdict {
	case fake.Done:
	case fake.Recorded:
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		_, _ = w.Write(q.Body) // fails where the caller went away
	case fake.Answer:
		q.answer(w)
	default:
		q.refuse(w)
	}
}

// credential is that of a signature
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
var credential = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/,]+)/\d{8}/([^/,]+)/([^/,]+)/aws4_request, `)

func (s *server) read(r *http.Request) (*request, error) {
	form, err := formOf(r)
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	parts := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return nil, fmt.Errorf("the request is not signed")
	}
	q := &request{server: s, product: parts[3], isJSON: r.Header.Get(target) != "" || parts[3] == "eks", form: form, number: s.count.Add(1)}
	q.ask = fake.Ask{KeyID: parts[1], Region: parts[2], Action: q.form.Get("Action")}
	if q.form.Get("Version") == classicVersion {
		q.ask.Action = "classic_" + q.ask.Action
	}
	q.cursor = q.form.Get("NextToken") + q.form.Get("Marker") + q.form.Get("continuation-token") + q.form.Get("nextToken")
	return q, nil
}

// target is the header that names the action of a JSON API, after a dot.
const target = "X-Amz-Target"

// formOf are the parameters of a request. Those of JSON and REST APIs are written as those
// of the others are.
func formOf(r *http.Request) (url.Values, error) {
	of := r.Header.Get(target)
	switch {
	case r.Method == http.MethodGet:
		return restForm(r), nil
	case of == "":
		err := r.ParseForm()
		return r.PostForm, err
	}
	var parameters any
	if err := json.NewDecoder(r.Body).Decode(&parameters); err != nil {
		return nil, err
	}
	form := url.Values{"Action": {of[strings.IndexByte(of, '.')+1:]}}
	addTo(form, "", parameters)
	return form, nil
}

// restForm are the parameters of a REST API. S3 names the action, EKS has paths.
func restForm(r *http.Request) url.Values {
	form := r.URL.Query()
	name, isOne := strings.CutPrefix(r.URL.Path, "/clusters/")
	switch {
	case isOne:
		form.Set("Action", "DescribeCluster")
		form.Set("name", name)
	case r.URL.Path == "/clusters":
		form.Set("Action", "ListClusters")
	default:
		form.Set("Action", form.Get("x-id"))
	}
	return form
}

// addTo adds what JSON has to a form: Includes.keyTypes.1.
func addTo(form url.Values, name string, of any) {
	below := func(inner string) string { return strings.TrimPrefix(name+"."+inner, ".") }
	switch of := of.(type) {
	case map[string]any:
		for inner, value := range of {
			addTo(form, below(inner), value)
		}
	case []any:
		for i, value := range of {
			addTo(form, below(strconv.Itoa(i+1)), value)
		}
	default:
		form.Set(name, fmt.Sprint(of))
	}
}

func (q *request) answer(w http.ResponseWriter) {
	answers := map[string]func() (any, error){
		"sts/GetCallerIdentity":                              q.callerIdentity,
		"sts/AssumeRole":                                     q.assumeRole,
		"ec2/DescribeRegions":                                q.describeRegions,
		"ec2/DescribeInstances":                              q.describeInstances,
		"ec2/DescribeVolumes":                                q.describeVolumes,
		"ec2/DescribeInstanceTypes":                          q.describeInstanceTypes,
		"ec2/DescribeVpcs":                                   q.describeVPCs,
		"ec2/DescribeSubnets":                                q.describeSubnets,
		"ec2/DescribeSecurityGroups":                         q.describeSecurityGroups,
		"ec2/DescribeAddresses":                              q.describeAddresses,
		"ec2/DescribeNatGateways":                            q.describeNATGateways,
		"ec2/DescribeSnapshots":                              q.describeSnapshots,
		"ec2/DescribeImages":                                 q.describeImages,
		"rds/DescribeDBInstances":                            q.describeDBInstances,
		"elasticloadbalancing/DescribeLoadBalancers":         q.describeLoadBalancers,
		"elasticloadbalancing/DescribeTags":                  q.describeTags,
		"elasticloadbalancing/classic_DescribeLoadBalancers": q.describeClassicLoadBalancers,
		"elasticloadbalancing/classic_DescribeTags":          q.describeClassicTags,
		"elasticache/DescribeReplicationGroups":              q.describeReplicationGroups,
		"elasticache/DescribeCacheClusters":                  q.describeCacheClusters,
		"elasticache/DescribeServerlessCaches":               q.describeServerlessCaches,
		"elasticache/DescribeCacheSubnetGroups":              q.describeCacheSubnetGroups,
		"memorydb/DescribeClusters":                          q.describeClusters,
		"memorydb/DescribeSubnetGroups":                      q.describeSubnetGroups,
		"tagging/GetResources":                               q.getResources,
		"acm/ListCertificates":                               q.listCertificates,
		"acm/DescribeCertificate":                            q.describeCertificate,
		"s3/ListBuckets":                                     q.listBuckets,
		"eks/ListClusters":                                   q.listClusters,
		"eks/DescribeCluster":                                q.describeCluster,
		"organizations/ListAccounts":                         q.listAccounts,
		"organizations/ListRoots":                            q.listRoots,
		"organizations/ListAccountsForParent":                q.listAccountsForParent,
		"organizations/ListOrganizationalUnitsForParent":     q.listUnitsForParent,
		"organizations/ListTagsForResource":                  q.listTagsForResource,
	}
	call, known := answers[q.product+"/"+q.ask.Action]
	if !known {
		q.fail(w, &failure{http.StatusBadRequest, "InvalidAction", "The action " + q.ask.Action + " is not valid for this web service."})
		return
	}
	regional := q.product != "sts" && q.product != "organizations" && q.ask.Action != "DescribeRegions"
	if regional && q.Region == nil {
		q.Verdict = fake.RegionDisabled
		q.refuse(w)
		return
	}
	answer, err := call()
	if err != nil {
		q.fail(w, err)
		return
	}
	q.write(w, http.StatusOK, answer)
}

func (q *request) write(w http.ResponseWriter, status int, answer any) {
	if q.isJSON {
		writeJSON(w, status, answer)
		return
	}
	write(w, status, answer)
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // fails where the caller went away
}

// failure is an error of the API.
type failure struct {
	status        int
	code, message string
}

// Error implements error.
func (f *failure) Error() string { return f.code + ": " + f.message }

// refuse answers a verdict.
func (q *request) refuse(w http.ResponseWriter) {
	if q.Verdict == fake.Throttled && q.RetryAfter > 0 {
		w.Header().Set("X-Amz-Retry-After", strconv.FormatInt(q.RetryAfter.Milliseconds(), 10))
	}
	refusals := queryRefusals
	switch {
	case q.product == "ec2":
		refusals = ec2Refusals
	case q.product == "s3":
		refusals = s3Refusals
	case q.isJSON:
		refusals = jsonRefusals
	}
	refused := refusals[q.Verdict]
	if q.Verdict == fake.ExpiredCursor && q.product == "elasticloadbalancing" {
		refused.code = "ValidationError"
	}
	q.fail(w, &refused)
}

var ec2Refusals = map[fake.Verdict]failure{
	fake.InvalidCredential: {http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials"},
	fake.RegionDisabled:    {http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials"},
	fake.Denied:            {http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation."},
	fake.Throttled:         {http.StatusServiceUnavailable, "RequestLimitExceeded", "Request limit exceeded."},
	fake.ServerError:       {http.StatusInternalServerError, "InternalError", "An internal error has occurred"},
	fake.ExpiredCursor:     {http.StatusBadRequest, "InvalidParameterValue", "Value for parameter NextToken is invalid. The token is invalid."},
}

var queryRefusals = map[fake.Verdict]failure{
	fake.InvalidCredential: {http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."},
	fake.RegionDisabled:    {http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."},
	fake.Denied:            {http.StatusForbidden, "AccessDenied", "User is not authorized to perform this action"},
	fake.Throttled:         {http.StatusBadRequest, "Throttling", "Rate exceeded"},
	fake.ServerError:       {http.StatusInternalServerError, "InternalFailure", "An internal error has occurred"},
	fake.ExpiredCursor:     {http.StatusBadRequest, "InvalidParameterValue", "The marker is not valid"},
}

var jsonRefusals = map[fake.Verdict]failure{
	fake.InvalidCredential: {http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid."},
	fake.RegionDisabled:    {http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid."},
	fake.Denied:            {http.StatusBadRequest, "AccessDeniedException", "User is not authorized to perform this action"},
	fake.Throttled:         {http.StatusBadRequest, "ThrottlingException", "Rate exceeded"},
	fake.ServerError:       {http.StatusInternalServerError, "InternalFailure", "An internal error has occurred"},
	fake.ExpiredCursor:     {http.StatusBadRequest, "InvalidParameterValueException", "The token is not valid"},
}

var s3Refusals = map[fake.Verdict]failure{
	fake.InvalidCredential: {http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."},
	fake.RegionDisabled:    {http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."},
	fake.Denied:            {http.StatusForbidden, "AccessDenied", "Access Denied"},
	fake.Throttled:         {http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate."},
	fake.ServerError:       {http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again."},
	fake.ExpiredCursor:     {http.StatusBadRequest, "InvalidArgument", "The continuation token provided is incorrect"},
}

// ec2Failure is EC2's form of an error, s3Failure that of S3, queryFailure that of the others.
type ec2Failure struct {
	XMLName   xml.Name `xml:"Response"`
	Code      string   `xml:"Errors>Error>Code"`
	Message   string   `xml:"Errors>Error>Message"`
	RequestID string   `xml:"RequestID"`
}

type s3Failure struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	RequestID string   `xml:"RequestId"`
}

type queryFailure struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (q *request) fail(w http.ResponseWriter, err error) {
	failed, ok := err.(*failure) //nolint:errorlint // it is made here, and not wrapped
	if !ok {
		failed = &failure{http.StatusBadRequest, "InvalidParameterValue", err.Error()}
	}
	switch {
	case q.product == "ec2":
		write(w, failed.status, ec2Failure{Code: failed.code, Message: failed.message, RequestID: q.id()})
		return
	case q.product == "s3":
		write(w, failed.status, s3Failure{Code: failed.code, Message: failed.message, RequestID: q.id()})
		return
	case q.isJSON:
		writeJSON(w, failed.status, map[string]string{"__type": failed.code, "message": failed.message})
		return
	}
	write(w, failed.status, queryFailure{Type: "Sender", Code: failed.code, Message: failed.message, RequestID: q.id()})
}

func write(w http.ResponseWriter, status int, answer any) {
	content, err := xml.Marshal(answer)
	if err != nil { // structs of texts and numbers encode
		panic(fmt.Sprintf("encode an answer: %v", err))
	}
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), content...)) // fails where the caller went away
}

func (q *request) id() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", q.number) }

// page cuts the page out that the request asks for, of limit at most.
func page[T any](q *request, all []T, limit int) (some []T, next string, err error) {
	offset := 0
	if q.cursor != "" {
		text, err := base64.StdEncoding.DecodeString(q.cursor)
		of, at, _ := strings.Cut(string(text), " ")
		offset, _ = strconv.Atoi(at)
		if err != nil || of != q.ask.Action || offset <= 0 || offset > len(all) {
			refused := ec2Refusals[fake.ExpiredCursor]
			if q.product == "elasticloadbalancing" {
				refused.code = "ValidationError"
			}
			return nil, "", &refused
		}
	}
	some, at := fake.Page(q.cloud, all, offset, limit)
	if at >= 0 {
		next = base64.StdEncoding.EncodeToString([]byte(q.ask.Action + " " + strconv.Itoa(at)))
	}
	return some, next, nil
}

// limit is the parameter that says how long a page may be.
func (q *request) limit(parameter string, least, most int) (int, error) {
	text := q.form.Get(parameter)
	if text == "" {
		return most, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, &failure{http.StatusBadRequest, "InvalidParameterValue", fmt.Sprintf("Value ( %s ) for parameter %s is invalid.", text, parameter)}
	}
	return n, nil
}

// texts are the values of a list parameter such as Filter.1.Value.2.
func (q *request) texts(prefix string) (texts []string) {
	for i := 1; q.form.Has(prefix + "." + strconv.Itoa(i)); i++ {
		texts = append(texts, q.form.Get(prefix+"."+strconv.Itoa(i)))
	}
	return texts
}

// varied is the list in another order at each other request, as AWS does not promise
// any.
func varied[T any](q *request, list []T) []T {
	list = slices.Clone(list)
	if q.number%2 == 0 {
		slices.Reverse(list)
	}
	return list
}

func timeText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}
