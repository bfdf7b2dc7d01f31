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
	return matches(p.provider, scope.Provider) && matches(p.account, scope.Account) && matches(p.region, scope.Region)
}

func matches(pattern, name string) bool { return pattern == anyName || pattern == name }
