// Package doors_test tries the doors of the matter room that outsiders use: evidence over
// HTTP, sealed files, Open311.
package doors_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	city    region.Code = "410700000000"
	countyA region.Code = "410721000000"
	countyB region.Code = "410724000000"
	townA   region.Code = "410721100000"
)

var morning = time.Date(2026, 8, 28, 9, 0, 0, 0, clock.Shanghai)

// house is the room with its doors on one database.
type house struct {
	*testing.T
	db      *store.DB
	clk     *clock.Manual
	people  *org.Service
	matters *matter.Service
	files   *matter.Files
	open311 *matter.Open311
	mux     *http.ServeMux
	actors  map[string]access.Actor
	units   map[string]int64
}

func both(t *testing.T, test func(h *house)) {
	t.Run("sqlite", func(t *testing.T) { test(build(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})) })
	t.Run("postgres", func(t *testing.T) { test(build(t, store.Config{URL: pgtest.URL(t)})) })
}

func build(t *testing.T, cfg store.Config) *house {
	t.Helper()
	h := &house{T: t, clk: clock.NewManual(morning), mux: http.NewServeMux(), actors: map[string]access.Actor{}, units: map[string]int64{}}
	var err error
	h.db, err = store.Open(t.Context(), cfg, h.clk)
	h.ok(err)
	t.Cleanup(func() { h.ok(h.db.Close()) })
	h.people, err = org.New(h.db, org.Config{Machine: h.clk, PlainCookie: true, Cost: org.PasswordCost{Memory: 8, Time: 1, Threads: 1}})
	h.ok(err)
	h.seed()
	kinds, err := kind.National()
	h.ok(err)
	ev, err := evidence.New(h.db, evidence.Default(t.TempDir()))
	h.ok(err)
	h.matters, err = matter.New(h.db, h.people, kinds, matter.Config{Exhibits: matter.Shelf(ev)})
	h.ok(err)
	api := rest.New(h.mux, rest.Config{Version: "test", DB: h.db})
	h.files = matter.NewFiles(h.matters, ev, "测试市", "test")
	h.files.Routes(api)
	h.open311 = matter.NewOpen311(h.matters, matter.Open311Config{Machine: h.clk, Contact: "010-0000"})
	h.open311.Routes(api)
	h.mux.Handle(matter.Open311Prefix, h.open311)
	h.mux.HandleFunc(matter.Open311Discovery+".xml", h.open311.Discovery)
	h.mux.HandleFunc(matter.Open311Discovery+".json", h.open311.Discovery)
	return h
}

func (h *house) seed() {
	h.Helper()
	system := access.With(h.Context(), access.System("test"))
	seed := org.Seed{
		Regions: []org.Region{{Code: city, Name: "新乡市"}, {Code: countyA, Name: "新乡县"}, {Code: countyB, Name: "获嘉县"}, {Code: townA, Name: "翟坡镇"}},
		Units: []org.SeedUnit{{Code: "office", Name: "市攻坚办", Kind: "campaign", Region: city}, {Code: "a", Name: "新乡县攻坚办", Kind: "campaign", Parent: "office", Region: countyA},
			{Code: "b", Name: "获嘉县攻坚办", Kind: "campaign", Parent: "office", Region: countyB}, {Code: "t", Name: "翟坡镇", Kind: "government", Parent: "a", Region: townA}},
		Posts: []org.SeedPost{{Code: "p-office", Unit: "office", Name: "调度岗", Role: "campaign_office", Scope: city}, {Code: "p-admin", Unit: "office", Name: "系统管理", Role: "administrator", Scope: city},
			{Code: "p-a", Unit: "a", Name: "调度岗", Role: "county", Scope: countyA}, {Code: "p-b", Unit: "b", Name: "调度岗", Role: "county", Scope: countyB},
			{Code: "p-b-admin", Unit: "b", Name: "系统管理", Role: "administrator", Scope: countyB},
			{Code: "p-t", Unit: "t", Name: "环保所", Role: "township", Scope: townA}},
	}
	for name, post := range map[string]string{"office": "p-office", "admin": "p-admin", "a": "p-a", "b": "p-b", "b-admin": "p-b-admin", "t": "p-t"} {
		seed.Accounts = append(seed.Accounts, org.SeedAccount{Name: "test-" + name, Person: "人" + name, Post: post, Password: "Weihe-3917-liu-mei"})
	}
	if _, err := h.people.Seed(system, seed); err != nil {
		h.Fatal(err)
	}
	dir, err := h.people.Directory(system)
	h.ok(err)
	for id, u := range dir.Units {
		h.units[u.Name] = id
	}
	roles, err := access.BuiltinRoles()
	h.ok(err)
	for _, a := range seed.Accounts {
		acc, err := h.people.AccountByName(system, a.Name)
		h.ok(err)
		p := dir.Posts[acc.Posts[0].ID]
		g := access.Grant{Role: p.Role, Post: p.ID, Kind: access.ScopeRegion, Region: p.Scope}
		r, known := roles.ByID(p.Role)
		if !known {
			h.Fatal(p.Role)
		}
		g.Actions = r.Permissions
		h.actors[strings.TrimPrefix(a.Name, "test-")] = access.Actor{Account: acc.ID, Name: a.Name, Display: acc.Display, Post: p.ID}.WithGrants(g)
	}
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) as(name string) context.Context {
	return access.With(h.Context(), h.actors[name])
}

// call makes a request as an account, "" for nobody.
func (h *house) call(who, method, path string, body []byte, header ...string) (int, http.Header, []byte) {
	h.Helper()
	r := httptest.NewRequestWithContext(h.Context(), method, path, bytes.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if who != "" {
		r = r.WithContext(h.as(who))
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	res := w.Result()
	out, err := io.ReadAll(res.Body)
	h.ok(err)
	return res.StatusCode, res.Header, out
}

func photo(seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for y := range 300 {
		for x := range 400 {
			v := uint8((x/50*37 + y/50*91 + seed*53*(x/100+y/75)) % 256)
			img.SetRGBA(x, y, color.RGBA{v, v / 2, 255 - v, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

type progress struct {
	ID       string
	Offset   int64
	Evidence *struct {
		ID, SHA256, Thumb, URL string
		Marks                  []struct{ Code, Matter string }
	}
}

// upload brings a file in over HTTP, in two parts, and gives its id.
func (h *house) upload(who string, data []byte) string {
	h.Helper()
	sum := sha256.Sum256(data)
	text, err := json.Marshal(map[string]any{"sha256": hex.EncodeToString(sum[:]), "size": len(data), "kind": "photo", "name": "现场.jpg", "media": "image/jpeg"})
	h.ok(err)
	status, _, out := h.call(who, "POST", "/api/v1/evidence/uploads", text, "Content-Type", "application/json")
	var p progress
	if err := json.Unmarshal(out, &p); err != nil || status != http.StatusCreated {
		h.Fatalf("%d %s %v", status, out, err)
	}
	half := len(data) / 2
	status, _, out = h.call(who, "PATCH", "/api/v1/evidence/uploads/"+p.ID, data[:half], "Upload-Offset", "0")
	if err := json.Unmarshal(out, &p); err != nil || status != http.StatusOK || p.Offset != int64(half) {
		h.Fatalf("%d %s %v", status, out, err)
	}
	status, _, out = h.call(who, "PATCH", "/api/v1/evidence/uploads/"+p.ID, data[half:], "Upload-Offset", "nonsense")
	if status != http.StatusUnprocessableEntity || !strings.Contains(string(out), "upload_offset") {
		h.Errorf("%d %s", status, out)
	}
	status, _, out = h.call(who, "PATCH", "/api/v1/evidence/uploads/"+p.ID, data[half:], "Upload-Offset", "0")
	if status != http.StatusConflict || !strings.Contains(string(out), "offset") {
		h.Errorf("%d %s", status, out)
	}
	h.resume(who, &p, data)
	return p.Evidence.ID
}

func (h *house) resume(who string, p *progress, data []byte) {
	h.Helper()
	status, _, out := h.call(who, "GET", "/api/v1/evidence/uploads/"+p.ID, nil)
	if err := json.Unmarshal(out, p); err != nil || status != http.StatusOK {
		h.Fatalf("%d %s %v", status, out, err)
	}
	status, _, out = h.call(who, "PATCH", "/api/v1/evidence/uploads/"+p.ID, data[p.Offset:], "Upload-Offset", "200")
	if status != http.StatusConflict {
		h.Errorf("%d %s", status, out)
	}
	at := "0"
	if b, err := json.Marshal(p.Offset); err == nil {
		at = string(b)
	}
	status, _, out = h.call(who, "PATCH", "/api/v1/evidence/uploads/"+p.ID, data[p.Offset:], "Upload-Offset", at)
	if err := json.Unmarshal(out, p); err != nil || status != http.StatusOK || p.Evidence == nil {
		h.Fatalf("%d %s %v", status, out, err)
	}
}
