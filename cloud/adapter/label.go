package adapter

import (
	"errors"
	"strings"

	"cloudsync/cloud"
)

// labelled is err with the account, the action and the region that were asked, where it
// does not say them yet: a failure that is found after its call does not know them.
func (l lister[S, T]) labelled(region string, err error) error {
	return labelled(l.place, l.About().Action, region, err)
}

func labelled(place, action, region string, err error) error {
	return relabelled(named(action, err), func(doing string) string {
		if strings.HasPrefix(doing, place+": ") {
			return doing
		}
		if doing = place + ": " + doing; !strings.Contains(doing, region) {
			doing += " of " + region
		}
		return doing
	})
}

// named is err with the action that was asked, where it names none.
func named(action string, err error) error {
	return relabelled(err, func(doing string) string {
		if doing == "" {
			return action
		}
		return doing
	})
}

// relabelled is err with another label. Others may have the same error.
func relabelled(err error, label func(doing string) string) error {
	var known *cloud.Error
	if !errors.As(err, &known) {
		return err
	}
	doing := label(known.Doing)
	if doing == known.Doing {
		return err
	}
	labelled := *known
	labelled.Doing = doing
	return &labelled
}
