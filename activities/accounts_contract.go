package activities

// ListAccountsOut has the configured accounts, in the order of the configuration.
type ListAccountsOut struct {
	Accounts []AccountRef `json:"accounts"`
}

// AccountRef names an account.
type AccountRef struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
}

// Place names the account.
func (r AccountRef) Place() string { return r.Provider + "/" + r.Account }

// AccountCheck is what a check found of an account.
type AccountCheck struct {
	AccountRef
	// Identity is the provider's own id of the account; empty where nobody enters it
	// with a credential, as with the mock, or where Error says why.
	Identity string `json:"identity,omitempty"`
	// Regions is how many are listed, as configured or discovered.
	Regions int `json:"regions"`
	// NotEnabled are configured regions that the account has not enabled, NotListed
	// enabled ones that the configuration leaves out.
	NotEnabled []string `json:"notEnabled,omitempty"`
	NotListed  []string `json:"notListed,omitempty"`
	// Kinds are the configured kinds that the provider has.
	Kinds []KindCheck `json:"kinds"`
	// Error is why the account cannot be entered, or its regions not be found.
	Error string `json:"error,omitempty"`
}

// KindCheck is what can be read of a kind.
type KindCheck struct {
	Kind     string        `json:"kind"`
	Readable int           `json:"readable"`           // regions
	Failed   int           `json:"failed"`             // regions
	Failures []RegionCheck `json:"failures,omitempty"` // the first of them
}

// RegionCheck is a region that cannot be read.
type RegionCheck struct {
	Region string `json:"region"`
	Error  string `json:"error"`
}

// OK says that all of the account can be read.
func (c AccountCheck) OK() bool {
	for _, kind := range c.Kinds {
		if kind.Failed > 0 {
			return false
		}
	}
	return c.Error == ""
}

// Readable says that something of the account can be read.
func (c AccountCheck) Readable() bool {
	for _, kind := range c.Kinds {
		if kind.Readable > 0 {
			return true
		}
	}
	return false
}
