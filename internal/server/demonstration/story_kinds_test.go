package demonstration_test

import (
	"slices"
	"strings"
	"testing"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
)

// TestScriptsFollowTheKinds: every turn of every script is a transition of its kind from the
// state that the one before left, and the last turns of those told by chance end the matter.
func TestScriptsFollowTheKinds(t *testing.T) {
	s, kinds := story(t)
	for i, x := range s.Scripts {
		k := kinds.Kind(x.Kind, calendar.MustDay("2026-08-27"))
		if k == nil {
			t.Errorf("script %d: no kind %s", i+1, x.Kind)
			continue
		}
		state := ""
		if x.Kind == "signal" {
			state = "raised"
		}
		for _, turn := range x.Turns {
			if turn.By == "" || len(turn.Share) > 0 && (len(turn.Share) != 2 || turn.Share[0] > turn.Share[1]) || len(turn.Wait) > 0 && (len(turn.Wait) != 2 || turn.Wait[0] > turn.Wait[1]) {
				t.Errorf("script %d, %s: %+v", i+1, turn.Do, turn)
			}
			if strings.HasPrefix(turn.Do, "@") {
				continue
			}
			tr := k.Transition(turn.Do)
			if tr == nil || state == "" && !tr.Starts() || state != "" && !slices.Contains(tr.From, state) {
				t.Errorf("script %d of %s: %s from %q", i+1, x.Kind, turn.Do, state)
				break
			}
			state = tr.To
		}
		if last := x.Turns[len(x.Turns)-1].Do; k.State(state) == nil || !k.State(state).Type.Final() && last != "@merge" {
			t.Errorf("script %d of %s ends as %q", i+1, x.Kind, state)
		}
	}
}

func TestStoryCategories(t *testing.T) {
	s, kinds := story(t)
	for _, c := range s.Categories {
		if k := kinds.Kind(c.Kind, calendar.MustDay("2026-08-27")); k == nil || k.Category(c.ID) == nil || len(c.Titles) == 0 || len(c.Results) == 0 || c.Weight <= 0 {
			t.Errorf("category %s/%s", c.Kind, c.ID)
		}
	}
	for _, x := range s.Texts.Firm {
		if !strings.HasPrefix(x, demo.Mark) {
			t.Errorf("%s could be a real firm", x)
		}
	}
	for do, list := range s.Texts.Opinion {
		if len(list) == 0 {
			t.Errorf("no opinion for %s", do)
		}
	}
}

func story(t *testing.T) (*demo.Story, *kind.Set) {
	t.Helper()
	s, err := demo.ReadStory()
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := kind.National()
	if err != nil {
		t.Fatal(err)
	}
	return s, kinds
}
