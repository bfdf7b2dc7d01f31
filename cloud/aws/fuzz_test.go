package aws_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// fuzzAnswers lists a kind with the bytes as the answer to an action. Whatever they
// are, there are rows or an error of the class BadAnswer.
func fuzzAnswers(f *testing.F, kind *resource.Kind, action string, seeds ...string) {
	f.Helper()
	fuzzAnswersAt(f, kind, "", action, seeds...)
}

// fuzzAnswersAt is fuzzAnswers for the page at a cursor.
func fuzzAnswersAt(f *testing.F, kind *resource.Kind, cursor, action string, seeds ...string) {
	f.Helper()
	for _, seed := range append(seeds, "", "<", "<a/>", "<a>\xff</a>", "null") {
		f.Add([]byte(seed))
	}
	var c fake.Cloud
	c.Add(&fake.Account{ID: accountID, KeyID: keyID, Key: secretKey, Regions: []*fake.Region{few()}})
	client := newClient(f, &c)
	round := 0
	f.Fuzz(func(t *testing.T, body []byte) {
		round++
		change(&c, func(r *fake.Region) { // a type that is not known yet, so that sizes are asked for each time
			r.Hosts = twoHosts()
			r.Hosts[1].Type = fmt.Sprintf("c%d.metal", round)
		})
		c.Record(action, body)
		page, err := client.List(t.Context(), scopeOf(kind), cursor)
		if err != nil {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), "%v", err)
			require.Empty(t, page)
			return
		}
		for _, row := range page.Rows {
			_ = kind.Seal(row, scopeOf(kind), 7) // refuses what cannot be stored; it must not panic
		}
	})
}

func FuzzHosts(f *testing.F) {
	fuzzAnswers(f, resource.HostKind, "DescribeInstances",
		instanceXML(""), instanceXML("<cpuOptions><coreCount>2</coreCount><threadsPerCore>-2</threadsPerCore></cpuOptions>"),
		instanceXML("<networkInterfaceSet><item><association><publicIp>198.51.100.1</publicIp></association><privateIpAddressesSet><item/></privateIpAddressesSet></item></networkInterfaceSet>"),
		instanceXML("<blockDeviceMapping><item><ebs><attachTime>2024-01-01T00:00:00.000Z</attachTime></ebs></item></blockDeviceMapping><tagSet><item><key>Name</key></item></tagSet>"),
		"<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>",
	)
}

func FuzzDisks(f *testing.F) {
	fuzzAnswers(f, resource.DiskKind, "DescribeVolumes",
		"<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1</volumeId><size>8</size><createTime>2024-01-01T00:00:00Z</createTime><attachmentSet><item><instanceId>i-web</instanceId><device>/dev/sda1</device></item></attachmentSet></item></volumeSet></DescribeVolumesResponse>",
		"<DescribeVolumesResponse><volumeSet><item><size>-8</size></item></volumeSet></DescribeVolumesResponse>",
	)
}

func FuzzSizes(f *testing.F) {
	fuzzAnswers(f, resource.HostKind, "DescribeInstanceTypes",
		"<DescribeInstanceTypesResponse><instanceTypeSet><item><instanceType>m5.xlarge</instanceType><vCpuInfo><defaultVCpus>4</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>16384</sizeInMiB></memoryInfo></item></instanceTypeSet></DescribeInstanceTypesResponse>",
	)
}

func FuzzDatabases(f *testing.F) {
	fuzzAnswers(f, resource.DatabaseKind, "DescribeDBInstances",
		"<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DbiResourceId>db-1</DbiResourceId><AllocatedStorage>5</AllocatedStorage><Endpoint><Port>3306</Port></Endpoint><DBSubnetGroup><Subnets><Subnet/></Subnets></DBSubnetGroup><ProcessorFeatures><ProcessorFeature><Name>coreCount</Name><Value>2</Value></ProcessorFeature></ProcessorFeatures></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>",
	)
}

func FuzzLoadBalancers(f *testing.F) {
	fuzzAnswers(f, resource.LoadBalancerKind, "DescribeLoadBalancers",
		"<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member><Scheme>internal</Scheme><CreatedTime>2024-01-01T00:00:00Z</CreatedTime><AvailabilityZones><member><LoadBalancerAddresses><member/></LoadBalancerAddresses></member></AvailabilityZones></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>",
	)
}

func FuzzClassicLoadBalancers(f *testing.F) {
	fuzzAnswersAt(f, resource.LoadBalancerKind, classicCursor, "classic_DescribeLoadBalancers",
		"<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancerDescriptions><member><Scheme>internal</Scheme><CreatedTime>2024-01-01T00:00:00Z</CreatedTime><ListenerDescriptions><member><Listener><Protocol>SSL</Protocol><LoadBalancerPort>443</LoadBalancerPort></Listener></member></ListenerDescriptions></member></LoadBalancerDescriptions></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>",
	)
}

func FuzzReplicationGroups(f *testing.F) {
	fuzzAnswers(f, resource.CacheKind, "DescribeReplicationGroups",
		groupsXML("<ARN>arn:1</ARN><MemberClusters><ClusterId>a</ClusterId></MemberClusters><NodeGroups><NodeGroup><PrimaryEndpoint><Port>6379</Port></PrimaryEndpoint><NodeGroupMembers><NodeGroupMember/></NodeGroupMembers></NodeGroup></NodeGroups>"),
		"<DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups/></DescribeReplicationGroupsResult></DescribeReplicationGroupsResponse>",
	)
}

func FuzzCacheMembers(f *testing.F) {
	fuzzAnswers(f, resource.CacheKind, "DescribeCacheClusters", clustersXML("<CacheClusterId>sessions-0001-001</CacheClusterId><EngineVersion>7.1.0</EngineVersion>"))
}

func FuzzCacheTags(f *testing.F) {
	fuzzAnswers(f, resource.CacheKind, "GetResources",
		`{"ResourceTagMappingList":[{"ResourceARN":"`+groupARN+`sessions","Tags":[{"Key":"a","Value":null}]}],"PaginationToken":null}`, `{"ResourceTagMappingList":[]}`)
}

func FuzzVPCs(f *testing.F) {
	fuzzAnswers(f, resource.VPCKind, "DescribeVpcs",
		listXML("DescribeVpcs", "vpcSet", "<vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><cidrBlockAssociationSet><item><cidrBlock>10.1.0.0/16</cidrBlock><cidrBlockState><state>associated</state></cidrBlockState></item></cidrBlockAssociationSet>"))
}

func FuzzSubnets(f *testing.F) {
	fuzzAnswers(f, resource.SubnetKind, "DescribeSubnets",
		listXML("DescribeSubnets", "subnetSet", "<subnetId>subnet-1</subnetId><ownerId>1</ownerId>", "<subnetId>subnet-2</subnetId><cidrBlock>10.0.0.0/24</cidrBlock>"))
}

func FuzzSecurityGroups(f *testing.F) {
	fuzzAnswers(f, resource.SecurityGroupKind, "DescribeSecurityGroups",
		listXML("DescribeSecurityGroups", "securityGroupInfo", "<groupId>sg-1</groupId><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>80</fromPort><toPort>-1</toPort><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><groups><item/></groups></item></ipPermissions>"))
}

func FuzzPublicIPs(f *testing.F) {
	fuzzAnswers(f, resource.PublicIPKind, "DescribeAddresses",
		listXML("DescribeAddresses", "addressesSet", "<allocationId>eipalloc-1</allocationId><publicIp>198.51.100.1</publicIp><instanceId>i-1</instanceId>"))
}

func FuzzNATGateways(f *testing.F) {
	fuzzAnswers(f, resource.NATGatewayKind, "DescribeNatGateways",
		listXML("DescribeNatGateways", "natGatewaySet", "<natGatewayId>nat-1</natGatewayId><state>deleted</state>", "<natGatewayId>nat-2</natGatewayId><createTime>2024-01-01T00:00:00Z</createTime><natGatewayAddressSet><item><publicIp>198.51.100.1</publicIp></item></natGatewayAddressSet>"))
}

func FuzzSnapshots(f *testing.F) {
	fuzzAnswers(f, resource.SnapshotKind, "DescribeSnapshots",
		listXML("DescribeSnapshots", "snapshotSet", "<snapshotId>snap-1</snapshotId><volumeSize>8</volumeSize><startTime>2024-01-01T00:00:00Z</startTime>"))
}

func FuzzImages(f *testing.F) {
	fuzzAnswers(f, resource.MachineImageKind, "DescribeImages",
		listXML("DescribeImages", "imagesSet", "<imageId>ami-1</imageId><blockDeviceMapping><item><ebs><volumeSize>8</volumeSize></ebs></item></blockDeviceMapping><creationDate>2024-01-01T00:00:00Z</creationDate>"))
}

func FuzzBuckets(f *testing.F) {
	fuzzAnswers(f, resource.BucketKind, "ListBuckets", bucketsXML("<Name>logs</Name><BucketRegion>"+region+"</BucketRegion><CreationDate>2024-01-01T00:00:00Z</CreationDate>"))
}

func FuzzBucketTags(f *testing.F) {
	fuzzAnswers(f, resource.BucketKind, "GetResources", `{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:s3:::logs","Tags":[{"Key":"a","Value":"b"}]}]}`)
}

func FuzzCertificates(f *testing.F) {
	fuzzAnswers(f, resource.CertificateKind, "ListCertificates",
		`{"CertificateSummaryList":[{"CertificateArn":"`+certificateARN+`1","SubjectAlternativeNameSummaries":["a",null],"NotAfter":1.7e9,"CreatedAt":"soon"}],"NextToken":null}`)
}

func FuzzClusterNames(f *testing.F) {
	fuzzAnswers(f, resource.ClusterKind, "ListClusters", `{"clusters":["shop","gone",null,7],"nextToken":null}`, `{"clusters":[]}`)
}

func FuzzClusters(f *testing.F) {
	fuzzAnswers(f, resource.ClusterKind, "DescribeCluster",
		`{"cluster":{"arn":"`+eksARN+`shop","name":"shop","createdAt":1.7e9,"resourcesVpcConfig":{"subnetIds":["a",null]},"tags":{"a":"b"}}}`, `{"cluster":{"tags":[]}}`)
}
