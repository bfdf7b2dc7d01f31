package aws

import (
	"context"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// Identity implements adapter.Session: the account's twelve digits. It needs no
// permission.
func (s *session) Identity(ctx context.Context) (string, error) {
	answer, err := adapter.Do(ctx, s.account.Calls, "", "GetCallerIdentity", func(ctx context.Context) (*sts.GetCallerIdentityOutput, error) {
		answer, err := s.newSTS(s.credentials).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return answer, told(err)
	})
	if err != nil {
		return "", err
	}
	id := awssdk.ToString(answer.Account)
	if id == "" {
		return "", adapter.BadAnswer("GetCallerIdentity", "the answer has no account in it")
	}
	return id, nil
}

// notOptedIn is the status of a region that the account has not enabled.
const notOptedIn = "not-opted-in"

// Regions implements adapter.Session.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	regions, err := s.describeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: awssdk.Bool(false)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, region := range regions {
		if name := awssdk.ToString(region.RegionName); name != "" && awssdk.ToString(region.OptInStatus) != notOptedIn {
			names = append(names, name)
		}
	}
	if len(names) == 0 { // every account has those that need no opting in
		return nil, adapter.BadAnswer("DescribeRegions", "the account has no region")
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (s *session) describeRegions(ctx context.Context, in *ec2.DescribeRegionsInput) ([]ec2types.Region, error) {
	answer, err := adapter.Do(ctx, s.account.Calls, "", "DescribeRegions", func(ctx context.Context) (*ec2.DescribeRegionsOutput, error) {
		answer, err := s.in(s.home).ec2.DescribeRegions(ctx, in)
		return answer, told(err)
	})
	if err != nil {
		return nil, err
	}
	return answer.Regions, nil
}

// orDisabled tells a region that is not enabled from a credential that is not valid: a
// disabled region knows no credential of the account, and says the same of both
// (https://github.com/fog/fog-aws/issues/585). Where the account's home region does
// not say that the region is disabled, refused stands.
func (s *session) orDisabled(ctx context.Context, region string, refused error) error {
	regions, err := s.describeRegions(ctx, &ec2.DescribeRegionsInput{
		AllRegions: awssdk.Bool(true), Filters: []ec2types.Filter{filter("region-name", []string{region})},
	})
	if err != nil {
		return refused
	}
	for _, of := range regions {
		if awssdk.ToString(of.RegionName) == region && awssdk.ToString(of.OptInStatus) == notOptedIn {
			return &cloud.Error{Class: cloud.RegionDisabled, Doing: "ask for the status of " + region, Err: refused}
		}
	}
	return refused
}
