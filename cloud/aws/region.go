package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudsync/cloud"
)

// notOptedIn is the status of a region that the account has not enabled.
const notOptedIn = "not-opted-in"

// errNoRegion is in the error of a region that does not exist. It says nothing of a
// resource that was asked for in it.
var errNoRegion = errors.New("the region does not exist")

// orNoRegion tells a region that is not enabled, or does not exist, from a credential
// that is not valid: a disabled region knows no credential of the account, a server for
// all regions no region of that name, and both say the same as of a wrong credential
// (https://github.com/fog/fog-aws/issues/585). Where the account's home region does
// not say so, refused stands.
func (s *session) orNoRegion(ctx context.Context, region string, refused error) error {
	all, err := s.describeRegions(ctx, true)
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

// homes are the regions that are asked for what is of no region, by what the names of
// their partition's regions begin with. A region of another partition knows nothing of
// the account. All are enabled in every account
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
var homes = []struct{ prefix, partition, home string }{
	{"cn-", "aws-cn", "cn-north-1"},
	{"us-gov-", "aws-us-gov", "us-gov-west-1"},
	{"us-iso-", "aws-iso", "us-iso-east-1"},
	{"us-isob-", "aws-iso-b", "us-isob-east-1"},
	{"us-isof-", "aws-iso-f", "us-isof-south-1"},
	{"eu-isoe-", "aws-iso-e", "eu-isoe-west-1"},
	{"eusc-", "aws-eusc", "eusc-de-east-1"},
}

const commercialHome = "us-east-1"

// homeRegion is that of the partition which the first configured region, else the role,
// else the machine's own configuration names.
func homeRegion(regions []string, roleARN, fallback string) string {
	region := fallback
	if len(regions) > 0 {
		region = regions[0]
	}
	for _, of := range homes {
		if strings.HasPrefix(region, of.prefix) || len(regions) == 0 && strings.HasPrefix(roleARN, "arn:"+of.partition+":") {
			return of.home
		}
	}
	return commercialHome
}

// partitionOf is that of a region.
func partitionOf(region string) string {
	for _, of := range homes {
		if strings.HasPrefix(region, of.prefix) {
			return of.partition
		}
	}
	return "aws"
}
