package resource

import (
	"fmt"
	"strings"
)

// Places selects scopes by their places; none selects all.
type Places []place

// place is a pattern for one scope's place: each part is a name, or anyName.
type place struct{ provider, account, region string }

const anyName = "*"

// ParsePlaces reads places of the form provider/account/region, in which a part
// may be *.
func ParsePlaces(texts []string) (Places, error) {
	var places Places
	for _, text := range texts {
		provider, rest, _ := strings.Cut(text, "/")
		last := strings.LastIndexByte(rest, '/') // an account's name may have slashes
		if provider == "" || last <= 0 || last == len(rest)-1 {
			return nil, fmt.Errorf("%q is no scope: write it as provider/account/region, with * for any", text)
		}
		places = append(places, place{provider: provider, account: rest[:last], region: rest[last+1:]})
	}
	return places, nil
}

// Has says whether the scope is among the places.
func (p Places) Has(scope Scope) bool {
	for _, place := range p {
		if place.has(scope) {
			return true
		}
	}
	return len(p) == 0
}

func (p place) has(scope Scope) bool {
	return matches(p.provider, scope.Provider) && p.hasAccount(scope.Account) && matches(p.region, scope.Region)
}

// hasAccount takes corp/* for the accounts that corp finds, too.
func (p place) hasAccount(name string) bool {
	finder, ofAll := strings.CutSuffix(p.account, "/"+anyName)
	return matches(p.account, name) || ofAll && strings.HasPrefix(name, finder+"/")
}

func matches(pattern, name string) bool { return pattern == anyName || pattern == name }
