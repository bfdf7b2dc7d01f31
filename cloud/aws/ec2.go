package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxListed is the most that EC2 lists at once of networks and snapshots
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html).
// Images are asked for as many at once (? no limit of theirs is documented).
const maxListed = 1000

// ownedRow makes rows of what the account owns: another one's, that is shared with the
// account, is listed beside (https://github.com/cloudquery/cloudquery/issues/9731).
func ownedRow[T any](owner func(*T) string, row func(*adapter.Fields, *T) resource.Row) func(context.Context, *session, adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
	return func(_ context.Context, s *session, _ adapter.Batch[T]) (func(*adapter.Fields, *T) resource.Row, error) {
		return func(f *adapter.Fields, of *T) resource.Row {
			if id := owner(of); id != "" && id != s.account.AccountID {
				return nil
			}
			return row(f, of)
		}, nil
	}
}

func describeVPCs(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("vpc-id", q.IDs),
	})
	return err
}

func describeSubnets(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("subnet-id", q.IDs),
	})
	return err
}

func describeSecurityGroups(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("group-id", q.IDs),
	})
	return err
}

func describeAddresses(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{Filters: filter("allocation-id", q.IDs)})
	return err
}

func describeNATGateways(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filter: filter("nat-gateway-id", q.IDs),
	})
	return err
}

// describeSnapshots leaves out those that others let everyone use.
func describeSnapshots(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("snapshot-id", q.IDs), OwnerIds: own,
	})
	return err
}

func describeImages(ctx context.Context, c *clients, q adapter.Query) error {
	_, err := c.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{
		MaxResults: awssdk.Int32(maxListed), NextToken: ifAny(q.Token), Filters: filter("image-id", q.IDs),
		Owners: own, IncludeDisabled: awssdk.Bool(true),
	})
	return err
}

// own stands for the account in lists of owners.
var own = []string{"self"}
