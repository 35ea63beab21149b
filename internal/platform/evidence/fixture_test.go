package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
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

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
