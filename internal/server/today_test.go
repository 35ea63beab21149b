package server_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"qingshan/internal/city/brief"
	"qingshan/internal/city/matter"
	"qingshan/internal/platform/rest"
	"qingshan/internal/server/apptest"
)

// TestToday: of ten matters in a county's hands seven are shown, the most urgent first, and
// the rest is counted; another county sees none of them.
func TestToday(t *testing.T) {
	app := apptest.Run(t, nil)
	app.Measure(t)
	rooms, ctx := app.Server.Rooms(), apptest.System(t)
	for i := range 10 {
		_, err := rooms.Matters.Open(ctx, matter.Opening{Kind: "complaint", Category: "dust", Region: apptest.CountyA, Title: fmt.Sprintf("新乡县第 %d 处扬尘", i+1), AcknowledgeDuplicates: true})
		if err != nil {
			t.Fatal(err)
		}
		app.Clock.Advance(time.Minute)
	}
	read := func(account, path string) (out brief.Today) {
		t.Helper()
		status, text := send(t, app.Login(t, account), "GET", app.URL+rest.Prefix+path, "")
		if status != 200 {
			t.Fatalf("%s: %d %s", account, status, text)
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	mine := read(apptest.Reader, "/today")
	if len(mine.Decisions) != brief.Most || mine.More < 3 || mine.NightTotal != 10 || len(mine.Sentences) == 0 {
		t.Errorf("%d decisions, %d more, %d in the night, %q", len(mine.Decisions), mine.More, mine.NightTotal, mine.Sentences)
	}
	last := ""
	for _, d := range mine.Decisions {
		if at, err := time.Parse(time.RFC3339, d.Deadline.At); err != nil || at.Location() == time.UTC {
			t.Errorf("deadline %q: %v", d.Deadline.At, err)
		}
		if d.Deadline.At != "" && d.Deadline.At < last {
			t.Errorf("%s comes after %s", d.Deadline.At, last)
		}
		if last = d.Deadline.At; d.Title == "" || d.Consequence == "" || d.ConsequenceEN == "" || d.Action.Href == "" && d.Action.Path == "" {
			t.Errorf("%+v", d)
		}
	}
	if other := read(apptest.ReaderB, "/today"); len(other.Decisions) != 0 || other.NightTotal != 0 {
		t.Errorf("another county is shown %+v", other.Decisions)
	}
	if city := read(apptest.Office, "/today?region="+string(apptest.CountyB)); city.NightTotal != 0 {
		t.Errorf("county B has %d", city.NightTotal)
	}
}
