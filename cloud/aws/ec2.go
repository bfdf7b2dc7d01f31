package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxListed is the most that EC2 lists at once of networks
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html).
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
