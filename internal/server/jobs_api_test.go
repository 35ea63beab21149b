package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/server"
	"qingshan/internal/server/apptest"
)

// TestADeadJobIsSeenAndTriedAgain: the list says what failed and why, a retry puts it back
// into the queue, and both the retry and a switched schedule are in the audit log.
func TestADeadJobIsSeenAndTriedAgain(t *testing.T) {
	var dead int64
	app := apptest.Run(t, nil, func(s *server.Server) { dead = bury(t, s.DB()) })
	admin := app.Login(t, apptest.Admin)
	at := app.URL + rest.Prefix
	status, text := send(t, admin, "GET", at+"/system/jobs?state=dead", "")
	var list server.JobsView
	if err := json.Unmarshal([]byte(text), &list); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, text, err)
	}
	if list.Counts.Dead != 1 || len(list.Items) != 1 || list.Items[0].Error != "收件方拒收" || list.Items[0].Kind != "test.fail" || list.Items[0].Attempt != 1 {
		t.Errorf("%+v", list)
	}
	id := list.Items[0].ID
	if status, text := send(t, admin, "GET", at+"/system/jobs.csv?state=dead", ""); status != http.StatusOK || !strings.Contains(text, "收件方拒收") {
		t.Errorf("export: %d %s", status, text)
	}
	if status, text = send(t, admin, "POST", at+"/system/jobs/"+id+"/retry", "{}"); status != http.StatusOK || !strings.Contains(text, `"state":"ready"`) {
		t.Errorf("retry of %d: %d %s", dead, status, text)
	}
	if status, text = send(t, admin, "POST", at+"/system/jobs/"+id+"/retry", "{}"); status != http.StatusConflict {
		t.Errorf("a second retry: %d %s", status, text)
	}
	if status, text = send(t, admin, "POST", at+"/system/jobs/99999/retry", "{}"); status != http.StatusNotFound {
		t.Errorf("retry of nothing: %d %s", status, text)
	}
	if status, text = send(t, admin, "PATCH", at+"/system/schedules/system.answers", `{"enabled":false}`); status != http.StatusOK ||
		!strings.Contains(text, `"enabled":false`) || !strings.Contains(text, `"nextRun":""`) {
		t.Errorf("switch: %d %s", status, text)
	}
	if status, text = send(t, admin, "PATCH", at+"/system/schedules/nothing", `{"enabled":false}`); status != http.StatusNotFound {
		t.Errorf("switch of nothing: %d %s", status, text)
	}
	status, text = send(t, admin, "GET", at+"/system/schedules", "")
	if status != http.StatusOK || strings.Count(text, `"enabled":false`) != 1 || !strings.Contains(text, `"spec":"5 0 * * *"`) {
		t.Errorf("schedules: %d %s", status, text)
	}
	_, text = send(t, admin, "GET", at+"/audit?limit=50", "")
	for _, want := range []string{"重试失败的任务：test.fail", "停用定时任务：清理重复提交记录"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("the audit log holds %d of %q", strings.Count(text, want), want)
		}
	}
}

// bury makes a job that fails for good, and gives its id.
func bury(t *testing.T, db *store.DB) (id int64) {
	t.Helper()
	ctx, stop := context.WithTimeout(apptest.System(t), 20*time.Second)
	defer stop()
	err := db.Update(ctx, func(tx *store.Tx) (err error) {
		id, err = jobs.EnqueueID(ctx, tx, jobs.Job{Kind: "test.fail"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := jobs.NewRunner(db, jobs.Options{Poll: 10 * time.Millisecond})
	r.Handle("test.fail", func(context.Context, jobs.Job) error { return jobs.Permanent(errors.New("收件方拒收")) })
	running, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Run(running) }()
	for state := jobs.Ready; state != jobs.Dead; {
		err := db.View(ctx, func(tx *store.Tx) error {
			j, err := jobs.Get(ctx, tx, id)
			state = j.State
			return err
		})
		if err == nil {
			err = clock.System().Sleep(ctx, 5*time.Millisecond)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	<-ended
	return id
}
