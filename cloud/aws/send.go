package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudsync/cloud/adapter"
)

// maxListed is the most that EC2 lists at once of networks and snapshots
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html).
// Images are asked for as many at once (? no limit of theirs is documented).
const maxListed = 1000

func describeVPCs(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeVpcs(ctx, &ec2.DescribeVpcsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("vpc-id", q.IDs),
	})
	return err
}

func describeSubnets(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("subnet-id", q.IDs),
	})
	return err
}

func describeSecurityGroups(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("group-id", q.IDs),
	})
	return err
}

func describeAddresses(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeAddresses(ctx, &ec2.DescribeAddressesInput{Filters: filter("allocation-id", q.IDs)})
	return err
}

func describeNATGateways(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filter: filter("nat-gateway-id", q.IDs),
	})
	return err
}

// describeSnapshots leaves out those that others let everyone use.
func describeSnapshots(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("snapshot-id", q.IDs), OwnerIds: own,
	})
	return err
}

func describeImages(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2().DescribeImages(ctx, &ec2.DescribeImagesInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("image-id", q.IDs),
		Owners: own, IncludeDisabled: awssdk.Bool(true),
	})
	return err
}

// own stands for the account in lists of owners.
var own = []string{"self"}

func listBuckets(ctx context.Context, c *clients, q adapter.Query) error {
	in := &s3.ListBucketsInput{MaxBuckets: awssdk.Int32(maxBuckets), BucketRegion: &q.Region, ContinuationToken: ifAny(q.Token)}
	if len(q.IDs) > 0 {
		in.Prefix = ifAny(q.IDs[0])
	}
	_, err := c.s3().ListBuckets(ctx, in)
	return err
}

// listCertificates names all sorts of keys: ACM lists no others than RSA ones of up to 2,048
// bits, and none of ACME's, unless it is asked to.
func listCertificates(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.acm().ListCertificates(ctx, &acm.ListCertificatesInput{
		MaxItems: awssdk.Int32(maxCertificates), NextToken: ifAny(q.Token),
		Includes:                  &acmtypes.Filters{KeyTypes: acmtypes.KeyAlgorithm("").Values()},
		CertificateKeyPairOrigins: acmtypes.CertificateKeyPairOrigin("").Values(),
	})
	return orNoProduct(err)
}

func describeCertificate(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.acm().DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: &q.IDs[0]})
	return orNoProduct(err)
}

func listClusters(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.eks().ListClusters(ctx, &eks.ListClustersInput{MaxResults: awssdk.Int32(maxClusters), NextToken: ifAny(q.Token)})
	return orNoProduct(err)
}

func describeCluster(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.eks().DescribeCluster(ctx, &eks.DescribeClusterInput{Name: oneName(q.IDs)})
	return orNoProduct(err)
}
