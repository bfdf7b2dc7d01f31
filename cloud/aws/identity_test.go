package aws_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/aws"
	"cloudsync/cloud/aws/awsfake"
	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func TestRegionsThatAreEnabled(t *testing.T) {
	t.Parallel()
	c := newCloud(&fake.Region{Name: "us-east-1"}, &fake.Region{Name: "me-south-1", Disabled: true}, &fake.Region{Name: "ap-east-1"}, few())
	regions, err := newClient(t, c).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"ap-east-1", region, "us-east-1"}, regions)

	settings := settingsOf(t, c)
	settings.Regions = []string{"us-east-1", "eu-west-1"}
	asked := len(c.Requests())
	regions, err = aws.Adapter().New(settings).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, settings.Regions, regions)
	require.Len(t, c.Requests(), asked, "configured ones need no question")
}

func TestRegionsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	for class, spoil := range map[cloud.Class]func(*fake.Cloud){
		cloud.Denied:    func(c *fake.Cloud) { c.Break(fake.Fault{Action: "DescribeRegions", Verdict: fake.Denied}) },
		cloud.Throttled: func(c *fake.Cloud) { c.Break(fake.Fault{Action: "DescribeRegions", Verdict: fake.Throttled}) },
		cloud.BadAnswer: func(c *fake.Cloud) {
			c.Record("DescribeRegions", []byte("<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>"))
		},
	} {
		c := newCloud(few())
		client := newClient(t, c)
		spoil(c)
		regions, err := client.Regions(t.Context())
		require.Empty(t, regions)
		require.Equal(t, class, cloud.ClassOf(err))
	}
}

func TestTheCredentialIsOfAnotherAccount(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	settings := settingsOf(t, c)
	settings.AccountID = "999999999999"
	failed := failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, "")
	require.Equal(t, cloud.InvalidCredential, failed.Class)
	require.ErrorContains(t, failed, accountID)
	require.ErrorContains(t, failed, "999999999999")
	require.Zero(t, sent(c, "DescribeInstances"))
}

func TestTheCredentialIsNotValid(t *testing.T) {
	t.Parallel()
	settings := settingsOf(t, newCloud(few()))
	settings.Credential.ID = cloud.SecretText("AKIAUNKNOWN")
	require.Equal(t, cloud.InvalidCredential, failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, "").Class)
}

func TestAnIdentityWithoutAnAccount(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	c.Record("GetCallerIdentity", []byte("<GetCallerIdentityResponse/>"))
	require.Equal(t, cloud.BadAnswer, failure(t.Context(), t, newClient(t, c), resource.HostKind, "").Class)
}

// A key that is replaced in its file is the one that is used.
func TestKeysInFiles(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	settings := settingsOf(t, c)
	file := func(name, text string) cloud.Secret {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o600))
		return cloud.SecretFile(path)
	}
	path := filepath.Join(t.TempDir(), "id")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o600)) }
	write(keyID)
	settings.Credential = cloud.Credential{ID: cloud.SecretFile(path), Key: file("key", secretKey)}
	client := aws.Adapter().New(settings)
	require.Len(t, list(t, client, resource.HostKind), 2)

	c.Update(func(accounts []*fake.Account) { accounts[0].KeyID = "AKIAROTATED" })
	require.Equal(t, cloud.InvalidCredential, failure(t.Context(), t, client, resource.HostKind, "").Class)
	write("AKIAROTATED")
	require.Len(t, list(t, client, resource.HostKind), 2)
	require.NoError(t, os.Remove(path))
	require.Equal(t, cloud.InvalidCredential, failure(t.Context(), t, client, resource.HostKind, "").Class)
}

// wire keeps what a server was sent.
type wire struct {
	mu       sync.Mutex
	requests []*http.Request
}

// watch is the settings' server, with what it is sent kept.
func watch(t *testing.T, c *fake.Cloud, settings *cloud.Settings) *wire {
	t.Helper()
	kept, inner := &wire{}, awsfake.New(c)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // the inner one says what is wrong
		kept.mu.Lock()
		kept.requests = append(kept.requests, r)
		kept.mu.Unlock()
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	settings.Endpoint = server.URL
	return kept
}

func (w *wire) of(action string) (requests []*http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.requests {
		if r.PostForm.Get("Action") == action {
			requests = append(requests, r)
		}
	}
	return requests
}

func TestTheSessionTokenIsSent(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	settings := settingsOf(t, c)
	settings.Credential.Token = cloud.SecretText("one-session-token")
	kept := watch(t, c, &settings)
	require.Len(t, list(t, aws.Adapter().New(settings), resource.HostKind), 2)
	for _, action := range []string{"GetCallerIdentity", "DescribeInstances"} {
		require.Equal(t, "one-session-token", kept.of(action)[0].Header.Get("X-Amz-Security-Token"))
	}
}

// withRole are settings that enter the account through a role, with the key of another.
func withRole(t *testing.T, c *fake.Cloud) cloud.Settings {
	t.Helper()
	c.Add(&fake.Account{ID: "210987654321", KeyID: "AKIABASE", Key: "base-key"})
	settings := settingsOf(t, c)
	settings.Credential = cloud.Credential{
		ID: cloud.SecretText("AKIABASE"), Key: cloud.SecretText("base-key"),
		RoleARN: "arn:aws:iam::" + accountID + ":role/inventory", ExternalID: "agreed-upon",
	}
	return settings
}

func TestARoleIsAssumed(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	settings := withRole(t, c)
	kept := watch(t, c, &settings)
	client := aws.Adapter().New(settings)
	requireRows(t, resource.HostKind, hostRows(), list(t, client, resource.HostKind))
	require.Len(t, list(t, client, resource.DiskKind), 4)
	assumed := kept.of("AssumeRole")
	require.Len(t, assumed, 1, "it is kept until it ends")
	require.Equal(t, settings.Credential.RoleARN, assumed[0].PostForm.Get("RoleArn"))
	require.Equal(t, "agreed-upon", assumed[0].PostForm.Get("ExternalId"))
	require.Equal(t, "cloudsync", assumed[0].PostForm.Get("RoleSessionName"))
	require.Equal(t, "session-of-"+awsfake.Planted, kept.of("DescribeInstances")[0].Header.Get("X-Amz-Security-Token"))
}

func TestARoleThatCannotBeAssumed(t *testing.T) {
	t.Parallel()
	for verdict, class := range map[fake.Verdict]cloud.Class{
		fake.Denied:            cloud.Denied,
		fake.InvalidCredential: cloud.InvalidCredential,
		fake.Throttled:         cloud.Throttled,
		fake.ServerError:       cloud.Unavailable,
	} {
		c := newCloud(few())
		client := aws.Adapter().New(withRole(t, c))
		c.Break(fake.Fault{Action: "AssumeRole", Verdict: verdict})
		failed := failure(t.Context(), t, client, resource.HostKind, "")
		require.Equal(t, class, failed.Class, failed.Error())
		require.ErrorContains(t, failed, "AssumeRole")
		require.NotContains(t, failed.Error(), "base-key")
		c.Mend()
		require.Len(t, list(t, client, resource.HostKind), 2, "once it is over")
	}
}

// What is of no region is asked in the partition that the account is in.
func TestTheHomeRegion(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*cloud.Settings){
		"us-east-1":     func(s *cloud.Settings) { s.Regions = []string{"ap-east-1"} },
		"cn-north-1":    func(s *cloud.Settings) { s.Regions = []string{"cn-northwest-1"} },
		"us-gov-west-1": func(s *cloud.Settings) { s.Credential.RoleARN = "arn:aws-us-gov:iam::" + accountID + ":role/inventory" },
		"us-iso-east-1": func(s *cloud.Settings) { s.Regions = []string{"us-iso-west-1"} },
	} {
		c := newCloud(few())
		settings := settingsOf(t, c)
		change(&settings)
		_, _ = aws.Adapter().New(settings).List(t.Context(), scopeOf(resource.HostKind), "") // the first request tells
		require.Equal(t, want, c.Requests()[0].Region)
	}
}

// noConfiguration keeps the default chain from what this machine has.
func noConfiguration(t *testing.T) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
	} {
		t.Setenv(name, value)
	}
}

func TestTheDefaultChain(t *testing.T) {
	noConfiguration(t)
	c := newCloud(few())
	settings := settingsOf(t, c)
	settings.Credential = cloud.Credential{}
	failed := failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, "")
	require.Equal(t, cloud.InvalidCredential, failed.Class)
	require.ErrorContains(t, failed, "no credential is configured")

	t.Setenv("AWS_ACCESS_KEY_ID", keyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_REGION", "cn-northwest-1")
	requireRows(t, resource.HostKind, hostRows(), list(t, aws.Adapter().New(settings), resource.HostKind))
	requests := c.Requests()
	require.Equal(t, "cn-north-1", requests[0].Region, "the environment names the partition")
	require.Equal(t, region, requests[len(requests)-1].Region)
}

func TestADefaultChainThatCannotBeRead(t *testing.T) {
	noConfiguration(t)
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte("[profile other]\n"), 0o600))
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_PROFILE", "missing")
	settings := settingsOf(t, newCloud(few()))
	settings.Credential = cloud.Credential{}
	failed := failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, "")
	require.Equal(t, cloud.InvalidCredential, failed.Class)
	require.ErrorContains(t, failed, "missing")
}

// The SDK quotes the output of a credential_process that it cannot read.
func TestTheOutputOfACredentialProcessIsNotTold(t *testing.T) {
	noConfiguration(t)
	useProcess(t, `echo "warning: update me"; echo '{"Version":1,"AccessKeyId":"`+keyID+`","SecretAccessKey":"planted-secret"}'`)
	settings := settingsOf(t, newCloud(few()))
	settings.Credential = cloud.Credential{}
	failed := failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, "")
	require.Equal(t, cloud.InvalidCredential, failed.Class)
	require.NotContains(t, failed.Error(), "planted")
	require.NotContains(t, failed.Error(), keyID)
	require.ErrorContains(t, failed, "the default chain has none")
}

// useProcess has the default chain ask a script for keys.
func useProcess(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	process, config := filepath.Join(dir, "process"), filepath.Join(dir, "config")
	require.NoError(t, os.WriteFile(process, []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	require.NoError(t, os.WriteFile(config, []byte("[default]\ncredential_process = "+process+"\n"), 0o600))
	t.Setenv("AWS_CONFIG_FILE", config)
}

// A machine without a role has no metadata to ask for one, and asking again changes
// nothing.
func TestMetadataThatCannotBeReached(t *testing.T) {
	noConfiguration(t)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", nobody.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	settings := settingsOf(t, newCloud(few()))
	settings.Credential = cloud.Credential{}
	failed := failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, "")
	require.Equal(t, cloud.InvalidCredential, failed.Class, failed.Error())
	require.ErrorContains(t, failed, "the default chain has none")
}

// A chain that gave keys before fails for the moment.
func TestAChainThatFailsAfterItGaveKeys(t *testing.T) {
	noConfiguration(t)
	gone := filepath.Join(t.TempDir(), "gone")
	useProcess(t, `test -e "`+gone+`" && exit 1
echo '{"Version":1,"AccessKeyId":"`+keyID+`","SecretAccessKey":"`+secretKey+`","Expiration":"2001-01-01T00:00:00Z"}'`)
	settings := settingsOf(t, newCloud(few()))
	settings.Credential = cloud.Credential{}
	client := aws.Adapter().New(settings)
	require.Len(t, list(t, client, resource.HostKind), 2)
	require.NoError(t, os.WriteFile(gone, nil, 0o600))
	failed := failure(t.Context(), t, client, resource.HostKind, "")
	require.Equal(t, cloud.Unavailable, failed.Class, failed.Error())
	require.ErrorContains(t, failed, "at the moment")
	require.NoError(t, os.Remove(gone))
	require.Len(t, list(t, client, resource.HostKind), 2)
}

// quoting is the cloud's failure to describe instances, which quotes a key.
func quoting(c *fake.Cloud, key string) {
	c.Break(fake.Fault{Action: "DescribeInstances", Status: 400, Body: `<Response><Errors><Error><Code>InvalidParameterValue</Code>` +
		`<Message>it had ` + key + ` in it</Message></Error></Errors></Response>`})
}

func TestARolesKeysAreNotTold(t *testing.T) {
	t.Parallel()
	c := newCloud(few())
	client := aws.Adapter().New(withRole(t, c))
	quoting(c, "session-of-"+awsfake.Planted)
	require.ErrorContains(t, failure(t.Context(), t, client, resource.HostKind, ""), "it had [secret] in it")
}

func TestAChainsKeysAreNotTold(t *testing.T) {
	noConfiguration(t)
	t.Setenv("AWS_ACCESS_KEY_ID", keyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	c := newCloud(few())
	settings := settingsOf(t, c)
	settings.Credential = cloud.Credential{}
	quoting(c, secretKey)
	require.ErrorContains(t, failure(t.Context(), t, aws.Adapter().New(settings), resource.HostKind, ""), "it had [secret] in it")
}
