package kind_test

import (
	"strings"
	"testing"

	"qingshan/internal/city/matter/kind"
)

// What the language of clocks refuses: a state in which a matter would lie for ever, an end that
// nobody is asked for, an effect on a clock that the state undoes.
func TestBadClocksRefused(t *testing.T) {
	for _, row := range []struct{ name, id, old, spoilt, want string }{
		{"put off for ever", "grid", "until = \"review_day\"\nstart = [\"suspended\"]", `start = ["checking"]`, "state suspended puts the matter off and no clock starts there"},
		{"put off without limit", "section", `term = [{ term = "90cd" }]`, `term = [{ class = "urgent", term = "90cd" }]`, "state suspended puts the matter off and no clock starts there"},
		{"day not asked for", "signal", `fields = ["condition", "review_day"], opinion`, `fields = ["condition"], opinion`, "transition suspend starts it and does not ask for field review_day"},
		{"no day", "fire", `until = "review_day"`, `until = "condition"`, "want a field of type day"},
		{"nobody can go on", "complaint", `then = "resume"`, `then = "submit"`, "want a transition that the system may make and that needs nothing"},
		{"goes on from elsewhere", "signal", `until = "review_day"`, "until = \"review_day\"\nthen = \"clear\"", "then clear is not possible in state suspended"},
		{"dated without extension", "assignment", `id = "plan"
name = "报方案"
name_en = "Plan"`, `id = "plan"
name = "报方案"
name_en = "Plan"
dated = true`, "only a clock that can be extended can be dated"},
		{"waits for nothing", "assignment", `wait = { term = "5wd", field`, `wait = { field`, "wait needs a term"},
		{"waits without source", "assignment", `field = "publicity_from", source = "县级媒体公示 5 工作日以上：默认值"`, `field = "publicity_from"`, "wait needs a source"},
		{"waits since no day", "assignment", `field = "publicity_from", source`, `field = "signer", source`, "want a field of type day"},
		{"merges by no source", "fire", `other = "alarm"`, `other = "area"`, "want a field of type choice that names who told"},
		{"merges for ever", "fire", `within = "2h"`, `within = "3wd"`, "merge needs metres and within"},
		{"pauses without number", "section", "times = 2, ", "", "pauses need times"},
		{"effect without clock", "grid", `effects = [{ do = "notify", to = "assigner" }]`, `effects = [{ do = "clock", clock = "nothing", action = "start" }]`, "want notify with to"},
		{"effect against the state", "grid", `effects = [{ do = "notify", to = "assigner" }]`, `effects = [{ do = "clock", clock = "accept", action = "restart" }]`, "the other way round"},
		{"effect stops what starts", "grid", `effects = [{ do = "notify", to = "assigner" }]`, `effects = [{ do = "clock", clock = "verify", action = "stop" }]`, "the other way round"},
	} {
		good := source(t, row.id)
		if !strings.Contains(good, row.old) {
			t.Fatalf("%s: %q is not in %s", row.name, row.old, row.id)
		}
		_, err := kind.Parse("x.toml", []byte(strings.Replace(good, row.old, row.spoilt, 1)))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v; want %s", row.name, err, row.want)
		}
	}
}
