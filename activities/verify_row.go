package activities

import (
	"fmt"
	"time"

	"cloudsync/resource"
	"cloudsync/store"
)

// verdict is the judgement of one stored row.
type verdict struct {
	what     DriftType // "": it fits
	reason   string
	outdated bool // an earlier version of the kind hashed it
}

// verifier judges the rows of one scope.
type verifier struct {
	kind  *resource.Kind
	scope *store.KnownScope // nil: the rows' scope_id is nobody's
	since time.Time         // when this version of the kind began to hash
}

// judge computes the row's uid and hash from its columns and compares. The row
// is sealed by that.
//
//	                                        | verdict
//	----------------------------------------+-----------
//	scope_id is not registered              | place
//	provider, account, region not the scope's | place
//	the native id gives another uid         | identity
//	a repair took the hash away             | marked
//	a column has an impossible value        | content
//	the columns give the hash               | fits
//	written before this version of the kind | outdated
//	anything else                           | content
func (v verifier) judge(row resource.Row) verdict {
	stored := *row.RowMeta()
	if v.scope == nil {
		return verdict{what: DriftPlace, reason: fmt.Sprintf("scope_id %d is not in sync_scope", stored.ScopeID)}
	}
	says := resource.Scope{Kind: v.kind.Name(), Provider: stored.Provider, Account: stored.Account, Region: stored.Region}
	if says != v.scope.Scope {
		return verdict{what: DriftPlace, reason: "provider, account and region say " + says.Place()}
	}
	impossible := v.kind.Seal(row, v.scope.Scope, v.scope.ID)
	computed := row.RowMeta()
	switch {
	case v.scope.Scope.UID(stored.NativeID) != stored.UID:
		return verdict{what: DriftIdentity, reason: "native_id does not give the uid"}
	case stored.Hash == store.MarkedHash:
		return verdict{what: DriftMarked, reason: "marked for repair: the next complete run rewrites it"}
	case impossible != nil:
		return verdict{what: DriftContent, reason: impossible.Error()}
	case computed.Hash == stored.Hash:
		return verdict{}
	case stored.UpdatedAt.Before(v.since):
		return verdict{outdated: true}
	default:
		return verdict{what: DriftContent, reason: "the columns do not give the hash"}
	}
}
