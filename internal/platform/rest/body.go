package rest

import (
	"io"
	"net/http"
	"time"

	"qingshan/internal/platform/clock"
)

// idleBody is how long a sender may pause within a body.
const idleBody = 30 * time.Second

// pacedBody bounds the time a body may take: a pause of idleBody or the whole of it beyond
// the deadline cuts the connection. At the end the deadline is lifted, for it would also
// cancel the handler that works on after reading.
type pacedBody struct {
	body     io.ReadCloser
	control  *http.ResponseController
	clock    clock.Clock
	deadline time.Time
}

func (a *API) pace(w http.ResponseWriter, r *http.Request, s Spec) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	r.Body = &pacedBody{
		body: http.MaxBytesReader(w, r.Body, s.MaxBody), control: http.NewResponseController(w),
		clock: a.clock, deadline: a.clock.Now().Add(s.BodyTimeout),
	}
}

func (b *pacedBody) Read(p []byte) (int, error) {
	until := b.clock.Now().Add(idleBody)
	if until.After(b.deadline) {
		until = b.deadline
	}
	// A writer without deadlines (a recorder in a test) reads without a limit.
	_ = b.control.SetReadDeadline(until)
	n, err := b.body.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

func (b *pacedBody) Close() error { return b.body.Close() }
