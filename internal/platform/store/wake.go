package store

import "sync"

// wakes are the in-process listeners of each topic. They spare pollers the wait; whoever
// listens must also poll, since another process's commit wakes nobody here.
type wakes struct {
	mu   sync.Mutex
	list map[string]map[chan struct{}]bool
}

// Wake tells the listeners of a topic, after the transaction is durable, that there is
// something new to read. Nothing is told on rollback.
func (t *Tx) Wake(topic string) { t.OnCommit(func() { t.db.wakes.tell(topic) }) }

// Listen gives a channel that holds a token whenever the topic was woken since the last
// receive. Call stop when done.
func (db *DB) Listen(topic string) (ch <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w := &db.wakes
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.list == nil {
		w.list = map[string]map[chan struct{}]bool{}
	}
	if w.list[topic] == nil {
		w.list[topic] = map[chan struct{}]bool{}
	}
	w.list[topic][c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.list[topic], c)
	}
}

func (w *wakes) tell(topic string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.list[topic] {
		select {
		case c <- struct{}{}:
		default: // it has a token already
		}
	}
}
