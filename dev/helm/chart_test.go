package helm

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const chartPath = "../../deploy/helm/cloudsync"

func values(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &v))
	return v
}

// small is the least that the chart needs.
func small(t *testing.T) map[string]any {
	t.Helper()
	return values(t, `
config:
  mysql_s: [{ name: stree, addr: "cloudsync:${MYSQL_PASSWORD}@tcp(mysql:3306)/cloudsync" }]
  public_cloud_sync: { accounts: [{ provider: mock, name: demo, regions: [all] }] }
`)
}

func full(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile("full.yaml")
	require.NoError(t, err)
	return values(t, string(text))
}

// render does what helm template does.
func render(t *testing.T, given map[string]any) ([]string, error) {
	t.Helper()
	chart, err := loader.Load(chartPath)
	require.NoError(t, err)
	all, err := chartutil.ToRenderValues(chart, given, chartutil.ReleaseOptions{Name: "inf", Namespace: "cloud", IsInstall: true}, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(chart, all)
	require.NoError(t, err)
	var manifests []string
	for name, file := range files {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		for _, manifest := range regexp.MustCompile(`(?m)^---$`).Split(file, -1) {
			if regexp.MustCompile(`(?m)^kind:`).MatchString(manifest) {
				manifests = append(manifests, manifest)
			}
		}
	}
	return manifests, nil
}

// rendered are the objects, by kind and name, each read strictly as its type.
type rendered struct {
	count map[string]int
	pods  map[string]corev1.PodSpec
	text  string
}

func read(t *testing.T, given map[string]any) rendered {
	t.Helper()
	manifests, err := render(t, given)
	require.NoError(t, err)
	r := rendered{count: map[string]int{}, pods: map[string]corev1.PodSpec{}, text: strings.Join(manifests, "\n---\n")}
	for _, manifest := range manifests {
		var head struct{ Kind string }
		require.NoError(t, yaml.Unmarshal([]byte(manifest), &head), manifest)
		r.count[head.Kind]++
		r.strictly(t, head.Kind, []byte(manifest))
	}
	return r
}

func (r rendered) strictly(t *testing.T, kind string, manifest []byte) {
	t.Helper()
	var object any
	switch kind {
	case "Deployment":
		object = &appsv1.Deployment{}
	case "Job":
		object = &batchv1.Job{}
	case "ConfigMap":
		object = &corev1.ConfigMap{}
	case "Service":
		object = &corev1.Service{}
	case "ServiceAccount":
		object = &corev1.ServiceAccount{}
	case "PodDisruptionBudget":
		object = &policyv1.PodDisruptionBudget{}
	case "Ingress":
		object = &networkingv1.Ingress{}
	case "NetworkPolicy":
		object = &networkingv1.NetworkPolicy{}
	case "ScaledObject", "ServiceMonitor", "PodMonitor": // of other projects
		object = &map[string]any{}
	default:
		require.Fail(t, "unknown kind", kind)
	}
	require.NoError(t, yaml.UnmarshalStrict(manifest, object), string(manifest))
	switch object := object.(type) {
	case *appsv1.Deployment:
		require.Equal(t, object.Spec.Selector.MatchLabels["app.kubernetes.io/component"], object.Spec.Template.Labels["app.kubernetes.io/component"])
		require.NotEmpty(t, object.Spec.Template.Annotations["checksum/config"])
		r.pods[object.Name] = object.Spec.Template.Spec
	case *batchv1.Job:
		require.Equal(t, "pre-install,pre-upgrade", object.Annotations["helm.sh/hook"])
		r.pods[object.Name] = object.Spec.Template.Spec
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]map[string]any{"small": small(t), "full": full(t)} {
		for _, message := range lint.All(chartPath, given, "cloud", true).Messages {
			require.LessOrEqual(t, message.Severity, support.InfoSev, "%s: %s", name, message)
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	least, all := read(t, small(t)), read(t, full(t))
	require.Equal(t, map[string]int{"Deployment": 1, "Job": 1, "ConfigMap": 2, "ServiceAccount": 1, "PodDisruptionBudget": 1}, least.count)
	require.Equal(t, map[string]int{
		"Deployment": 2, "Job": 1, "ConfigMap": 2, "ServiceAccount": 1, "PodDisruptionBudget": 2, "Service": 1, "Ingress": 1,
		"NetworkPolicy": 3, "ScaledObject": 1, "ServiceMonitor": 1, "PodMonitor": 1,
	}, all.count)
	for _, r := range []rendered{least, all} {
		for name, pod := range r.pods {
			requireHardened(t, name, pod)
		}
	}
}

func requireHardened(t *testing.T, name string, pod corev1.PodSpec) {
	t.Helper()
	require.True(t, *pod.SecurityContext.RunAsNonRoot, name)
	require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type, name)
	require.False(t, *pod.AutomountServiceAccountToken, name)
	require.NotEmpty(t, pod.TopologySpreadConstraints, name)
	require.Len(t, pod.Containers, 1, name)
	container := pod.Containers[0]
	require.True(t, *container.SecurityContext.ReadOnlyRootFilesystem, name)
	require.False(t, *container.SecurityContext.AllowPrivilegeEscalation, name)
	require.Equal(t, []corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop, name)
	require.NotEmpty(t, container.Resources.Requests, name)
	require.NotEmpty(t, container.Resources.Limits, name)
	if strings.HasSuffix(name, "-migrate") {
		return
	}
	require.Equal(t, "/healthz", container.LivenessProbe.HTTPGet.Path, name)
	require.Equal(t, "/readyz", container.ReadinessProbe.HTTPGet.Path, name)
	require.NotNil(t, container.StartupProbe, name)
	require.GreaterOrEqual(t, *pod.TerminationGracePeriodSeconds, int64(25), name)
}

// Secrets come from the cluster's Secrets: the chart makes none, and the configuration has
// variables in their places.
func TestSecretsAreReferences(t *testing.T) {
	t.Parallel()
	all := read(t, full(t))
	require.Zero(t, all.count["Secret"])
	require.Contains(t, all.text, "${MYSQL_PASSWORD}")
	for name, pod := range all.pods {
		require.Equal(t, "cloudsync", pod.Containers[0].EnvFrom[0].SecretRef.Name, name)
		for _, env := range pod.Containers[0].Env {
			if env.Name == "MYSQL_PASSWORD" {
				require.Empty(t, env.Value, name)
				require.Equal(t, "mysql", env.ValueFrom.SecretKeyRef.Name, name)
			}
		}
	}
}

func TestChangedConfigurationRestartsPods(t *testing.T) {
	t.Parallel()
	sum := regexp.MustCompile(`checksum/config: (\w+)`)
	before := sum.FindStringSubmatch(read(t, small(t)).text)
	given := small(t)
	given["config"].(map[string]any)["public_cloud_sync"].(map[string]any)["enable"] = false
	after := sum.FindStringSubmatch(read(t, given).text)
	require.NotEqual(t, before[1], after[1])
}

func TestWrongValuesAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"worker: {replica: 2}":                          "'replica'",
		"workers: {}":                                   "'workers'",
		"worker: {replicas: two}":                       "got string, want integer",
		"worker: {terminationGracePeriodSeconds: 5}":    "minimum: got 5, want 25",
		"image: {pullPolicy: Sometimes}":                "value must be one of 'Always', 'IfNotPresent', 'Never'",
		"secrets: {MYSQL_PASSWORD: hunter2}":            "got string, want object",
		"secrets: {MYSQL_PASSWORD: {secret: mysql}}":    "missing property 'key'",
		"temporal: {env: {PASSWORD: x}}":                "'PASSWORD' does not match pattern",
		"serve: {service: {port: 70000}}":               "maximum: got 70,000, want 65,535",
		"env: [{name: 1X, value: x}]":                   "does not match pattern",
		"env: [{name: X, value: 1}]":                    "got number, want string",
		"worker: {keda: {authenticationRef: {nam: x}}}": "'nam'",
		"worker: {keda: {metadata: {unsafeSsl: true}}}": "got boolean, want string",
		"serviceMonitor: {enabled: true, interval: 30}": "got number, want string",
	} {
		_, err := render(t, chartutil.CoalesceTables(values(t, text), small(t)))
		require.ErrorContains(t, err, want, text)
	}
}

// What the example of values.yaml had would be synced beside what a user has.
func TestTheConfigurationIsTheUsersAlone(t *testing.T) {
	t.Parallel()
	_, err := render(t, nil)
	require.ErrorContains(t, err, "missing properties 'mysql_s', 'public_cloud_sync'")

	configured := regexp.MustCompile(`(?s)config\.yaml: \|\n(.*?)\n(?:---|$)`).FindStringSubmatch(read(t, small(t)).text)
	require.NotNil(t, configured)
	require.Equal(t, small(t)["config"], values(t, configured[1]))
}

func TestMonitoringOverTLS(t *testing.T) {
	t.Parallel()
	endpoint := monitored(t, full(t))
	require.Equal(t, "https", endpoint["scheme"])
	require.Equal(t, values(t, `{ ca: { secret: { name: cloudsync-tls, key: ca.crt } }, serverName: cloudsync.example }`), endpoint["tlsConfig"])

	plain := full(t)
	serve := plain["config"].(map[string]any)["serve"].(map[string]any)
	delete(serve, "tls_cert_file")
	delete(serve, "tls_key_file")
	endpoint = monitored(t, plain)
	require.NotContains(t, endpoint, "scheme")
	require.NotContains(t, endpoint, "tlsConfig")
}

// monitored is what Prometheus is told of the server.
func monitored(t *testing.T, given map[string]any) map[string]any {
	t.Helper()
	spec := object(t, given, "ServiceMonitor")["spec"].(map[string]any)
	return spec["endpoints"].([]any)[0].(map[string]any)
}

func object(t *testing.T, given map[string]any, kind string) map[string]any {
	t.Helper()
	manifests, err := render(t, given)
	require.NoError(t, err)
	for _, manifest := range manifests {
		if o := values(t, manifest); o["kind"] == kind {
			return o
		}
	}
	require.Fail(t, "nothing rendered", kind)
	return nil
}

func TestScalingAsksTemporalAsTold(t *testing.T) {
	t.Parallel()
	given := full(t)
	worker := given["worker"].(map[string]any)
	worker["buildID"] = "1e5"
	spec := object(t, given, "ScaledObject")["spec"].(map[string]any)
	require.Equal(t, values(t, `
type: temporal
metadata:
  endpoint: temporal.example:7233
  namespace: cloudsync
  taskQueue: cloudsync
  queueTypes: workflow,activity
  targetQueueSize: "50"
  tlsServerName: temporal.example
  workerDeploymentName: cloudsync
  workerDeploymentBuildId: "1e5"
authenticationRef: { name: temporal }
`), spec["triggers"].([]any)[0])
}

func TestOtherVariables(t *testing.T) {
	t.Parallel()
	for name, pod := range read(t, full(t)).pods {
		require.Contains(t, pod.Containers[0].Env, corev1.EnvVar{Name: "HTTPS_PROXY", Value: "http://proxy.example:3128"}, name)
	}
}
