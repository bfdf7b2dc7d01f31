package service

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/mock"
	"cloudsync/config"
	"cloudsync/resource"
)

func TestRequestsToClouds(t *testing.T) {
	t.Parallel()
	r := newRequests()
	account := config.Account{Provider: config.MockProvider, Name: "demo", Regions: []string{"beijing"}, Mock: mock.DefaultSettings()}
	account.Mock.RequestsPerSecond = 1
	client, err := newClient(account, nil, r.watch)
	require.NoError(t, err)
	r.prepare(cloud.Account{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: client}, "resource_host")
	require.InDelta(t, 0, testutil.ToFloat64(r.made.WithLabelValues("mock", "list resource_host", "throttled")), 0)
	require.Equal(t, 4, testutil.CollectAndCount(r.made), "two actions that succeed or are throttled")

	scope := resource.Scope{Kind: "resource_host", Provider: "mock", Account: "demo", Region: "beijing"}
	_, err = client.List(t.Context(), scope, "")
	require.NoError(t, err)
	_, err = client.Lookup(t.Context(), scope, []string{"i-1"})
	require.Equal(t, cloud.Throttled, cloud.ClassOf(err))
	require.NoError(t, testutil.CollectAndCompare(r.made, strings.NewReader(`
# HELP cloudsync_cloud_requests_total Requests to clouds by what was asked for, and class: ok, or that of the error.
# TYPE cloudsync_cloud_requests_total counter
cloudsync_cloud_requests_total{action="list resource_host",class="ok",provider="mock"} 1
cloudsync_cloud_requests_total{action="list resource_host",class="throttled",provider="mock"} 0
cloudsync_cloud_requests_total{action="look up resource_host",class="ok",provider="mock"} 0
cloudsync_cloud_requests_total{action="look up resource_host",class="throttled",provider="mock"} 1
`)))
	require.InDelta(t, 1, testutil.ToFloat64(r.throttle.WithLabelValues("mock", "demo")), 0)
}

// A member's requests count for its organisation: the configuration bounds the accounts.
func TestMembersCountForTheirOrganisation(t *testing.T) {
	t.Parallel()
	r := newRequests()
	corp := resource.Account{Provider: "aws", Name: "corp"}
	member := cloud.MemberAccount(corp, "123456789012")
	cloud.Watch(r.watch).Tell(t.Context(), cloud.Request{Account: member, Action: "DescribeInstances", Waited: time.Second}, &cloud.Error{Class: cloud.Throttled, Err: errors.New("slow down")})
	require.InDelta(t, 1, testutil.ToFloat64(r.throttle.WithLabelValues("aws", "corp")), 0)
	require.InDelta(t, 1, testutil.ToFloat64(r.waited.WithLabelValues("aws", "corp")), 0)
	require.Equal(t, 1, testutil.CollectAndCount(r.throttle))
}

func TestActionsAreBounded(t *testing.T) {
	t.Parallel()
	r := newRequests()
	for i := range 2 * maxActions {
		r.watch(cloud.Request{Account: resource.Account{Provider: "aws", Name: "prod"}, Action: fmt.Sprint("Describe", i)})
	}
	require.Equal(t, maxActions+1, testutil.CollectAndCount(r.took))
	require.InDelta(t, maxActions, testutil.ToFloat64(r.made.WithLabelValues("aws", otherAction, "ok")), 0)
}
