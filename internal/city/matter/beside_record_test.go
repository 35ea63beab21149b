package matter_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// kindSource is the file of a kind of the nation.
func kindSource(t *testing.T, id string) string {
	t.Helper()
	data, err := os.ReadFile("kind/national/" + id + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// audited counts the audit entries of an action about a matter.
func (r *clockRig) audited(action string, m *matter.Matter) int {
	r.Helper()
	n := 0
	err := r.db.View(r.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(r.Context(), "SELECT COUNT(*) FROM audit_entry WHERE action = $1 AND object = $2", action, "matter/"+strconv.FormatInt(m.ID, 10)).Scan(&n)
	})
	if err != nil {
		r.Fatal(err)
	}
	return n
}

// A matter that another begins from, or comes back as, says so in its own record, at a new
// version and with an audit entry.
func TestRelatedMattersAreOnTheRecord(t *testing.T) {
	child := strings.NewReplacer(`id = "signal"`, `id = "parent"`, `prefix = "信号"`, `prefix = "母件"`,
		`by = ["system"], act = "report", optional`, `by = ["county"], act = "report", optional`,
		`consequence = "处置时限开始计算", effects = [`, `consequence = "处置时限开始计算", effects = [{ do = "child", kind = "grid" }, `).Replace(kindSource(t, "signal"))
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		set, err := r.kinds.With(fstest.MapFS{"matters/parent.toml": {Data: []byte(child)}})
		if err != nil {
			t.Fatal(err)
		}
		r.kinds = set
		r.open(matter.Config{})
		m, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "parent", Category: "over", Region: "410727101000", Title: "母件"})
		if err != nil {
			t.Fatal(err)
		}
		m = r.move("county", m, matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post})
		v := r.view(m)
		last := v.Events[len(v.Events)-1]
		if len(v.Family.Children) != 1 || v.Childs != 1 || last.Act != string(kind.Note) || last.Told.More["children"] != v.Family.Children[0].Number || !matter.Unbroken(v.Events, v.Head) {
			t.Errorf("%d children, the record ends with %+v", v.Childs, last.Told)
		}
		if m.Version != v.Version || r.audited("matter.child", m) != 1 {
			t.Errorf("version %d told, %d kept, %d audit entries", m.Version, v.Version, r.audited("matter.child", m))
		}
		r.move("town", m, matter.Step{Transition: "accept"}) // at the version that was told

		signal := func() *matter.Matter {
			var id int64
			ctx := access.With(r.Context(), access.System("test"))
			err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
				id, err = r.svc.Signal(ctx, tx, matter.Signal{Key: "station/1", Category: "over", Title: "超标", Region: "410727101000", Site: "1"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return r.view(&matter.Matter{ID: id}).Matter
		}
		old := signal()
		old = r.move("county", old, matter.Step{Transition: "false", Opinion: "误报", Evidence: []int64{reading}})
		again := signal()
		v = r.view(old)
		last = v.Events[len(v.Events)-1]
		if v.Recurrences != 1 || v.Version != old.Version+1 || last.Told.More["recurrence"] != again.Number || last.Account != 0 || !matter.Unbroken(v.Events, v.Head) {
			t.Errorf("recurrences %d, version %d after %d, the record ends with %+v", v.Recurrences, v.Version, old.Version, last.Told)
		}
		if r.audited("matter.recurrence", old) != 1 {
			t.Error("no audit entry about the old matter")
		}
	})
}

// Pauses have an end in number and in days, and each end of one is in the audit log.
func TestPausesAreBounded(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m := r.assigned("scattered") // 15 days
		ask := func(day string) (matter.Pause, error) {
			return r.svc.AskPause(r.as("town"), m.ID, matter.Asking{Clock: "dispose", Reason: "待料", Until: civil(t, day+"T00:00").UnixMilli()})
		}
		grant := func(p matter.Pause) {
			t.Helper()
			if err := r.svc.Decide(r.as("county"), m.ID, p.ID, true, ""); err != nil {
				t.Fatal(err)
			}
		}
		p, err := ask("2026-08-05")
		if err != nil {
			t.Fatal(err)
		}
		grant(p)
		r.at("2026-08-05T00:01")
		r.wake()
		if n := r.audited("matter.pause.end", m); n != 1 {
			t.Errorf("%d audit entries about the end", n)
		}
		if _, err := ask("2026-08-25"); codeOf(err) != "pauses_long" { // 30 and 20 days are more than 45
			t.Errorf("more than all pauses may take: %v", err)
		}
		if p, err = ask("2026-08-15"); err != nil {
			t.Fatal(err)
		}
		grant(p)
		r.at("2026-08-06T10:00")
		if err := r.svc.EndPause(r.as("county"), m.ID, p.ID, strings.Repeat("长", 9000)); err == nil {
			t.Error("an opinion without end was kept")
		}
		if err := r.svc.EndPause(r.as("county"), m.ID, p.ID, "料已到"); err != nil {
			t.Fatal(err)
		}
		if n := r.audited("matter.pause.end", m); n != 2 {
			t.Errorf("%d audit entries about two ends", n)
		}
		if _, err := ask("2026-08-08"); codeOf(err) != "no_more_pauses" {
			t.Errorf("a third: %v", err)
		}
		if left := (kind.Pauses{Fixed: calendar.MustTerm("30cd"), Times: 2}).Left(calendar.MsPerDay); left != 59*calendar.MsPerDay {
			t.Errorf("without a sum %d", left)
		}
	})
}
