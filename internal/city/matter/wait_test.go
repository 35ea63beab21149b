package matter_test

import (
	"strings"
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
)

// 公示 5 工作日以上: the county signs when five working days have passed since it accepted and
// since the day of publication, whichever is later; a day in the past shortens nothing. The page
// says from when.
func TestPublicationLastsFiveWorkingDays(t *testing.T) {
	for _, row := range []struct{ from, at string }{
		{"2026-07-06", "2026-07-13T18:00"}, {"2026-06-01", "2026-07-13T18:00"}, {"2026-07-08", "2026-07-15T18:00"},
	} {
		clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
			m, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "assignment", Category: "scattered", Region: "410727101000", Title: "交办"})
			if err != nil {
				t.Fatal(err)
			}
			m = r.move("office", m, matter.Step{Transition: "pass", Opinion: "同意"})
			m = r.move("office", m, matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post, Fields: map[string]string{"rect": "dated", "demand": "拆除"}})
			m = r.move("town", m, matter.Step{Transition: "accept"})
			m = r.move("town", m, matter.Step{Transition: "submit", Fields: map[string]string{"result": "已拆除"}, Evidence: []int64{1, 2}})
			m = r.move("county", m, matter.Step{Transition: "county_accept", Opinion: "验收通过", Evidence: []int64{3}, Fields: map[string]string{"publicity_from": row.from}})
			if state, due := r.state(m, "publish"); state != "running" || due != "2026-07-20T18:00" {
				t.Errorf("the publication's clock is %s until %s", state, due)
			}
			sign := matter.Step{Transition: "sign", Opinion: "无异议", Fields: map[string]string{"signer": "县长"}, Evidence: []int64{document}}
			_, err = r.svc.Move(r.as("county"), m.ID, m.Version, sign)
			if codeOf(err) != kind.TooEarly || !strings.Contains(err.Error(), row.at) {
				t.Errorf("published %s, signed at once: %v", row.from, err)
			}
			for _, mv := range r.view(m).Moves {
				if mv.Transition.ID == "sign" && (mv.Refusal == nil || mv.Refusal.Code != kind.TooEarly) {
					t.Errorf("offered as %+v", mv.Refusal)
				}
			}
			r.clock.Set(civil(t, row.at).Add(-60e9))
			if _, err := r.svc.Move(r.as("county"), m.ID, m.Version, sign); codeOf(err) != kind.TooEarly {
				t.Errorf("a minute before: %v", err)
			}
			r.at(row.at)
			if m = r.move("county", m, sign); m.State != "review" {
				t.Errorf("signed into %s", m.State)
			}
		})
	}
}
