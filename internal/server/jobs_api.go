package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
)

// JobView is one job of the queue.
type JobView struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Name       string `json:"name" doc:"任务名称"`
	Object     string `json:"object" doc:"任务内容（JSON）"`
	State      string `json:"state" enum:"ready,running,done,dead"`
	Attempt    int    `json:"attempt"`
	Most       int    `json:"most" doc:"最多尝试次数"`
	Error      string `json:"error" doc:"最近一次失败的原因"`
	RunAt      string `json:"runAt"`
	CreatedAt  string `json:"createdAt"`
	FinishedAt string `json:"finishedAt"`
	RequestID  string `json:"requestId"`
}

// JobsView is a page of jobs with the number in each state.
type JobsView struct {
	Counts struct {
		Ready   int `json:"ready"`
		Running int `json:"running"`
		Done    int `json:"done" doc:"近 7 天"`
		Dead    int `json:"dead" doc:"已放弃，须人工处理"`
	} `json:"counts"`
	Items []JobView `json:"items"`
	Next  string    `json:"next"`
}

// ScheduleView is one schedule.
type ScheduleView struct {
	ID      string `json:"id"`
	Name    string `json:"name" doc:"任务名称"`
	Kind    string `json:"kind"`
	Spec    string `json:"spec" doc:"分 时 日 月 周，北京时间"`
	Policy  string `json:"policy" enum:"run_once,run_all,skip" doc:"错过的时刻：补一次、全补、不补"`
	Enabled bool   `json:"enabled"`
	LastRun string `json:"lastRun"`
	NextRun string `json:"nextRun" doc:"停用时为空"`
}

// JobsQuery selects jobs.
type JobsQuery struct {
	State string `query:"state" enum:"ready,running,done,dead" doc:"空为全部"`
	Kind  string `query:"kind" maxLength:"60"`
}

// registerJobs adds what an administrator does about the queue: sees what waits, what failed
// and why, tries it again, and switches schedules.
func (s *Server) registerJobs() {
	spec := func(method, path, id, summary string) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "system", Access: access.SystemManage}
	}
	list := spec("GET", "/system/jobs", "systemJobs", "后台任务")
	rest.Register(s.api, list, s.listJobs)
	rest.ExportTable(s.api, list, s.jobsTable)
	rest.Register(s.api, spec("POST", "/system/jobs/{id}/retry", "systemJobRetry", "重试失败的任务"), s.retryJob)
	rest.Register(s.api, spec("GET", "/system/schedules", "systemSchedules", "定时任务"), s.listSchedules)
	rest.Register(s.api, spec("PATCH", "/system/schedules/{name}", "systemScheduleSwitch", "启用或停用定时任务"), s.switchSchedule)
}

func (s *Server) listJobs(ctx context.Context, in *struct {
	JobsQuery
	rest.PageQuery
}) (*struct{ Body JobsView }, error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
		return nil, err
	}
	f := jobs.Filter{State: jobs.State(in.State), Kind: in.Kind, Limit: in.Limit}
	if _, err := rest.ReadCursor(in.Cursor, &f.Before); err != nil {
		return nil, err
	}
	out := &struct{ Body JobsView }{JobsView{Items: []JobView{}}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		counts, err := jobs.Counts(ctx, tx)
		if err != nil {
			return err
		}
		c := &out.Body.Counts
		c.Ready, c.Running, c.Done, c.Dead = counts[jobs.Ready], counts[jobs.Running], counts[jobs.Done], counts[jobs.Dead]
		found, err := jobs.List(ctx, tx, f)
		for _, j := range found {
			out.Body.Items = append(out.Body.Items, jobView(j))
		}
		if len(found) == in.Limit {
			out.Body.Next = rest.Cursor(found[len(found)-1].ID)
		}
		return err
	})
	return out, err
}

// mostJobs is how many jobs an export has; done ones go after a week anyway.
const mostJobs = 100_000

func (s *Server) jobsTable(ctx context.Context, in *JobsQuery) (*rest.Table, error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
		return nil, err
	}
	var rows [][]string
	err := s.db.View(ctx, func(tx *store.Tx) error {
		found, err := jobs.List(ctx, tx, jobs.Filter{State: jobs.State(in.State), Kind: in.Kind, Limit: mostJobs})
		for _, j := range found {
			v := jobView(j)
			rows = append(rows, []string{v.ID, v.Kind, v.Name, stateName(v.State), strconv.Itoa(v.Attempt), v.Error, v.RunAt, v.CreatedAt, v.FinishedAt, v.RequestID})
		}
		return err
	})
	return &rest.Table{Name: "后台任务", Rows: rest.Rows(rows), Columns: []rest.Column{{Name: "编号", Kind: rest.Number}, {Name: "类型"}, {Name: "名称"},
		{Name: "状态"}, {Name: "尝试次数", Kind: rest.Number}, {Name: "失败原因"}, {Name: "执行时间"}, {Name: "建立时间"}, {Name: "结束时间"}, {Name: "请求编号"}}}, err
}

func stateName(state string) string {
	switch jobs.State(state) {
	case jobs.Ready:
		return "等待"
	case jobs.Running:
		return "执行中"
	case jobs.Done:
		return "完成"
	}
	return "失败"
}

func (s *Server) retryJob(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"20"`
}) (*struct{ Body JobView }, error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(in.ID, 10, 64)
	if err != nil || id <= 0 {
		return nil, access.Hidden()
	}
	out := &struct{ Body JobView }{}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		before, err := jobs.Get(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return access.Hidden()
		}
		if err != nil {
			return err
		}
		if err := jobs.Retry(ctx, tx, id); err != nil {
			return err
		}
		now, err := jobs.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		out.Body = jobView(now)
		return audit.Log(ctx, tx, audit.Entry{Action: "job.retry", Object: fmt.Sprintf("job/%d", id),
			Summary: "重试失败的任务：" + jobName(before.Kind), Detail: map[string]any{"kind": before.Kind, "attempts": before.Attempt, "error": before.LastError}})
	})
	return out, err
}

func jobView(j jobs.Job) JobView {
	raw, _ := j.Payload.(json.RawMessage)
	return JobView{ID: strconv.FormatInt(j.ID, 10), Kind: j.Kind, Name: jobName(j.Kind), Object: string(raw), State: string(j.State),
		Attempt: j.Attempt, Most: j.MaxAttempts, Error: j.LastError, RunAt: clockStamp(j.RunAt), CreatedAt: clockStamp(j.CreatedAt),
		FinishedAt: clockStamp(j.FinishedAt), RequestID: j.RequestID}
}

func clockStamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func (s *Server) listSchedules(ctx context.Context, _ *struct{}) (*struct{ Body rest.List[ScheduleView] }, error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
		return nil, err
	}
	list := []ScheduleView{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		all, err := jobs.Schedules(ctx, tx)
		for _, x := range all {
			list = append(list, s.scheduleView(x))
		}
		return err
	})
	return &struct{ Body rest.List[ScheduleView] }{rest.NewList(list)}, err
}

func (s *Server) scheduleView(x jobs.Schedule) ScheduleView {
	v := ScheduleView{ID: x.Name, Name: jobName(x.Kind), Kind: x.Kind, Spec: x.Spec, Policy: string(x.Policy), Enabled: x.Enabled, LastRun: clockStamp(x.LastRun)}
	if spec, err := jobs.ParseSpec(x.Spec); err == nil && x.Enabled {
		v.NextRun = clockStamp(spec.Next(s.clock.Now()))
	}
	return v
}

func (s *Server) switchSchedule(ctx context.Context, in *struct {
	Name string `path:"name" maxLength:"80"`
	Body struct {
		Enabled bool `json:"enabled"`
	}
}) (*struct{ Body ScheduleView }, error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
		return nil, err
	}
	out := &struct{ Body ScheduleView }{}
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		found, before := false, false
		all, err := jobs.Schedules(ctx, tx)
		for _, x := range all {
			if x.Name == in.Name {
				found, before = true, x.Enabled
				x.Enabled = in.Body.Enabled
				out.Body = s.scheduleView(x)
			}
		}
		if err != nil || !found {
			return hiddenUnless(err)
		}
		if before == in.Body.Enabled {
			return nil
		}
		if err := jobs.EnableSchedule(ctx, tx, in.Name, in.Body.Enabled); err != nil {
			return err
		}
		word := "停用"
		if in.Body.Enabled {
			word = "启用"
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "schedule.switch", Object: "schedule/" + in.Name,
			Summary: word + "定时任务：" + out.Body.Name, Detail: map[string]any{"enabled": in.Body.Enabled}})
	})
	return out, err
}

func hiddenUnless(err error) error {
	if err != nil {
		return err
	}
	return access.Hidden()
}
