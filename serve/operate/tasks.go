package operate

import (
	"slices"
	"sync"
	"time"
)

const (
	maxWaiting  = 50             // tasks
	maxFinished = 100            // that are kept
	keptFor     = 24 * time.Hour // after they ended
	// doubleClick is how soon the same again is meant by nobody, though the run has begun.
	doubleClick = 5 * time.Second
)

// tasks are those that wait, and those that ended lately.
type tasks struct {
	now func() time.Time

	mu     sync.Mutex
	all    []*entry // the oldest first
	closed bool
}

// entry is a task, and when it ended.
type entry struct {
	Task
	ended time.Time
}

// add adds a task, unless it is there already: then that is returned. begin is called, before
// anybody sees the task, where it was added.
func (t *tasks) add(task Task, begin func()) (Task, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return Task{}, refused("%w: ask again when it runs", errStopped)
	}
	waiting := 0
	for _, other := range t.all {
		same := other.sameAs(task)
		if same && (other.State == Waiting || other.State == Began && task.At.Sub(other.At) < doubleClick) {
			return other.copied(), nil
		}
		if other.State != Waiting {
			continue
		}
		waiting++
		if other.Kind == task.Kind && other.What == approve && task.What == approve {
			return Task{}, refused("an approval of %s by %s waits for its run to begin: wait until it has, then approve again", other.Kind, other.By)
		}
	}
	if waiting >= maxWaiting {
		return Task{}, refused("%d runs that were asked for wait already: wait until some have begun", waiting)
	}
	t.drop()
	added := &entry{Task: task}
	t.all = append(t.all, added)
	begin()
	return added.copied(), nil
}

// change changes a task that waits.
func (t *tasks) change(id string, change func(*Task)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, task := range t.all {
		if task.ID != id {
			continue
		}
		change(&task.Task)
		if task.State != Waiting {
			task.ended = t.now()
		}
	}
}

// drop forgets finished tasks that are too old, or too many.
func (t *tasks) drop() {
	oldest := t.now().Add(-keptFor)
	t.all = slices.DeleteFunc(t.all, func(e *entry) bool { return e.State != Waiting && e.ended.Before(oldest) })
	finished := 0
	for i := len(t.all) - 1; i >= 0; i-- {
		if t.all[i].State == Waiting {
			continue
		}
		if finished++; finished > maxFinished {
			t.all = slices.Delete(t.all, i, i+1)
		}
	}
}

// list lists them, the newest first.
func (t *tasks) list() []Task {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop()
	list := make([]Task, 0, len(t.all))
	for _, task := range slices.Backward(t.all) {
		list = append(list, task.copied())
	}
	return list
}

// find finds a task by its id.
func (t *tasks) find(id string) (Task, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop()
	for _, task := range t.all {
		if task.ID == id {
			return task.copied(), true
		}
	}
	return Task{}, false
}

// close keeps more tasks from beginning.
func (t *tasks) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
}

// sameAs says that a task is as good as another.
func (e *entry) sameAs(task Task) bool {
	if e.Kind != task.Kind || e.What != task.What {
		return false
	}
	return task.What == run || e.By == task.By && slices.Equal(e.Digests, task.Digests)
}

// copied is the task, for others. What its pointers show never changes.
func (e *entry) copied() Task {
	task := e.Task
	task.Digests = slices.Clone(task.Digests)
	return task
}
