package notice_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"cloudsync/notice"
)

var links = notice.Links{Page: "https://inventory.example", TemporalUI: "https://temporal.example", Namespace: "a/b"}

const anID = "0198c2a4-0000-7000-8000-000000000001"

func compose(event notice.Event, state notice.State, count int, change func(*notice.Standing)) notice.Notice {
	var standing []*notice.Standing
	for i := range count {
		s := &notice.Standing{ID: int64(i), Condition: hold("1")}
		s.Event, s.Rows, s.Scopes = event, 2, 3
		change(s)
		standing = append(standing, s)
	}
	return notice.Compose(anID, start, &notice.Message{State: state, Event: event, Kind: "resource_host", Standing: standing}, links)
}

func TestNoticesKeepTheSchema(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(notice.Schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("notice.json", document))
	schema, err := compiler.Compile("notice.json")
	require.NoError(t, err)
	notices := []notice.Notice{
		notice.Try(anID, start, links), notice.Try(anID, start, notice.Links{}),
		notice.TellDropping(anID, start, notice.Dropping{Count: 2, First: start, Last: start}, links),
	}
	for _, event := range []notice.Event{notice.Held, notice.Failed, notice.Partial, notice.Late, notice.Orphans, notice.Changed} {
		for _, state := range []notice.State{notice.Begun, notice.Stands, notice.Over} {
			notices = append(notices, compose(event, state, 25, func(s *notice.Standing) {
				s.ScopeID, s.RunID, s.WorkflowID, s.Base, s.Reason = 1, "run", "w f/1", 3, "why"
			}), compose(event, state, 1, func(s *notice.Standing) { s.Condition = notice.Condition{Event: event, Since: start} }))
		}
	}
	for _, n := range notices {
		encoded, err := json.Marshal(n)
		require.NoError(t, err)
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(instance), string(encoded))
		var again notice.Notice
		require.NoError(t, json.Unmarshal(encoded, &again))
		require.Equal(t, n, again)
	}
	bad, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(`{"version": 2}`)))
	require.NoError(t, err)
	require.Error(t, schema.Validate(bad))
}

func TestComposeCountsAll(t *testing.T) {
	t.Parallel()
	n := compose(notice.Held, notice.Begun, notice.MaxSubjects+5, func(*notice.Standing) {})
	require.Equal(t, notice.MaxSubjects+5, n.Count)
	require.Len(t, n.Subjects, notice.MaxSubjects)
	require.EqualValues(t, 2*n.Count, n.Rows)
	require.EqualValues(t, 3*n.Count, n.Scopes)
	require.Equal(t, "https://inventory.example/holds", n.Page)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	n := compose(notice.Partial, notice.Begun, 1, func(s *notice.Standing) {
		s.Kind, s.WorkflowID, s.RunID = "a b/../c?d#e", "sync/x?y", "r#1"
	})
	require.Equal(t, "https://inventory.example/kinds/a%20b%2F..%2Fc%3Fd%23e", n.Page)
	require.Equal(t, n.Page, n.Subjects[0].Page)
	require.Equal(t, "https://temporal.example/namespaces/a%2Fb/workflows/sync%2Fx%3Fy/r%231/history", n.Subjects[0].Temporal)
	one := compose(notice.Held, notice.Begun, 1, func(s *notice.Standing) { s.ScopeID = 7 })
	require.Equal(t, "https://inventory.example/holds/7", one.Page)
	require.Empty(t, one.Subjects[0].Temporal)
	many := compose(notice.Late, notice.Begun, 2, func(*notice.Standing) {})
	require.Equal(t, "https://inventory.example/kinds/resource_host", many.Page)
}

func TestTryIsATest(t *testing.T) {
	t.Parallel()
	n := notice.Try(anID, start, notice.Links{})
	require.True(t, n.Test)
	require.Equal(t, notice.Held, n.Event)
	require.Empty(t, n.Page)
}

func TestDroppingAdds(t *testing.T) {
	t.Parallel()
	var d notice.Dropping
	d.Add(notice.Dropping{}, start)
	require.Equal(t, notice.Dropping{Count: 1, First: start, Last: start}, d)
	d.Add(notice.Dropping{}, start.Add(-time.Hour))
	d.Add(notice.Dropping{Count: 5, First: start.Add(-time.Minute), Last: start.Add(time.Hour)}, start.Add(9*time.Hour))
	require.Equal(t, notice.Dropping{Count: 7, First: start.Add(-time.Hour), Last: start.Add(time.Hour)}, d)
}
