package demo_test

import (
	"strings"
	"testing"

	"qingshan/packs/demo"
)

// TestStoryPosts: nobody of the story takes the post of an account or of the grid.
func TestStoryPosts(t *testing.T) {
	o, err := demo.Organisation(draw(t, demo.Seed))
	if err != nil {
		t.Fatal(err)
	}
	list := demo.StoryPosts(o)
	taken := map[string]bool{}
	for _, a := range o.Accounts {
		taken[a.Post] = true
	}
	for _, h := range list {
		if taken[h.Post] || strings.HasPrefix(h.Post, "officer:") || !strings.HasPrefix(h.Person, demo.Mark) {
			t.Errorf("%+v", h)
		}
		taken[h.Post] = true
	}
	if len(list) < 150 {
		t.Errorf("%d people", len(list))
	}
}
