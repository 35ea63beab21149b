package org

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/rest"
)

// AuditRow is one entry of the chain.
type AuditRow struct {
	Seq   int64  `json:"seq"`
	At    string `json:"at"`
	Actor struct {
		Account string `json:"account" doc:"用户名，或 system:模块"`
		Post    string `json:"post"`
	} `json:"actor"`
	Action    string `json:"action"`
	Object    string `json:"object"`
	Region    string `json:"region"`
	Summary   string `json:"summary"`
	Hash      string `json:"hash"`
	Prev      string `json:"prev"`
	RequestID string `json:"requestId"`
	Detail    any    `json:"detail"`
}

// AuditReport is the result of checking the chain.
type AuditReport struct {
	OK       bool        `json:"ok"`
	Entries  int64       `json:"entries"`
	Roots    []AuditRoot `json:"roots" doc:"每日根；最后一个可能尚未封存"`
	BrokenAt *int64      `json:"brokenAt" doc:"第一条不符的记录；空为完整，或不符的是根或链尾"`
	Reason   string      `json:"reason"`
}

// AuditRoot closes a day.
type AuditRoot struct {
	Date string `json:"date"`
	Root string `json:"root"`
}

// AuditQuery narrows the audit log.
type AuditQuery struct {
	Actor  string `query:"actor" maxLength:"60" doc:"用户名"`
	Action string `query:"action" maxLength:"60" doc:"动作，如 account.reset 或 account.*"`
	Object string `query:"object" maxLength:"200"`
	From   string `query:"from" maxLength:"40" doc:"日期或时间，含"`
	To     string `query:"to" maxLength:"40" doc:"日期（含当日）或时间（不含）"`
}

func (q AuditQuery) filter() (audit.Filter, error) {
	f := audit.Filter{Actor: q.Actor, Action: q.Action, Object: q.Object}
	var err error
	if f.From, err = moment("from", q.From, 0); err != nil {
		return f, err
	}
	f.To, err = moment("to", q.To, 1)
	return f, err
}

// moment reads a time, or a day as its beginning after some days.
func moment(field, text string, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, clock.Shanghai); err == nil {
		return t.AddDate(0, 0, days), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalid(field, "时间应为 2026-08-28 或 2026-08-28T08:00:00+08:00", text)
	}
	return t, nil
}

func (s *Service) registerAudit(a *rest.API) {
	rest.Register(a, rest.Spec{Method: "GET", Path: "/audit", ID: "auditList", Tag: "audit", Access: access.AuditRead, Summary: "审计日志，新的在前"},
		func(ctx context.Context, in *struct {
			rest.PageQuery
			AuditQuery
		}) (*out[rest.Page[AuditRow]], error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			if _, err := rest.ReadCursor(in.Cursor, &f.Before); err != nil {
				return nil, err
			}
			f.Limit = in.Limit
			return s.auditPage(ctx, f)
		})
	rest.ExportTable(a, rest.Spec{Path: "/audit", ID: "auditExport", Tag: "audit", Access: access.AuditRead, Summary: "审计日志导出"}, s.auditTable)
	rest.Register(a, rest.Spec{Method: "POST", Path: "/audit/verify", ID: "auditVerify", Tag: "audit", Access: access.AuditVerify, Summary: "校验审计链"},
		func(ctx context.Context, _ *struct{}) (*out[AuditReport], error) {
			rep, err := s.VerifyAudit(ctx)
			return &out[AuditReport]{auditReport(rep)}, err
		})
}

func auditReport(rep audit.Report) AuditReport {
	o := AuditReport{OK: rep.OK, Entries: rep.Entries, Reason: rep.Reason, Roots: []AuditRoot{}}
	for _, r := range rep.Roots {
		o.Roots = append(o.Roots, AuditRoot{r.Date(), hex.EncodeToString(r.Root)})
	}
	if rep.BrokenAt > 0 {
		o.BrokenAt = &rep.BrokenAt
	}
	return o
}

func (s *Service) auditPage(ctx context.Context, f audit.Filter) (*out[rest.Page[AuditRow]], error) {
	list, next, total, err := s.AuditLog(ctx, f)
	if err != nil {
		return nil, err
	}
	cursor := ""
	if next > 0 {
		cursor = rest.Cursor(next)
	}
	rows := make([]AuditRow, len(list))
	for i, r := range list {
		x := AuditRow{Seq: r.Seq, At: rest.Instant(r.At), Action: r.Action, Object: r.Object, Region: string(r.Region), Summary: r.Summary,
			Hash: hex.EncodeToString(r.Hash), Prev: hex.EncodeToString(r.Prev), RequestID: r.RequestID}
		x.Actor.Account, x.Actor.Post = r.Actor, text(r.Post)
		if r.Detail != "" {
			x.Detail = json.RawMessage(r.Detail)
		}
		rows[i] = x
	}
	return &out[rest.Page[AuditRow]]{rest.NewPage(rows, cursor, total)}, nil
}

// auditTable holds every column that the hash covers, so that an export can be checked by
// itself (docs/audit-chain.md).
func (s *Service) auditTable(ctx context.Context, in *AuditQuery) (*rest.Table, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	f.Limit = 5000
	if err := auditScope(ctx, &f); err != nil {
		return nil, err
	}
	return &rest.Table{Name: "审计日志", Rows: func(yield func([]string, error) bool) { s.auditRows(ctx, f, yield) },
		Columns: []rest.Column{{Name: "seq"}, {Name: "at"}, {Name: "account"}, {Name: "post"}, {Name: "actor"}, {Name: "action"},
			{Name: "object"}, {Name: "region"}, {Name: "summary"}, {Name: "detail"}, {Name: "request_id"}, {Name: "algorithm"},
			{Name: "prev"}, {Name: "hash"}, {Name: "时间"}}}, nil
}

// auditRows reads page by page: the log may be longer than the memory.
func (s *Service) auditRows(ctx context.Context, f audit.Filter, yield func([]string, error) bool) {
	for {
		list, next, _, err := s.AuditLog(ctx, f)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, r := range list {
			row := []string{strconv.FormatInt(r.Seq, 10), strconv.FormatInt(r.At, 10), strconv.FormatInt(r.Account, 10),
				strconv.FormatInt(r.Post, 10), r.Actor, r.Action, r.Object, string(r.Region), r.Summary, r.Detail, r.RequestID,
				r.Algorithm, hex.EncodeToString(r.Prev), hex.EncodeToString(r.Hash), rest.Instant(r.At)}
			if !yield(row, nil) {
				return
			}
		}
		if next == 0 {
			return
		}
		f.Before = next
	}
}
