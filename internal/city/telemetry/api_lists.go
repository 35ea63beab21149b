package telemetry

import (
	"context"
	"strconv"

	"qingshan/internal/platform/rest"
)

// maxExport is the most rows an export of a paged list has.
const maxExport = 100_000

type latePage struct {
	LateQuery
	rest.PageQuery
}

func (h *API) late(ctx context.Context, in *latePage) (*bodyOut[rest.Page[lateOut]], error) {
	after, err := readPlace(in.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, total, err := h.readLate(ctx, &in.LateQuery, after, in.Limit)
	return &bodyOut[rest.Page[lateOut]]{rest.NewPage(list, next, total)}, err
}

// RevisionsQuery asks for revised observations.
type RevisionsQuery struct {
	Region string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为可见的全部"`
}

type revisionsPage struct {
	RevisionsQuery
	rest.PageQuery
}

func (h *API) readRevisions(ctx context.Context, region string, after Place, limit int) (out []revisedOut, next string, err error) {
	r, err := readRegion(region)
	if err != nil {
		return nil, "", err
	}
	list, err := h.svc.Revisions(ctx, r, after, limit)
	names := h.named(ctx, regionsOf(list, func(o *RevisedObservation) *Site { return &o.Site })...)
	for _, o := range list {
		x := revisedOut{Site: names.site(o.Site), Factor: FactorKey(o.Factor), Stat: o.Stat, Unit: FactorUnit(o.Factor), Time: rest.Instant(o.Time)}
		for _, p := range o.Revisions {
			x.Revisions = append(x.Revisions, revisionOut{outPoint(p.Point, p.Stream), p.By, p.Reason})
		}
		out = append(out, x)
	}
	if len(list) == limit && limit > 0 {
		next = list[limit-1].Place.cursor()
	}
	return out, next, err
}

func (h *API) revisions(ctx context.Context, in *revisionsPage) (*bodyOut[rest.Page[revisedOut]], error) {
	after, err := readPlace(in.Cursor)
	if err != nil {
		return nil, err
	}
	list, next, err := h.readRevisions(ctx, in.Region, after, in.Limit)
	if err != nil {
		return nil, err
	}
	r, _ := readRegion(in.Region)
	total, err := h.svc.RevisionCount(ctx, r)
	return &bodyOut[rest.Page[revisedOut]]{rest.NewPage(list, next, total)}, err
}

// RejectsQuery asks for rejects.
type RejectsQuery struct {
	Region string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为可见的全部"`
	Stream string `query:"stream" maxLength:"64"`
	Batch  int64  `query:"batch" minimum:"0"`
}

type rejectedPage struct {
	RejectsQuery
	rest.PageQuery
}

func (h *API) readRejects(ctx context.Context, in *RejectsQuery, before int64, limit int) (out []rejectOut, next string, total int, err error) {
	r, err := readRegion(in.Region)
	if err != nil {
		return nil, "", 0, err
	}
	list, total, err := h.svc.Rejects(ctx, RejectFilter{r, in.Stream, in.Batch}, before, limit)
	for _, x := range list {
		out = append(out, outReject(x))
	}
	if len(list) == limit && limit > 0 {
		next = rest.Cursor(list[limit-1].ID)
	}
	return out, next, total, err
}

func (h *API) rejects(ctx context.Context, in *rejectedPage) (*bodyOut[rest.Page[rejectOut]], error) {
	var before int64
	if _, err := rest.ReadCursor(in.Cursor, &before); err != nil {
		return nil, err
	}
	list, next, total, err := h.readRejects(ctx, &in.RejectsQuery, before, in.Limit)
	return &bodyOut[rest.Page[rejectOut]]{rest.NewPage(list, next, total)}, err
}

// columns makes the head of a table; a name that ends with # is a column of numbers.
func columns(names ...string) []rest.Column {
	out := make([]rest.Column, len(names))
	for i, n := range names {
		out[i] = rest.Column{Name: n}
		if n[len(n)-1] == '#' {
			out[i] = rest.Column{Name: n[:len(n)-1], Kind: rest.Number}
		}
	}
	return out
}

func table(name string, head []rest.Column, rows [][]string, err error) (*rest.Table, error) {
	if err != nil {
		return nil, err
	}
	return &rest.Table{Name: name, Columns: head, Rows: rest.Rows(rows)}, nil
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

func (h *API) streamsTable(ctx context.Context, in *streamsQuery) (*rest.Table, error) {
	out, err := h.readStreams(ctx, in)
	var rows [][]string
	for _, s := range out.Items {
		rows = append(rows, []string{s.ID, s.Name, s.Kind, whole(s.Received), whole(s.Stored), whole(s.Unchanged), whole(s.Rejected),
			s.LastAt, s.LateShare, s.Completeness24h, s.Completeness30d, statusName(Status(s.Status))})
	}
	return table("数据来源", columns("代码", "名称", "类型", "收到（值）#", "入库（值）#", "未变（值）#", "拒收（值）#", "最新时刻", "迟到率（%）#", "24 小时完整率（%）#", "30 天完整率（%）#", "状态"), rows, err)
}

func (h *API) lateTable(ctx context.Context, in *LateQuery) (*rest.Table, error) {
	list, _, _, err := h.readLate(ctx, in, Place{}, maxExport)
	var rows [][]string
	for _, l := range list {
		rows = append(rows, []string{l.Site.Code, l.Site.Name, l.Factor, l.Stat, l.Time, l.RecordedAt, whole(l.DelayMinutes)})
	}
	return table("迟到数据", columns("点位编码", "点位", "因子", "口径", "时刻", "入库时间", "迟到（分钟）#"), rows, err)
}

func (h *API) revisionsTable(ctx context.Context, in *RevisionsQuery) (*rest.Table, error) {
	list, _, err := h.readRevisions(ctx, in.Region, Place{}, maxExport)
	var rows [][]string
	for _, o := range list {
		for _, p := range o.Revisions {
			rows = append(rows, []string{o.Site.Code, o.Site.Name, o.Factor, o.Stat, o.Time, whole(int64(p.Revision)), p.Value, o.Unit,
				p.Flag, p.RecordedAt, p.Origin, p.By, p.Reason})
		}
	}
	return table("修订数据", columns("点位编码", "点位", "因子", "口径", "时刻", "修订号#", "数值#", "单位", "标记", "入库时间", "来源", "经办", "原因"), rows, err)
}

func (h *API) rejectsTable(ctx context.Context, in *RejectsQuery) (*rest.Table, error) {
	list, _, _, err := h.readRejects(ctx, in, 0, maxExport)
	var rows [][]string
	for _, x := range list {
		rows = append(rows, []string{x.Stream, x.File, x.RecordedAt, whole(x.Line), x.Column, x.Site, x.Factor, x.Time, x.Reason, x.Row, whole(x.Values)})
	}
	return table("拒收数据", columns("来源", "文件", "收到时间", "行#", "列", "点位编码", "因子", "时刻", "原因", "原文", "个数#"), rows, err)
}

func (h *API) observationsTable(ctx context.Context, in *observationsQuery) (*rest.Table, error) {
	list, err := h.readObservations(ctx, in)
	var rows [][]string
	for _, p := range list {
		rows = append(rows, []string{in.Site, in.Factor, p.Time, p.Value, whole(int64(p.Revision)), p.Flag, p.RecordedAt, p.Origin})
	}
	return table("监测数据 "+in.Site+" "+in.Factor, columns("点位编码", "因子", "时刻", "数值#", "修订号#", "标记", "入库时间", "来源"), rows, err)
}

func (h *API) sitesTable(ctx context.Context, in *sitesQuery) (*rest.Table, error) {
	list, err := h.readSites(ctx, in)
	var rows [][]string
	for _, s := range list {
		rows = append(rows, []string{s.Code, s.Name, s.Kind, s.Region.Code, s.Region.Name, strconv.FormatFloat(s.Lon, 'f', -1, 64),
			strconv.FormatFloat(s.Lat, 'f', -1, 64), yes(s.Background), yes(s.Counted), s.ValidFrom, s.ValidTo})
	}
	return table("监测点位", columns("编码", "名称", "类型", "行政区代码", "行政区", "经度#", "纬度#", "对照点", "参与评价", "启用", "停运"), rows, err)
}

func statusName(s Status) string {
	return map[Status]string{StatusOK: "正常", StatusLate: "迟到", StatusSilent: "中断", StatusEnded: "已结束", StatusGaps: "缺测多"}[s]
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}
