package huawei_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/fake"
	"cloudsync/cloud/huawei/huaweifake"
	"cloudsync/resource"
)

// Whatever the answer, it becomes rows that are whole, or an error of the class
// bad_answer and no rows.
func FuzzHosts(f *testing.F) {
	fuzz(f, resource.HostKind, "/v1/"+huaweifake.ProjectID(domain, beijing)+"/cloudservers/detail",
		`{"count":1,"servers":[{"id":"h","status":"ACTIVE","fault":{"code":404},"tags":["a=b","c"],"sys_tags":[{"key":"k"}],"network_interfaces":[{}]}]}`,
		`{"count":1,"servers":[{"flavor":{"vcpus":"-1","ram":"1e30"},"addresses":{"n":[{"OS-EXT-IPS:type":5}]}}]}`)
}

func FuzzDisks(f *testing.F) {
	fuzz(f, resource.DiskKind, "/v2/"+huaweifake.ProjectID(domain, beijing)+"/cloudvolumes/detail",
		`{"count":1,"volumes":[{"id":"d","size":-1,"metadata":{"orderID":7},"attachments":[{},{"server_id":"a"}]}]}`)
}

func FuzzDatabases(f *testing.F) {
	fuzz(f, resource.DatabaseKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/instances",
		`{"total_count":1,"instances":[{"id":"b","mem":"NaN","datastore":{"type":null},"charge_info":{"charge_mode":null},"volume":{}}]}`)
}

func FuzzLoadBalancers(f *testing.F) {
	fuzz(f, resource.LoadBalancerKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/elb/loadbalancers",
		`{"loadbalancers":[{"id":"e","tags":[{}],"eips":[{}],"publicips":[{}],"global_eips":[{}],"elb_virsubnet_type":null}],"page_info":{}}`)
}

func FuzzCaches(f *testing.F) {
	fuzz(f, resource.CacheKind, "/v2/"+huaweifake.ProjectID(domain, beijing)+"/instances",
		`{"instance_num":1,"instances":[{"instance_id":"c","capacity":-1,"capacity_minor":".5","ip":",","charging_mode":null,"az_codes":[null],"tags":[{}]}]}`)
}

func FuzzVPCs(f *testing.F) {
	fuzz(f, resource.VPCKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/vpc/vpcs", `{"vpcs":[{"id":"v","extend_cidrs":[null,""],"tags":[{}]}],"page_info":{}}`)
}

func FuzzSubnets(f *testing.F) {
	fuzz(f, resource.SubnetKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/vpc/virsubnets", `{"virsubnets":[{"id":"s","project_id":7,"subnet_cidrs":[null,{}],"tags":[{}]}],"page_info":{}}`)
}

func FuzzSecurityGroups(f *testing.F) {
	fuzz(f, resource.SecurityGroupKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/vpc/security-groups", `{"security_groups":[{"id":"g","tags":[{}]}],"page_info":{}}`)
}

func FuzzPublicIPs(f *testing.F) {
	fuzz(f, resource.PublicIPKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/eip/publicips",
		`{"total_count":1,"publicips":[{"id":"p","associate_instance_type":"PORT","vnic":{"device_owner":"compute"},"bandwidth":{"size":-1},"tags":["=",".",null]}]}`)
}

func FuzzNATGateways(f *testing.F) {
	fuzz(f, resource.NATGatewayKind, "/v2/"+huaweifake.ProjectID(domain, beijing)+"/nat_gateways", `{"nat_gateways":[{"id":"n","downlink_vpcs":[null,{}],"ngport_ip_address":7}]}`)
}

func FuzzSnapshots(f *testing.F) {
	fuzz(f, resource.SnapshotKind, "/v2/"+huaweifake.ProjectID(domain, beijing)+"/cloudsnapshots/detail", `{"count":1,"snapshots":[{"id":"t","size":1e30,"volume_id":[]}]}`)
}

func FuzzImages(f *testing.F) {
	fuzz(f, resource.MachineImageKind, "/v2/cloudimages", `{"images":[{"id":"i","tags":[".",null,"=a"],"min_disk":"40","__support_arm":true}]}`)
}

func FuzzClusters(f *testing.F) {
	fuzz(f, resource.ClusterKind, "/api/v3/projects/"+huaweifake.ProjectID(domain, beijing)+"/clusters", `{"items":[{"metadata":{"uid":"k"},"spec":{"billingMode":"x","enableAutopilot":"true"},"status":{"endpoints":[null,{}]}},{"metadata":7}]}`)
}

func FuzzCertificates(f *testing.F) {
	fuzz(f, resource.CertificateKind, "/v3/"+huaweifake.ProjectID(domain, beijing)+"/elb/certificates", `{"certificates":[{"id":"z","domain":",;","subject_alternative_names":[null],"private_key":{}}],"page_info":{}}`)
}

// Rules are read with the groups that they are of.
func FuzzSecurityGroupRules(f *testing.F) {
	w := newWorld(f, fake.Region{SecurityGroups: someSecurityGroups()})
	client := w.open()
	for _, seed := range []string{
		`{"security_group_rules":[{"id":"r","security_group_id":"` + uuid('g', 1) + `","direction":"ingress","multiport":",","enabled":null,"priority":-1}],"page_info":{}}`,
		`{"security_group_rules":[{"security_group_id":7,"direction":[],"enabled":"no"}]}`, `{}`, `null`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		w.Record("ListSecurityGroupRules", answer)
		page, err := client.List(t.Context(), scopeOf(resource.SecurityGroupKind), "")
		if err != nil {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), err.Error())
			require.Empty(t, page)
			return
		}
		require.Len(t, append(ids(page.Rows), make([]string, len(page.Problems))...), 2)
	})
}

func fuzz(f *testing.F, kind *resource.Kind, path string, seeds ...string) {
	w := newWorld(f, all())
	real := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header.Set("X-Project-Id", huaweifake.ProjectID(domain, beijing))
	request.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=AKOFTHETESTS, SignedHeaders=host, Signature=0")
	huaweifake.New(w.Cloud).ServeHTTP(real, request)
	require.Equal(f, http.StatusOK, real.Code)
	for _, seed := range append(seeds, real.Body.String(), ``, `null`, `{}`, `[]`, `"a"`, `7`, `{"servers":null}`) {
		f.Add([]byte(seed))
	}
	action := ""
	for _, of := range kinds {
		if of.kind == kind {
			action = of.action
		}
	}
	w = newWorld(f, fake.Region{})
	w.Record("ListVolumes", []byte(`{"count":0,"volumes":[]}`))
	client := w.open()
	f.Fuzz(func(t *testing.T, answer []byte) {
		w.Record(action, answer)
		page, err := client.List(t.Context(), scopeOf(kind), "")
		if err != nil {
			require.Equal(t, cloud.BadAnswer, cloud.ClassOf(err), err.Error())
			require.Empty(t, page)
			return
		}
		for _, row := range page.Rows {
			_ = kind.Seal(row, scopeOf(kind), 1) // one that cannot be stored has its reason told
			_, err := json.Marshal(row)
			require.NoError(t, err)
		}
	})
}
