package evidence_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

func TestTimeAndPlaceOfTheCamera(t *testing.T) {
	both(t, func(b *bench) {
		plain := jpg(scene(10, 400, 300), 90)
		shot := withCamera(plain, "2026:08:28 06:30:00", "+08:00", 113.9, 35.3, 6)
		it := b.get(must(b.ev.Add(b.ctx, evidence.Declared{Name: "a.jpg", Kind: evidence.Photo}, shot)))
		if it.CapturedSource != evidence.FromEXIF || !it.CapturedAt.Equal(morning.Add(-90*time.Minute)) || it.PlaceSource != evidence.FromEXIF || it.Place == nil ||
			math.Abs(float64(it.Place.Lng-1139000000)) > 30 || math.Abs(float64(it.Place.Lat-353000000)) > 30 {
			b.t.Fatalf("%+v %+v", it, it.Place)
		}
		for _, size := range []evidence.Size{evidence.Thumb, evidence.View} {
			shown := must(b.ev.Picture(b.ctx, it, size))
			if bytes.Contains(shown, []byte("Exif")) || bytes.Contains(shown, []byte("2026:08:28")) {
				b.t.Errorf("%s carries the camera's data", size)
			}
			cfg, err := jpeg.DecodeConfig(bytes.NewReader(shown))
			if want := map[evidence.Size]int{evidence.Thumb: 320, evidence.View: 400}[size]; err != nil || cfg.Height != want || cfg.Width >= cfg.Height {
				b.t.Errorf("%s: %d×%d %v: not upright or not small", size, cfg.Width, cfg.Height, err)
			}
		}
		b.must(os.RemoveAll(filepath.Join(b.dir, "views"))) // a cache
		if p := must(b.ev.Picture(b.ctx, it, evidence.View)); len(p) == 0 {
			b.t.Error("no view")
		}
		future := withCamera(jpg(scene(11, 400, 300), 90), "2026:08:29 09:00:00", "+08:00", 113.9, 35.3, 1)
		late := evidence.Declared{Name: "b.jpg", Kind: evidence.Photo, CapturedAt: morning.Add(-time.Hour), Place: evidence.NewPlace(114.5, 35.3, 20)}
		got := codes(b.get(must(b.ev.Add(b.ctx, late, future))).Marks)
		if !slices.Equal(got, []string{evidence.MarkClocks, evidence.MarkPlaces, evidence.MarkFuture}) {
			b.t.Errorf("%v", got)
		}
		used, err := b.attach(evidence.Use{Object: "matter/1", IDs: []int64{it.ID}, Reported: morning.Add(4 * 24 * time.Hour), Place: evidence.NewPlace(113.95, 35.3, 0)})
		if err != nil || !slices.Equal(codes(used[0].Marks), []string{evidence.MarkOld, evidence.MarkFar}) {
			b.t.Errorf("%+v %v", used, err)
		}
	})
}

func TestAPhotoUsedTwiceIsFound(t *testing.T) {
	both(t, func(b *bench) {
		add := func(data []byte) int64 {
			return must(b.ev.Add(b.ctx, evidence.Declared{Name: "a.jpg", Kind: evidence.Photo}, data))
		}
		first := add(jpg(scene(20, 800, 600), 92))
		copyOf := add(jpg(scene(20, 800, 600), 92))
		smaller := add(jpg(scene(20, 400, 300), 60))
		another := add(jpg(scene(21, 800, 600), 92))
		black := []int64{add(jpg(image.NewRGBA(image.Rect(0, 0, 200, 100)), 90)), add(jpg(image.NewRGBA(image.Rect(0, 0, 100, 200)), 90))}
		for _, x := range []struct {
			object string
			id     int64
			want   []string
		}{
			{"matter/1", first, []string{}}, {"matter/2", copyOf, []string{evidence.MarkSame}}, {"matter/3", smaller, []string{evidence.MarkNear, evidence.MarkNear}},
			{"matter/4", another, []string{}}, {"matter/1", black[0], []string{}}, {"matter/2", black[1], []string{}}, {"matter/5", first, []string{evidence.MarkSame, evidence.MarkSame, evidence.MarkNear}},
		} {
			items, err := b.attach(evidence.Use{Object: x.object, IDs: []int64{x.id}})
			if err != nil || !slices.Equal(codes(items[0].Marks), x.want) {
				b.t.Errorf("%s %d: %+v %v, want %v", x.object, x.id, items, err, x.want)
			}
		}
		again, err := b.attach(evidence.Use{Object: "matter/2", IDs: []int64{copyOf, copyOf}})
		if err != nil || len(again) != 1 || len(again[0].Marks) != 1 {
			b.t.Errorf("%+v %v", again, err)
		}
		other := b.ctx
		b.ctx = as(other, 8)
		if _, err := b.attach(evidence.Use{Object: "matter/9", IDs: []int64{another}}); !fault.Is(err, fault.Invalid) {
			b.t.Errorf("another's photo: %v", err)
		}
		if _, err := b.attach(evidence.Use{Object: "matter/9", IDs: []int64{another}, Handed: true}); err != nil {
			b.t.Error(err)
		}
		b.ctx = other
		if _, err := b.attach(evidence.Use{Object: "matter/9", IDs: []int64{99999}}); !fault.Is(err, fault.Invalid) {
			b.t.Errorf("a photo that is not: %v", err)
		}
		b.must(b.db.View(b.ctx, func(tx *store.Tx) error {
			list, err := evidence.Of(b.ctx, tx, "matter/1")
			objects, err2 := evidence.Objects(b.ctx, tx, first)
			if len(list) != 2 || !slices.Equal(objects, []string{"matter/1", "matter/5"}) {
				b.t.Errorf("%+v %v", list, objects)
			}
			return errors.Join(err, err2)
		}))
	})
}
