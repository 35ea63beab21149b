package demonstration

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
)

// days is a demonstration of the last nine days.
func days() Span {
	s := Published()
	s.Hours, s.Panel = calendar.MustDay("2026-08-19"), calendar.MustDay("2026-08-17")
	return s
}

// made makes a city of nine days and gives its matters room.
func made(t *testing.T) (*City, *matter.Service) {
	t.Helper()
	clk := clock.NewManual(time.Unix(0, 0))
	dir := t.TempDir()
	db := open(t, store.Config{Path: filepath.Join(dir, "qingshan.db")}, clk)
	c, err := New(db, filepath.Join(dir, "evidence"), days(), demo.Seed)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Make(t.Context(), clk, func(float64, string) {}); err != nil {
		t.Fatal(err)
	}
	h := &history{City: c, actors: map[int64]access.Actor{}, posts: map[string]int64{}, end: c.span.Start}
	if err := h.rooms(access.With(t.Context(), access.System("test"))); err != nil {
		t.Fatal(err)
	}
	return c, h.matters
}

// digest is a hash over every matter: number, state, limit, holder and the head of its record.
func digest(t *testing.T, db *store.DB) (n int, sum string) {
	t.Helper()
	h := sha256.New()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(t.Context(), "SELECT number, state, title, due_at, holder_post, head FROM matter ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for ; rows.Next(); n++ {
			var number, state, title string
			var due, holder int64
			var head []byte
			if err := rows.Scan(&number, &state, &title, &due, &holder, &head); err != nil {
				return err
			}
			fmt.Fprintln(h, number, state, title, due, holder, head)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, fmt.Sprintf("%x", h.Sum(nil))
}

// TestMattersAreTheSameAgain makes nine days twice: the same matters with the same records,
// each record whole, every file of evidence what it was.
func TestMattersAreTheSameAgain(t *testing.T) {
	a, room := made(t)
	b, _ := made(t)
	n, one := digest(t, a.db)
	m, two := digest(t, b.db)
	if n < 40 || n != m || one != two {
		t.Errorf("%d matters %s, again %d matters %s", n, one, m, two)
	}
	ctx := access.With(t.Context(), access.System("test"))
	for id := int64(1); id <= int64(n); id++ {
		v, err := room.Matter(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if !matter.Unbroken(v.Events, v.Head) {
			t.Errorf("the record of %s is broken", v.Number)
		}
	}
	if rep, err := audit.Verify(t.Context(), a.db); err != nil || !rep.OK {
		t.Errorf("audit: %+v %v", rep, err)
	}
	err := a.db.View(t.Context(), func(tx *store.Tx) error {
		rep, err := evidence.Verify(t.Context(), tx, a.folder)
		if err == nil && (rep.Broken != "" || rep.Files < 50) {
			t.Errorf("evidence: %+v", rep)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	waiting(t, a, room)
}

// waiting: the people with accounts have something in their hands.
func waiting(t *testing.T, c *City, room *matter.Service) {
	t.Helper()
	sys := access.With(t.Context(), access.System("test"))
	dir, err := c.people.Directory(sys)
	if err != nil {
		t.Fatal(err)
	}
	who, err := c.Organisation()
	if err != nil {
		t.Fatal(err)
	}
	least := map[string]int{"office": 2, "fengqiu": 4, "town": 3, "inspector": 2, "wangge": 2, "jiandu": 1, "fenju": 3}
	for _, a := range who.Accounts {
		want := least[a.Name]
		for _, seat := range dir.Posts {
			if want == 0 || seat.Code != a.Post {
				continue
			}
			actor, err := c.people.ActorOf(sys, seat.Accounts[0])
			if err != nil {
				t.Fatal(err)
			}
			page, err := room.List(access.With(t.Context(), actor), matter.Query{HolderMe: true, Limit: 50})
			if err != nil || page.Total < want {
				t.Errorf("%s holds %d matters (%v), want %d or more", a.Name, page.Total, err, want)
			}
		}
	}
}
