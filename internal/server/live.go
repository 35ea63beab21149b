package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

const (
	liveQueue   = 64               // events a slow client may fall behind before it is cut
	liveResume  = 1000             // events that a returning client is told; beyond, it re-reads everything
	livePing    = 20 * time.Second // keeps proxies from closing a silent stream
	liveWrite   = 5 * time.Second  // a client that takes longer for one event is cut
	liveStreams = 2000             // open streams in all
)

// live hands the outbox's events to browsers. They carry ids only: the page reads again
// through the API, so permission is checked in one place.
type live struct {
	s       *Server
	bus     *jobs.Bus
	open    atomic.Int64
	ended   chan struct{}
	endOnce sync.Once
	ping    time.Duration
}

func newLive(s *Server, bus *jobs.Bus) *live {
	return &live{s: s, bus: bus, ended: make(chan struct{}), ping: livePing}
}

// end closes every stream; the browsers come back after the restart.
func (l *live) end() { l.endOnce.Do(func() { close(l.ended) }) }

// register adds the stream to the API.
func (l *live) register(a *rest.API) {
	rest.Raw(a, rest.Spec{
		Method: http.MethodGet, Path: "/events", ID: "events", Tag: "system", Access: access.LoggedIn,
		Summary: "实时事件流（SSE）：air.hour、import.progress、import.done、data.corrected、matter.opened、matter.moved、matter.clock、grid.changed、grid.visit、notice、reset、ping",
		Returns: "text/event-stream",
	}, l.serve)
}

// serve is one open stream.
func (l *live) serve(w http.ResponseWriter, r *http.Request) error {
	if l.open.Add(1) > liveStreams {
		l.open.Add(-1)
		return fault.New(fault.Unavailable, "too_many_streams", "实时连接过多，请稍后再试")
	}
	defer l.open.Add(-1)
	sub := l.bus.Subscribe(liveQueue) // before reading the outbox, so that nothing falls between
	defer sub.Close()
	missed, start, reset, err := l.resume(r.Context(), r.Header.Get("Last-Event-ID"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	actor, _ := access.From(r.Context())
	v := &viewer{w: w, control: http.NewResponseController(w), live: l, actor: actor, last: start}
	first := "ping"
	if reset {
		first = "reset"
	}
	if !v.write(jobs.Event{Seq: start, Name: first}) {
		return nil
	}
	for _, e := range missed {
		if !v.show(r.Context(), e) {
			return nil
		}
	}
	v.follow(r, sub)
	return nil
}

// resume finds what a returning client missed. start is the number the stream begins at;
// reset is true when the client must read everything again.
func (l *live) resume(ctx context.Context, lastID string) (missed []jobs.Event, start int64, reset bool, err error) {
	last, complete, err := jobs.Ends(ctx, l.s.db)
	if err != nil || lastID == "" {
		return nil, last, false, err
	}
	seq, convErr := strconv.ParseInt(lastID, 10, 64)
	if convErr != nil || seq > last || seq < complete {
		return nil, last, true, nil
	}
	missed, err = jobs.Feed(ctx, l.s.db, seq, liveResume+1)
	if err != nil || len(missed) > liveResume {
		return nil, last, true, err
	}
	return missed, seq, false, nil
}

// viewer is one client of the stream.
type viewer struct {
	w       http.ResponseWriter
	control *http.ResponseController
	live    *live
	actor   access.Actor
	last    int64 // number of the last event that was shown or passed over
}

// follow sends what comes until the client, the session or the server ends.
func (v *viewer) follow(r *http.Request, sub *jobs.Subscription) {
	for more := true; more; {
		tick, cancel := context.WithTimeout(r.Context(), v.live.ping)
		select {
		case <-v.live.ended:
			more = false
		case e, ok := <-sub.C:
			if more = ok && v.show(r.Context(), e); !ok && !v.live.over() {
				v.live.s.metrics.dropped.Inc()
			}
		case <-tick.Done():
			more = r.Context().Err() == nil && v.renew(r) && v.write(jobs.Event{Seq: v.last, Name: "ping"})
		}
		cancel()
	}
}

// renew asks for the session again: one that was ended elsewhere ends here too, and posts
// that changed count from now on.
func (v *viewer) renew(r *http.Request) bool {
	actor, ok := v.live.s.rooms.Org.Actor(r)
	v.actor = actor
	return ok
}

func (l *live) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// show sends an event that the actor may know of, once the numbers it speaks of can be read;
// an older one is passed over.
func (v *viewer) show(ctx context.Context, e jobs.Event) bool {
	if e.Seq <= v.last {
		return true
	}
	v.last = e.Seq
	if !visible(v.actor, e) && !v.knows(ctx, e) {
		return true
	}
	v.live.s.boards.await(ctx, e.Seq)
	return v.write(e)
}

// knows tells whether the event speaks of a matter that the actor sees though it lies outside of
// its regions: as a party, or because it is about its own unit. An error counts as no: the page
// finds the change when it reads again.
func (v *viewer) knows(ctx context.Context, e jobs.Event) bool {
	if !strings.HasPrefix(e.Name, "matter.") {
		return false
	}
	id, err := strconv.ParseInt(e.Object, 10, 64)
	if err != nil {
		return false
	}
	ok, err := v.live.s.rooms.Matters.Knows(access.With(ctx, v.actor), id)
	if err != nil && ctx.Err() == nil {
		v.live.s.log.WarnContext(ctx, "a matter's event could not be told", "matter", id, "error", err)
	}
	return ok && err == nil
}

// write is false when the client is gone or too slow.
func (v *viewer) write(e jobs.Event) bool {
	_ = v.control.SetWriteDeadline(v.live.s.machine.Now().Add(liveWrite))
	data := map[string]string{}
	if e.Object != "" {
		key := "id"
		if e.Name == "air.hour" {
			key = "time"
		}
		data[key] = e.Object
	}
	text, err := json.Marshal(data)
	if err != nil {
		return false
	}
	if _, err := fmt.Fprintf(v.w, "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Name, text); err != nil {
		return false
	}
	return v.control.Flush() == nil
}

// visible tells whether an actor may learn that an event happened: it needs the action that
// shows the record, for the event's region.
func visible(a access.Actor, e jobs.Event) bool {
	if e.Name == notify.Event { // a person's own
		return e.Object == strconv.FormatInt(a.Account, 10)
	}
	action := access.DataRead
	switch room, _, _ := strings.Cut(e.Name, "."); room {
	case "air", "data":
		action = access.AirRead
	case "import":
		action = access.ImportRun
	case "org", "account":
		action = access.OrgRead
	case "matter":
		action = access.MatterRead
	case "grid":
		action = access.GridRead
	}
	if e.Region == "" {
		return a.Has(action)
	}
	// The air's is a time only: a delivery for the city holds its counties' hours. A cell of the
	// grid holds those below it.
	if strings.HasPrefix(e.Name, "air.") || strings.HasPrefix(e.Name, "grid.") {
		return slices.ContainsFunc(a.Scopes(action), func(r region.Code) bool { return region.Contains(e.Region, r) }) || a.Can(action, e.Region)
	}
	return a.Can(action, e.Region)
}
