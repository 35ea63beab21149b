package grid

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

const tag = "grid"

// API are the room's operations. The server registers them.
type API struct{ s *Service }

type out[T any] struct{ Body T }

type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// RegisterAPI adds the room's operations.
func (s *Service) RegisterAPI(a *rest.API) {
	h := &API{s}
	spec := func(method, path, id string, who access.Action, status int, summary string) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Tag: tag, Access: who, Status: status, Summary: summary, MaxBody: 8 << 20}
	}
	rest.Register(a, spec("GET", "/grid/cells", "gridCells", access.GridRead, 0, "网格（GeoJSON）"), h.cells)
	rest.Register(a, spec("GET", "/grid/cells/{id}", "gridCell", access.GridRead, 0, "一个网格"), h.cell)
	rest.Register(a, spec("POST", "/grid/cells", "gridCellAdd", access.GridWrite, 201, "新划网格"), h.addCell)
	rest.Register(a, spec("PUT", "/grid/cells/{id}", "gridCellChange", access.GridWrite, 0, "修改网格：名称、边界、划入、划出"), h.changeCell)
	rest.Register(a, spec("DELETE", "/grid/cells/{id}", "gridCellEnd", access.GridWrite, 0, "撤销网格"), h.endCell)
	rest.Register(a, spec("POST", "/grid/cells/{id}/split", "gridCellSplit", access.GridWrite, 0, "沿线拆分网格"), h.splitCell)
	rest.Register(a, spec("POST", "/grid/cells/merge", "gridCellMerge", access.GridWrite, 0, "合并相邻网格"), h.mergeCells)
	rest.Register(a, spec("POST", "/grid/cells/{id}/posts", "gridPostAdd", access.GridWrite, 0, "为网格设岗"), h.appoint)
	rest.Register(a, spec("POST", "/grid/stand-ins", "gridStandIn", access.GridWrite, 0, "代岗"), h.standIn)
	rest.Register(a, spec("GET", "/grid/coverage", "gridCoverage", access.GridRead, 0, "哪里没有人看"), h.coverage)
	rest.Register(a, spec("POST", "/grid/objects/{kind}/{id}/bind", "gridBind", access.GridWrite, 0, "人工确定对象归属的网格"), h.bind)
	rest.Register(a, spec("GET", "/grid/objects", "gridObjects", access.GridRead, 0, "污染源与其所在网格"), h.objects)
	rest.Register(a, spec("GET", "/grid/outcome", "gridOutcome", access.GridRead, 0, "网格成效：先发现、漏报、及时"), h.outcome)
	rest.Register(a, spec("GET", "/grid/patrol", "gridPatrol", access.GridPatrol, 0, "今天该看的点"), h.patrol)
	rest.Register(a, spec("POST", "/grid/patrols", "gridVisit", access.GridPatrol, 0, "巡查一处"), h.visit)
	rest.Register(a, spec("GET", "/grid/rules", "gridRules", access.GridRead, 0, "角色组与巡查频次"), h.rulesOut)
	h.registerDuty(a, spec)
	rest.Register(a, spec("POST", "/grid/effects", "gridEffect", access.GridWrite, 0, "试算一次修改：哪些对象换格，哪些缺口消失或出现"), h.effect)
	rest.ExportTable(a, spec("", "/grid/coverage", "gridCoverage", access.GridRead, 0, "要补的缺口"), h.coverageTable)
	rest.ExportTable(a, spec("", "/grid/outcome", "gridOutcome", access.GridRead, 0, "网格成效"), h.outcomeTable)
	rest.Raw(a, rest.Spec{Method: "POST", Path: "/grid/import", ID: "gridImport", Tag: tag, Access: access.GridWrite, MaxBody: 64 << 20,
		BodyTimeout: 2 * time.Minute, Summary: "导入网格或污染源（GeoJSON、XLSX）", Accepts: "application/octet-stream", Returns: "application/json",
		Query: []rest.Param{{Name: "what", Doc: "cells 或 sources", Required: true}, {Name: "format", Doc: "geojson 或 xlsx", Required: true},
			{Name: "dryRun", Doc: "1 为只检查不保存"}, {Name: "skip", Doc: "1 为跳过有误的行，其余照存"}, {Name: "reason", Doc: "导入原因，保存时必填"}}}, h.importFile)
}

func number(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id <= 0 {
		return 0, access.Hidden()
	}
	return id, nil
}

func optional(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	return number(s)
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// where reads the region asked for; "" is the actor's own when it has just one.
func where(ctx context.Context, action access.Action, text string) (region.Code, error) {
	if text != "" {
		c, err := region.Parse(text)
		if err != nil {
			return "", access.Hidden()
		}
		_, err = access.Require(ctx, action, c)
		return c, err
	}
	a, err := access.RequireAnywhere(ctx, action)
	if err != nil {
		return "", err
	}
	if s := a.Scopes(action); len(s) == 1 && s[0] != "" {
		return s[0], nil
	}
	return "", fault.New(fault.Invalid, "region", "请选择行政区").WithField("query.region", "请选择行政区", "")
}

func shapeOf(field string, raw json.RawMessage) (geo.Shape, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	s, err := geo.ParseShape(raw)
	if f, ok := err.(*fault.Error); ok {
		for i := range f.Fields {
			f.Fields[i].Location = "body." + field
		}
	}
	return s, err
}

func days(from, to string, now int64) (int64, int64, error) {
	a, b := now-90*calendar.MsPerDay, now+1
	for _, x := range []struct {
		text string
		to   *int64
		end  bool
	}{{from, &a, false}, {to, &b, true}} {
		if x.text == "" {
			continue
		}
		d, err := calendar.ParseDay(x.text)
		if err != nil {
			return 0, 0, fault.New(fault.Invalid, "day", "日期应为 2026-08-28 的形式").WithField("query.from", "日期格式有误", x.text)
		}
		if *x.to = d.Start(); x.end {
			*x.to = d.End()
		}
	}
	return a, b, nil
}
