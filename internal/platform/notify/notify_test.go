package notify_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// bench is an installation with two accounts, 1 and 2.
type bench struct {
	t       *testing.T
	db      *store.DB
	city    *clock.Manual
	machine *clock.Manual
	svc     *notify.Service
	mails   *mailbox
	texts   *carrier
}

func both(t *testing.T, test func(t *testing.T, b *bench)) {
	for name, cfg := range map[string]func(t *testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Path: filepath.Join(t.TempDir(), "q.db")} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{t: t, city: clock.NewManual(morning), machine: clock.NewManual(morning), mails: listen(t), texts: &carrier{}}
			db, err := store.Open(t.Context(), cfg(t), b.city)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			b.db = db
			b.exec(`INSERT INTO person (id, name, region, created_at) VALUES (1, '演示·甲', '', 0), (2, '演示·乙', '', 0)`)
			b.exec(`INSERT INTO account (id, name, display, person_id, region, must_change, created_at) VALUES (1, 'jia', '甲', 1, '', 0, 0), (2, 'yi', '乙', 2, '', 0, 0)`)
			b.svc = notify.New(db, notify.Config{SMTP: notify.SMTP{Addr: b.mails.addr, From: "qingshan@example.org"}, Text: b.texts,
				Base: "https://qingshan.example.org", Machine: b.machine, Local: true})
			test(t, b)
		})
	}
}

func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	err := b.db.Update(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(b.t.Context(), query, args...)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) put(n notify.Notice) {
	b.t.Helper()
	if err := b.db.Update(b.t.Context(), func(tx *store.Tx) error { return b.svc.Put(b.t.Context(), tx, n) }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) deliver() {
	b.t.Helper()
	if err := b.svc.Deliver(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) set(account int64, s notify.Settings) {
	b.t.Helper()
	if _, err := b.svc.SetSettings(b.ctx(account), account, 0, s); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) ctx(account int64) context.Context {
	return access.With(b.t.Context(), access.Actor{Account: account, Name: "jia"})
}

func (b *bench) states() string {
	b.t.Helper()
	var out []string
	err := b.db.View(b.t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(b.t.Context(), `SELECT channel, state FROM delivery ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c, s string
			if err := rows.Scan(&c, &s); err != nil {
				return err
			}
			out = append(out, c+":"+s)
		}
		return rows.Err()
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(out, " ")
}

var mailTo = notify.Settings{Email: "jia@example.org", Phone: "13800000000", ByEmail: true, ByText: true, DigestAt: 8 * 60, QuietFrom: 22 * 60, QuietTo: 7 * 60}

func task(key string, urgent bool) notify.Notice {
	return notify.Notice{To: []int64{1, 2, 1}, Kind: "matter.assigned", Title: "网格-2026-0001 交您办理", Body: "8月31日 18:00 前办结", Link: "/matters/1",
		Object: "matter/1", Region: "410727000000", Urgent: urgent, Key: key}
}

func TestInbox(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.put(task("a", false))
		b.put(task("a", false)) // told before
		b.put(task("b", true))
		items, open, err := b.svc.Inbox(t.Context(), 1, false, 0, 10)
		if err != nil || open != 2 || len(items) != 2 || !items[0].Urgent || items[0].CreatedAt != morning.UnixMilli() || items[1].Title != "网格-2026-0001 交您办理" {
			t.Fatalf("%+v %d %v", items, open, err)
		}
		if err := b.svc.Read(t.Context(), 2, []int64{items[0].ID}); err != nil { // another's
			t.Fatal(err)
		}
		if err := b.svc.Read(t.Context(), 1, []int64{items[1].ID}); err != nil {
			t.Fatal(err)
		}
		if items, open, _ = b.svc.Inbox(t.Context(), 1, true, 0, 10); open != 1 || len(items) != 1 || !items[0].Urgent {
			t.Errorf("unread: %+v", items)
		}
		if items, _, _ = b.svc.Inbox(t.Context(), 1, false, items[0].ID, 10); len(items) != 1 || items[0].Urgent {
			t.Errorf("second page: %+v", items)
		}
		if err := b.svc.Read(t.Context(), 2, nil); err != nil {
			t.Fatal(err)
		}
		if _, open, _ = b.svc.Inbox(t.Context(), 2, true, 0, 10); open != 0 {
			t.Errorf("%d unread after reading all", open)
		}
	})
}

// TestRolledBack: a use case that fails tells nobody.
func TestRolledBack(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.set(1, mailTo)
		boom := errors.New("boom")
		err := b.db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(b.svc.Put(t.Context(), tx, task("a", true)), boom)
		})
		b.deliver()
		if _, open, _ := b.svc.Inbox(t.Context(), 1, false, 0, 10); !errors.Is(err, boom) || open != 0 || len(b.mails.all()) != 0 {
			t.Errorf("%d notices, %d mails, %v", open, len(b.mails.all()), err)
		}
	})
}

func TestMail(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.set(1, mailTo)
		b.put(task("a", false))
		b.deliver()
		b.deliver()
		mails := b.mails.all()
		if len(mails) != 1 || b.states() != "email:sent" {
			t.Fatalf("%d mails, %s", len(mails), b.states())
		}
		for _, want := range []string{"To: <jia@example.org>", "Message-ID: <email-1@example.org>", "Subject: =?utf-8?b?"} {
			if !strings.Contains(mails[0], want) {
				t.Errorf("mail lacks %q:\n%s", want, mails[0])
			}
		}
		items, _, _ := b.svc.Inbox(t.Context(), 1, false, 0, 10)
		if len(items[0].Sent) != 1 || items[0].Sent[0].State != "sent" {
			t.Errorf("receipt: %+v", items[0].Sent)
		}
	})
}

func TestQuietHoursAndDigest(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.city.Set(morning.Add(15 * time.Hour)) // 23:00
		b.set(1, mailTo)
		digest := mailTo
		digest.Email, digest.Digest, digest.ByText = "yi@example.org", true, false
		b.set(2, digest)
		b.put(task("a", false))
		b.put(task("b", false))
		b.deliver()
		if n := len(b.mails.all()); n != 0 {
			t.Fatalf("%d mails at 23:00", n)
		}
		b.put(task("c", true)) // urgent: at once, to both
		b.deliver()
		if n := len(b.mails.all()); n != 2 {
			t.Fatalf("%d mails for an urgent notice at 23:00, want 2", n)
		}
		b.city.Set(morning.Add(23*time.Hour + time.Minute)) // 07:01
		b.deliver()
		if n := len(b.mails.all()); n != 4 {
			t.Fatalf("%d mails at 07:01, want 4", n)
		}
		b.city.Set(morning.Add(24*time.Hour + time.Minute)) // 08:01: one mail holds both
		b.deliver()
		b.deliver()
		mails := b.mails.all()
		if len(mails) != 5 || !strings.Contains(mails[4], "To: <yi@example.org>") {
			t.Fatalf("%d mails at 08:01, want 5", len(mails))
		}
	})
}

func TestUrgentClimbsToText(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		s := mailTo
		s.ByEmail = false
		b.set(1, s)
		b.put(task("read", true))
		items, _, _ := b.svc.Inbox(t.Context(), 1, true, 0, 1)
		b.put(task("unread", true))
		if err := b.svc.Read(t.Context(), 1, []int64{items[0].ID}); err != nil {
			t.Fatal(err)
		}
		b.deliver()
		if len(b.texts.sent) != 0 {
			t.Fatal("a text before it climbs")
		}
		b.city.Advance(16 * time.Minute)
		b.deliver()
		b.deliver()
		if want := "【青山】网格-2026-0001 交您办理：8月31日 18:00 前办结"; len(b.texts.sent) != 1 || b.texts.sent[0] != want || b.states() != "text:skipped text:sent" {
			t.Errorf("%q, %s", b.texts.sent, b.states())
		}
	})
}

// TestNoDuplicatesAfterACrash kills the process in the middle of each way.
func TestNoDuplicatesAfterACrash(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		hook := b.hook("410700000000", "")
		b.set(1, mailTo)
		b.put(task("a", false))
		// As a process leaves it that died after the claim.
		b.exec(`UPDATE delivery SET state = 'sending', attempts = 1, claimed_at = $1`, b.machine.Now().UnixMilli())
		b.deliver()
		if len(b.mails.all()) != 0 || hook.count() != 0 {
			t.Fatal("another process may still be sending")
		}
		b.machine.Advance(6 * time.Minute)
		b.deliver()
		if got := b.states(); got != "email:unknown webhook:sent" || len(b.mails.all()) != 0 || hook.count() != 1 {
			t.Errorf("%s, %d mails, %d calls", got, len(b.mails.all()), hook.count())
		}
	})
}

func TestFailuresAreTriedAgain(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.set(1, mailTo)
		b.mails.refuse(true)
		b.put(task("a", false))
		b.deliver()
		b.deliver() // not yet again
		if got := b.states(); got != "email:pending" {
			t.Fatal(got)
		}
		b.mails.refuse(false)
		b.city.Advance(time.Minute)
		b.deliver()
		if got := b.states(); got != "email:sent" || len(b.mails.all()) != 1 {
			t.Errorf("%s, %d mails", got, len(b.mails.all()))
		}
		b.mails.refuse(true)
		b.put(task("b", false))
		for range 12 {
			b.deliver()
			b.city.Advance(5 * time.Hour / 10)
		}
		b.city.Set(morning.Add(48 * time.Hour))
		b.deliver()
		if got := b.states(); got != "email:sent email:failed" {
			t.Errorf("a server that never answers: %s", got)
		}
	})
}

func TestWebhook(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		here, other := b.hook("410727000000", "matter"), b.hook("410726000000", "")
		air := b.hook("410700000000", "air")
		b.put(task("a", false))
		b.put(task("a", false))
		b.deliver()
		if here.count() != 1 || other.count() != 0 || air.count() != 0 {
			t.Fatalf("calls: %d %d %d", here.count(), other.count(), air.count())
		}
		c := here.calls[0]
		at, err := strconv.ParseInt(c.head.Get(notify.HeadTimestamp), 10, 64)
		if err != nil || c.head.Get(notify.HeadSignature) != notify.Sign(here.secret, at, c.body) || notify.Sign("other", at, c.body) == c.head.Get(notify.HeadSignature) {
			t.Errorf("signature %q at %d, %v", c.head.Get(notify.HeadSignature), at, err)
		}
		var body map[string]any
		if err := json.Unmarshal(c.body, &body); err != nil || body["link"] != "https://qingshan.example.org/matters/1" || body["at"] != "2026-08-28T08:00:00+08:00" {
			t.Errorf("%s %v", c.body, err)
		}
		here.answer(http.StatusGone) // will not change
		b.put(task("b", false))
		b.deliver()
		if got := b.states(); got != "webhook:sent webhook:failed" {
			t.Error(got)
		}
	})
}

func TestSettingsAreChecked(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		for name, s := range map[string]notify.Settings{
			"no address":   {ByEmail: true},
			"two":          {Email: "a@b.c, d@e.f"},
			"head":         {Email: "a@b.c\r\nBcc: x@y.z"},
			"phone":        {Phone: "138-0000"},
			"no phone":     {ByText: true},
			"after 24:00":  {QuietTo: 1440},
			"before 00:00": {DigestAt: -1},
		} {
			if _, err := b.svc.SetSettings(b.ctx(1), 1, 0, s); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.set(1, mailTo)
		if _, err := b.svc.SetSettings(b.ctx(1), 1, 0, mailTo); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale: %v", err)
		}
		if s, err := b.svc.Settings(t.Context(), 1); err != nil || s.Version != 1 || s.Email != mailTo.Email {
			t.Errorf("%+v %v", s, err)
		}
	})
}

// hook is a program that listens.
type hook struct {
	mu     sync.Mutex
	secret string
	status int
	calls  []struct {
		head http.Header
		body []byte
	}
}

func (h *hook) count() int        { h.mu.Lock(); defer h.mu.Unlock(); return len(h.calls) }
func (h *hook) answer(status int) { h.mu.Lock(); h.status = status; h.mu.Unlock() }

func (b *bench) hook(region, kinds string) *hook {
	b.t.Helper()
	h := &hook{status: http.StatusOK}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.calls = append(h.calls, struct {
			head http.Header
			body []byte
		}{r.Header, body})
		w.WriteHeader(h.status)
	}))
	b.t.Cleanup(srv.Close)
	ctx := access.With(b.t.Context(), access.System("test"))
	got, err := b.svc.AddHook(ctx, notify.Hook{Name: region + kinds, URL: srv.URL, Region: code(region), Kinds: kinds})
	if err != nil {
		b.t.Fatal(err)
	}
	h.secret = got.Secret
	if list, err := b.svc.Hooks(ctx); err != nil || list[len(list)-1].Secret != "" {
		b.t.Errorf("a list of hooks holds the secret: %v", err)
	}
	return h
}

// carrier is a gateway for short messages.
type carrier struct{ sent []string }

func (c *carrier) SendText(_ context.Context, _, _, text string) (string, error) {
	c.sent = append(c.sent, text)
	return "ok", nil
}

// mailbox is a mail server on the loopback.
type mailbox struct {
	addr  string
	mu    sync.Mutex
	no    bool
	mails []string
}

func (m *mailbox) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.mails...)
}
func (m *mailbox) refuse(no bool)   { m.mu.Lock(); m.no = no; m.mu.Unlock() }
func (m *mailbox) refusing() bool   { m.mu.Lock(); defer m.mu.Unlock(); return m.no }
func (m *mailbox) keep(text string) { m.mu.Lock(); m.mails = append(m.mails, text); m.mu.Unlock() }

func listen(t *testing.T) *mailbox {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{addr: l.Addr().String()}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.serve(c)
		}
	}()
	return m
}

func (m *mailbox) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	say := func(s string) { _, _ = fmt.Fprintf(c, "%s\r\n", s) }
	say("220 mail")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO", "HELO":
			say("250 mail")
		case "MAIL":
			if m.refusing() {
				say("451 not now")
				return
			}
			say("250 ok")
		case "DATA":
			say("354 go")
			var text strings.Builder
			for {
				l, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				text.WriteString(l)
			}
			m.keep(text.String())
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
