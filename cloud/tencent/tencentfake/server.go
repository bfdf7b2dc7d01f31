// Package tencentfake is a fake of the Tencent Cloud API 3.0: the actions that an
// inventory needs of STS, Organization, CVM, CBS, CDB, CLB, Redis, VPC, TKE and SSL, and that of COS, all on one address.
package tencentfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// Planted is in the fields that may hold secrets; it belongs in no row.
const Planted = "root:$6$planted$hash-of-a-password"

// New returns the API for what the cloud has.
func New(c *fake.Cloud) http.Handler { return &server{cloud: c} }

type server struct {
	cloud    *fake.Cloud
	requests atomic.Int64
}

// object is a JSON object.
type object = map[string]any

// action is one that the API has.
type action struct {
	version string
	// regional ones ask for what is in the request's region.
	regional bool
	maxLimit int
	// texts: it takes the numbers of a page as texts alone.
	texts bool
	// ids is the parameter with ids, of which it takes maxIDs.
	ids    string
	maxIDs int
	// prefix is how all its ids begin: one that does not makes it refuse them all.
	prefix string
	answer func(s *server, r request) (object, *failure)
}

// CacheAction is how faults name the action that lists caches, redisVersion the version of
// its API: CVM has an action of the same name.
const (
	CacheAction  = "redis_DescribeInstances"
	redisVersion = "2018-04-12"
)

// Those of the databases that are not of CDB, likewise. PostgreSQL's version is CVM's.
const (
	PostgresAction  = "postgres_DescribeDBInstances"
	postgresVersion = "2017-03-12"
	CynosAction     = "cynosdb_DescribeClusters"
	cynosVersion    = "2019-01-07"
	MongoAction     = "mongodb_DescribeDBInstances"
	mongoVersion    = "2019-07-25"
)

// called is how faults name an action of a version of an API.
func called(action, version string) string {
	for _, of := range []string{PostgresAction, CynosAction, MongoAction, CacheAction} {
		if strings.HasSuffix(of, "_"+action) && actions[of].version == version {
			return of
		}
	}
	return action
}

var actions = map[string]action{
	"GetCallerIdentity":           {version: "2018-08-13", answer: (*server).callerIdentity},
	"DescribeRegions":             {version: "2017-03-12", answer: (*server).regions},
	"AssumeRole":                  {version: "2018-08-13", answer: (*server).assumeRole},
	"DescribeInstances":           {version: "2017-03-12", regional: true, maxLimit: 100, answer: (*server).instances},
	"DescribeDisks":               {version: "2017-03-12", regional: true, maxLimit: 100, answer: (*server).disks},
	"DescribeDBInstances":         {version: "2017-03-20", regional: true, maxLimit: 2000, answer: (*server).databases},
	"DescribeLoadBalancers":       {version: "2018-03-17", regional: true, maxLimit: 100, answer: (*server).loadBalancers},
	PostgresAction:                {version: postgresVersion, regional: true, maxLimit: 100, answer: (*server).postgresInstances},
	CynosAction:                   {version: cynosVersion, regional: true, maxLimit: 100, answer: (*server).cynosClusters},
	MongoAction:                   {version: mongoVersion, regional: true, maxLimit: 100, answer: (*server).mongoInstances},
	CacheAction:                   {version: redisVersion, regional: true, maxLimit: 1000, answer: (*server).caches},
	"DescribeOrganizationMembers": {version: organizationVersion, maxLimit: 50, answer: (*server).organisationMembers},
	"DescribeOrganizationNodes":   {version: organizationVersion, maxLimit: 50, answer: (*server).organisationNodes},
	"DescribeVpcs": {
		version: vpcVersion, regional: true, maxLimit: 100, texts: true, ids: "VpcIds", maxIDs: 100, prefix: "vpc-",
		answer: listed("VpcSet", func(r *fake.Region) []resource.VPC { return r.VPCs }, vpc),
	},
	"DescribeSubnets": {
		version: vpcVersion, regional: true, maxLimit: 100, texts: true, ids: "SubnetIds", maxIDs: 100, prefix: "subnet-",
		answer: listed("SubnetSet", func(r *fake.Region) []resource.Subnet { return r.Subnets }, subnet),
	},
	"DescribeSecurityGroups": {
		version: vpcVersion, regional: true, maxLimit: 100, texts: true, ids: "SecurityGroupIds", maxIDs: 100, prefix: "sg-",
		answer: listed("SecurityGroupSet", func(r *fake.Region) []fake.SecurityGroup { return r.SecurityGroups }, securityGroup),
	},
	"DescribeSecurityGroupPolicies": {version: vpcVersion, regional: true, answer: (*server).policies},
	"DescribeSnapshots": {
		version: "2017-03-12", regional: true, maxLimit: 100, ids: "SnapshotIds", maxIDs: 100,
		answer: filtered("snapshot-type=PRIVATE_SNAPSHOT", "SnapshotSet", snapshotsOf, snapshot),
	},
	"DescribeImages": {
		version: "2017-03-12", regional: true, maxLimit: 100, ids: "ImageIds", maxIDs: 100,
		answer: filtered("image-type=PRIVATE_IMAGE", "ImageSet", imagesOf, image),
	},
	"DescribeClusters": {
		version: "2018-05-25", regional: true, maxLimit: 100, ids: "ClusterIds", maxIDs: 100,
		answer: listed("Clusters", clustersOf, cluster),
	},
	"DescribeEKSClusters": {
		version: "2018-05-25", regional: true, maxLimit: 100, ids: "ClusterIds", maxIDs: 100,
		answer: listed("Clusters", serverlessOf, serverlessCluster),
	},
	"DescribeCertificates": {
		version: "2019-12-05", regional: true, maxLimit: 1000, ids: "CertIds", maxIDs: 100,
		answer: listed("Certificates", func(r *fake.Region) []resource.Certificate { return r.Certificates }, certificate),
	},
	"DescribeAddresses": {
		version: vpcVersion, regional: true, maxLimit: 100, ids: "AddressIds", maxIDs: 100, prefix: "eip-",
		answer: listed("AddressSet", func(r *fake.Region) []resource.PublicIP { return r.PublicIPs }, publicIP),
	},
	"DescribeNatGateways": {
		version: vpcVersion, regional: true, maxLimit: 100, ids: "NatGatewayIds", maxIDs: 100, prefix: "nat-",
		answer: listed("NatGatewaySet", func(r *fake.Region) []resource.NATGateway { return r.NATGateways }, natGateway),
	},
}

const (
	vpcVersion          = "2017-03-12"
	organizationVersion = "2021-03-31"
)

// request is what a request says.
type request struct {
	account *fake.Account
	region  *fake.Region

	Offset, Limit   int                        `json:"-"`
	sent            map[string]json.RawMessage // all parameters
	ids             []string
	InstanceIDs     []string `json:"InstanceIds"`
	DiskIDs         []string `json:"DiskIds"`
	LoadBalancerIDs []string `json:"LoadBalancerIds"`
	Filters         []struct {
		Name          string
		Names, Values []string
	}
	ClusterType *int
}

// read reads the parameters.
func (r *request) read(body io.Reader, to action) error {
	all, err := io.ReadAll(body)
	if err == nil {
		err = errors.Join(json.Unmarshal(all, r), json.Unmarshal(all, &r.sent))
	}
	if ids, asked := r.sent[to.ids]; asked && err == nil {
		err = json.Unmarshal(ids, &r.ids)
	}
	return errors.Join(err, readNumber(r.sent["Offset"], to.texts, &r.Offset), readNumber(r.sent["Limit"], to.texts, &r.Limit))
}

// readNumber reads a number that is a text, or one that is none. An absent one stays.
func readNumber(sent json.RawMessage, isText bool, into *int) (err error) {
	if len(sent) == 0 {
		return nil
	}
	if isText != (sent[0] == '"') {
		return errors.New("the type is another")
	}
	*into, err = strconv.Atoi(strings.Trim(string(sent), `"`))
	return err
}

// failure is an error of the API, which comes with status 200.
type failure struct{ code, message string }

// credential finds the secret id in the signature.
var credential = regexp.MustCompile(`^TC3-HMAC-SHA256 Credential=([^/]+)/`)

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.buckets(w, r)
		return
	}
	asked := request{Limit: 20}
	name := called(r.Header.Get("X-TC-Action"), r.Header.Get("X-TC-Version"))
	action, known := actions[name]
	unread := asked.read(r.Body, action)
	ask := fake.Ask{Action: name}
	if action.regional {
		ask.Region = r.Header.Get("X-TC-Region")
	}
	if match := credential.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		ask.KeyID = keyOf(match[1], r.Header.Get("X-TC-Token"))
	}
	j := s.cloud.Judge(w, r, ask, asked.Offset > 0)
	asked.account, asked.region = j.Account, j.Region
	switch {
	case j.Verdict == fake.Done:
		return
	case j.Verdict == fake.Recorded:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(j.Body)
	case j.Verdict != fake.Answer:
		s.fail(w, failureOf(j, name))
	case !known:
		s.fail(w, &failure{"InvalidAction", "The action is invalid."})
	case r.Header.Get("X-TC-Version") != action.version:
		s.fail(w, &failure{"NoSuchVersion", "The version does not exist."})
	case r.Method != http.MethodPost || unread != nil:
		s.fail(w, &failure{"InvalidParameter", "The request is not one of JSON."})
	case r.Header.Get("X-TC-Region") == "" || action.regional && j.Region == nil:
		s.fail(w, &failure{"UnsupportedRegion", "The region is not supported."})
	case action.maxLimit > 0 && (asked.Limit < 1 || asked.Limit > action.maxLimit || asked.Offset < 0):
		s.fail(w, &failure{"InvalidParameterValue.LimitExceeded", "The value of Limit is not in its range."})
	case action.maxIDs > 0 && len(asked.ids) > action.maxIDs:
		s.fail(w, tooMany(asked.ids, action.maxIDs))
	case malformed(asked.ids, action.prefix):
		s.fail(w, &failure{"InvalidParameterValue.Malformed", "The value of the parameter is malformed."})
	default:
		s.reply(w, action, asked)
	}
}

func (s *server) reply(w http.ResponseWriter, action action, asked request) {
	answer, failed := action.answer(s, asked)
	if failed != nil {
		s.fail(w, failed)
		return
	}
	s.write(w, answer)
}

func (s *server) fail(w http.ResponseWriter, f *failure) {
	s.write(w, object{"Error": object{"Code": f.code, "Message": f.message}})
}

func (s *server) write(w http.ResponseWriter, answer object) {
	answer["RequestId"] = fmt.Sprintf("00000000-0000-4000-8000-%012d", s.requests.Add(1))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(object{"Response": answer}) // fails where the caller went away, too
}

// failureOf is a verdict in the API's words. It never says how long to wait, and its
// cursors are offsets, which are refused rather than expire.
func failureOf(j fake.Judgement, action string) *failure {
	switch j.Verdict {
	case fake.InvalidCredential:
		if j.Account != nil {
			return &failure{"AuthFailure.TokenFailure", "The token is invalid."}
		}
		return &failure{"AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that your SecretId is correct."}
	case fake.Denied:
		return &failure{"UnauthorizedOperation", "You are not authorized to perform operation (" + action + ") resource (*) has no permission."}
	case fake.RegionDisabled:
		return &failure{"UnsupportedRegion", "The region is not supported."}
	case fake.Throttled:
		return &failure{"RequestLimitExceeded", "Your current request times exceed the limit of `20` in a second. Please retry later."}
	case fake.ExpiredCursor:
		return &failure{"InvalidParameterValueOffset", "The value of Offset is invalid."}
	default:
		return &failure{"InternalError", "An internal error has occurred. Retry your request."}
	}
}

// listed answers with the resources of a region, or those of them with the ids; set is where
// the action has them.
func listed[T any, P interface {
	*T
	resource.Row
}](set string, all func(*fake.Region) []T, render func(T) object) func(*server, request) (object, *failure) {
	return func(s *server, asked request) (object, *failure) {
		page, total := list(s, asked, all(asked.region), asked.ids, func(one T) string { return P(&one).RowMeta().NativeID })
		rendered := make([]object, len(page))
		for i, one := range page {
			rendered[i] = render(one)
		}
		return object{"TotalCount": total, set: rendered}, nil
	}
}

// filtered is listed of what a filter has an effect on. There is none beside ids.
func filtered[T any, P interface {
	*T
	resource.Row
}](by, set string, all func(r *fake.Region, filtered bool) []T, render func(T) object) func(*server, request) (object, *failure) {
	return func(s *server, asked request) (object, *failure) {
		if len(asked.Filters) > 0 && len(asked.ids) > 0 {
			return nil, &failure{"InvalidParameter", "Filters and ids do not go together."}
		}
		isBy := len(asked.Filters) == 1 && asked.Filters[0].Name+"="+strings.Join(asked.Filters[0].Values, ",") == by
		if len(asked.Filters) > 0 && !isBy {
			return nil, &failure{"InvalidFilter", "The filter is not known."}
		}
		return listed[T, P](set, func(r *fake.Region) []T { return all(r, isBy) }, render)(s, asked)
	}
}

// list answers with a page of what there is, or of those with the ids.
func list[T any](s *server, asked request, all []T, ids []string, idOf func(T) string) (page []T, total int) {
	if len(ids) > 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(item T) bool { return !slices.Contains(ids, idOf(item)) })
	}
	page, _ = fake.Page(s.cloud, all, asked.Offset, asked.Limit)
	return page, len(all)
}

// tooMany refuses more ids than an action takes.
func tooMany(ids []string, limit int) *failure {
	if len(ids) <= limit {
		return nil
	}
	return &failure{"InvalidParameterValue.LimitExceeded", "The number of ids exceeds the limit."}
}

func malformed(ids []string, prefix string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return !strings.HasPrefix(id, prefix) })
}

// tags are the pairs under the two names that the product has for them.
func tags(all map[string]string, key, value string) []object {
	pairs := make([]object, 0, len(all))
	for k, v := range all { // in whatever order, as the API has them
		pairs = append(pairs, object{key: k, value: v})
	}
	return pairs
}

// number is what the API has for a word, null for one that it does not have.
func number(numbers map[string]int, word string) any {
	if n, ok := numbers[word]; ok {
		return n
	}
	return nil
}

// orNull is null for what says nothing.
func orNull[T comparable](value T) any {
	var nothing T
	if value == nothing {
		return nil
	}
	return value
}

// utc is a time as CVM writes it, null for none.
func utc(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}

var zone = time.FixedZone("", 8*60*60)

// local is a time as CBS, CDB, CLB and Redis write it; none is what is written for no time.
func local(at time.Time, none any) any {
	if at.IsZero() {
		return none
	}
	return at.In(zone).Format(time.DateTime)
}
