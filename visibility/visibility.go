// Package visibility names the search attributes by which runs are found in
// Temporal, and registers them.
package visibility

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"cloudsync/untrusted"
)

// The search attributes. SQL visibility offers three integers in all.
var (
	Kind    = temporal.NewSearchAttributeKeyKeyword("CloudSyncKind")
	Outcome = temporal.NewSearchAttributeKeyKeyword("CloudSyncOutcome")
	Changes = temporal.NewSearchAttributeKeyInt64("CloudSyncChanges") // rows added, modified and deleted
	Deletes = temporal.NewSearchAttributeKeyInt64("CloudSyncDeletes") // rows deleted
	Held    = temporal.NewSearchAttributeKeyInt64("CloudSyncHeld")    // rows whose deletion is held
)

var types = map[string]enums.IndexedValueType{
	Kind.GetName():    Kind.GetValueType(),
	Outcome.GetName(): Outcome.GetValueType(),
	Changes.GetName(): Changes.GetValueType(),
	Deletes.GetName(): Deletes.GetValueType(),
	Held.GetName():    Held.GetValueType(),
}

// Register adds the search attributes that the namespace lacks and returns their
// names. Workflows cannot run without them. The error says how to add them by
// hand, where this client may not.
func Register(ctx context.Context, c client.Client, namespace string) ([]string, error) {
	missing, err := Missing(ctx, c, namespace)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	wanted := make(map[string]enums.IndexedValueType, len(missing))
	for _, name := range missing {
		wanted[name] = types[name]
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		SearchAttributes: wanted, Namespace: namespace,
	})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return nil, fmt.Errorf("register search attributes in namespace %s: %w; add them yourself with: %s",
			namespace, err, createCommand(namespace, missing))
	}
	return missing, nil
}

// Missing lists, by name, the search attributes that the namespace lacks.
func Missing(ctx context.Context, c client.Client, namespace string) ([]string, error) {
	have, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, fmt.Errorf("list the search attributes of namespace %s: %w", namespace, err)
	}
	var missing []string
	for name, typ := range types {
		found, ok := have.GetCustomAttributes()[name]
		switch {
		case !ok:
			missing = append(missing, name)
		case found != typ:
			return nil, fmt.Errorf("search attribute %s of namespace %s has type %s, cloudsync needs %s: remove it there first",
				name, namespace, found, typ)
		}
	}
	slices.Sort(missing)
	return missing, nil
}

func createCommand(namespace string, names []string) string {
	var command strings.Builder
	fmt.Fprintf(&command, "temporal operator search-attribute create --namespace %s", untrusted.Shell(namespace))
	for _, name := range names {
		fmt.Fprintf(&command, " --name %s --type %s", name, typeNames[types[name]])
	}
	return command.String()
}

var typeNames = map[enums.IndexedValueType]string{
	enums.INDEXED_VALUE_TYPE_KEYWORD: "Keyword",
	enums.INDEXED_VALUE_TYPE_INT:     "Int",
}
