// Package alibabafake is Alibaba Cloud as a fake server: STS, Resource Directory, ECS, RDS, SLB, R-KVStore and VPC
// at one address, in the documented form of the RPC APIs.
package alibabafake

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"cloudsync/cloud/fake"
)

// New returns the cloud as a server. It takes any signature.
//
// A region that is Denied answers the way of the years before 2026: lists are empty,
// and only a dry run says why. A fault with the verdict Denied answers Forbidden.RAM.
func New(c *fake.Cloud) http.Handler { return &server{cloud: c} }

type server struct {
	cloud *fake.Cloud
	count atomic.Int64
}

// object is a JSON object.
type object = map[string]any

// call is a request, as far as it is understood.
type call struct {
	cloud      *fake.Cloud
	parameters url.Values
	keyID      string
	assumed    bool   // the keys are those of a role
	volatile   string // what stands for all that changes by itself
	fake.Judgement
}

// action is what answers an action. A list is one that hides a missing permission.
type action struct {
	lists  bool
	answer func(*call) (object, *failure)
	// called is how faults name the action whose name is that of another product's.
	called string
}

// CacheAction is how faults name the action that lists caches.
const CacheAction = "r-kvstore_DescribeInstances"

// MongoDBAction is how faults name the action that lists MongoDB's instances, of any type.
const MongoDBAction = "mongodb_DescribeDBInstances"

// Actions are of a product's version of its API.
const (
	sts     = "2015-04-01 "
	ecs     = "2014-05-26 "
	rds     = "2014-08-15 "
	slb     = "2014-05-15 "
	kvstore = "2015-01-01 "
	alb     = "2020-06-16 "
	nlb     = "2022-04-30 "
	polardb = "2017-08-01 "
	mongodb = "2015-12-01 "
	vpc     = "2016-04-28 "
	cs      = "2015-12-15 "
	cas     = "2020-04-07 "

	directory = "2022-04-19 "
)

var actions = map[string]action{
	sts + "GetCallerIdentity":              {answer: callerIdentity},
	sts + "AssumeRole":                     {answer: assumeRole},
	directory + "ListAccounts":             {answer: listAccounts},
	ecs + "DescribeRegions":                {answer: regions},
	ecs + "DescribeInstances":              {answer: instances, lists: true},
	ecs + "DescribeDisks":                  {answer: disks, lists: true},
	rds + "DescribeDBInstances":            {answer: databases, lists: true},
	rds + "ListTagResources":               {answer: databaseTags},
	slb + "DescribeLoadBalancers":          {answer: loadBalancers, lists: true},
	cs + "DescribeClustersV1":              {answer: clusters, lists: true},
	cas + "ListUserCertificateOrder":       {answer: certificates},
	vpc + "DescribeVpcs":                   {answer: vpcs, lists: true},
	vpc + "DescribeVSwitches":              {answer: vSwitches, lists: true},
	vpc + "DescribeEipAddresses":           {answer: eips, lists: true},
	vpc + "DescribeNatGateways":            {answer: natGateways, lists: true},
	ecs + "DescribeSecurityGroups":         {answer: securityGroups, lists: true},
	ecs + "DescribeSecurityGroupAttribute": {answer: securityGroupRules},
	ecs + "DescribeSnapshots":              {answer: snapshots, lists: true},
	ecs + "DescribeImages":                 {answer: images, lists: true},
	kvstore + "DescribeInstances":          {answer: caches, lists: true, called: CacheAction},

	polardb + "DescribeDBClusters":  {answer: polarClusters, lists: true},
	mongodb + "DescribeDBInstances": {answer: mongoDBs, lists: true, called: MongoDBAction},

	slb + "DescribeLoadBalancerListeners": {answer: listeners(isClassic), lists: true},
	alb + "ListLoadBalancers":             {answer: modernLoadBalancers("alb-"), lists: true, called: "alb_ListLoadBalancers"},
	alb + "ListListeners":                 {answer: listeners(begins("alb-")), lists: true, called: "alb_ListListeners"},
	nlb + "ListLoadBalancers":             {answer: modernLoadBalancers("nlb-"), lists: true, called: "nlb_ListLoadBalancers"},
	nlb + "ListListeners":                 {answer: listeners(begins("nlb-")), lists: true, called: "nlb_ListListeners"},
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isOSS(r) {
		s.serveOSS(w, r)
		return
	}
	name := r.Header.Get("x-acs-action")
	what, known := actions[r.Header.Get("x-acs-version")+" "+name]
	c := &call{cloud: s.cloud, parameters: r.URL.Query(), volatile: strconv.FormatInt(s.count.Add(1), 10)}
	c.readCredential(r)
	ask := fake.Ask{KeyID: c.keyID, Region: cmp.Or(c.parameters.Get("RegionId"), c.parameters.Get("region_id")), Action: cmp.Or(what.called, name)}
	continues := c.parameters.Get("NextToken") != "" || c.integer("PageNumber", 1) > 1 || max(c.integer("page_number", 1), c.integer("CurrentPage", 1)) > 1
	c.Judgement = s.cloud.Judge(w, r, ask, continues)
	if c.Verdict == fake.Done {
		return
	}
	if c.Verdict == fake.Recorded {
		write(w, http.StatusOK, c.Body)
		return
	}
	answer, failed := c.answer(what, known)
	status := http.StatusOK
	if failed != nil {
		status, answer = failed.status, object{"Code": failed.code, "Message": failed.message, "HostId": r.Host, "Recommend": "https://api.aliyun.com/troubleshoot?q=" + failed.code}
		failed.setHeader(w.Header())
	}
	answer["RequestId"] = "97935DF1-0289-4AA2-9DD1-" + c.volatile
	text, err := json.Marshal(answer)
	if err != nil {
		panic(err) // a mistake of this package
	}
	write(w, status, text)
}

func write(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // fails where the caller went away
}

var credential = regexp.MustCompile(`Credential=([^,]*)`)

// rolePrefix begins the ids of a role's keys; what follows is the key id of the role's
// account, or of a session of it.
const rolePrefix = "STS."

func tokenOf(keyID string) string { return "token-of-" + baseOf(keyID) }

// baseOf is the key id of the account that a session is of.
func baseOf(keyID string) string {
	base, _, _ := strings.Cut(keyID, "-session-")
	return base
}

func (c *call) readCredential(r *http.Request) {
	found := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if found == nil {
		return
	}
	c.keyID, _, _ = strings.Cut(found[1], "/")
	if id, ok := strings.CutPrefix(c.keyID, rolePrefix); ok {
		c.keyID, c.assumed = id, true
		if cmp.Or(r.Header.Get("x-acs-security-token"), r.Header.Get("x-oss-security-token")) != tokenOf(id) {
			c.keyID = "" // nobody's
		}
	}
}

// ownerID is the account's, as a number.
func (c *call) ownerID() json.Number { return json.Number(c.Account.ID) }

func (c *call) answer(what action, known bool) (object, *failure) {
	switch {
	case c.Verdict == fake.Denied && c.Region != nil && c.Region.Denied && what.lists && c.parameters.Get("DryRun") != "true":
		c.Region = &fake.Region{Name: c.Region.Name}
	case c.Verdict != fake.Answer:
		return nil, failureOf(c.Judgement)
	}
	if !known {
		return nil, &failure{status: http.StatusNotFound, code: "InvalidAction.NotFound", message: "The specified action or version is not found."}
	}
	if (c.parameters.Has("RegionId") || c.parameters.Has("region_id")) && c.Region == nil {
		return nil, failureOf(fake.Judgement{Verdict: fake.RegionDisabled})
	}
	return what.answer(c)
}
