package evidence_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
)

func TestAPhotoArrivesInPartsAndIsKeptOnce(t *testing.T) {
	both(t, func(b *bench) {
		data := jpg(scene(1, 640, 480), 90)
		d := declared(data)
		d.ClientID = "phone-1"
		u, err := b.ev.Begin(b.ctx, d)
		b.must(err)
		half := int64(len(data) / 2)
		if u, err = b.ev.Append(b.ctx, u.ID, 0, bytes.NewReader(data[:half])); err != nil || u.Offset != half || u.Evidence != 0 {
			b.t.Fatalf("%+v %v", u, err)
		}
		if _, err := b.ev.Append(b.ctx, u.ID, 0, bytes.NewReader(data)); !fault.Is(err, fault.Conflict) {
			b.t.Errorf("a second beginning: %v", err)
		}
		if s, err := b.ev.State(b.ctx, u.ID); err != nil || s.Offset != half {
			b.t.Errorf("%+v %v", s, err)
		}
		if _, err := b.ev.State(as(b.ctx, 8), u.ID); !fault.Is(err, fault.NotFound) {
			b.t.Errorf("another account sees it: %v", err)
		}
		u, err = b.ev.Append(b.ctx, u.ID, half, bytes.NewReader(data[half:]))
		b.must(err)
		it := b.get(u.Evidence)
		if it.SHA256 != sum(data) || it.Media != evidence.JPEG || it.Width != 640 || it.Account != 7 || len(it.Marks) != 0 {
			b.t.Errorf("%+v", it)
		}
		again, err := b.ev.Append(b.ctx, u.ID, half, bytes.NewReader(data[half:])) // the answer was lost
		if err != nil || again.Evidence != u.Evidence {
			b.t.Errorf("%+v %v", again, err)
		}
		if same, err := b.ev.Begin(b.ctx, d); err != nil || same.Evidence != u.Evidence {
			b.t.Errorf("the device's repeat: %+v %v", same, err)
		}
		d.ClientID = "phone-2"
		other, err := b.ev.Add(b.ctx, d, data)
		if err != nil || other == u.Evidence {
			b.t.Errorf("%d %v", other, err)
		}
		if rep := b.verify(); rep.Files != 1 || rep.Broken != "" || rep.Loose != 0 {
			b.t.Errorf("%+v", rep)
		}
	})
}

func TestOneFlippedByteIsFound(t *testing.T) {
	both(t, func(b *bench) {
		id, err := b.ev.Add(b.ctx, evidence.Declared{Name: "说明.txt", Kind: evidence.Document}, []byte("现场无异常\n"))
		b.must(err)
		it := b.get(id)
		path := filepath.Join(b.dir, it.SHA256[:2], it.SHA256[2:4], it.SHA256)
		data, err := os.ReadFile(path)
		b.must(err)
		data[3] ^= 1
		b.must(os.Chmod(path, 0o600))
		b.must(os.WriteFile(path, data, 0o600))
		if rep := b.verify(); !strings.Contains(rep.Broken, it.SHA256) || !strings.Contains(rep.Broken, "altered") {
			b.t.Errorf("%+v", rep)
		}
		if _, err := b.ev.Original(it); !fault.Is(err, fault.Unavailable) {
			b.t.Errorf("a damaged original is given out: %v", err)
		}
		// The same file brought in again makes the store good.
		if _, err := b.ev.Add(b.ctx, evidence.Declared{Name: "说明.txt", Kind: evidence.Document}, []byte("现场无异常\n")); err != nil {
			b.t.Fatal(err)
		}
		if rep := b.verify(); rep.Broken != "" {
			b.t.Errorf("%+v", rep)
		}
		b.must(os.Remove(path))
		if rep := b.verify(); !strings.Contains(rep.Broken, "missing") {
			b.t.Errorf("%+v", rep)
		}
	})
}

func TestAFaultLeavesNothingHalf(t *testing.T) {
	both(t, func(b *bench) {
		data := jpg(scene(2, 320, 240), 90)
		u, err := b.ev.Begin(b.ctx, declared(data))
		b.must(err)
		for _, step := range []string{"write", "sync", "place", "row"} {
			b.fail[step] = syscall.ENOSPC
			_, err := b.ev.Append(b.ctx, u.ID, must(b.ev.State(b.ctx, u.ID)).Offset, bytes.NewReader(data[must(b.ev.State(b.ctx, u.ID)).Offset:]))
			if err == nil {
				b.t.Fatalf("%s: accepted", step)
			}
			var f *fault.Error
			if step != "row" && (!errors.As(err, &f) || f.Code != "disk_full") {
				b.t.Errorf("%s: %v", step, err)
			}
			if step == "write" && must(b.ev.State(b.ctx, u.ID)).Offset != 0 {
				b.t.Error("half a write stayed")
			}
			if rep := b.verify(); rep.Files != 0 {
				b.t.Errorf("%s: %+v", step, rep)
			}
			delete(b.fail, step)
		}
		at := must(b.ev.State(b.ctx, u.ID)).Offset
		u, err = b.ev.Append(b.ctx, u.ID, at, bytes.NewReader(data[at:]))
		if err != nil || u.Evidence == 0 {
			b.t.Fatalf("%+v %v", u, err)
		}
		if rep := b.verify(); rep.Files != 1 || rep.Broken != "" || rep.Loose != 0 {
			b.t.Errorf("%+v", rep)
		}
		b.fail["view"] = syscall.ENOSPC // a cache only
		id, err := b.ev.Add(b.ctx, evidence.Declared{Name: "b.jpg", Kind: evidence.Photo}, jpg(scene(3, 320, 240), 90))
		b.must(err)
		delete(b.fail, "view")
		if _, err := b.ev.Picture(b.ctx, b.get(id), evidence.Thumb); err != nil {
			b.t.Error(err)
		}
	})
}

type broken struct{ data []byte }

func (r *broken) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, errors.New("connection reset")
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

func TestASenderThatBreaksOffGoesOn(t *testing.T) {
	b := lite(t)
	data := jpg(scene(4, 320, 240), 90)
	u := must(b.ev.Begin(b.ctx, declared(data)))
	if _, err := b.ev.Append(b.ctx, u.ID, 0, &broken{data[:1000]}); !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	if s := must(b.ev.State(b.ctx, u.ID)); s.Offset != 1000 {
		t.Fatalf("%+v", s)
	}
	if _, err := b.ev.Append(b.ctx, u.ID, 1000, bytes.NewReader(append(data[1000:], 'x'))); !fault.Is(err, fault.Conflict) {
		t.Fatalf("more than declared: %v", err)
	}
	if u, err := b.ev.Append(b.ctx, u.ID, 1000, bytes.NewReader(data[1000:])); err != nil || u.Evidence == 0 {
		t.Fatalf("%+v %v", u, err)
	}
}

func TestAWrongHashIsRefusedAndSaysSo(t *testing.T) {
	b := lite(t)
	data := jpg(scene(5, 320, 240), 90)
	d := declared(data)
	d.SHA256 = strings.Repeat("0", 64)
	u := must(b.ev.Begin(b.ctx, d))
	for range 2 { // the second time for a sender that missed the answer
		_, err := b.ev.Append(b.ctx, u.ID, 0, bytes.NewReader(data))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Code != "hash_mismatch" || !strings.Contains(f.Message, "SHA-256") {
			t.Fatal(err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(b.dir, "parts")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestAHugePhotoIsRefusedBeforeItIsRead(t *testing.T) {
	b := lite(t)
	_, err := b.ev.Begin(b.ctx, evidence.Declared{SHA256: strings.Repeat("a", 64), Size: 200 << 20, Kind: evidence.Photo, Name: "x.jpg"})
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "too_large" || !strings.Contains(f.Message, "200.0 MB") {
		t.Fatal(err)
	}
}

func TestAbandonedPartsGo(t *testing.T) {
	both(t, func(b *bench) {
		data := jpg(scene(6, 320, 240), 90)
		u := must(b.ev.Begin(b.ctx, declared(data)))
		must(b.ev.Append(b.ctx, u.ID, 0, bytes.NewReader(data[:500])))
		b.clk.Advance(6 * 24 * time.Hour)
		if n, err := b.ev.Purge(b.ctx); n != 0 || err != nil {
			b.t.Fatal(n, err)
		}
		b.clk.Advance(2 * 24 * time.Hour)
		if n, err := b.ev.Purge(b.ctx); n != 1 || err != nil {
			b.t.Fatal(n, err)
		}
		if left, _ := os.ReadDir(filepath.Join(b.dir, "parts")); len(left) != 0 {
			b.t.Errorf("left: %v", left)
		}
	})
}
