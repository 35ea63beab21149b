package server

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// AuditView is one entry of the chain as people read it.
type AuditView struct {
	Seq   int64  `json:"seq"`
	At    string `json:"at"`
	Actor struct {
		Account string `json:"account"`
		Post    string `json:"post"`
	} `json:"actor"`
	Action    string          `json:"action"`
	Object    string          `json:"object"`
	Summary   string          `json:"summary"`
	Hash      string          `json:"hash"`
	Prev      string          `json:"prev"`
	RequestID string          `json:"requestId"`
	Detail    json.RawMessage `json:"detail"`
}

// AuditVerified is the result of checking the chain.
type AuditVerified struct {
	OK       bool        `json:"ok"`
	Entries  int64       `json:"entries"`
	Roots    []DailyRoot `json:"roots"`
	BrokenAt *int64      `json:"brokenAt"`
	Reason   string      `json:"reason"`
}

// DailyRoot closes a day of the chain.
type DailyRoot struct {
	Date string `json:"date"`
	Root string `json:"root"`
}

type auditQuery struct {
	rest.PageQuery
	Actor  string `query:"actor" maxLength:"100"`
	Action string `query:"action" maxLength:"100" doc:"可用 account.* 表示一类"`
	From   string `query:"from" maxLength:"10"`
	To     string `query:"to" maxLength:"10"`
}

// filter limits the list to what the actor may read.
func (q *auditQuery) filter(ctx context.Context) (f audit.Filter, err error) {
	a, err := access.RequireAnywhere(ctx, access.AuditRead)
	if err != nil {
		return f, err
	}
	f = audit.Filter{Actor: q.Actor, Action: q.Action, Limit: q.Limit}
	if f.NoRegion = a.All(access.AuditRead); !f.NoRegion {
		f.Regions = a.Scopes(access.AuditRead)
	}
	if _, err := rest.ReadCursor(q.Cursor, &f.Before); err != nil {
		return f, err
	}
	for text, at := range map[*string]*time.Time{&q.From: &f.From, &q.To: &f.To} {
		if *text == "" {
			continue
		}
		d, err := calendar.ParseDay(*text)
		if err != nil {
			return f, fault.Newf(fault.Invalid, "date", "日期“%s”应写成 2006-01-02", *text)
		}
		if at == &f.To {
			d++
		}
		*at = time.UnixMilli(d.Start())
	}
	return f, nil
}

// registerTrail adds the reading and checking of the audit chain.
func (s *Server) registerTrail() {
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/audit", ID: "auditList", Tag: "system", Summary: "审计记录", Access: access.AuditRead},
		func(ctx context.Context, q *auditQuery) (*struct{ Body rest.Page[AuditView] }, error) {
			items, next, total, err := s.trail(ctx, q)
			if err != nil {
				return nil, err
			}
			return &struct{ Body rest.Page[AuditView] }{rest.NewPage(items, next, total)}, nil
		})
	rest.ExportTable(s.api, rest.Spec{Method: "GET", Path: "/audit", ID: "auditExport", Tag: "system", Summary: "导出审计记录", Access: access.AuditRead}, s.trailTable)
	rest.Register(s.api, rest.Spec{Method: "POST", Path: "/audit/verify", ID: "auditVerify", Tag: "system", Summary: "核验审计链", Access: access.AuditVerify},
		func(ctx context.Context, _ *struct{}) (*struct{ Body AuditVerified }, error) {
			if _, err := access.RequireAnywhere(ctx, access.AuditVerify); err != nil {
				return nil, err
			}
			r, err := audit.Verify(ctx, s.db)
			if err != nil {
				return nil, err
			}
			out := AuditVerified{OK: r.OK, Entries: r.Entries, Reason: r.Reason, Roots: []DailyRoot{}}
			for _, d := range r.Roots {
				out.Roots = append(out.Roots, DailyRoot{d.Date(), hex.EncodeToString(d.Root)})
			}
			if r.BrokenAt != 0 {
				out.BrokenAt = &r.BrokenAt
			}
			return &struct{ Body AuditVerified }{out}, nil
		})
}

func (s *Server) trail(ctx context.Context, q *auditQuery) (items []AuditView, next string, total int, err error) {
	f, err := q.filter(ctx)
	if err != nil {
		return nil, "", 0, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		records, after, err := audit.List(ctx, tx, f)
		if err != nil {
			return err
		}
		for i := range records {
			items = append(items, auditView(&records[i]))
		}
		if after != 0 {
			next = rest.Cursor(after)
		}
		total, err = audit.Count(ctx, tx, f)
		return err
	})
	return items, next, total, err
}

func auditView(r *audit.Record) AuditView {
	v := AuditView{Seq: r.Seq, At: time.UnixMilli(r.At).In(clock.Shanghai).Format(time.RFC3339), Action: r.Action, Object: r.Object, Summary: r.Summary,
		Hash: hex.EncodeToString(r.Hash), Prev: hex.EncodeToString(r.Prev), RequestID: r.RequestID, Detail: json.RawMessage("null")}
	v.Actor.Account = r.Actor
	if r.Post != 0 {
		v.Actor.Post = strconv.FormatInt(r.Post, 10)
	}
	if r.Detail != "" {
		v.Detail = json.RawMessage(r.Detail)
	}
	return v
}

// maxTrailRows bounds one export of the audit chain.
const maxTrailRows = 100_000

func (s *Server) trailTable(ctx context.Context, q *auditQuery) (*rest.Table, error) {
	q.Limit, q.Cursor = 500, ""
	var rows [][]string
	for {
		items, next, _, err := s.trail(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, v := range items {
			rows = append(rows, []string{strconv.FormatInt(v.Seq, 10), v.At, v.Actor.Account, v.Actor.Post, v.Action, v.Object, v.Summary, v.RequestID, v.Prev, v.Hash})
		}
		if q.Cursor = next; next == "" {
			break
		}
		if len(rows) >= maxTrailRows {
			return nil, fault.Newf(fault.Invalid, "too_many_rows", "超过 %d 条，请缩小时间范围分次导出", maxTrailRows)
		}
	}
	cols := []rest.Column{{Name: "序号", Kind: rest.Number}}
	for _, n := range []string{"时间", "账号", "岗位", "动作", "对象", "摘要", "请求编号", "前一条哈希", "本条哈希"} {
		cols = append(cols, rest.Column{Name: n, Kind: rest.Text})
	}
	return &rest.Table{Name: "审计记录", Columns: cols, Rows: rest.Rows(rows)}, nil
}
