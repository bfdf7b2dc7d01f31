package adapter

import (
	"slices"
	"sync"

	"cloudsync/cloud"
)

// secrets are the keys of a session, which no error is to tell: the configured ones, and the
// newest of those that follow each other, of a default chain or a role.
type secrets struct {
	through *secrets // of the organisation that the account is entered through, nil for none

	mu    sync.Mutex
	known []Keys
	masks []cloud.Mask // of each
}

// maxSecrets is how many keys are known at once: an answer may still name those before.
const maxSecrets = 8

func (s *secrets) add(keys Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.known, keys) {
		return
	}
	if len(s.known) == maxSecrets { // the configured ones stay
		s.known, s.masks = slices.Delete(s.known, 1, 2), slices.Delete(s.masks, 1, 2)
	}
	s.known, s.masks = append(s.known, keys), append(s.masks, cloud.NewMask(keys.ID, keys.Key, keys.Token))
}

// hide is the text without the keys.
func (s *secrets) hide(text string) string {
	if s.through != nil {
		text = s.through.hide(text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, mask := range s.masks {
		text = mask.Hide(text)
	}
	return text
}
