package visibility_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"cloudsync/starter/temporaltest"
	"cloudsync/visibility"
)

// all are the search attributes, by name.
var all = []string{"CloudSyncChanges", "CloudSyncDeletes", "CloudSyncHeld", "CloudSyncKind", "CloudSyncOutcome"}

const keyword, integer = enums.INDEXED_VALUE_TYPE_KEYWORD, enums.INDEXED_VALUE_TYPE_INT

// operator is the part of a server that keeps search attributes.
type operator struct {
	client.Client
	operatorservice.OperatorServiceClient
	have            map[string]enums.IndexedValueType
	listErr, addErr error
	added           []map[string]enums.IndexedValueType
	namespaces      []string
}

func (o *operator) OperatorService() operatorservice.OperatorServiceClient { return o }

func (o *operator) ListSearchAttributes(_ context.Context, in *operatorservice.ListSearchAttributesRequest, _ ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	o.namespaces = append(o.namespaces, in.GetNamespace())
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: maps.Clone(o.have)}, o.listErr
}

func (o *operator) AddSearchAttributes(_ context.Context, in *operatorservice.AddSearchAttributesRequest, _ ...grpc.CallOption) (*operatorservice.AddSearchAttributesResponse, error) {
	o.namespaces = append(o.namespaces, in.GetNamespace())
	o.added = append(o.added, in.GetSearchAttributes())
	return &operatorservice.AddSearchAttributesResponse{}, o.addErr
}

func TestRegisterAddsWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		have map[string]enums.IndexedValueType
		want map[string]enums.IndexedValueType
	}{
		"none there": {nil, map[string]enums.IndexedValueType{
			"CloudSyncKind": keyword, "CloudSyncOutcome": keyword, "CloudSyncChanges": integer, "CloudSyncDeletes": integer, "CloudSyncHeld": integer,
		}},
		"some there": {
			map[string]enums.IndexedValueType{"CloudSyncKind": keyword, "CloudSyncHeld": integer, "CloudSyncDeletes": integer, "Others": keyword},
			map[string]enums.IndexedValueType{"CloudSyncOutcome": keyword, "CloudSyncChanges": integer},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &operator{have: test.have}
			added, err := visibility.Register(t.Context(), o, "inventory")
			require.NoError(t, err)
			require.Equal(t, slices.Sorted(maps.Keys(test.want)), added)
			require.Equal(t, []map[string]enums.IndexedValueType{test.want}, o.added)
			require.Equal(t, []string{"inventory", "inventory"}, o.namespaces)
		})
	}
}

func TestRegisterLeavesACompleteNamespaceAlone(t *testing.T) {
	t.Parallel()
	o := &operator{have: map[string]enums.IndexedValueType{
		"CloudSyncKind": keyword, "CloudSyncOutcome": keyword, "CloudSyncChanges": integer, "CloudSyncDeletes": integer, "CloudSyncHeld": integer,
	}}
	added, err := visibility.Register(t.Context(), o, "inventory")
	require.NoError(t, err)
	require.Empty(t, added)
	require.Empty(t, o.added, "a client without that permission can still run")
}

// Two workers start at once, and the other one was faster.
func TestRegisterWhatAnotherRegistered(t *testing.T) {
	t.Parallel()
	o := &operator{addErr: serviceerror.NewAlreadyExists("already there")}
	_, err := visibility.Register(t.Context(), o, "inventory")
	require.NoError(t, err)
}

func TestRegisterSaysWhatToDoByHand(t *testing.T) {
	t.Parallel()
	o := &operator{
		have:   map[string]enums.IndexedValueType{"CloudSyncKind": keyword, "CloudSyncChanges": integer, "CloudSyncDeletes": integer},
		addErr: serviceerror.NewPermissionDenied("keep out", ""),
	}
	_, err := visibility.Register(t.Context(), o, "inventory")
	require.EqualError(t, err, "register search attributes in namespace inventory: keep out; add them yourself with: "+
		"temporal operator search-attribute create --namespace inventory --name CloudSyncHeld --type Int --name CloudSyncOutcome --type Keyword")
	require.ErrorAs(t, err, new(*serviceerror.PermissionDenied))
}

func TestAttributeOfAnotherType(t *testing.T) {
	t.Parallel()
	o := &operator{have: map[string]enums.IndexedValueType{"CloudSyncHeld": keyword}}
	_, err := visibility.Register(t.Context(), o, "inventory")
	require.EqualError(t, err, "search attribute CloudSyncHeld of namespace inventory has type Keyword, cloudsync needs Int: remove it there first")
	require.Empty(t, o.added)
}

func TestAttributesThatCannotBeListed(t *testing.T) {
	t.Parallel()
	o := &operator{listErr: serviceerror.NewUnavailable("no connection")}
	_, err := visibility.Missing(t.Context(), o, "inventory")
	require.EqualError(t, err, "list the search attributes of namespace inventory: no connection")
	_, err = visibility.Register(t.Context(), o, "inventory")
	require.Error(t, err)
	require.Empty(t, o.added)
}

func TestRegisterInANamespaceOfAServer(t *testing.T) {
	t.Parallel()
	n := temporaltest.New(t)
	missing, err := visibility.Missing(t.Context(), n, n.Name)
	require.NoError(t, err)
	require.Equal(t, all, missing)
	added, err := visibility.Register(t.Context(), n, n.Name)
	require.NoError(t, err)
	require.Equal(t, all, added)
	require.Eventually(t, func() bool { // the server's caches follow
		missing, err := visibility.Missing(context.Background(), n, n.Name)
		return err == nil && len(missing) == 0
	}, 30*time.Second, 50*time.Millisecond)
	added, err = visibility.Register(t.Context(), n, n.Name)
	require.NoError(t, err)
	require.Empty(t, added, "again")
}
