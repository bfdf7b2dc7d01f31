package notice

import (
	"cmp"
	"slices"
	"time"
)

// State says what a notice tells of its event.
type State string

// The states.
const (
	Begun  State = "begun"     // it has begun, or the receiver is new
	Stands State = "stands"    // it still stands, after the receiver's Repeat
	Over   State = "recovered" // it is over
)

// Message is a notice to queue for a receiver, and what it tells of.
type Message struct {
	Receiver string
	State    State
	Event    Event
	Kind     string
	Standing []*Standing // by age; it is about each of them
}

// Decide says what has to be told now. What stands is told once, again after the receiver's
// Repeat, and once when it is over, to those who were told that it began. Conditions of one
// event and kind become one message: with those whose Repeat has passed, those are told again of
// which half has passed. So whatever began at different times is repeated together from the
// second time on at the latest: with less than half, two could stay apart for ever.
//
// It decides by the record alone: asked again before its messages are recorded as told, it
// answers the same.
func Decide(now time.Time, receivers []Receiver, standing []Standing) []Message {
	var messages []Message
	for i := range receivers {
		messages = append(messages, decideFor(now, &receivers[i], standing)...)
	}
	return messages
}

type group struct {
	state State
	event Event
	kind  string
}

func decideFor(now time.Time, r *Receiver, standing []Standing) []Message {
	groups := map[group][]*Standing{}
	for i := range standing {
		s := &standing[i]
		if state, ok := r.judge(now, s); ok {
			g := group{state: state, event: s.Event, kind: s.Kind}
			groups[g] = append(groups[g], s)
		}
	}
	messages := make([]Message, 0, len(groups))
	for g, about := range groups {
		if g.state == Stands && !slices.ContainsFunc(about, func(s *Standing) bool { return now.Sub(s.Told[r.Name]) >= r.Repeat }) {
			continue
		}
		slices.SortFunc(about, func(a, b *Standing) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
		messages = append(messages, Message{Receiver: r.Name, State: g.state, Event: g.event, Kind: g.kind, Standing: about})
	}
	slices.SortFunc(messages, func(a, b Message) int {
		return cmp.Or(stateOrder(a.State)-stateOrder(b.State), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Kind, b.Kind))
	})
	return messages
}

// stateOrder has first what is over: who reads the last message reads what stands.
func stateOrder(s State) int { return slices.Index([]State{Over, Stands, Begun}, s) }

// judge says what a receiver has to be told of a condition now, if anything; that it still stands,
// only if that is due of another one.
func (r *Receiver) judge(now time.Time, s *Standing) (State, bool) {
	told, isTold := s.Told[r.Name]
	switch {
	case !s.ClosedAt.IsZero():
		return Over, isTold && !s.Event.Passes() && slices.Contains(r.Events, Recovered)
	case !r.Wants(&s.Condition):
		return "", false
	case !isTold:
		return Begun, s.Event.Passes() || s.counts(now, r.After)
	default:
		return Stands, !s.Event.Passes() && r.Repeat > 0 && now.Sub(told) >= r.Repeat/2
	}
}
