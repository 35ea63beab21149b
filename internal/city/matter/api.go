package matter

import (
	"context"
	"net/http"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
)

// API is the room's HTTP operations.
type API struct{ svc *Service }

// Register adds the operations of the room to a.
func (s *Service) Register(a *rest.API) {
	h := &API{s}
	op := func(method, path, id, summary string, action access.Action) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "matter", Access: action}
	}
	get := func(path, id, summary string) rest.Spec {
		return op(http.MethodGet, path, id, summary, access.LoggedIn)
	}
	list := get("/matters", "matterList", "事项列表")
	rest.Register(a, list, h.list)
	rest.ExportTable(a, list, h.table)
	rest.Register(a, get("/matters/board", "matterBoard", "事项看板"), h.board)
	rest.Register(a, get("/matters/points", "matterPoints", "地图上的事项"), h.points)
	rest.Register(a, get("/matters/calendar", "matterCalendar", "事项日历"), h.calendar)
	rest.Register(a, get("/matters/counts", "matterCounts", "事项计数"), h.counts)
	rest.Register(a, get("/matters/duplicates", "matterDuplicates", "可能重复的事项"), h.duplicates)
	rest.Register(a, get("/matters/kinds", "matterKinds", "事项类别"), h.kinds)
	rest.Register(a, get("/matters/sources", "matterSources", "可选的事项来源"), h.sources)
	rest.Raw(a, rest.Spec{Method: http.MethodGet, Path: "/matters/kinds/{id}/diagram.svg", ID: "matterKindDiagram", Summary: "事项类别流程图", Tag: "matter",
		Access: access.LoggedIn, Returns: "image/svg+xml"}, h.diagram)
	rest.Register(a, get("/matters/views", "matterViewList", "保存的查询"), h.views)
	view := op(http.MethodPost, "/matters/views", "matterViewAdd", "保存查询", access.LoggedIn)
	view.Status = http.StatusCreated
	rest.Register(a, view, h.addView)
	rest.Register(a, op(http.MethodDelete, "/matters/views", "matterViewRemove", "删除保存的查询", access.LoggedIn), h.removeView)
	rest.Register(a, get("/matters/{id}", "matterGet", "一个事项"), h.get)
	open := op(http.MethodPost, "/matters", "matterOpen", "上报或登记事项", access.MatterReport)
	open.Status = http.StatusCreated
	rest.Register(a, open, h.open)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/moves", "matterMove", "办理", access.MatterAct), h.move)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/notes", "matterNote", "加备注", access.MatterAct), h.note)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/watch", "matterWatch", "关注事项", access.LoggedIn), h.watch)
	rest.Register(a, op(http.MethodDelete, "/matters/{id}/watch", "matterUnwatch", "取消关注", access.LoggedIn), h.unwatch)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/split", "matterSplit", "拆分事项", access.MatterManage), h.split)
	rest.Register(a, op(http.MethodPost, "/matters/merge", "matterMerge", "合并事项", access.MatterManage), h.merge)
	h.registerPeople(a)
	h.registerClocks(a)
	rest.Register(a, op(http.MethodPost, "/matters/bulk", "matterBulk", "批量办理", access.MatterAct), h.bulk)
}

type bodyOut[T any] struct{ Body T }

// ListQuery is how the interface asks for matters.
type ListQuery struct {
	Region   string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为可见的全部"`
	Kind     string `query:"kind" maxLength:"200" doc:"类别，可用逗号分隔多个"`
	State    string `query:"state" maxLength:"200" doc:"状态，可用逗号分隔多个"`
	Type     string `query:"type" maxLength:"200" doc:"状态类型，可用逗号分隔多个；空时按时限排序只列未办结的"`
	Category string `query:"category" maxLength:"60"`
	Source   string `query:"source" maxLength:"40"`
	Cell     string `query:"cell" maxLength:"20"`
	Site     string `query:"site" maxLength:"60"`
	Subject  string `query:"subject" maxLength:"20" doc:"对象单位"`
	Q        string `query:"q" maxLength:"60" doc:"编号、标题或地点中的文字"`
	Due      string `query:"due" enum:",overdue,today,3d,week"`
	Holder   string `query:"holder" maxLength:"20" doc:"me 或岗位编号"`
	Relation string `query:"relation" enum:",mine"`
	Sort     string `query:"sort" enum:",due,opened,updated"`
}

func (in *ListQuery) read() (q Query, err error) {
	if q.Region, err = readRegion("query.region", in.Region); err != nil {
		return q, err
	}
	q.Kinds, q.States, q.Category, q.Source, q.Site, q.Text, q.Due, q.Sort = splitList(in.Kind), splitList(in.State), in.Category, in.Source, in.Site, in.Q, in.Due, in.Sort
	for _, t := range splitList(in.Type) {
		if !slices.Contains(kind.StateTypes(), kind.StateType(t)) {
			return q, fault.New(fault.Invalid, "type", "没有这种状态类型").WithField("query.type", "没有这种状态类型", t)
		}
		if !slices.Contains(q.Types, kind.StateType(t)) {
			q.Types = append(q.Types, kind.StateType(t))
		}
	}
	if q.Cell, err = readID("query.cell", in.Cell); err != nil {
		return q, err
	}
	if q.Subject, err = readID("query.subject", in.Subject); err != nil {
		return q, err
	}
	q.Mine = in.Relation == "mine"
	if q.HolderMe = in.Holder == "me"; !q.HolderMe {
		q.HolderPost, err = readID("query.holder", in.Holder)
	}
	return q, err
}

// pagedQuery is a page of ListQuery.
type pagedQuery struct {
	ListQuery
	rest.PageQuery
}

func (h *API) dir(ctx context.Context) (*shape, error) {
	d, err := h.svc.org.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return h.shape(d), nil
}

func (h *API) list(ctx context.Context, in *pagedQuery) (*bodyOut[rest.Page[Row]], error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	q.Limit, q.Cursor = in.Limit, in.Cursor
	p, err := h.svc.List(ctx, q)
	if err != nil {
		return nil, err
	}
	x, err := h.dir(ctx)
	if err != nil {
		return nil, err
	}
	return &bodyOut[rest.Page[Row]]{rest.NewPage(x.rows(p.Items), p.Next, p.Total)}, nil
}

// ColumnOut is a column of the board.
type ColumnOut struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Count int    `json:"count"`
	Items []Row  `json:"items"`
}

// typeNames are the types of states for people.
func typeName(t kind.StateType) string {
	switch t {
	case kind.Open:
		return "待受理"
	case kind.Assigned:
		return "待签收"
	case kind.Working:
		return "办理中"
	case kind.Submitted:
		return "待核查"
	case kind.Checking:
		return "核查中"
	case kind.Closed:
		return "已销号"
	case kind.Suspended:
		return "挂起"
	case kind.Returned:
		return "已退回"
	case kind.Void:
		return "作废"
	}
	return string(t)
}

type boardOut struct {
	Columns []ColumnOut `json:"columns"`
}

func (h *API) board(ctx context.Context, in *ListQuery) (*bodyOut[boardOut], error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	list, err := h.svc.Board(ctx, q)
	if err != nil {
		return nil, err
	}
	x, err := h.dir(ctx)
	if err != nil {
		return nil, err
	}
	out := boardOut{Columns: []ColumnOut{}}
	for _, c := range list {
		out.Columns = append(out.Columns, ColumnOut{string(c.Type), typeName(c.Type), c.Count, x.rows(c.Items)})
	}
	return &bodyOut[boardOut]{out}, nil
}

// DotOut is a matter on the map.
type DotOut struct {
	ID    string  `json:"id"`
	Lng   float64 `json:"lng"`
	Lat   float64 `json:"lat"`
	Type  string  `json:"type"`
	Light string  `json:"light"`
	Title string  `json:"title"`
}

type pointsOut struct {
	Items   []DotOut `json:"items"`
	Clipped bool     `json:"clipped" doc:"还有更多，请放大地图"`
}

func (h *API) points(ctx context.Context, in *struct {
	ListQuery
	Box string `query:"bbox" maxLength:"100" doc:"西,南,东,北，度"`
}) (*bodyOut[pointsOut], error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	var box *geo.Box
	if in.Box != "" {
		b, err := geo.ParseBox(in.Box)
		if err != nil {
			return nil, err
		}
		box = &b
	}
	list, clipped, err := h.svc.Points(ctx, q, box)
	if err != nil {
		return nil, err
	}
	now := h.svc.db.Clock().Now().UnixMilli()
	out := pointsOut{Items: make([]DotOut, len(list)), Clipped: clipped}
	for i, d := range list {
		lng, lat := d.At.Degrees()
		out.Items[i] = DotOut{idText(d.ID), lng, lat, string(d.Type), light(d.Due, now), d.Title}
	}
	return &bodyOut[pointsOut]{out}, nil
}

// DayOut is a day of the calendar.
type DayOut struct {
	Date   string `json:"date"`
	Due    int    `json:"due"`
	Opened int    `json:"opened"`
	Closed int    `json:"closed"`
}

type daysOut struct {
	Days []DayOut `json:"days"`
}

func (h *API) calendar(ctx context.Context, in *struct {
	ListQuery
	Month string `query:"month" maxLength:"7" doc:"2026-08；空为本月"`
}) (*bodyOut[daysOut], error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	day := calendar.DayOf(h.svc.db.Clock().Now().UnixMilli())
	if in.Month != "" {
		if day, err = calendar.ParseDay(in.Month + "-01"); err != nil {
			return nil, fault.New(fault.Invalid, "month", "月份应为 2026-08 的形式").WithField("query.month", "应为 2026-08 的形式", in.Month)
		}
	}
	list, err := h.svc.Calendar(ctx, q, calendar.MonthWindow(day.Year(), day.Month()))
	out := daysOut{Days: make([]DayOut, len(list))}
	for i, d := range list {
		out.Days[i] = DayOut{d.Day.String(), d.Due, d.Opened, d.Closed}
	}
	return &bodyOut[daysOut]{out}, err
}

type countsOut struct {
	ByType   map[string]int `json:"byType"`
	Overdue  int            `json:"overdue"`
	DueToday int            `json:"dueToday"`
	Mine     int            `json:"mine"`
}

func (h *API) counts(ctx context.Context, in *struct {
	Region string `query:"region" maxLength:"12"`
}) (*bodyOut[countsOut], error) {
	r, err := readRegion("query.region", in.Region)
	if err != nil {
		return nil, err
	}
	c, err := h.svc.Counts(ctx, r)
	out := countsOut{map[string]int{}, c.Overdue, c.DueToday, c.Mine}
	for _, t := range kind.StateTypes() {
		out.ByType[string(t)] = c.ByType[t]
	}
	return &bodyOut[countsOut]{out}, err
}

// table is the list as a file: all pages of it.
func (h *API) table(ctx context.Context, in *ListQuery) (*rest.Table, error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	x, err := h.dir(ctx)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for q.Limit = 500; len(rows) < maxExport; {
		p, err := h.svc.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range x.rows(p.Items) {
			due, light := "", ""
			if r.Due != nil {
				due, light = r.Due.At, r.Due.Left
			}
			rows = append(rows, []string{r.Number, r.Kind.Name, r.Title, r.State.Name, r.Category.Name, r.Region.Name, r.Place, r.Source, r.Holder.Text,
				r.OpenedAt, due, light, r.ClosedAt, idOrZero(r.Reworks), idOrZero(r.Recurrences)})
		}
		if q.Cursor = p.Next; q.Cursor == "" {
			break
		}
	}
	t := func(n string) rest.Column { return rest.Column{Name: n} }
	n := func(n string) rest.Column { return rest.Column{Name: n, Kind: rest.Number} }
	return &rest.Table{Name: "事项", Columns: []rest.Column{t("编号"), t("类别"), t("标题"), t("状态"), t("问题类别"), t("行政区"), t("地点"), t("来源"), t("球在"),
		t("立项时间"), t("到期"), t("剩余"), t("销号时间"), n("返工次数"), n("复发次数")}, Rows: rest.Rows(rows)}, nil
}

// maxExport bounds a file; a city of a year fits.
const maxExport = 50_000
