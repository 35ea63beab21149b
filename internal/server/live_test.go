package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/rest"
	"qingshan/internal/server"
	"qingshan/internal/server/apptest"
)

// heard is one event as a browser gets it.
type heard struct{ id, name, data string }

// stream is an open live stream.
type stream struct {
	t      *testing.T
	events chan heard // closed when the stream ends
	end    context.CancelFunc
}

// listen opens the stream; last is the Last-Event-ID of a browser that comes back.
func listen(t *testing.T, app *apptest.App, c *http.Client, last string) *stream {
	t.Helper()
	c.Timeout = 0 // a stream has no end
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", app.URL+rest.Prefix+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
	s := &stream{t: t, events: make(chan heard, 100), end: cancel}
	t.Cleanup(cancel)
	go func() {
		defer close(s.events)
		defer res.Body.Close()
		var e heard
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			switch field, value, _ := strings.Cut(lines.Text(), ": "); field {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				s.events <- e
				e = heard{}
			}
		}
	}()
	return s
}

// next is the next event within ten seconds.
func (s *stream) next() heard {
	s.t.Helper()
	limit, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	select {
	case e, ok := <-s.events:
		if !ok {
			s.t.Fatal("the stream ended")
		}
		return e
	case <-limit.Done():
		s.t.Fatal("no event in ten seconds")
	}
	return heard{}
}

func (s *stream) expect(name, data string) heard {
	s.t.Helper()
	e := s.next()
	if e.name != name || e.data != data {
		s.t.Fatalf("got %+v, want %s %s", e, name, data)
	}
	return e
}

// finish waits for the end of a stream that the server ends.
func (s *stream) finish() {
	s.t.Helper()
	limit, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	for {
		select {
		case _, ok := <-s.events:
			if !ok {
				return
			}
		case <-limit.Done():
			s.t.Fatal("the stream is still open")
		}
	}
}

func TestTheLiveStream(t *testing.T) {
	app := apptest.Run(t, nil)
	// The clerk of county A may read the air and the data, but not run imports.
	reader := listen(t, app, app.Login(t, apptest.Reader), "")
	office := listen(t, app, app.Login(t, apptest.Office), "")
	first := reader.expect("ping", "{}")
	office.expect("ping", "{}")

	for _, e := range []jobs.Event{
		{Name: "import.progress", Object: "7", Region: apptest.CountyA},
		{Name: "data.corrected", Object: "1", Region: apptest.CountyB},
		{Name: "air.hour", Object: "2026-08-28T06:00:00+08:00", Region: apptest.CountyB},
		{Name: "air.hour", Object: "2026-08-28T07:00:00+08:00", Region: apptest.City},
		{Name: "data.corrected", Object: "2", Region: apptest.CountyA},
		{Name: "reset"},
	} {
		app.Publish(t, e)
	}
	reader.expect("air.hour", `{"time":"2026-08-28T07:00:00+08:00"}`) // the county's hour came with the city's
	mine := reader.expect("data.corrected", `{"id":"2"}`)
	reader.expect("reset", "{}")
	office.expect("import.progress", `{"id":"7"}`)
	office.expect("data.corrected", `{"id":"1"}`)
	office.expect("air.hour", `{"time":"2026-08-28T06:00:00+08:00"}`)
	office.expect("air.hour", `{"time":"2026-08-28T07:00:00+08:00"}`)
	office.expect("data.corrected", `{"id":"2"}`)
	office.expect("reset", "{}")

	// A browser that comes back is told what it missed, again only what it may know.
	reader.end()
	reader.finish()
	app.Publish(t, jobs.Event{Name: "data.corrected", Object: "3", Region: apptest.CountyB})
	app.Publish(t, jobs.Event{Name: "data.corrected", Object: "4", Region: apptest.CountyA})
	again := listen(t, app, app.Login(t, apptest.Reader), mine.id)
	if e := again.expect("ping", "{}"); e.id != mine.id {
		t.Errorf("resumed after %s, want %s", e.id, mine.id)
	}
	again.expect("reset", "{}")
	again.expect("data.corrected", `{"id":"4"}`)
	from := listen(t, app, app.Login(t, apptest.Reader), first.id)
	from.expect("ping", "{}")
	from.expect("air.hour", `{"time":"2026-08-28T07:00:00+08:00"}`)
	from.expect("data.corrected", `{"id":"2"}`)

	// A number that is not ours means: read everything again.
	for _, last := range []string{"9999", "-1", "x"} {
		listen(t, app, app.Login(t, apptest.Reader), last).expect("reset", "{}")
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	app := apptest.Run(t, nil, func(s *server.Server) { s.PingEvery(50 * time.Millisecond) })
	client := app.Login(t, apptest.Reader)
	s := listen(t, app, client, "")
	s.expect("ping", "{}")
	s.expect("ping", "{}")
	if status, body := send(t, client, "DELETE", app.URL+rest.Prefix+"/session", ""); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	s.finish()
	if status, _ := send(t, client, "GET", app.URL+rest.Prefix+"/session", ""); status != http.StatusUnauthorized {
		t.Errorf("after the end of the session: %d", status)
	}
}

// The numbers are there before the event: whoever reads again on hearing of an hour finds it.
func TestAnEventComesAfterItsNumbers(t *testing.T) {
	app := apptest.Run(t, nil)
	app.Measure(t)
	client := app.Login(t, apptest.Reader)
	path := app.URL + rest.Prefix + "/air/now?region=" + string(apptest.CountyA)
	if status, body := send(t, client, "GET", path, ""); status != 200 || !strings.Contains(body, `"dataTime":"2026-08-28T07:00:00+08:00"`) {
		t.Fatalf("%d %s", status, body)
	}
	s := listen(t, app, app.Login(t, apptest.Reader), "")
	s.expect("ping", "{}")
	for hour := 8; hour < 13; hour++ {
		app.Clock.Set(app.Clock.Now().Add(time.Hour))
		app.Deliver(t, 1, apptest.StationCity, apptest.StationA, apptest.StationB)
		label := fmt.Sprintf("2026-08-28T%02d:00:00+08:00", hour)
		if e := s.next(); e.name != "air.hour" || !strings.Contains(e.data, label[:len("2026-08-28T08:00")]) {
			t.Fatalf("got %+v, want the hour %s", e, label)
		}
		if _, body := send(t, client, "GET", path, ""); !strings.Contains(body, `"dataTime":"`+label+`"`) {
			t.Fatalf("%s is told but not shown: %.300s", label, body)
		}
	}
}

func TestTheServerStopsWithOpenStreams(t *testing.T) {
	app := apptest.Run(t, nil)
	var open []*stream
	for range 20 {
		s := listen(t, app, app.Login(t, apptest.Office), "")
		s.expect("ping", "{}")
		open = append(open, s)
	}
	took, err := app.Stop()
	if err != nil || took > 3*time.Second {
		t.Errorf("stopped after %v: %v", took, err)
	}
	for _, s := range open {
		s.finish()
	}
}

// A matter's event reaches who sees it: by the region, or as a party abroad; the next county
// hears nothing of what is not its own.
func TestTheLiveStreamTellsOfMattersThatAreSeen(t *testing.T) {
	app := apptest.Run(t, nil)
	county := app.Login(t, apptest.Reader)
	office, next := listen(t, app, app.Login(t, apptest.Office), ""), listen(t, app, app.Login(t, apptest.ReaderB), "")
	office.expect("ping", "{}")
	next.expect("ping", "{}")
	status, body := send(t, county, "POST", app.URL+rest.Prefix+"/matters", `{"kind":"grid","category":"dust","region":"`+string(apptest.CountyA)+`","title":"扬尘"}`)
	var m struct{ ID string }
	if err := json.Unmarshal([]byte(body), &m); status != 201 || err != nil {
		t.Fatalf("%d %s", status, body)
	}
	until := func(s *stream) (out []string) {
		t.Helper()
		for {
			switch e := s.next(); e.name {
			case "reset":
				return out
			case "notice", "ping":
			default:
				out = append(out, e.name+" "+e.data)
			}
		}
	}
	id := `{"id":"` + m.ID + `"}`
	app.Publish(t, jobs.Event{Name: "reset"})
	if got := until(office); !slices.Equal(got, []string{"matter.opened " + id}) {
		t.Errorf("the city hears %q", got)
	}
	if got := until(next); len(got) != 0 {
		t.Errorf("the next county hears %q", got)
	}

	// Handed to a post of the county next door, the matter concerns that county too.
	dir, err := app.Server.Rooms().Org.Directory(apptest.System(t))
	if err != nil {
		t.Fatal(err)
	}
	post := int64(0)
	for _, p := range dir.Posts {
		if slices.Contains(p.Accounts, app.Account(t, apptest.ReaderB).ID) {
			post = p.ID
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", app.URL+rest.Prefix+"/matters/"+m.ID+"/moves", strings.NewReader(fmt.Sprintf(`{"transition":"assign","assignPost":"%d"}`, post)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("If-Match", rest.ETag(1))
	res, err := county.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	app.Publish(t, jobs.Event{Name: "reset"})
	if got := until(next); !slices.Equal(got, []string{"matter.moved " + id}) {
		t.Errorf("the county that has it hears %q", got)
	}
}
