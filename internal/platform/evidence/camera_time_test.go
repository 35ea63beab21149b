package evidence_test

import (
	"slices"
	"testing"

	"qingshan/internal/platform/evidence"
)

// A photo that says no time itself is believed for the device's word, and says so to whoever
// checks: "fresh" then rests on the device alone.
func TestAPhotoWithoutItsOwnTimeIsMarked(t *testing.T) {
	b := lite(t)
	for name, x := range map[string]struct {
		told bool
		want []string
	}{"told by the device": {true, []string{evidence.MarkNoCamera}}, "told by nobody": {false, nil}} {
		d := evidence.Declared{Name: "a.jpg", Kind: evidence.Photo}
		if x.told {
			d.CapturedAt = b.clk.Now()
		}
		id, err := b.ev.Add(b.ctx, d, jpg(scene(31, 320, 200), 90))
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(b.get(id).Marks); len(got) != len(x.want) || len(got) > 0 && !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}
