package doors_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/evidence/seal"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
)

// complain opens a complaint in county A with a photo by the county's account.
func (h *house) complain(photoID string, fields map[string]string) *matter.Matter {
	h.Helper()
	id, err := strconv.ParseInt(photoID, 10, 64)
	h.ok(err)
	m, err := h.matters.Open(h.as("a"), matter.Opening{Kind: "complaint", Category: "burning", Region: townA, Place: "<b>村东</b>",
		Description: "<script>alert(1)</script>有人烧秸秆", Evidence: []int64{id}, Fields: fields, AcknowledgeDuplicates: true})
	h.ok(err)
	return m
}

func TestEvidenceIsSeenWithItsMatter(t *testing.T) {
	both(t, func(h *house) {
		id := h.upload("a", photo(1))
		path := "/api/v1/evidence/" + id
		get := func(who, path string) int {
			status, _, _ := h.call(who, "GET", path, nil)
			return status
		}
		for who, want := range map[string]int{"a": 200, "b": 404, "office": 404, "": 401} {
			if status := get(who, path); status != want {
				h.Errorf("not yet at a matter, %q: %d, want %d", who, status, want)
			}
		}
		if status, _, out := h.call("admin", "POST", "/api/v1/evidence/uploads", []byte(`{"sha256":"`+strings.Repeat("a", 64)+`","size":1,"kind":"photo"}`), "Content-Type", "application/json"); status != http.StatusForbidden {
			h.Errorf("who may not report may upload: %d %s", status, out)
		}
		if status, _, out := h.call("a", "POST", "/api/v1/evidence/uploads", []byte(`{"sha256":"`+strings.Repeat("a", 64)+`","size":209715200,"kind":"photo"}`), "Content-Type", "application/json"); status != http.StatusRequestEntityTooLarge || !strings.Contains(string(out), "200.0 MB") {
			h.Errorf("200 MB: %d %s", status, out)
		}
		m := h.complain(id, nil)
		for who, want := range map[string]int{"a": 200, "t": 200, "b": 404, "office": 200} {
			for _, p := range []string{path, path + "/thumb"} {
				if status := get(who, p); status != want {
					h.Errorf("at %s, %s %q: %d, want %d", m.Number, p, who, status, want)
				}
			}
		}
		if status, header, out := h.call("office", "GET", path+"?original=true", nil); status != 200 || !bytes.Equal(out, photo(1)) || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
			h.Errorf("the original: %d %v", status, header)
		}
		if status := get("t", path+"?original=true"); status != http.StatusForbidden {
			h.Errorf("the township has the original: %d", status)
		}
		if n := h.audited("evidence.original"); n != 1 {
			h.Errorf("%d audit entries for the original", n)
		}
		if status := get("a", "/api/v1/evidence/abc"); status != 404 {
			h.Errorf("%d", status)
		}
	})
}

func (h *house) audited(action string) (n int) {
	h.Helper()
	h.ok(h.db.View(h.Context(), func(tx *store.Tx) (err error) {
		n, err = audit.Count(h.Context(), tx, audit.Filter{Action: action})
		return err
	}))
	return n
}

func TestTheSamePhotoAtAnotherMatterIsTold(t *testing.T) {
	both(t, func(h *house) {
		first := h.complain(h.upload("a", photo(2)), nil)
		id := h.upload("a", photo(2))
		h.complain(id, nil)
		n, err := strconv.ParseInt(id, 10, 64)
		h.ok(err)
		refs, err := h.matters.Evidence(h.as("office"), first.ID+1)
		h.ok(err)
		i := slices.IndexFunc(refs, func(r matter.EvidenceRef) bool { return r.ID == strconv.FormatInt(n, 10) })
		if i < 0 || len(refs[i].Marks) != 1 || refs[i].Marks[0].Code != "same_photo" || refs[i].Marks[0].Number != first.Number {
			h.Fatalf("%+v", refs)
		}
		if refs, err := h.matters.Evidence(h.as("b"), first.ID); err == nil {
			h.Errorf("county B sees %+v", refs)
		}
	})
}

func TestASealedFileProvesTheMatter(t *testing.T) {
	both(t, func(h *house) {
		m := h.complain(h.upload("a", photo(3)), map[string]string{"person": "张三", "phone": "13800000000"})
		path := fmt.Sprintf("/api/v1/matters/%d/file.zip", m.ID)
		for who, want := range map[string]int{"a": 200, "office": 200, "t": 403, "b": 404, "": 401} {
			status, header, out := h.call(who, "GET", path, nil)
			if status != want {
				h.Errorf("%q: %d %.300s", who, status, out)
			}
			if want != 200 {
				continue
			}
			if header.Get("Content-Type") != "application/zip" {
				h.Error(header)
			}
			key, err := seal.Key(h.Context(), h.db)
			h.ok(err)
			s, err := seal.Verify(out, seal.Public(key))
			if err != nil {
				h.Fatal(err)
			}
			last := s.Audit[len(s.Audit)-1]
			if s.Number != m.Number || len(s.Evidence) != 1 || len(s.Events) != 1 || last.Action != "matter.seal" || s.Head == "" {
				h.Errorf("%+v", s)
			}
			if !bytes.Contains(out, photo(3)) {
				h.Error("the original is not in it")
			}
			if bytes.Contains(out, []byte("<script>alert(1)</script>有人")) && bytes.Contains(out, []byte("<td><b>村东")) {
				h.Error("text became markup")
			}
			for i := 0; i < len(out); i += 997 {
				bad := bytes.Clone(out)
				bad[i] ^= 4
				if _, err := seal.Verify(bad, ""); err == nil {
					h.Fatalf("byte %d flipped and nothing found", i)
				}
			}
		}
		if n := h.audited("matter.seal"); n != 2 {
			h.Errorf("%d audit entries", n)
		}
	})
}

// A matter that came back is sealed like any other: its earlier events name it without the suffix.
func TestAMatterThatCameBackIsSealed(t *testing.T) {
	both(t, func(h *house) {
		at := geo.Degrees(114.4, 35.05)
		photoOf := func(n int) []int64 {
			id, err := strconv.ParseInt(h.upload("a", photo(n)), 10, 64)
			h.ok(err)
			return []int64{id}
		}
		report := func(n int) *matter.Matter {
			m, err := h.matters.Open(h.as("a"), matter.Opening{Kind: "complaint", Category: "burning", Region: townA, At: &at, Evidence: photoOf(n), AcknowledgeDuplicates: true})
			h.ok(err)
			return m
		}
		m := report(5)
		for _, s := range []matter.Step{{Transition: "sign"}, {Transition: "gone", Opinion: "现场已无", Fields: map[string]string{"reply": "已答复"}, Evidence: photoOf(6)}} {
			var err error
			m, err = h.matters.Move(h.as("a"), m.ID, m.Version, s)
			h.ok(err)
		}
		back := report(7)
		if back.ID != m.ID || back.Number != m.Number+"-R1" {
			h.Fatalf("not taken up again: %+v", back)
		}
		status, _, out := h.call("a", "GET", fmt.Sprintf("/api/v1/matters/%d/file.zip", m.ID), nil)
		if status != http.StatusOK {
			h.Fatalf("%d %s", status, out)
		}
		s, err := seal.Verify(out, "")
		h.ok(err)
		if s.Number != back.Number || len(s.Events) != 4 {
			h.Errorf("%s with %d events", s.Number, len(s.Events))
		}
	})
}

func TestARecordThatWasTamperedWithIsNotSealed(t *testing.T) {
	both(t, func(h *house) {
		m := h.complain(h.upload("a", photo(4)), nil)
		h.ok(h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(h.Context(), "UPDATE matter_event SET body = replace(body, '有', '无') || ' ' WHERE matter = $1", m.ID)
			return err
		}))
		status, _, out := h.call("a", "GET", fmt.Sprintf("/api/v1/matters/%d/file.zip", m.ID), nil)
		var p struct{ Code string }
		if err := json.Unmarshal(out, &p); err != nil || status != http.StatusServiceUnavailable || p.Code != "record_broken" {
			h.Errorf("%d %s", status, out)
		}
	})
}

func TestAStrangerBringsNothing(t *testing.T) {
	both(t, func(h *house) {
		id, err := strconv.ParseInt(h.upload("a", photo(5)), 10, 64)
		h.ok(err)
		_, err = h.matters.Open(h.as("office"), matter.Opening{Kind: "complaint", Category: "dust", Region: townA, Evidence: []int64{id}})
		if err == nil || !strings.Contains(err.Error(), "evidence_unknown") {
			h.Errorf("another account's photo: %v", err)
		}
		if _, err := h.matters.Open(access.With(h.Context(), access.System("signal")), matter.Opening{Kind: "complaint", Category: "dust", Region: townA, Evidence: []int64{id + 100}}); err == nil {
			h.Error("evidence that is not")
		}
	})
}

// send brings a file in over HTTP in one part and gives the last answer.
func (h *house) send(name, kind string, data []byte, more map[string]any) (int, []byte) {
	h.Helper()
	sum := sha256.Sum256(data)
	body := map[string]any{"sha256": hex.EncodeToString(sum[:]), "size": len(data), "kind": kind, "name": name}
	for k, v := range more {
		body[k] = v
	}
	text, err := json.Marshal(body)
	h.ok(err)
	status, _, out := h.call("a", "POST", "/api/v1/evidence/uploads", text, "Content-Type", "application/json")
	var p progress
	if err := json.Unmarshal(out, &p); err != nil || status != http.StatusCreated {
		return status, out
	}
	status, _, out = h.call("a", "PATCH", "/api/v1/evidence/uploads/"+p.ID, data, "Upload-Offset", "0")
	return status, out
}

// What is not what it says is refused over HTTP with the reason, before it is evidence; what is
// only odd is taken and marked.
func TestFaultyFilesOverHTTP(t *testing.T) {
	both(t, func(h *house) {
		svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		_, err := z.Create("x.html")
		h.ok(err)
		h.ok(z.Close())
		for _, x := range []struct {
			what, name, kind string
			data             []byte
			more             map[string]any
			status           int
			code             string
		}{
			{"wrong hash", "a.jpg", "photo", photo(1), map[string]any{"sha256": strings.Repeat("0", 64)}, 422, "hash_mismatch"},
			{"no hash", "a.jpg", "photo", photo(1), map[string]any{"sha256": "x"}, 422, ""},
			{"SVG with script", "a.svg", "document", svg, nil, 422, "markup"},
			{"SVG as a photo", "a.jpg", "photo", svg, map[string]any{"media": "image/jpeg"}, 422, "markup"},
			{"a photo that is an archive as well", "a.jpg", "photo", slices.Concat(photo(1), archive.Bytes()), nil, 422, "polyglot"},
			{"a photo that is a page as well", "a.jpg", "photo", slices.Concat(photo(1), []byte("<html><script>alert(1)</script>")), nil, 422, "polyglot"},
			{"a program", "a.exe", "document", []byte("MZ\x90\x00"), nil, 422, "media_refused"},
			{"200 MB", "a.jpg", "photo", photo(1), map[string]any{"size": 200 << 20}, 413, "too_large"},
		} {
			status, out := h.send(x.name, x.kind, x.data, x.more)
			if status != x.status || !strings.Contains(string(out), `"code":"`+x.code) {
				h.Errorf("%s: %d %s", x.what, status, out)
			}
		}
		tomorrow := morning.AddDate(0, 0, 1).Format(time.RFC3339)
		status, out := h.send("明天.jpg", "photo", photo(6), map[string]any{"capturedAt": tomorrow})
		var p progress
		if err := json.Unmarshal(out, &p); err != nil || status != 200 || p.Evidence == nil || !slices.ContainsFunc(p.Evidence.Marks, func(m struct{ Code, Matter string }) bool { return m.Code == evidence.MarkFuture }) {
			h.Errorf("a photo from tomorrow: %d %s", status, out)
		}
	})
}
