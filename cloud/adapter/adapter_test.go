package adapter_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// thing is an adapter whose cloud answers a plain text: the account's id, or what is
// listed.
func thing(opened *atomic.Int64) adapter.Adapter {
	return adapter.Adapter{
		Provider: "thing", Listings: []adapter.Declared{&things}, RequestsPerSecond: 1000,
		Open: func(account adapter.Account) (adapter.Session, error) {
			opened.Add(1)
			if account.Keys.Key == "unusable" {
				return nil, fmt.Errorf("the key %s is not one", account.Keys.Key)
			}
			return session{account: account}, nil
		},
		Codes: adapter.Codes{"Known*": cloud.ExpiredCursor},
		Answered: func(err error) (answer adapter.Answered) {
			if errors.Is(err, errKnown) {
				answer.Code = "Known.Error"
			}
			return answer
		},
	}
}

var errKnown = errors.New("known")

type session struct{ account adapter.Account }

// get is a call of an SDK that knows no contexts.
func (s session) get(ctx context.Context, region, path string) (string, error) {
	return adapter.Do(ctx, s.account.Calls, region, "Get", func(ctx context.Context) (string, error) {
		client := &http.Client{Transport: s.account.Calls.Transport(ctx)}
		response, err := client.Get(s.account.EndpointFor("product", region) + path + "?Signature=" + s.account.Keys.Key)
		if err != nil {
			return "", errors.New("an SDK's words: " + err.Error()) // as some do: nothing to unwrap
		}
		body, err := io.ReadAll(response.Body)
		switch err := errors.Join(err, response.Body.Close()); {
		case err != nil:
			return "", err
		case string(body) == "known":
			return "", errKnown
		case response.StatusCode != http.StatusOK:
			return "", fmt.Errorf("%s with key %s", body, s.account.Keys.Key)
		}
		return string(body), nil
	})
}

func (s session) Identity(ctx context.Context) (string, error) { return s.get(ctx, "", "/identity") }

func (s session) Regions(ctx context.Context) ([]string, error) {
	region, err := s.get(ctx, "", "/regions")
	return []string{region}, err
}

// things lists what is on the path's answer: its id.
var things = adapter.Listing[inRegions, thingListed]{
	Kind: resource.HostKind, What: "thing", Action: "Get", Pages: adapter.Tokens(1), IDs: adapter.Together(7),
	Ask: func(ctx context.Context, s inRegions, q adapter.Query) (adapter.Answer[thingListed], error) {
		path := "/list"
		if len(q.IDs) > 0 {
			path = "/lookup"
		}
		id, err := s.get(ctx, q.Region, path)
		root, _ := adapter.ParseXML([]byte("<thing><ID>" + id + "</ID></thing>"))
		return adapter.Answer[thingListed]{Items: []adapter.Item[thingListed]{adapter.ItemOf[thingListed](root)}}, err
	},
	ID: func(t *thingListed) string { return t.ID },
	Row: func(_ *adapter.Fields, t *thingListed) resource.Row {
		return &resource.Host{Meta: resource.Meta{NativeID: t.ID}}
	},
}

type thingListed struct{ ID string }

// inRegions is a session that things are listed with.
type inRegions interface {
	adapter.Session
	get(ctx context.Context, region, path string) (string, error)
}

// server answers each path with its function.
func server(t *testing.T, answers map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	if answers["/identity"] == nil {
		mux.HandleFunc("/identity", text("42"))
	}
	for path, answer := range answers {
		mux.HandleFunc(path, answer)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func text(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func settings(endpoint string) cloud.Settings {
	return cloud.Settings{
		Provider: "thing", Name: "prod", AccountID: "42", Endpoint: endpoint,
		Credential: cloud.Credential{ID: cloud.SecretText("id"), Key: cloud.SecretText("hunter2")},
	}
}

var scope = resource.Scope{Kind: "resource_host", Provider: "thing", Account: "prod", Region: "north"}

func TestAnAccountIsEnteredOnce(t *testing.T) {
	t.Parallel()
	var opened, asked atomic.Int64
	client := thing(&opened).New(settings(server(t, map[string]http.HandlerFunc{
		"/identity": func(w http.ResponseWriter, r *http.Request) { asked.Add(1); text("42")(w, r) },
		"/list":     text("i-1"), "/lookup": text("i-1"), "/regions": text("south"),
	})))
	require.True(t, client.Lists("resource_host"))
	require.False(t, client.Lists("resource_disk"))
	require.Equal(t, 7, client.LookupLimit("resource_host"))
	for range 2 {
		page, err := client.List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Equal(t, "i-1", page.Rows[0].RowMeta().NativeID)
		existing, err := client.Lookup(t.Context(), scope, []string{"i-1"})
		require.NoError(t, err)
		require.Equal(t, []string{"i-1"}, existing)
		regions, err := client.Regions(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"south"}, regions)
	}
	require.EqualValues(t, 1, opened.Load())
	require.EqualValues(t, 1, asked.Load())
}

func TestConfiguredRegionsAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	with := settings("http://127.0.0.1:1")
	with.Regions = []string{"north", "south"}
	regions, err := thing(new(atomic.Int64)).New(with).Regions(t.Context())
	require.NoError(t, err)
	require.Equal(t, with.Regions, regions)
}

// A credential of another account would see none of the account's resources.
func TestACredentialOfAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	client := thing(new(atomic.Int64)).New(settings(server(t, map[string]http.HandlerFunc{"/identity": text("43"), "/list": text("")})))
	_, err := client.List(t.Context(), scope, "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.EqualError(t, err, "enter thing/prod: invalid_credential: the credential is of account 43, the configuration says account_id 42: correct one of them")
	_, err = client.(cloud.Entered).Identity(t.Context())
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
}

func TestACredentialInAFileIsReadAnew(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(" first\n"), 0o600))
	with := settings(server(t, map[string]http.HandlerFunc{
		"/list": func(w http.ResponseWriter, r *http.Request) { text(r.URL.Query().Get("Signature"))(w, r) },
	}))
	with.Credential.Key = cloud.SecretFile(file)
	var opened atomic.Int64
	client := thing(&opened).New(with)
	for _, key := range []string{"first", "first", "second"} {
		require.NoError(t, os.WriteFile(file, []byte(" "+key+"\n"), 0o600))
		page, err := client.List(t.Context(), scope, "")
		require.NoError(t, err)
		require.Equal(t, key, page.Rows[0].RowMeta().NativeID)
	}
	require.EqualValues(t, 2, opened.Load())

	require.NoError(t, os.Remove(file))
	_, err := client.List(t.Context(), scope, "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.ErrorContains(t, err, file)
}

func TestFailuresBelowTheSDKHaveAClass(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		class  cloud.Class
		wait   time.Duration
	}{
		"known to the adapter":   {text("known"), cloud.ExpiredCursor, 0},
		"401":                    {status(401), cloud.InvalidCredential, 0},
		"403":                    {status(403, "Retry-After", "5"), cloud.Denied, 0},
		"429":                    {status(429, "Retry-After", "3"), cloud.Throttled, 3 * time.Second},
		"429 without a time":     {status(429), cloud.Throttled, time.Second},
		"429 of Azure":           {status(429, "Retry-After", "3", "Retry-After-Ms", "2500"), cloud.Throttled, 2500 * time.Millisecond},
		"503 of AWS":             {status(503, "X-Amz-Retry-After", "40"), cloud.Unavailable, 40 * time.Millisecond},
		"500":                    {status(500), cloud.Unavailable, 0},
		"503":                    {status(503, "Retry-After", "0.5"), cloud.Unavailable, 500 * time.Millisecond},
		"504":                    {status(504), cloud.Timeout, 0},
		"an unexpected answer":   {status(418), cloud.BadAnswer, 0},
		"sent elsewhere":         {status(307, "Location", "http://127.0.0.1:1/"), cloud.BadAnswer, 0},
		"a connection cut short": {cutShort, cloud.Unavailable, 0},
		"no answer at all":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, cloud.Unavailable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := thing(new(atomic.Int64)).New(settings(server(t, map[string]http.HandlerFunc{"/list": test.answer})))
			_, err := client.List(t.Context(), scope, "")
			var failure *cloud.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, test.class, failure.Class)
			require.Equal(t, test.wait, failure.RetryAfter)
			require.ErrorContains(t, err, "thing/prod: Get of north")
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, failure), "hunter2")
		})
	}
}

func cutShort(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"half": `)
	panic(http.ErrAbortHandler)
}

// The SDK here makes its requests without a context.
func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 2)
	client := thing(new(atomic.Int64)).New(settings(server(t, map[string]http.HandlerFunc{
		"/list": func(_ http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-r.Context().Done()
		},
	})))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := client.List(ctx, scope, "")
	require.ErrorIs(t, err, context.Canceled)

	ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = client.List(ctx, scope, "")
	require.Equal(t, cloud.Timeout, cloud.ClassOf(err))
}

func TestASessionThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	with := settings("http://127.0.0.1:1")
	with.Credential.Key = cloud.SecretText("unusable")
	_, err := thing(new(atomic.Int64)).New(with).List(t.Context(), scope, "")
	require.Equal(t, cloud.InvalidCredential, cloud.ClassOf(err))
	require.EqualError(t, err, "enter thing/prod: invalid_credential: the key [secret] is not one")
}

// Whatever a server echoes, in whatever clothes, and however the error came to be: no
// secret is in it.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	const key, id = "a/Secret+key=&%x", "KEYID0123456789"
	for name, echo := range map[string]string{
		"a query":     "client_id=x&client_secret=" + url.QueryEscape(key),
		"a form":      url.Values{"key": {key}}.Encode(),
		"basic":       "Authorization was Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+key)),
		"JSON":        `{"key":"a/Secret+key=\u0026%x"}`,
		"the key id":  "no such key: " + id,
		"a signature": "Signature=0123456789",
	} {
		with := settings(server(t, map[string]http.HandlerFunc{
			"/list":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest); text(echo)(w, nil) },
			"/regions": text("told: " + echo), // which this adapter's answer is refused for
		}))
		with.Credential.ID, with.Credential.Key = cloud.SecretText(id), cloud.SecretText(key)
		with.Regions = nil
		client := quoting(thing(new(atomic.Int64))).New(with)
		_, listed := client.List(t.Context(), scope, "")
		_, regions := client.Regions(t.Context())
		for _, err := range []error{listed, regions} {
			require.ErrorContains(t, err, "[secret]", name)
			for _, part := range []string{key, url.QueryEscape(key), id, "Secret", "U2VjcmV0", "NlY3Jld", "TZWNyZX", "0123456789"} {
				require.NotContains(t, err.Error(), part, name)
			}
		}
	}
}

// quoting is an adapter that refuses the answer for its regions, and quotes it.
func quoting(a adapter.Adapter) adapter.Adapter {
	open := a.Open
	a.Open = func(account adapter.Account) (adapter.Session, error) {
		opened, err := open(account)
		return quotingSession{opened.(inRegions)}, err
	}
	return a
}

type quotingSession struct{ inRegions }

func (s quotingSession) Regions(ctx context.Context) ([]string, error) {
	regions, err := s.inRegions.Regions(ctx)
	if err != nil {
		return nil, err
	}
	return nil, adapter.BadAnswer("regions", "the answer makes no sense: %s", regions[0])
}

func TestAShortSecretMasksNoWords(t *testing.T) {
	t.Parallel()
	with := settings(server(t, map[string]http.HandlerFunc{
		"/list": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			text("XML syntax error")(w, nil)
		},
	}))
	with.Credential.Key = cloud.SecretText("x")
	_, err := thing(new(atomic.Int64)).New(with).List(t.Context(), scope, "")
	require.ErrorContains(t, err, "XML syntax error")
}

// A refusal is the account's where it cannot be entered, or no more; else the region's.
func TestWhoseARefusalIs(t *testing.T) {
	t.Parallel()
	unauthorized := status(http.StatusUnauthorized)
	for name, test := range map[string]struct {
		identity  http.HandlerFunc
		ofAccount bool
	}{
		"the identity is refused":  {unauthorized, true},
		"it may not be asked for":  {status(http.StatusForbidden), true},
		"it is another's":          {text("43"), true},
		"it is sound":              {text("42"), false},
		"it is sound at first":     {once(text("42"), unauthorized), true},
		"it cannot be asked again": {once(text("42"), status(http.StatusInternalServerError)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := thing(new(atomic.Int64)).New(settings(server(t, map[string]http.HandlerFunc{"/identity": test.identity, "/list": unauthorized})))
			_, _ = client.(cloud.Entered).Identity(t.Context()) // some time before
			_, err := client.List(t.Context(), scope, "")
			var failure *cloud.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, test.ofAccount, failure.OfAccount, err)
		})
	}
}

// once answers with the first, then with the second.
func once(first, then http.HandlerFunc) http.HandlerFunc {
	var asked atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			first(w, r)
			return
		}
		then(w, r)
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	require.Equal(t, "数数", adapter.Clip("数数", 6))
	require.Equal(t, "数…", adapter.Clip("数数", 5), "no half of a character")
	require.Equal(t, "…", adapter.Clip("a", 0))
}
