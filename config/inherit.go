package config

// inherit fills in what accounts leave out of their own policies from the kind's:
// an account that only sets a ratio still holds what the kind holds.
func (doc *document) inherit(r *report) {
	for i, account := range doc.Sync.Accounts {
		deletions := child(item(child("public_cloud_sync", "accounts"), i), "deletions")
		for j := range account.Deletions {
			own := &account.Deletions[j]
			if kind, ok := doc.resource(own.Kind); ok {
				own.inherit(kind.policy(), child(deletions, own.Kind), r)
			}
		}
	}
}

func (doc *document) resource(kind string) (resourceEntry, bool) {
	for _, entry := range doc.Sync.Resources {
		if entry.Kind == kind {
			return entry, true
		}
	}
	return resourceEntry{}, false
}

func (e *policyEntry) inherit(kind policyEntry, path string, r *report) {
	if !r.has(child(path, "max_delete_ratio")) {
		e.MaxDeleteRatio = kind.MaxDeleteRatio
	}
	if !r.has(child(path, "min_rows")) {
		e.MinRows = kind.MinRows
	}
	if !r.has(child(path, "allow_empty")) {
		e.AllowEmpty = kind.AllowEmpty
	}
	if !r.has(child(path, "deletes")) {
		e.Deletes = kind.Deletes
	}
	if !r.has(child(path, "replaced")) {
		e.Replaced = kind.Replaced
	}
}
