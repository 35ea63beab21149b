package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type bench struct {
	t    *testing.T
	ctx  context.Context
	db   *store.DB
	dir  string
	clk  *clock.Manual
	ev   *evidence.Store
	fail map[string]error
}

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

func both(t *testing.T, test func(b *bench)) {
	t.Run("sqlite", func(t *testing.T) { test(open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})) })
	t.Run("postgres", func(t *testing.T) { test(open(t, store.Config{URL: pgtest.URL(t)})) })
}

func lite(t *testing.T) *bench {
	return open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})
}

func open(t *testing.T, cfg store.Config) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), clk: clock.NewManual(morning), fail: map[string]error{}, ctx: as(t.Context(), 7)}
	db, err := store.Open(b.ctx, cfg, b.clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c := evidence.Default(b.dir)
	c.Fault = func(step string) error { return b.fail[step] }
	b.db = db
	if b.ev, err = evidence.New(db, c); err != nil {
		t.Fatal(err)
	}
	return b
}

func as(ctx context.Context, account int64) context.Context {
	return access.With(ctx, access.Actor{Account: account, Name: "zhang", Post: 3})
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) get(id int64) (it evidence.Item) {
	b.t.Helper()
	b.must(b.db.View(b.ctx, func(tx *store.Tx) (err error) {
		it, err = evidence.Get(b.ctx, tx, id)
		return err
	}))
	return it
}

func (b *bench) attach(u evidence.Use) (items []evidence.Item, err error) {
	err = b.db.Update(b.ctx, func(tx *store.Tx) (err error) {
		items, err = b.ev.Attach(b.ctx, tx, u)
		return err
	})
	return items, err
}

func (b *bench) verify() (rep evidence.Report) {
	b.t.Helper()
	b.must(b.db.View(b.ctx, func(tx *store.Tx) (err error) {
		rep, err = evidence.Verify(b.ctx, tx, b.dir)
		return err
	}))
	return rep
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

func declared(data []byte) evidence.Declared {
	return evidence.Declared{SHA256: sum(data), Size: int64(len(data)), Media: evidence.JPEG, Name: "现场.jpg", Kind: evidence.Photo}
}

func codes(marks []evidence.Mark) []string {
	out := []string{}
	for _, m := range marks {
		out = append(out, m.Code)
	}
	return out
}

// scene is a picture with structure; each seed is another one.
func scene(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	var cells [12][12]uint8
	for y := range cells {
		for x := range cells[y] {
			cells[y][x] = uint8(r.UintN(256))
		}
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := cells[y*12/h][x*12/w]
			img.SetRGBA(x, y, color.RGBA{v, 255 - v, v / 2, 255})
		}
	}
	return img
}

func jpg(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// withCamera puts an EXIF segment with a time and a position into a JPEG.
func withCamera(photo []byte, at, zone string, lng, lat float64, orientation uint16) []byte {
	be := binary.BigEndian
	u16 := func(v uint16) []byte { return be.AppendUint16(nil, v) }
	u32 := func(v uint32) []byte { return be.AppendUint32(nil, v) }
	rat := func(v float64) []byte {
		d := math.Floor(v)
		m := math.Floor((v - d) * 60)
		s := (v - d - m/60) * 3600
		return slices.Concat(u32(uint32(d)), u32(1), u32(uint32(m)), u32(1), u32(uint32(math.Round(s*10000))), u32(10000))
	}
	entry := func(tag, kind uint16, n uint32, value []byte) []byte {
		return slices.Concat(u16(tag), u16(kind), u32(n), append(value, make([]byte, 4-len(value))...))
	}
	// Offsets from the TIFF head: IFD0 at 8 (3 entries), Exif at 50, GPS at 80, values behind.
	const ifd0, exif, gps = 8, 8 + 2 + 3*12 + 4, 8 + 2 + 3*12 + 4 + 2 + 2*12 + 4
	const data = gps + 2 + 4*12 + 4
	taken, offset := append([]byte(at), 0), append([]byte(zone), 0)
	var tail []byte
	put := func(v []byte) []byte {
		at := u32(uint32(data + len(tail)))
		tail = append(tail, v...)
		return at
	}
	tiff := slices.Concat([]byte("MM\x00*"), u32(ifd0), u16(3), entry(0x0112, 3, 1, u16(orientation)),
		entry(0x8769, 4, 1, u32(exif)), entry(0x8825, 4, 1, u32(gps)), u32(0),
		u16(2), entry(0x9003, 2, uint32(len(taken)), put(taken)), entry(0x9011, 2, uint32(len(offset)), put(offset)), u32(0),
		u16(4), entry(1, 2, 2, []byte("N\x00")), entry(2, 5, 3, put(rat(lat))), entry(3, 2, 2, []byte("E\x00")), entry(4, 5, 3, put(rat(lng))), u32(0))
	body := slices.Concat([]byte("Exif\x00\x00"), tiff, tail)
	return slices.Concat(photo[:2], []byte{0xff, 0xe1}, u16(uint16(len(body)+2)), body, photo[2:])
}

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

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
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

// office makes a small DOCX; extra adds parts.
func office(extra map[string]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	parts := map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document xmlns:w=\"w\"><w:t>说明</w:t></w:document>"}
	for k, v := range extra {
		parts[k] = v
	}
	for name, text := range parts {
		w := must(z.Create(name))
		must(w.Write([]byte(text)))
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\nstartxref\n42\n%%EOF\n"

// flood is a PNG head that claims w×h pixels.
func flood(w, h uint32) []byte {
	out := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	out = binary.BigEndian.AppendUint32(out, w)
	out = binary.BigEndian.AppendUint32(out, h)
	out = append(out, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[12:]))
}

type specimen struct {
	name string
	kind evidence.Kind
	data []byte
	want string // code of the refusal, or "mark:CODE", or ""
}

func specimens() []specimen {
	photo, hidden := jpg(scene(9, 320, 240), 90), office(nil)
	comment := slices.Concat(photo[:2], []byte{0xff, 0xfe, 0, 2 + 25}, []byte("<script>alert(1)</script>"), photo[2:])
	return []specimen{
		{"a.jpg", evidence.Photo, photo, ""},
		{"a.png", evidence.Photo, pngOf(scene(9, 64, 64)), ""},
		{"scan.jpg", evidence.Document, photo, ""},
		{"a.pdf", evidence.Document, []byte(pdf), ""},
		{"a.docx", evidence.Document, hidden, ""},
		{"a.txt", evidence.Statement, []byte("情况说明：a < b\n"), ""},
		{"a.csv", evidence.Reading, []byte("\xef\xbb\xbf时间,值\n08:00,12\n"), ""},
		{"gbk.csv", evidence.Reading, []byte("\xca\xb1\xbc\xe4,\xd6\xb5\n08:00,12\n"), ""},
		{"a.svg", evidence.Document, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "markup"},
		{"a.jpg", evidence.Photo, []byte("  <!DOCTYPE html><p>x"), "markup"},
		{"a.txt", evidence.Document, []byte("hello <ScRiPt>alert(1)</script>"), "markup"},
		{"run.sh", evidence.Document, []byte("#!/bin/sh\nrm x\n"), "media_refused"},
		{"a.gif", evidence.Photo, []byte("GIF89a......"), "media_refused"},
		{"a.heic", evidence.Photo, []byte("\x00\x00\x00\x18ftypheic\x00\x00"), "media_refused"},
		{"a.exe", evidence.Document, []byte("MZ\x90\x00"), "media_refused"},
		{"a.bin", evidence.Document, []byte{1, 2, 3, 4, 0, 9}, "media_unknown"},
		{"a.pdf", evidence.Photo, []byte(pdf), "media_not_allowed"},
		{"zip tail", evidence.Photo, slices.Concat(photo, hidden), "polyglot"},
		{"html tail", evidence.Photo, slices.Concat(photo, []byte("<html><body>x")), "polyglot"},
		{"pdf tail", evidence.Photo, slices.Concat(photo, []byte(pdf)), "polyglot"},
		{"script comment", evidence.Photo, comment, "polyglot"},
		{"zip behind text", evidence.Document, slices.Concat([]byte("%PDF-1.4\nstartxref\n%%EOF\n"), hidden), "polyglot"},
		{"motion photo", evidence.Photo, slices.Concat(photo, []byte("SEFT-some-trailer")), "mark:trailing"},
		{"cut", evidence.Photo, photo[:len(photo)/2], "picture_broken"},
		{"no end", evidence.Photo, photo[:len(photo)-2], "picture_broken"},
		{"flood.png", evidence.Photo, flood(60000, 60000), "picture_pixels"},
		{"flood2.png", evidence.Photo, flood(19000, 19000), "picture_pixels"},
		{"head only.png", evidence.Photo, flood(100, 100), "picture_broken"},
		{"a.zip", evidence.Document, func() []byte {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			must(z.Create("x.txt"))
			_ = z.Close()
			return b.Bytes()
		}(), "media_refused"},
		{"macro.docx", evidence.Document, office(map[string]string{"word/vbaProject.bin": "x"}), "macro"},
		{"broken.docx", evidence.Document, office(map[string]string{"word/document.xml": "<a><b"}), "archive_broken"},
		{"bomb.docx", evidence.Document, office(map[string]string{"word/media/a.xml": strings.Repeat("0", 201<<20)}), "archive_bomb"},
		{"js.pdf", evidence.Document, []byte(strings.Replace(pdf, "/Catalog", "/Catalog/OpenAction<</S/J#61vaScript/JS(x)>>", 1)), "pdf_active"},
		{"cut.pdf", evidence.Document, []byte(pdf[:60]), "pdf_broken"},
		{"empty", evidence.Photo, nil, "empty"},
	}
}

func TestWhatAFileReallyIs(t *testing.T) {
	b := lite(t)
	for _, x := range specimens() {
		id, err := b.ev.Add(b.ctx, evidence.Declared{Name: x.name, Kind: x.kind}, x.data)
		code, marked := strings.CutPrefix(x.want, "mark:")
		if code != "" && !marked {
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Code != code {
				t.Errorf("%s: want %s, got %v", x.name, code, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if it := b.get(id); marked && !slices.Contains(codes(it.Marks), code) || !marked && len(it.Marks) > 0 {
			t.Errorf("%s: marks %v", x.name, it.Marks)
		}
	}
}

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

func FuzzMedia(f *testing.F) {
	for _, x := range specimens() {
		if len(x.data) < 1<<20 {
			f.Add(string(x.kind), x.name, x.data)
		}
	}
	f.Add("photo", "exif.jpg", withCamera(jpg(scene(1, 32, 32), 50), "2026:08:28 06:30:00", "+08:00", 113.9, 35.3, 6))
	dir := f.TempDir()
	db, err := store.Open(f.Context(), store.Config{Path: filepath.Join(dir, "q.db")}, clock.NewManual(morning))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	ev, err := evidence.New(db, evidence.Default(dir))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind, name string, data []byte) {
		found, err := ev.Inspect(evidence.Kind(kind), name, data)
		switch {
		case err != nil && !fault.Is(err, fault.Invalid):
			t.Fatalf("not a refusal: %v", err)
		case err == nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")):
			t.Fatalf("markup taken as %s", found.Media)
		}
	})
}
