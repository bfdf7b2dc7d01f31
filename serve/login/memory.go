package login

import (
	"sync"
	"time"
)

// memorySize is how much is remembered of one thing. Strangers choose what is, so it has
// an end.
const memorySize = 10_000

// memory keeps values for a time. When it is full, it forgets one of them.
type memory[K comparable, V any] struct {
	mu   sync.Mutex
	kept map[K]remembered[V]
}

type remembered[V any] struct {
	value V
	until time.Time
}

func newMemory[K comparable, V any]() *memory[K, V] {
	return &memory[K, V]{kept: map[K]remembered[V]{}}
}

func (m *memory[K, V]) get(key K) (value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.kept[key]
	if !ok || !time.Now().Before(found.until) {
		return value, false
	}
	return found.value, true
}

func (m *memory[K, V]) put(key K, value V, howLong time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.kept[key]; !known && len(m.kept) >= memorySize {
		m.forget()
	}
	m.kept[key] = remembered[V]{value, time.Now().Add(howLong)}
}

func (m *memory[K, V]) drop(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, key)
}

// forget drops what is over, or anything if nothing is.
func (m *memory[K, V]) forget() {
	now := time.Now()
	for key, found := range m.kept {
		if !now.Before(found.until) {
			delete(m.kept, key)
		}
	}
	for key := range m.kept {
		if len(m.kept) < memorySize {
			return
		}
		delete(m.kept, key)
	}
}
