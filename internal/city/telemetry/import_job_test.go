package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/standard"
)

// desk is the operations of imports as a person sees them, with jobs running beside.
type desk struct {
	room
	m    *telemetry.Imports
	dir  string
	mux  *http.ServeMux
	who  access.Actor
	stop func()
}

func newDesk(r room) *desk {
	r.Helper()
	reg, err := standard.Builtin()
	if err != nil {
		r.Fatal(err)
	}
	d := &desk{room: r, dir: r.TempDir(), mux: http.NewServeMux()}
	d.m = telemetry.NewImports(r.svc, r.db, reg, telemetry.ImportConfig{Dir: d.dir, MaxUpload: 1 << 20})
	d.m.Routes(rest.New(d.mux, rest.Config{DB: r.db, Audit: func(context.Context, rest.Export) error { return nil }}))
	d.who = access.Actor{Account: 7, Name: "li", Display: "李工"}.WithGrants(access.Grant{Kind: access.ScopeRegion, Region: code("4107"),
		Actions: []access.Action{access.ImportRun, access.SiteWrite, access.AirRead}})
	return d
}

// work starts a runner; it ends with the test.
func (d *desk) work() {
	runner := jobs.NewRunner(d.db, jobs.Options{Poll: 20 * time.Millisecond, Backoff: time.Millisecond, Lease: 2 * time.Second})
	d.m.Register(runner)
	ctx, cancel := context.WithCancel(d.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = runner.Run(ctx) }() // ends with ctx's error
	d.stop = func() { cancel(); <-done }
	d.Cleanup(d.stop)
}

func (d *desk) call(method, path, contentType string, body io.Reader) (int, string) {
	d.Helper()
	q := httptest.NewRequest(method, rest.Prefix+path, body)
	if contentType != "" {
		q.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, q.WithContext(access.WithRequestID(access.With(q.Context(), d.who), "req")))
	return w.Code, w.Body.String()
}

// upload sends a file as the browser does and gives the import's id.
func (d *desk) upload(query, kind string, data []byte) (int, string) {
	d.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("kind", kind); err != nil {
		d.Fatal(err)
	}
	part, err := form.CreateFormFile("file", "小时值.csv")
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		d.Fatal(err)
	}
	status, body := d.call("POST", "/imports"+query, form.FormDataContentType(), &b)
	var out struct {
		ID string `json:"id"`
	}
	if status == http.StatusAccepted {
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			d.Fatal(err)
		}
		return status, out.ID
	}
	return status, body
}

type shown struct {
	Status, Error, Kind, File, By, SHA256                string
	DryRun                                               bool
	Progress                                             float64
	Columns                                              []struct{ Name, Field string }
	Unmapped                                             []string
	Preview                                              [][]string
	Received, Stored, Unchanged, Rejected, Missing, Rows int64
	Rejects                                              []struct {
		Line        int
		Column      string
		Reason, Row string
	}
}

func (x shown) account() string {
	return fmt.Sprintf("%s %d=%d+%d+%d", x.Status, x.Received, x.Stored, x.Unchanged, x.Rejected)
}

func (d *desk) show(id string) (x shown) {
	d.Helper()
	status, body := d.call("GET", "/imports/"+id, "", nil)
	if status != http.StatusOK {
		d.Fatalf("import %s: %d %s", id, status, body)
	}
	if err := json.Unmarshal([]byte(body), &x); err != nil {
		d.Fatal(err)
	}
	return x
}

// settled waits until the import has ended.
func (d *desk) settled(id string) shown {
	d.Helper()
	for watch := clock.Start(); ; {
		x := d.show(id)
		if x.Status == "done" || x.Status == "failed" {
			return x
		}
		if watch.Elapsed() > time.Minute {
			d.Fatalf("import %s is still %s", id, x.Status)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (d *desk) uploads() int {
	d.Helper()
	list, err := os.ReadDir(d.dir)
	if err != nil && !os.IsNotExist(err) {
		d.Fatal(err)
	}
	return len(list)
}

func TestUploadDryRunMappingAndRun(t *testing.T) {
	both(t, func(r room) {
		d := newDesk(r)
		d.work()
		status, id := d.upload("?dryRun=true", "auto", []byte(hourly))
		if status != http.StatusAccepted {
			t.Fatal(id)
		}
		x := d.settled(id)
		if x.account() != "done 26=12+0+14" || !x.DryRun || x.Kind != "air-hourly" || x.By != "李工" || x.File != "小时值.csv" {
			t.Errorf("dry run %s %+v", x.account(), x)
		}
		if len(x.Preview) != 6 || len(x.Columns) != 8 || x.Columns[4].Field != "pm25" || strings.Join(x.Unmapped, ",") != "group" {
			t.Errorf("preview %d rows, columns %+v, unmapped %q", len(x.Preview), x.Columns, x.Unmapped)
		}
		if len(x.Rejects) != 4 || x.Rejects[0].Line != 4 || x.Rejects[0].Reason != "-2 为负值" || x.Rejects[1].Line != 5 {
			t.Errorf("rejects %+v", x.Rejects)
		}
		if r.count("segment") != 0 || d.uploads() != 1 {
			t.Errorf("a dry run left %d segments, %d uploads", r.count("segment"), d.uploads())
		}
		body := `{"mapping":{"city":"city","time":"time","pm10":"pm10"}}`
		if status, out := d.call("POST", "/imports/"+id+"/run", "application/json", strings.NewReader(body)); status != http.StatusAccepted {
			t.Fatal(out)
		}
		x = d.settled(id)
		if x.account() != "done 5=2+0+3" || x.DryRun || x.Missing != 1 || x.Progress != 1 || len(x.SHA256) != 64 {
			t.Errorf("run %s %+v", x.account(), x)
		}
		if status, out := d.call("GET", "/imports/"+id+"/rejects.csv", "", nil); status != http.StatusOK ||
			!strings.Contains(out, "5,city,未知的站点或城市“郑州市”,1,") {
			t.Errorf("rejects %d %s", status, out)
		}
		status, out := d.call("POST", "/imports/"+id+"/run", "application/json", strings.NewReader(body))
		if status != http.StatusConflict {
			t.Errorf("a second run: %d %s", status, out)
		}
		_, id = d.upload("?dryRun=false", "air-hourly", []byte(hourly))
		if x := d.settled(id); x.account() != "done 26=10+2+14" {
			t.Errorf("direct run: %s", x.account())
		}
		d.stop()
		if d.uploads() != 0 {
			t.Errorf("%d uploads stay behind", d.uploads())
		}
		status, out = d.call("GET", "/imports?limit=1", "", nil)
		var page struct {
			Items []shown
			Next  string
			Total int
		}
		if err := json.Unmarshal([]byte(out), &page); err != nil || status != 200 || page.Total != 2 || page.Next == "" || page.Items[0].account() != "done 26=10+2+14" {
			t.Errorf("history %d %s %v", status, out, err)
		}
		r.booksBalance()
	})
}

func TestUploadRefusals(t *testing.T) {
	both(t, func(r room) {
		d := newDesk(r)
		for _, test := range []struct {
			name, kind string
			data       []byte
			status     int
			text       string
		}{
			{"too large", "auto", bytes.Repeat([]byte("a"), 1<<20+1), 413, "文件超过 1 MB 的上限"},
			{"far too large", "auto", bytes.Repeat([]byte("a"), 8<<20), 413, "文件超过 1 MB 的上限"},
			{"picture", "auto", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), 422, "不是文本文件"},
			{"unknown header", "auto", []byte("a,b\n1,2\n"), 422, "无法从表头识别"},
			{"unknown kind", "soup", []byte(hourly), 422, "无法从表头识别"},
			{"cut gzip", "auto", packed(r.T, strings.Repeat(hourly, 20))[:60], 422, "压缩文件不完整"},
			{"empty", "auto", nil, 422, "文件是空的"},
		} {
			if status, body := d.upload("?dryRun=true", test.kind, test.data); status != test.status || !strings.Contains(body, test.text) {
				t.Errorf("%s: %d %s", test.name, status, body)
			}
		}
		if status, body := d.call("POST", "/imports", "application/json", strings.NewReader("{}")); status != 422 {
			t.Errorf("no form: %d %s", status, body)
		}
		if n := d.uploads() + r.count("import_run") + r.count("job"); n != 0 {
			t.Errorf("%d files and rows stay behind", n)
		}
		_, id := d.upload("", "auto", []byte(hourly))
		if x := d.show(id); x.Status != "preview" || len(x.Preview) != 6 {
			t.Errorf("an upload alone: %+v", x)
		}
		d.who = access.Actor{Account: 9, Name: "wu"}.WithGrants(access.Grant{Kind: access.ScopeRegion, Region: code("410724"),
			Actions: []access.Action{access.ImportRun}})
		for _, path := range []string{"/imports/" + id, "/imports/" + id + "/rejects.csv", "/imports/999", "/imports/x"} {
			if status, body := d.call("GET", path, "", nil); status != http.StatusNotFound {
				t.Errorf("another's %s: %d %s", path, status, body)
			}
		}
		if status, body := d.call("POST", "/imports/"+id+"/run", "application/json", strings.NewReader("{}")); status != http.StatusNotFound {
			t.Errorf("another's run: %d %s", status, body)
		}
		d.who = access.Actor{Account: 9, Name: "wu"}
		if status, _ := d.call("GET", "/imports/kinds", "", nil); status != http.StatusForbidden {
			t.Errorf("without the right: %d", status)
		}
	})
}

// TestInterruptedImportRunsAgain: the process dies while a file is being stored. Nothing of
// it is in the database, and the next runner brings it in whole.
func TestInterruptedImportRunsAgain(t *testing.T) {
	long := strings.Builder{}
	long.WriteString("city,time,pm25\n")
	for h := range 20_000 {
		fmt.Fprintf(&long, "新乡,20%02d-%02d-%02dT%02d,%d\n", 20+h/24/28/12, 1+h/24/28%12, 1+h/24%28, h%24, h%90)
	}
	both(t, func(r room) {
		d := newDesk(r)
		_, id := d.upload("?dryRun=false", "air-hourly", []byte(long.String()))
		ctx, die := context.WithCancel(r.ctx)
		runner := jobs.NewRunner(r.db, jobs.Options{Poll: 10 * time.Millisecond, Grace: time.Millisecond, Lease: 3 * time.Second})
		started := make(chan struct{})
		runner.Handle(telemetry.ImportJob, func(ctx context.Context, j jobs.Job) error {
			f := telemetry.ImportFile{Name: "f", Open: func() (io.ReadCloser, error) {
				close(started)
				<-ctx.Done() // the disk hangs until the process is stopped
				return nil, ctx.Err()
			}}
			_, err := d.m.Run(access.With(ctx, access.System("test")), f, telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
			return err
		})
		ended := make(chan struct{})
		go func() { defer close(ended); _ = runner.Run(ctx) }()
		<-started
		die()
		<-ended
		if n := r.count("segment") + r.count("batch"); n != 0 {
			t.Errorf("%d rows of an interrupted import", n)
		}
		d.work()
		if x := d.settled(id); x.account() != "done 20000=20000+0+0" {
			t.Errorf("%s %s", x.account(), x.Error)
		}
		if n := r.count("batch"); n != 1 {
			t.Errorf("%d deliveries of one file", n)
		}
	})
}

func TestFailedImportSaysWhy(t *testing.T) {
	both(t, func(r room) {
		d := newDesk(r)
		text := hourly + strings.Repeat("新乡,2+26,2026-08-27T03,1,,,,\n", 3000) + "新乡,2+26,2026-"
		_, id := d.upload("?dryRun=false", "air-hourly", []byte(text))
		d.work()
		x := d.settled(id)
		if x.Status != "failed" || !strings.Contains(x.Error, "中途截断") || r.count("segment") != 0 {
			t.Errorf("%s: %q, %d segments", x.Status, x.Error, r.count("segment"))
		}
		_, gone := d.upload("", "air-hourly", []byte(hourly))
		if err := os.RemoveAll(d.dir); err != nil {
			t.Fatal(err)
		}
		if status, body := d.call("POST", "/imports/"+gone+"/run", "application/json", strings.NewReader("{}")); status != http.StatusConflict {
			t.Errorf("a file that is gone: %d %s", status, body)
		}
	})
}

// TestImportBesideOtherWriters: on PostgreSQL others write events and audit entries while a
// file is imported; the import comes through all the same, once.
func TestImportBesideOtherWriters(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		ctx, cancel := context.WithCancel(r.ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := 0; ctx.Err() == nil; i++ {
				err := r.db.Update(ctx, func(tx *store.Tx) error {
					return jobs.Publish(ctx, tx, jobs.Event{Name: "ping", Object: fmt.Sprint(i)})
				})
				if err != nil && ctx.Err() == nil && !fault.Is(err, fault.Unavailable) {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
		}()
		got, _ := r.imported(m, r.ctx, real("air/air_daily_published_366cities_2018-12_2020-06.csv.gz"), telemetry.ImportOptions{Kind: "air-daily"})
		cancel()
		<-done
		if got != "received 666550 = stored 614641 + unchanged 0 + rejected 51909 (missing 305)" {
			t.Error(got)
		}
		r.booksBalance()
	})
}

func TestOldUploadsAreRemoved(t *testing.T) {
	both(t, func(r room) {
		d := newDesk(r)
		_, id := d.upload("", "auto", []byte(hourly))
		stray := d.dir + "/stray.upload"
		if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		old := clock.System().Now().Add(-48 * time.Hour)
		if err := os.Chtimes(stray, old, old); err != nil {
			t.Fatal(err)
		}
		purge := func() {
			err := r.db.Update(r.ctx, func(tx *store.Tx) error { return jobs.Enqueue(r.ctx, tx, jobs.Job{Kind: telemetry.ImportPurgeJob}) })
			if err != nil {
				t.Fatal(err)
			}
		}
		d.work()
		purge()
		for watch := clock.Start(); d.uploads() != 1 && watch.Elapsed() < time.Minute; {
			time.Sleep(5 * time.Millisecond)
		}
		if _, err := os.Stat(stray); !os.IsNotExist(err) {
			t.Errorf("the stray file: %v", err)
		}
		r.clk.Advance(8 * 24 * time.Hour)
		purge()
		for watch := clock.Start(); watch.Elapsed() < time.Minute; {
			if list, _, err := d.m.List(r.ctx, 0, 1); err == nil && list[0].Path == "" {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		status, body := d.call("POST", "/imports/"+id+"/run", "application/json", strings.NewReader("{}"))
		if status != http.StatusConflict || !strings.Contains(body, "已被清理") {
			t.Errorf("an upload of last week: %d %s", status, body)
		}
	})
}
