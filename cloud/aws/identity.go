package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

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

// errNoRegion is in the error of a region that does not exist. It says nothing of a
// resource that was asked for in it.
var errNoRegion = errors.New("the region does not exist")

// orNoRegion tells a region that is not enabled, or does not exist, from a credential
// that is not valid: a disabled region knows no credential of the account, a server for
// all regions no region of that name, and both say the same as of a wrong credential
// (https://github.com/fog/fog-aws/issues/585). Where the account's home region does
// not say so, refused stands.
func (s *session) orNoRegion(ctx context.Context, region string, refused error) error {
	all, err := s.describeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: awssdk.Bool(true)})
	if err != nil || len(all) == 0 {
		return refused
	}
	doing := "ask for the status of " + region
	for _, of := range all {
		switch {
		case awssdk.ToString(of.RegionName) != region:
		case awssdk.ToString(of.OptInStatus) == notOptedIn:
			return &cloud.Error{Class: cloud.RegionDisabled, Doing: doing, Err: refused}
		default:
			return refused
		}
	}
	return &cloud.Error{Class: cloud.NotFound, Doing: doing, Err: fmt.Errorf("%w: %s", errNoRegion, instead(region, all))}
}

// instead is what to write for a region that does not exist: the one that differs in
// capitals, or whose zone it is.
func instead(region string, all []ec2types.Region) string {
	for _, of := range all {
		name := awssdk.ToString(of.RegionName)
		rest, begins := strings.CutPrefix(strings.ToLower(region), name)
		if begins && (rest == "" || len(rest) == 1 && unicode.IsLetter(rune(rest[0]))) {
			return fmt.Sprintf("write %s in the account's regions instead", name)
		}
	}
	return "correct its name in the account's regions, or take it out"
}
