package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

type forgery struct {
	lite, pg string // pg when it differs
	at       int64
}

func forgeries() map[string]forgery {
	entry := func(set string) string { return "UPDATE audit_entry SET " + set + " WHERE seq = 4" }
	return map[string]forgery{
		"seq":        {entry("seq = 400"), "", 4},
		"at":         {entry("at = at + 1"), "", 4},
		"account":    {entry("account = 8"), "", 4},
		"post":       {entry("post = 2"), "", 4},
		"actor":      {entry("actor = 'wanh'"), "", 4},
		"action":     {entry("action = 'site.changf'"), "", 4},
		"object":     {entry("object = 'site/4'"), "", 4},
		"region":     {entry("region = '410721000001'"), "", 4},
		"summary":    {entry("summary = '修改点仅'"), "", 4},
		"detail":     {entry(`detail = replace(detail, '3', '2')`), "", 4},
		"request id": {entry("request_id = 'req-8'"), "", 4},
		"algorithm":  {entry("algorithm = 'sha-257'"), "", 4},
		"prev":       {entry("prev = x'" + strings.Repeat("00", 32) + "'"), entry(`prev = set_byte(prev, 5, get_byte(prev, 5) # 1)`), 4},
		"hash":       {entry("hash = x'" + strings.Repeat("00", 32) + "'"), entry(`hash = set_byte(hash, 5, get_byte(hash, 5) # 1)`), 4},
		"moved text": {entry("actor = 'wan', action = 'gsite.change'"), "", 4},

		"head seq up":    {"UPDATE audit_head SET seq = seq + 1", "", 10},
		"head seq down":  {"UPDATE audit_head SET seq = seq - 1", "", 9},
		"head day":       {"UPDATE audit_head SET day = day + 1", "", 0},
		"head first":     {"UPDATE audit_head SET first = first - 1", "", 0},
		"head hash":      {"UPDATE audit_head SET hash = (SELECT hash FROM audit_entry WHERE seq = 8)", "", 0},
		"head root":      {"UPDATE audit_head SET root = hash", "", 0},
		"head removed":   {"DELETE FROM audit_head", "", 0},
		"root day":       {"UPDATE audit_root SET day = day + 100 WHERE first_seq = 6", "", 0},
		"root first":     {"UPDATE audit_root SET first_seq = first_seq - 1 WHERE first_seq = 6", "", 0},
		"root last":      {"UPDATE audit_root SET last_seq = last_seq - 1 WHERE first_seq = 6", "", 0},
		"root algorithm": {"UPDATE audit_root SET algorithm = 'sm3' WHERE first_seq = 6", "", 0},
		"root":           {"UPDATE audit_root SET root = (SELECT hash FROM audit_head) WHERE first_seq = 6", "", 0},
		"root removed":   {"DELETE FROM audit_root WHERE first_seq = 3", "", 0},
		"last root gone": {"DELETE FROM audit_root WHERE first_seq = 6", "", 0},

		"row deleted":   {"DELETE FROM audit_entry WHERE seq = 4", "", 4},
		"first deleted": {"DELETE FROM audit_entry WHERE seq = 1", "", 1},
		"tail cut":      {"DELETE FROM audit_entry WHERE seq > 7", "", 8},
		"all deleted":   {"DELETE FROM audit_entry", "", 1},
	}
}

func TestOneFlippedByteIsFound(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		threeDays(t, db, clk)
		tables := []string{"audit_entry", "audit_head", "audit_root"}
		for _, table := range tables {
			keep(t, db, "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table)
		}
		for name, c := range forgeries() {
			stmt := c.lite
			if db.Dialect() == store.Postgres && c.pg != "" {
				stmt = c.pg
			}
			exec(t, db, stmt)
			if rep := verify(t, db); rep.OK || rep.BrokenAt != c.at || rep.Reason == "" {
				t.Errorf("%s: broken at %d (%q), want %d", name, rep.BrokenAt, rep.Reason, c.at)
			}
			for _, table := range tables {
				keep(t, db, "DELETE FROM "+table, "INSERT INTO "+table+" SELECT * FROM kept_"+table)
			}
			if rep := verify(t, db); !rep.OK {
				t.Fatalf("%s: not restored: %s", name, rep.Reason)
			}
		}
	})
}

// keep runs statements that may change no row.
func keep(t *testing.T, db *store.DB, statements ...string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSwappedRowsAreFound(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		threeDays(t, db, clk)
		exec(t, db,
			"UPDATE audit_entry SET seq = 100 WHERE seq = 4",
			"UPDATE audit_entry SET seq = 4 WHERE seq = 6",
			"UPDATE audit_entry SET seq = 6 WHERE seq = 100")
		if rep := verify(t, db); rep.OK || rep.BrokenAt != 4 {
			t.Errorf("got %+v", rep)
		}
	})
}

func TestCutTailWithAMatchingHead(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		threeDays(t, db, clk)
		kept := verify(t, db).Roots[:3] // what was written down outside
		cut := "DELETE FROM audit_entry WHERE seq > 7"
		exec(t, db, cut, "UPDATE audit_head SET seq = 7, hash = (SELECT hash FROM audit_entry WHERE seq = 7)")
		if rep := verify(t, db); rep.OK || rep.BrokenAt != 8 {
			t.Errorf("the daily root did not find the cut: %+v", rep)
		}
		// Somebody who also cuts the roots is found by the roots kept outside.
		exec(t, db, "DELETE FROM audit_root WHERE last_seq = 8",
			"UPDATE audit_head SET first = 6, day = day - 1, root = (SELECT root FROM audit_root WHERE last_seq = 5)")
		if rep := verify(t, db); !rep.OK {
			t.Fatalf("the forgery is not complete: %s", rep.Reason)
		}
		if rep := verify(t, db, kept...); rep.OK || !strings.Contains(rep.Reason, "2026-08-30") {
			t.Errorf("the kept root did not find the forgery: %+v", rep)
		}
	})
}

func TestLostHeadStopsWriting(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		threeDays(t, db, clk)
		exec(t, db, "DELETE FROM audit_head")
		ctx := as(t.Context(), "wang")
		if err := db.Update(ctx, func(tx *store.Tx) error { return audit.Log(ctx, tx, audit.Entry{Action: "a"}) }); err == nil {
			t.Error("a new chain was begun over the old one")
		}
	})
}

// TestOfflineVerifier follows docs/audit-chain.md with nothing but the rows: whoever holds
// an export can check it without this program.
func TestOfflineVerifier(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		threeDays(t, db, clk)
		ctx := t.Context()
		var rows []audit.Record
		err := db.View(ctx, func(tx *store.Tx) (err error) {
			rows, _, err = audit.List(ctx, tx, audit.Filter{Limit: 100})
			return err
		})
		if err != nil || len(rows) != 9 {
			t.Fatal(len(rows), err)
		}
		i64 := func(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) }
		field := func(s string) []byte { return append(i64(int64(len(s))), s...) }
		prev := make([]byte, 32)
		for i := len(rows) - 1; i >= 0; i-- {
			r := rows[i]
			sum := sha256.Sum256(bytes.Join([][]byte{
				field("qingshan.audit.entry.v1"), i64(r.Seq), i64(r.At), i64(r.Account), i64(r.Post),
				field(r.Actor), field(r.Action), field(r.Object), field(string(r.Region)), field(r.Summary),
				field(r.Detail), field(r.RequestID), field(r.Algorithm), field(string(prev)),
			}, nil))
			if !bytes.Equal(sum[:], r.Hash) || !bytes.Equal(prev, r.Prev) {
				t.Errorf("entry %d does not follow the documented encoding", r.Seq)
			}
			prev = r.Hash
		}
		root := verify(t, db).Roots[0]
		second := rows[len(rows)-2]
		sum := sha256.Sum256(bytes.Join([][]byte{
			field("qingshan.audit.root.v1"), i64(20693), i64(1), i64(2), field("sha-256"),
			field(string(second.Hash)), field(string(make([]byte, 32))),
		}, nil))
		if root.Date() != "2026-08-28" || !bytes.Equal(root.Root, sum[:]) {
			t.Errorf("root of %s does not follow the documented encoding", root.Date())
		}
	})
}
