package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

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
