package aws_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// joins are the actions that each kind needs beside its own, or beside its first.
var joins = map[*resource.Kind][]string{
	resource.HostKind:         {"DescribeVolumes", "DescribeInstanceTypes"},
	resource.DiskKind:         {"DescribeInstances"},
	resource.LoadBalancerKind: {"DescribeTags", "classic_DescribeLoadBalancers"},
	resource.CacheKind: {
		"DescribeCacheClusters", "DescribeCacheSubnetGroups", "GetResources", "DescribeServerlessCaches", "DescribeClusters", "DescribeSubnetGroups",
	},
	resource.ClusterKind:     {"DescribeCluster"},
	resource.BucketKind:      {"GetResources"},
	resource.CertificateKind: {"GetResources"},
}

// faults are what goes wrong, with the class that it is of. A region that answered 403
// was once turned into an empty list, and all that was in it deleted (cartography #1398,
// #2658); a time-out did the same elsewhere (external-dns #2858, #3997).
var faults = map[string]struct {
	fault fake.Fault
	class cloud.Class
}{
	"denied":               {fake.Fault{Verdict: fake.Denied}, cloud.Denied},
	"invalid credential":   {fake.Fault{Verdict: fake.InvalidCredential}, cloud.InvalidCredential},
	"throttled":            {fake.Fault{Verdict: fake.Throttled}, cloud.Throttled},
	"server error":         {fake.Fault{Verdict: fake.ServerError}, cloud.Unavailable},
	"cut off":              {fake.Fault{Body: "<DescribeInstancesResponse>", Truncated: true}, cloud.Unavailable},
	"nothing":              {fake.Fault{Body: " "}, cloud.BadAnswer},
	"a page of a proxy":    {fake.Fault{Body: "<html><body>Sign in</body></html>"}, cloud.BadAnswer},
	"half a document":      {fake.Fault{Body: "<DescribeInstancesResponse><reservationSet><item><instancesSet>"}, cloud.BadAnswer},
	"no XML":               {fake.Fault{Body: `{"Reservations": []}`}, cloud.BadAnswer},
	"an unknown error":     {fake.Fault{Status: 400, Body: "<Response><Errors><Error><Code>Odd</Code></Error></Errors></Response>"}, cloud.BadAnswer},
	"502 without a code":   {fake.Fault{Status: 502, Body: "<html>Bad gateway</html>"}, cloud.Unavailable},
	"503 without a code":   {fake.Fault{Status: 503, Body: "busy"}, cloud.Unavailable},
	"504 without a code":   {fake.Fault{Status: 504, Body: "late"}, cloud.Timeout},
	"403 without a code":   {fake.Fault{Status: 403, Body: "<html>no</html>"}, cloud.Denied},
	"a redirect elsewhere": {fake.Fault{Status: 302, Body: "moved"}, cloud.BadAnswer},
}

func TestFailuresAreNeverAPage(t *testing.T) {
	t.Parallel()
	for name, test := range faults {
		for _, of := range kinds {
			for _, action := range append([]string{of.action}, joins[of.kind]...) {
				t.Run(fmt.Sprintf("%s/%s/%s", name, of.kind.Name(), action), func(t *testing.T) {
					t.Parallel()
					c := newCloud(few())
					client := newClient(t, c)
					fault := test.fault
					fault.Action = action
					c.Break(fault)
					failed := failure(t.Context(), t, client, of.kind, "")
					require.Equal(t, test.class, failed.Class, failed.Error())
					require.Contains(t, failed.Error(), strings.TrimPrefix(action, "classic_"))
					c.Mend()
					require.NotEmpty(t, list(t, client, of.kind), "once it is over")
				})
			}
		}
	}
}

func TestFailedLookupsMakeNothingAbsent(t *testing.T) {
	t.Parallel()
	for name, test := range faults {
		for _, of := range kinds {
			t.Run(name+"/"+of.kind.Name(), func(t *testing.T) {
				t.Parallel()
				c := newCloud(few())
				client := newClient(t, c)
				fault := test.fault
				fault.Action = cmp.Or(of.lookup, of.action)
				c.Break(fault)
				found, err := client.Lookup(t.Context(), scopeOf(of.kind), []string{"arn:aws:x:y:z:w/1", of.id})
				require.Empty(t, found)
				require.Equal(t, test.class, cloud.ClassOf(err), "%v", err)
			})
		}
	}
}

func TestAnEmptyAnswer(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		c := newCloud(few())
		client := newClient(t, c)
		c.Record(of.action, []byte{})
		require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, client, of.kind, "").Class)
	}
}

// The codes of the API, with the class of each.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	for class, codes := range map[cloud.Class]string{
		cloud.Denied:            "UnauthorizedOperation AccessDenied AccessDeniedException NotAuthorized OperationNotPermitted PendingVerification Blocked",
		cloud.InvalidCredential: "AuthFailure ExpiredToken ExpiredTokenException RequestExpired InvalidClientTokenId SignatureDoesNotMatch UnrecognizedClientException MissingAuthenticationToken IncompleteSignature InvalidAccessKeyId",
		cloud.Throttled:         "RequestLimitExceeded Throttling ThrottlingException ThrottledException Throttling.User TooManyRequestsException SlowDown APICallRateForCustomerExceededFault EC2ThrottledException",
		cloud.Unavailable:       "InternalError InternalFailure InternalServerError ServiceUnavailable Unavailable ServiceUnavailableException InvalidInstanceID.NotFound",
		cloud.RegionDisabled:    "OptInRequired RegionDisabledException",
		cloud.ExpiredCursor:     "InvalidNextToken InvalidPaginationToken",
		cloud.NotFound:          "DBInstanceNotFound DBInstanceNotFoundFault LoadBalancerNotFound LoadBalancerNotFoundException ReplicationGroupNotFoundFault CacheClusterNotFound ServerlessCacheNotFoundFault ClusterNotFoundFault ResourceNotFoundException",
		cloud.Timeout:           "RequestTimeout",
		cloud.BadAnswer:         "InvalidParameterValue ValidationError InvalidAction UnknownParameter FilterLimitExceeded",
	} {
		for code := range strings.SplitSeq(codes, " ") {
			c := newCloud(few())
			client := newClient(t, c)
			c.Break(fake.Fault{
				Action: "DescribeInstances", Status: 400,
				Body: "<Response><Errors><Error><Code>" + code + "</Code><Message>what it says</Message></Error></Errors></Response>",
			})
			failed := failure(t.Context(), t, client, resource.HostKind, "")
			require.Equal(t, class, failed.Class, code)
			require.Contains(t, failed.Error(), code)
		}
	}
}

// The answer to a wrong signature quotes what was signed.
func TestAWrongSignatureIsNotQuoted(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"GetCallerIdentity", "DescribeInstances", "DescribeVolumes"} {
		c := newCloud(few())
		c.Break(fake.Fault{Action: action, Status: 403, Body: `<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>` +
			`<Message>The Canonical String should have been 'POST / x-amz-security-token:one-Session-Token Signature=abc'</Message></Error></ErrorResponse>`})
		if strings.HasPrefix(action, "Describe") {
			c.Mend()
			c.Break(fake.Fault{Action: action, Status: 403, Body: `<Response><Errors><Error><Code>SignatureDoesNotMatch</Code>` +
				`<Message>The Canonical String should have been 'POST / x-amz-security-token:one-Session-Token Signature=abc'</Message></Error></Errors></Response>`})
		}
		failed := failure(t.Context(), t, newClient(t, c), resource.HostKind, "")
		require.Equal(t, cloud.InvalidCredential, failed.Class)
		require.Contains(t, failed.Error(), "SignatureDoesNotMatch")
		require.NotContains(t, failed.Error(), "one-Session-Token")
	}
}

// A call ends with its context, though the answer takes minutes.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"GetCallerIdentity", "DescribeInstances", "DescribeVolumes", "DescribeInstanceTypes"} {
		for name, test := range map[string]struct {
			context func(context.Context) (context.Context, context.CancelFunc)
			class   cloud.Class
		}{
			"deadline": {
				func(ctx context.Context) (context.Context, context.CancelFunc) {
					return context.WithTimeout(ctx, 100*time.Millisecond)
				}, cloud.Timeout,
			},
			"cancel": {
				func(ctx context.Context) (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(100*time.Millisecond, cancel)
					return ctx, cancel
				}, cloud.Unavailable,
			},
		} {
			t.Run(action+"/"+name, func(t *testing.T) {
				t.Parallel()
				c := newCloud(few())
				client := newClient(t, c)
				c.Break(fake.Fault{Action: action, Delay: 10 * time.Minute})
				ctx, cancel := test.context(t.Context())
				defer cancel()
				began := time.Now()
				failed := failure(ctx, t, client, resource.HostKind, "")
				require.Equal(t, test.class, failed.Class, failed.Error())
				require.Less(t, time.Since(began), 20*time.Second)
			})
		}
	}
}

func TestThrottledForSoLong(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		c := newCloud(few())
		client := newClient(t, c)
		c.Break(fake.Fault{Action: of.action, Verdict: fake.Throttled, RetryAfter: 1500 * time.Millisecond, Times: 1})
		c.Break(fake.Fault{Action: of.action, Verdict: fake.Throttled, Times: 1})
		require.Equal(t, 1500*time.Millisecond, failure(t.Context(), t, client, of.kind, "").RetryAfter)
		require.Equal(t, time.Second, failure(t.Context(), t, client, of.kind, "").RetryAfter, "mostly AWS does not say")
		require.Equal(t, 2, sent(c, of.action), "the SDK does not ask again by itself")
	}
}

// Such a listing begins anew.
func TestExpiredCursors(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		if of.isOnePage {
			continue
		}
		c := newCloud(few())
		c.PageSize = 1
		client := newClient(t, c)
		require.Equal(t, cloud.ExpiredCursor, failure(t.Context(), t, client, of.kind, "no-cursor").Class, of.kind.Name())
		page, err := client.List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		c.Break(fake.Fault{Action: of.action, Cursor: true, Verdict: fake.ExpiredCursor, Times: 1})
		require.Equal(t, cloud.ExpiredCursor, failure(t.Context(), t, client, of.kind, page.Next).Class, of.kind.Name())
		require.Len(t, list(t, client, of.kind), len(list(t, newClient(t, newCloud(few())), of.kind)))
	}
}

// A join that does not end is an error, not a listing for ever.
func TestAJoinThatGoesInCircles(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	c.Record("DescribeVolumes", []byte(`<DescribeVolumesResponse><volumeSet/><nextToken>again</nextToken></DescribeVolumesResponse>`))
	failed := failure(t.Context(), t, client, resource.HostKind, "")
	require.Equal(t, cloud.BadAnswer, failed.Class)
	require.Equal(t, 2, sent(c, "DescribeVolumes"))
}

// A region that the account has not enabled refuses every credential.
func TestADisabledRegion(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		disabled := few()
		disabled.Disabled = true
		c := newCloud(disabled)
		client := newClient(t, c)
		failed := failure(t.Context(), t, client, of.kind, "")
		require.Equal(t, cloud.RegionDisabled, failed.Class, failed.Error())
		_, err := client.Lookup(t.Context(), scopeOf(of.kind), []string{of.id})
		require.Equal(t, cloud.RegionDisabled, cloud.ClassOf(err))
		// Where the account may not ask, nothing else is known than that it was refused.
		c.Break(fake.Fault{Action: "DescribeRegions", Verdict: fake.Denied})
		require.Equal(t, cloud.InvalidCredential, failure(t.Context(), t, client, of.kind, "").Class)
	}
}

// A server for all regions refuses the credential in one that it does not have. None of
// the resources that are looked up there is absent for that.
func TestARegionThatDoesNotExist(t *testing.T) {
	t.Parallel()
	for misspelt, remedy := range map[string]string{
		"eu-wset-1": "correct its name", "EU-WEST-1": "write eu-west-1", "eu-west-1b": "write eu-west-1", "eu-west-12": "correct its name",
	} {
		for _, of := range kinds {
			there := few()
			there.Name = "eu-west-1"
			client := newClient(t, newCloud(there))
			scope := scopeOf(of.kind)
			scope.Region = misspelt
			_, err := client.List(t.Context(), scope, "")
			require.Equal(t, cloud.NotFound, cloud.ClassOf(err))
			require.ErrorContains(t, err, misspelt+": not_found: the region does not exist: "+remedy)
			_, err = client.Lookup(t.Context(), scope, []string{of.id})
			require.ErrorContains(t, err, "the region does not exist")
		}
	}
}

func TestADeniedRegion(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		denied := few()
		denied.Denied = true
		client := newClient(t, newCloud(denied))
		require.Equal(t, cloud.Denied, failure(t.Context(), t, client, of.kind, "").Class)
		_, err := client.Lookup(t.Context(), scopeOf(of.kind), []string{of.id})
		require.Equal(t, cloud.Denied, cloud.ClassOf(err))
	}
}

func TestNobodyIsThere(t *testing.T) {
	t.Parallel()
	settings := settingsOf(t, newCloud(few()))
	settings.Endpoint = "http://127.0.0.1:1"
	client := aws.Adapter().New(settings)
	require.Equal(t, cloud.Unavailable, failure(t.Context(), t, client, resource.HostKind, "").Class)
}

// instanceXML is an answer with one instance that has this in it.
func instanceXML(inner string) string {
	return `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-web</instanceId>` + inner +
		`</item></instancesSet></item></reservationSet></DescribeInstancesResponse>`
}

func TestAbsurdValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind               *resource.Kind
		action, body, want string
	}{
		"negative cores": {resource.HostKind, "DescribeInstances",
			instanceXML("<cpuOptions><coreCount>-2</coreCount><threadsPerCore>1</threadsPerCore></cpuOptions>"), `instance "i-web": cpuOptions.coreCount makes no sense: "-2"`},
		"cores that are 1e30": {resource.HostKind, "DescribeInstances",
			instanceXML("<cpuOptions><coreCount>1e30</coreCount></cpuOptions>"), `instance "i-web": cpuOptions.coreCount makes no sense: "1e30"`},
		"negative threads": {resource.HostKind, "DescribeInstances",
			instanceXML("<cpuOptions><coreCount>2</coreCount><threadsPerCore>-1</threadsPerCore></cpuOptions>"), `instance "i-web": cpuOptions.threadsPerCore makes no sense: "-1"`},
		"a time that is none": {resource.HostKind, "DescribeInstances",
			instanceXML("<networkInterfaceSet><item><attachment><attachTime>yesterday</attachTime></attachment></item></networkInterfaceSet>"),
			`instance "i-web": networkInterfaceSet.item.attachment.attachTime makes no sense: "yesterday"`},
		"memory of 1e30": {resource.HostKind, "DescribeInstanceTypes", typesXML("m5.xlarge", "<memoryInfo><sizeInMiB>1e30</sizeInMiB></memoryInfo>"),
			`instance "i-web": instance type "m5.xlarge": memoryInfo.sizeInMiB makes no sense: "1e30"`},
		"memory below zero": {resource.HostKind, "DescribeInstanceTypes", typesXML("m5.xlarge", "<memoryInfo><sizeInMiB>-1</sizeInMiB></memoryInfo>"),
			`instance "i-web": instance type "m5.xlarge": memoryInfo.sizeInMiB makes no sense: "-1"`},
		"vCPUs below zero": {resource.HostKind, "DescribeInstanceTypes", typesXML("m5.xlarge", "<vCpuInfo><defaultVCpus>-4</defaultVCpus></vCpuInfo>"),
			`instance "i-web": instance type "m5.xlarge": vCpuInfo.defaultVCpus makes no sense: "-4"`},
		"a disk below zero": {resource.HostKind, "DescribeVolumes", volumesXML("<volumeId>vol-1</volumeId><size>-8</size>" + attachedXML),
			`instance "i-web": volume "vol-1": size makes no sense: "-8"`},
		"a disk of a host in words": {resource.HostKind, "DescribeVolumes", volumesXML("<volumeId>vol-1</volumeId><size>eight</size>" + attachedXML),
			`instance "i-web": volume "vol-1": size makes no sense: "eight"`},
		"a size in words":    {resource.DiskKind, "DescribeVolumes", volumesXML("<volumeId>vol-1</volumeId><size>eight</size>"), `volume "vol-1": size makes no sense: "eight"`},
		"a volume too large": {resource.DiskKind, "DescribeVolumes", volumesXML("<volumeId>vol-1</volumeId><size>99999999999999999999</size>"), `volume "vol-1": size makes no sense`},
		"a size below zero":  {resource.DiskKind, "DescribeVolumes", volumesXML("<volumeId>vol-1</volumeId><size>-1</size>"), `volume "vol-1": size makes no sense: "-1"`},
		"a port below zero": {resource.DatabaseKind, "DescribeDBInstances", databasesXML("<DbiResourceId>db-1</DbiResourceId><DbInstancePort>-1</DbInstancePort>"),
			`database "db-1": DbInstancePort makes no sense: "-1"`},
		"cores in words": {resource.DatabaseKind, "DescribeDBInstances", databasesXML(featureXML("coreCount", "four")), `database "db-1": coreCount makes no sense: "four"`},
		"threads below zero": {resource.DatabaseKind, "DescribeDBInstances", databasesXML(featureXML("threadsPerCore", "-2")),
			`database "db-1": threadsPerCore makes no sense: "-2"`},
		"storage below zero": {resource.DatabaseKind, "DescribeDBInstances", databasesXML("<DbiResourceId>db-1</DbiResourceId><AllocatedStorage>-5</AllocatedStorage>"),
			`database "db-1": AllocatedStorage makes no sense: "-5"`},
		"an endpoint's port": {resource.DatabaseKind, "DescribeDBInstances", databasesXML("<DbiResourceId>db-1</DbiResourceId><Endpoint><Port>none</Port></Endpoint>"),
			`database "db-1": Endpoint.Port makes no sense: "none"`},
		"a database that is being created": {resource.DatabaseKind, "DescribeDBInstances",
			databasesXML("<DBInstanceIdentifier>orders</DBInstanceIdentifier><DBInstanceStatus>creating</DBInstanceStatus>"),
			`database without an id: it is called "orders", and is "creating"`},
		"a balancer's time": {resource.LoadBalancerKind, "DescribeLoadBalancers", balancersXML("<LoadBalancerArn>arn:1</LoadBalancerArn><CreatedTime>-</CreatedTime>"),
			`load balancer "arn:1": CreatedTime makes no sense: "-"`},
		"a cache's time": {resource.CacheKind, "DescribeReplicationGroups", groupsXML("<ARN>arn:1</ARN><ReplicationGroupCreateTime>-</ReplicationGroupCreateTime>"),
			`replication group "arn:1": CreateTime makes no sense: "-"`},
		"a cache's port": {resource.CacheKind, "DescribeReplicationGroups",
			groupsXML("<ARN>arn:1</ARN><ConfigurationEndpoint><Port>70000</Port></ConfigurationEndpoint>"), `replication group "arn:1": Endpoint.Port makes no sense: "70000"`},
		"a NAT gateway's time": {resource.NATGatewayKind, "DescribeNatGateways", listXML("DescribeNatGateways", "natGatewaySet", "<natGatewayId>nat-1</natGatewayId><createTime>-</createTime>"),
			`NAT gateway "nat-1": createTime makes no sense: "-"`},
		"a snapshot below zero": {resource.SnapshotKind, "DescribeSnapshots", listXML("DescribeSnapshots", "snapshotSet", "<snapshotId>snap-1</snapshotId><volumeSize>-8</volumeSize>"),
			`snapshot "snap-1": volumeSize makes no sense: "-8"`},
		"an image's disk in words": {resource.MachineImageKind, "DescribeImages", listXML("DescribeImages", "imagesSet",
			"<imageId>ami-1</imageId><blockDeviceMapping><item><ebs><volumeSize>8</volumeSize></ebs></item><item><ebs><volumeSize>big</volumeSize></ebs></item></blockDeviceMapping>"),
			`image "ami-1": blockDeviceMapping.item.ebs.volumeSize makes no sense: "big"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := few()
			of.LoadBalancers = append(of.LoadBalancers, fake.LoadBalancer{ID: "arn:1"})
			page := recorded(t, newCloud(of), test.kind, test.action, test.body)
			require.Len(t, page.Problems, 1)
			require.Contains(t, page.Problems[0].Text, test.want)
		})
	}
}

const attachedXML = `<attachmentSet><item><instanceId>i-web</instanceId><status>attached</status></item></attachmentSet>`

func volumesXML(inner string) string {
	return `<DescribeVolumesResponse><volumeSet><item>` + inner + `</item></volumeSet></DescribeVolumesResponse>`
}

func featureXML(name, value string) string {
	return `<DbiResourceId>db-1</DbiResourceId><ProcessorFeatures><ProcessorFeature><Name>` + name + `</Name><Value>` + value + `</Value></ProcessorFeature></ProcessorFeatures>`
}

func databasesXML(inner string) string {
	return `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance>` + inner +
		`</DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`
}

// One value that makes no sense costs its row; the others of the page are there, and so is
// the next page.
func TestOneOddResourceAmongOthers(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := newClient(t, c)
	c.Record("DescribeVolumes", []byte(`<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><nextToken>more</nextToken><volumeSet>
		<item><volumeId>vol-1</volumeId><size>8</size><tagSet/></item>
		<item><volumeId>vol-2</volumeId><size>8.5</size><attachmentSet/></item>
		<item><volumeId>vol-3</volumeId><createTime>5 March</createTime></item>
		<item><volumeId>vol-4</volumeId><size>-</size><tagSet><item><key>a</key><value>&lt;b&amp;</value></item></tagSet></item>
		<item><volumeId>vol-5</volumeId><size>16</size></item>
		<item><volumeId>vol-6</volumeId><size/><attachmentSet></attachmentSet><createTime>2024-03-05</createTime></item></volumeSet></DescribeVolumesResponse>`))
	page, err := client.List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	require.Equal(t, "more", page.Next)
	rows := sealed(t, resource.DiskKind, page.Rows)
	require.Len(t, rows, 3)
	require.Zero(t, rows["vol-6"].(*resource.Disk).SizeGiB, "what is empty is absent")
	require.EqualValues(t, 8, rows["vol-1"].(*resource.Disk).SizeGiB)
	require.EqualValues(t, 16, rows["vol-5"].(*resource.Disk).SizeGiB)
	require.Equal(t, []cloud.Problem{
		{NativeID: "vol-2", Text: `volume "vol-2": size makes no sense: "8.5"`},
		{NativeID: "vol-3", Text: `volume "vol-3": createTime makes no sense: "5 March"`},
		{NativeID: "vol-4", Text: `volume "vol-4": size makes no sense: "-"`},
	}, page.Problems)
	require.Equal(t, 1, sent(c, "DescribeVolumes"), "it is asked for once")

	c = newCloud(few())
	client = newClient(t, c)
	c.Break(fake.Fault{Action: "DescribeVolumes", Times: 1, Body: volumesXML("<volumeId>vol-2</volumeId><size>8.5</size>")})
	found, err := client.Lookup(t.Context(), scopeOf(resource.DiskKind), []string{"vol-2", "vol-9"})
	require.NoError(t, err)
	require.Equal(t, []string{"vol-2"}, found, "it is there")
	require.Equal(t, 2, sent(c, "DescribeVolumes"), "what an answer leaves out is asked for again")
	c.Record("DescribeVolumes", []byte(`<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId></item><item><size>8.5</size></item></volumeSet></DescribeVolumesResponse>`))
	_, err = client.Lookup(t.Context(), scopeOf(resource.DiskKind), []string{"vol-2", "vol-9"})
	require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "it may be either")
}

// Volumes that are listed as a whole cost the hosts that have them, too.
func TestAnOddVolumeAmongAll(t *testing.T) {
	t.Parallel()
	c := newCloud(manyHosts(300))
	c.Record("DescribeVolumes", []byte(`<DescribeVolumesResponse><volumeSet>
		<item><volumeId>vol-1</volumeId><size>8</size><attachmentSet><item><instanceId>i-000001</instanceId></item></attachmentSet></item>
		<item><volumeId>vol-2</volumeId><size>big</size><attachmentSet><item><instanceId>i-000002</instanceId></item></attachmentSet></item>
		<item><volumeId>vol-3</volumeId><size>big</size></item></volumeSet></DescribeVolumesResponse>`))
	page, err := newClient(t, c).List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Equal(t, []cloud.Problem{{NativeID: "i-000002", Text: `instance "i-000002": volume "vol-2": size makes no sense: "big"`}}, page.Problems)
	require.Len(t, page.Rows, 299)
	require.EqualValues(t, 8, sealed(t, resource.HostKind, page.Rows)["i-000001"].(*resource.Host).DiskGiB)
}

// What a host does not need of a volume, or a volume of its instance, costs no more than the row
// that it belongs to.
func TestOddValuesThatAnotherKindDoesNotNeed(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.Record("DescribeVolumes", []byte(volumesXML("<volumeId>vol-1</volumeId><size>8</size><tagSet>odd</tagSet>"+attachedXML)))
	c.Record("DescribeInstances", []byte(`<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-web</instanceId>
		<rootDeviceName>/dev/sda1</rootDeviceName><tagSet>odd</tagSet></item><item><instanceId>i-metal</instanceId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`))
	client := newClient(t, c)
	page, err := client.List(t.Context(), scopeOf(resource.HostKind), "")
	require.NoError(t, err)
	require.Equal(t, []string{`instance "i-web": tagSet makes no sense: "\"odd\""`}, textsOf(page.Problems))
	page, err = client.List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	require.Equal(t, []string{`volume "vol-1": tagSet makes no sense: "\"odd\""`}, textsOf(page.Problems))
}

func textsOf(problems []cloud.Problem) (texts []string) {
	for _, problem := range problems {
		texts = append(texts, problem.Text)
	}
	return texts
}

// Of many odd resources, each is told with its field.
func TestManyOddResources(t *testing.T) {
	t.Parallel()
	var items strings.Builder
	for i := range 30 {
		fmt.Fprintf(&items, "<item><volumeId>vol-%d</volumeId><size>x</size></item>", i)
	}
	items.WriteString("<item><volumeId>vol-two</volumeId><size>x</size><createTime>y</createTime></item><item><volumeId>vol-sound</volumeId></item>")
	c := newCloud(few())
	c.Record("DescribeVolumes", []byte("<DescribeVolumesResponse><volumeSet>"+items.String()+"</volumeSet></DescribeVolumesResponse>"))
	page, err := newClient(t, c).List(t.Context(), scopeOf(resource.DiskKind), "")
	require.NoError(t, err)
	require.Len(t, page.Problems, 31)
	require.Equal(t, cloud.Problem{NativeID: "vol-0", Text: `volume "vol-0": size makes no sense: "x"`}, page.Problems[0])
	require.Equal(t, cloud.Problem{NativeID: "vol-29", Text: `volume "vol-29": size makes no sense: "x"`}, page.Problems[29])
	require.Equal(t, cloud.Problem{NativeID: "vol-two", Text: `volume "vol-two": size makes no sense: "x"`}, page.Problems[30], "the first")
	require.Len(t, page.Rows, 1)
}

// Where nothing makes sense, or the fault is in no resource, the page fails.
func TestAPageOfWhichNothingCanBeRead(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`<DescribeVolumesResponse><volumeSet><item><size>eight</size></item><item><size>nine</size></item></volumeSet></DescribeVolumesResponse>`,
		`<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>x</size></item><item><volumeId>vol-2</volumeId><size>x</size></item></volumeSet></DescribeVolumesResponse>`,
		`<DescribeVolumesResponse><volumeSet><item>maintenance</item></volumeSet></DescribeVolumesResponse>`,
		`<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId></item>`,
		`maintenance`,
	} {
		c := newCloud(few())
		c.Record("DescribeVolumes", []byte(body))
		require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, newClient(t, c), resource.DiskKind, "").Class, body)
	}
}

// A resource without an id is a problem: the sync deletes nothing then.
func TestResourcesWithoutAnID(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		region := few()
		region.Hosts[0].ID, region.Disks[3].ID, region.Databases[0].ID, region.LoadBalancers[0].ID, region.Caches[0].ID = "", "", "", "", ""
		region.VPCs[0].NativeID, region.Subnets[0].NativeID, region.SecurityGroups[0].NativeID = "", "", ""
		region.PublicIPs[0].NativeID, region.NATGateways[0].NativeID = "", ""
		region.Snapshots[0].NativeID, region.Images[0].NativeID = "", ""
		region.Clusters[0].NativeID, region.Clusters[0].Name = "", ""
		region.Buckets[0].NativeID, region.Certificates[0].NativeID = "", ""
		page, err := newClient(t, newCloud(region)).List(t.Context(), scopeOf(of.kind), "")
		require.NoError(t, err)
		require.Len(t, page.Problems, 1, of.kind.Name())
		require.Empty(t, page.Problems[0].NativeID)
		require.Contains(t, page.Problems[0].Text, "without an id")
	}
}

func TestABadAnswerSaysWhere(t *testing.T) {
	t.Parallel()
	for _, of := range kinds {
		c := newCloud(few())
		c.Record(of.action, []byte("<a/>"))
		failed := failure(t.Context(), t, newClient(t, c), of.kind, "")
		require.Equal(t, cloud.BadAnswer, failed.Class)
		require.Equal(t, "aws/demo: "+of.action+" of "+region, failed.Doing)
	}
}
