package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// What EC2 takes at most (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/,
// under each action and Using_Filtering).
const (
	maxFilterValues      = 200
	maxInstancesOfAPage  = 1000
	maxVolumesOfAPage    = 500
	maxTypesOfAPage      = 100
	terminated           = ec2types.InstanceStateNameTerminated
	deleted              = ec2types.VolumeStateDeleted
	byInstance           = "instance-id"
	byVolume             = "volume-id"
	byAttachedInstance   = "attachment.instance-id"
	byInstanceType       = "instance-type"
	systemRole, dataRole = "system", "data"
)

// wildcards have a meaning in a filter's values unless a backslash comes first.
var wildcards = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)

// filter selects what has one of the values. Unlike a list of ids, it leaves out what
// does not exist; with a list, the whole call fails (InvalidInstanceID.NotFound).
func filter(name string, values []string) ec2types.Filter {
	exact := make([]string, len(values))
	for i, value := range values {
		exact[i] = wildcards.Replace(value)
	}
	return ec2types.Filter{Name: &name, Values: exact}
}

// instances are those of a page. AWS lists what other services manage only if it is
// asked to, where the account hides it.
func (s *session) instances(ctx context.Context, region, cursor string, filters ...ec2types.Filter) ([]listed[ec2types.Instance], string, error) {
	const action = "DescribeInstances"
	answer, odd, err := askList(ctx, s, region, action, cursor, instanceElements, func(ctx context.Context) (*ec2.DescribeInstancesOutput, error) {
		return s.in(region).ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{
			MaxResults: awssdk.Int32(maxInstancesOfAPage), NextToken: ifAny(cursor),
			Filters: filters, IncludeManagedResources: awssdk.Bool(true),
		})
	})
	if err != nil {
		return nil, "", err
	}
	if answer.Reservations == nil {
		return nil, "", noList(action, region)
	}
	var instances []ec2types.Instance
	for _, reservation := range answer.Reservations {
		instances = append(instances, reservation.Instances...)
	}
	return all(instances, odd), awssdk.ToString(answer.NextToken), nil
}

// eachInstance hands over the instances of those ids, however many.
func (s *session) eachInstance(ctx context.Context, region string, ids []string, take func(listed[ec2types.Instance])) error {
	for some := range slices.Chunk(ids, maxFilterValues) {
		err := eachPage("DescribeInstances of "+region, func(cursor string) (string, error) {
			instances, next, err := s.instances(ctx, region, cursor, filter(byInstance, some))
			if err == nil {
				err = identified("DescribeInstances of "+region, instances)
			}
			for _, instance := range instances {
				take(instance)
			}
			return next, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// volumes are those of a page.
func (s *session) volumes(ctx context.Context, region, cursor string, filters ...ec2types.Filter) ([]listed[ec2types.Volume], string, error) {
	const action = "DescribeVolumes"
	answer, odd, err := askList(ctx, s, region, action, cursor, volumeElements, func(ctx context.Context) (*ec2.DescribeVolumesOutput, error) {
		return s.in(region).ec2.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{
			MaxResults: awssdk.Int32(maxVolumesOfAPage), NextToken: ifAny(cursor),
			Filters: filters, IncludeManagedResources: awssdk.Bool(true),
		})
	})
	if err != nil {
		return nil, "", err
	}
	if answer.Volumes == nil {
		return nil, "", noList(action, region)
	}
	return all(answer.Volumes, odd), awssdk.ToString(answer.NextToken), nil
}

// eachVolume hands over the volumes with one of the values, however many.
func (s *session) eachVolume(ctx context.Context, region, by string, values []string, take func(listed[ec2types.Volume])) error {
	for some := range slices.Chunk(values, maxFilterValues) {
		err := eachPage("DescribeVolumes of "+region, func(cursor string) (string, error) {
			volumes, next, err := s.volumes(ctx, region, cursor, filter(by, some))
			if err == nil {
				err = identified("DescribeVolumes of "+region, volumes)
			}
			for _, volume := range volumes {
				take(volume)
			}
			return next, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func ifAny(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// tagsOf are the tags by key. The keys of a resource are unique.
func tagsOf(tags []ec2types.Tag) map[string]string {
	byKey := make(map[string]string, len(tags))
	for _, tag := range tags {
		byKey[awssdk.ToString(tag.Key)] = awssdk.ToString(tag.Value)
	}
	return byKey
}
