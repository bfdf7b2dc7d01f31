package aws_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// Of a page, what makes no sense costs its own row, whatever the SDK would say of it.
func TestOneOddResourceCostsOneRow(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		kind              *resource.Kind
		action            string
		before, id, after string
		// Each is in a resource of its own; those of null are rows, and those of a kind that
		// has no number or time.
		number, time, list, null string
	}{
		{
			kind: resource.HostKind, action: "DescribeInstances",
			before: "<DescribeInstancesResponse><reservationSet>", after: "</reservationSet></DescribeInstancesResponse>",
			id:     "<item><instancesSet><item><instanceId>ID-%d</instanceId>BODY</item></instancesSet></item>",
			number: "<cpuOptions><coreCount>four</coreCount><threadsPerCore>1</threadsPerCore></cpuOptions>",
			time:   "<blockDeviceMapping><item><ebs><attachTime>soon</attachTime></ebs></item></blockDeviceMapping>",
			list:   "<networkInterfaceSet>none</networkInterfaceSet>",
			null:   "<networkInterfaceSet/><tagSet/><cpuOptions/><placement/>",
		},
		{
			kind: resource.DiskKind, action: "DescribeVolumes",
			before: "<DescribeVolumesResponse><volumeSet>", after: "</volumeSet></DescribeVolumesResponse>",
			id:     "<item><volumeId>ID-%d</volumeId>BODY</item>",
			number: "<size>much</size>", time: "<createTime>soon</createTime>", list: "<attachmentSet>none</attachmentSet>", null: "<attachmentSet/><tagSet/><size/>",
		},
		{
			kind: resource.DatabaseKind, action: "DescribeDBInstances",
			before: "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>", after: "</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>",
			id:     "<DBInstance><DbiResourceId>ID-%d</DbiResourceId>BODY</DBInstance>",
			number: "<AllocatedStorage>much</AllocatedStorage>", time: "<InstanceCreateTime>soon</InstanceCreateTime>",
			list: "<TagList>none</TagList>", null: "<TagList/><DBSubnetGroup/><Endpoint/><ProcessorFeatures/>",
		},
		{
			kind: resource.LoadBalancerKind, action: "DescribeLoadBalancers",
			before: "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers>", after: "</LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>",
			id:     "<member><LoadBalancerArn>arn:ID-%d</LoadBalancerArn>BODY</member>",
			number: "<State>3</State>", time: "<CreatedTime>soon</CreatedTime>",
			list: "<AvailabilityZones>none</AvailabilityZones>", null: "<AvailabilityZones/><State/>",
		},
		{
			kind: resource.CacheKind, action: "DescribeReplicationGroups",
			before: "<DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups>",
			after:  "</ReplicationGroups></DescribeReplicationGroupsResult></DescribeReplicationGroupsResponse>",
			id:     "<ReplicationGroup><ARN>arn:ID-%d</ARN>BODY</ReplicationGroup>",
			number: "<ConfigurationEndpoint><Port>many</Port></ConfigurationEndpoint>", time: "<ReplicationGroupCreateTime>soon</ReplicationGroupCreateTime>",
			list: "<NodeGroups>none</NodeGroups>", null: "<NodeGroups/><MemberClusters/><ConfigurationEndpoint/><ReplicationGroupCreateTime/>",
		},
		{
			kind: resource.VPCKind, action: "DescribeVpcs", before: "<DescribeVpcsResponse><vpcSet>", after: "</vpcSet></DescribeVpcsResponse>",
			id: "<item><vpcId>ID-%d</vpcId>BODY</item>", list: "<cidrBlockAssociationSet>none</cidrBlockAssociationSet>",
			null: "<cidrBlock/><cidrBlockAssociationSet/><ipv6CidrBlockAssociationSet><item/></ipv6CidrBlockAssociationSet><tagSet/><ownerId/>",
		},
		{
			kind: resource.SubnetKind, action: "DescribeSubnets", before: "<DescribeSubnetsResponse><subnetSet>", after: "</subnetSet></DescribeSubnetsResponse>",
			id: "<item><subnetId>ID-%d</subnetId>BODY</item>", list: "<tagSet>none</tagSet>",
			null: "<cidrBlock/><ipv6CidrBlockAssociationSet/><tagSet/><ownerId/><availableIpAddressCount>many</availableIpAddressCount>",
		},
		{
			kind: resource.SecurityGroupKind, action: "DescribeSecurityGroups",
			before: "<DescribeSecurityGroupsResponse><securityGroupInfo>", after: "</securityGroupInfo></DescribeSecurityGroupsResponse>",
			id: "<item><groupId>ID-%d</groupId>BODY</item>", list: "<ipPermissions>none</ipPermissions>",
			null: "<ipPermissions><item/></ipPermissions><ipPermissionsEgress/><tagSet/><vpcId/>",
		},
		{
			kind: resource.PublicIPKind, action: "DescribeAddresses", before: "<DescribeAddressesResponse><addressesSet>", after: "</addressesSet></DescribeAddressesResponse>",
			id: "<item><allocationId>ID-%d</allocationId>BODY</item>", list: "<tagSet>none</tagSet>", null: "<instanceId/><publicIp/><tagSet/>",
		},
		{
			kind: resource.NATGatewayKind, action: "DescribeNatGateways", before: "<DescribeNatGatewaysResponse><natGatewaySet>", after: "</natGatewaySet></DescribeNatGatewaysResponse>",
			id:   "<item><natGatewayId>ID-%d</natGatewayId>BODY</item>",
			time: "<createTime>soon</createTime>", list: "<natGatewayAddressSet>none</natGatewayAddressSet>", null: "<natGatewayAddressSet><item/></natGatewayAddressSet><createTime/><tagSet/>",
		},
		{
			kind: resource.SnapshotKind, action: "DescribeSnapshots", before: "<DescribeSnapshotsResponse><snapshotSet>", after: "</snapshotSet></DescribeSnapshotsResponse>",
			id:     "<item><snapshotId>ID-%d</snapshotId>BODY</item>",
			number: "<volumeSize>much</volumeSize>", time: "<startTime>soon</startTime>", list: "<tagSet>none</tagSet>", null: "<volumeSize/><startTime/><tagSet/>",
		},
		{
			kind: resource.MachineImageKind, action: "DescribeImages", before: "<DescribeImagesResponse><imagesSet>", after: "</imagesSet></DescribeImagesResponse>",
			id:     "<item><imageId>ID-%d</imageId>BODY</item>",
			number: "<blockDeviceMapping><item><ebs><volumeSize>much</volumeSize></ebs></item></blockDeviceMapping>", time: "<creationDate>soon</creationDate>",
			list: "<blockDeviceMapping>none</blockDeviceMapping>", null: "<blockDeviceMapping><item/><item><ebs/></item></blockDeviceMapping><creationDate/><tagSet/>",
		},
		{
			kind: resource.BucketKind, action: "ListBuckets", before: "<ListAllMyBucketsResult><Buckets>", after: "</Buckets></ListAllMyBucketsResult>",
			id:   "<Bucket><Name>ID-%d</Name><BucketRegion>" + region + "</BucketRegion>BODY</Bucket>",
			time: "<CreationDate>soon</CreationDate>", null: "<CreationDate/><BucketArn/>",
		},
	} {
		t.Run(of.kind.Name(), func(t *testing.T) {
			t.Parallel()
			region := &fake.Region{Name: region}
			var body strings.Builder
			for i, inner := range []string{"", of.number, of.time, of.list, of.null} {
				body.WriteString(strings.Replace(fmt.Sprintf(of.id, i), "BODY", inner, 1))
				region.LoadBalancers = append(region.LoadBalancers, fake.LoadBalancer{ID: fmt.Sprintf("arn:ID-%d", i)})
			}
			page := recorded(t, newCloud(region), of.kind, of.action, of.before+body.String()+of.after)
			rows, problems := sealed(t, of.kind, page.Rows), page.Problems
			for i, want := range []string{`makes no sense: "`, `makes no sense: "soon"`, `makes no sense: "\"none\""`} {
				if []string{of.number, of.time, of.list}[i] == "" {
					continue
				}
				require.NotEmpty(t, problems)
				id := fmt.Sprintf("ID-%d", i+1)
				require.Contains(t, problems[0].NativeID, id)
				require.Contains(t, problems[0].Text, want)
				if i == 1 {
					require.Regexp(t, "(ime|Date|At) makes no sense", problems[0].Text)
				}
				require.NotContains(t, fmt.Sprint(slices.Collect(maps.Keys(rows))), id)
				problems = problems[1:]
			}
			require.Empty(t, problems)
			require.Len(t, rows, 5-len(page.Problems))
		})
	}
}

// What of an odd instance is known stays known to its disks.
func TestDisksOfAnOddHost(t *testing.T) {
	t.Parallel()
	disks := func(odd string) cloud.Page {
		c := newCloud(few())
		c.Record("DescribeInstances", []byte(instanceXML(odd)))
		page, err := newClient(t, c).List(t.Context(), scopeOf(resource.DiskKind), "")
		require.NoError(t, err)
		return page
	}
	page := disks("<cpuOptions><coreCount>four</coreCount></cpuOptions><rootDeviceName>/dev/sda1</rootDeviceName>")
	require.Empty(t, page.Problems)
	require.Equal(t, "system", sealed(t, resource.DiskKind, page.Rows)["vol-root"].(*resource.Disk).Role)

	page = disks("<rootDeviceName><name>/dev/sda1</name></rootDeviceName>")
	require.Len(t, page.Problems, 2)
	for _, problem := range page.Problems {
		require.Contains(t, problem.Text, `instance "i-web": rootDeviceName makes no sense`)
	}
	require.Len(t, page.Rows, 2, "those of other instances, and of none")
}

// Where nobody can know whose what rows are joined with is, the page fails.
func TestJoinsOfNobodyKnowsWhat(t *testing.T) {
	t.Parallel()
	for action, of := range map[string]struct {
		kind       *resource.Kind
		body, want string
	}{
		"DescribeInstanceTypes": {resource.HostKind, typesXML("", "<memoryInfo><sizeInMiB>1</sizeInMiB></memoryInfo>"), "instance type without an id"},
		"DescribeVolumes":       {resource.HostKind, volumesXML("<volumeId>vol-1</volumeId><size>1</size><attachmentSet>i-web</attachmentSet>"), `whose is it? volume "vol-1": attachmentSet makes no sense`},
		"DescribeInstances": {resource.DiskKind,
			"<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId><id/></instanceId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>",
			"instance without an id: instanceId makes no sense"},
	} {
		c := newCloud(few())
		c.Record(action, []byte(of.body))
		failed := failure(t.Context(), t, newClient(t, c), of.kind, "")
		require.Equal(t, cloud.BadAnswer, failed.Class, action)
		require.Contains(t, failed.Doing, "aws/demo: Describe")
		require.Contains(t, failed.Doing, " of "+region)
		require.ErrorContains(t, failed, of.want)
	}
}

// A volume without an id costs the hosts that it is attached to, and no others.
func TestAVolumeWithoutAnIDOfAHost(t *testing.T) {
	t.Parallel()
	page := recorded(t, newCloud(few()), resource.HostKind, "DescribeVolumes", volumesXML("<size>8</size>"+attachedXML+"</item><item><size>9</size>"))
	require.Len(t, page.Rows, 1)
	require.Len(t, page.Problems, 1)
	require.Equal(t, `instance "i-web": volume without an id`, page.Problems[0].Text)
}

// A list of anything else is no empty list, and makes nothing absent.
func TestAListOfOtherThanItsElements(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		"text", "<member><instancesSet/></member>", "<item><reservationId>r-1</reservationId></item>", "<item><instancesSet>text</instancesSet></item>",
	} {
		c := newCloud(few())
		c.Record("DescribeInstances", []byte("<DescribeInstancesResponse><reservationSet>"+list+"</reservationSet></DescribeInstancesResponse>"))
		client := newClient(t, c)
		require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, client, resource.HostKind, "").Class, list)
		_, err := client.Lookup(t.Context(), scopeOf(resource.HostKind), []string{"i-web"})
		require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), list)
	}
}
