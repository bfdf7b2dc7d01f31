package alibaba

import (
	"context"
	"errors"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// A RAM user or role without the permission to list something may get an empty list
// instead of an error. ECS says so of DescribeInstances
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances);
// it announced errors for that action and DescribeDisks from 2025-12-20
// (https://www.alibabacloud.com/help/en/ecs/announcement-of-changes-to-the-authentication-mechanism-for-alibaba-cloud-ecs-query-type-apis),
// but an installation of one's own may be older. So nothing found is believed only
// with a proof that it is not for want of the permission.

// dryRunPassed is the code that says that a call is permitted.
const dryRunPassed = "DryRunOperation"

// errUnproven is of an empty answer of a cloud that ignores DryRun.
var errUnproven = &cloud.Error{Class: cloud.Unproven, Err: errors.New(
	"the answer is empty, and this cloud takes no dry run: that cannot be told from a missing permission")}

// provenByDryRun asks a product whether the credential may do the action in the region. What
// else keeps from knowing is the error.
func provenByDryRun(of product, action string) func(context.Context, *session, string, bool) error {
	return func(ctx context.Context, s *session, region string, _ bool) error {
		r := request{product: of, action: action, region: region, parameters: map[string]string{"DryRun": "true"}}
		_, err := call(ctx, s, region, "dry run of "+action, func(ctx context.Context, keys adapter.Keys) (struct{}, error) {
			_, err := send[struct{}](ctx, s, keys, r)
			switch {
			case codeOf(err) == dryRunPassed:
				return struct{}{}, nil
			case err == nil:
				return struct{}{}, errUnproven
			default:
				return struct{}{}, err
			}
		})
		return err
	}
}

// provenOnceGone is provenByOwner for a list of a product that most regions have nothing of.
// An empty list is believed, since nothing is deleted for it alone: what it lacks is asked for
// by its id, and that there is none of it has to be proven.
func provenOnceGone(ctx context.Context, s *session, region string, lookedUp bool) error {
	if !lookedUp {
		return nil
	}
	return provenByOwner(ctx, s, region, lookedUp)
}

// provenByOwner is the proof where there is no dry run, as for RDS and SLB: no policy
// restricts a credential of the account itself. Of a RAM user or role nobody can tell,
// so that nothing found is an error, though none that says that anything is denied.
func provenByOwner(ctx context.Context, s *session, _ string, _ bool) error {
	caller, err := s.caller(ctx)
	if err != nil {
		return err
	}
	if caller.IdentityType == "Account" {
		return nil
	}
	return &cloud.Error{Class: cloud.Unproven, Err: errors.New(
		"the answer is empty, which cannot be told from a missing permission: " +
			"check that the action is granted on all resources (\"Resource\": \"*\"), and leave regions without any such resource out of the account's regions")}
}
