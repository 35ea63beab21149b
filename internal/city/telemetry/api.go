package telemetry

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// API is the room's HTTP operations.
type API struct {
	svc *Service
	// names gives the names of regions for people.
	names func(context.Context, []region.Code) map[region.Code]string
}

// Register adds the operations of the room to a. names gives the names of regions, without
// those that are not known.
func Register(a *rest.API, svc *Service, names func(context.Context, []region.Code) map[region.Code]string) {
	h := &API{svc, names}
	get := func(path, id, summary string, action access.Action) rest.Spec {
		return rest.Spec{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tag: "data", Access: action}
	}
	streams := get("/data/streams", "dataStreams", "数据来源与收支", access.DataRead)
	late := get("/data/late", "dataLate", "迟到数据", access.DataRead)
	revisions := get("/data/revisions", "dataRevisions", "修订过的数据", access.DataRead)
	rejects := get("/data/rejects", "dataRejects", "拒收的数据", access.DataRead)
	observations := get("/data/observations", "dataObservations", "一个点位一个因子的数据", access.DataRead)
	sites := get("/sites", "siteList", "监测点位", access.AirRead)
	rest.Register(a, streams, h.streams)
	rest.Register(a, late, h.late)
	rest.Register(a, revisions, h.revisions)
	rest.Register(a, rejects, h.rejects)
	rest.Register(a, observations, h.observations)
	rest.Register(a, sites, h.sites)
	rest.Register(a, get("/sites/{id}", "siteGet", "一个监测点位", access.AirRead), h.getSite)
	rest.Register(a, rest.Spec{Method: http.MethodPatch, Path: "/sites/{id}", ID: "siteChange", Summary: "修改监测点位", Tag: "data",
		Access: access.SiteWrite}, h.patchSite)
	rest.Register(a, rest.Spec{Method: http.MethodPost, Path: "/data/corrections", ID: "dataCorrect", Summary: "订正一个数据", Tag: "data",
		Access: access.Correct}, h.correct)
	rest.ExportTable(a, streams, h.streamsTable)
	rest.ExportTable(a, late, h.lateTable)
	rest.ExportTable(a, revisions, h.revisionsTable)
	rest.ExportTable(a, rejects, h.rejectsTable)
	rest.ExportTable(a, observations, h.observationsTable)
	rest.ExportTable(a, sites, h.sitesTable)
}

type bodyOut[T any] struct{ Body T }

// named are regions with their names, asked for all at once.
type named map[region.Code]string

func (h *API) named(ctx context.Context, codes ...region.Code) named {
	slices.Sort(codes)
	if h.names == nil {
		return nil
	}
	return h.names(ctx, slices.Compact(codes))
}

func (n named) place(r region.Code) placeOut { return placeOut{Code: string(r), Name: n[r]} }

func (n named) site(s Site) siteOut {
	o := siteOut{ID: s.Code, Code: s.Code, Name: s.Name, Kind: string(s.Kind), Region: n.place(s.Region), Lon: s.Lon, Lat: s.Lat,
		Background: s.Background, Counted: s.Counted, ValidFrom: dayText(s.From), ValidTo: dayText(s.To), Aliases: s.Aliases}
	if o.Aliases == nil {
		o.Aliases = []string{}
	}
	return o
}

// regionsOf are the regions of the sites of a list.
func regionsOf[T any](list []T, site func(*T) *Site) []region.Code {
	out := make([]region.Code, len(list))
	for i := range list {
		out[i] = site(&list[i]).Region
	}
	return out
}

type streamsQuery struct {
	Region string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为可见的全部"`
	AsOf   string `query:"asOf" maxLength:"40" doc:"当时所知；空为现在"`
}

type streamsOut struct {
	Meta  metaOut     `json:"meta"`
	Items []streamOut `json:"items"`
}

func (h *API) readStreams(ctx context.Context, in *streamsQuery) (out streamsOut, err error) {
	r, err := readRegion(in.Region)
	if err != nil {
		return out, err
	}
	asOf, err := readClock("query.asOf", in.AsOf)
	if err != nil {
		return out, err
	}
	list, err := h.svc.Streams(ctx, r, asOf)
	out.Meta = metaOut{rest.Instant(asOf), rest.Instant(h.svc.db.Clock().Now().UnixMilli()), h.named(ctx, r).place(r)}
	out.Items = make([]streamOut, len(list))
	for i, q := range list {
		out.Items[i] = outStream(q)
	}
	return out, err
}

func (h *API) streams(ctx context.Context, in *streamsQuery) (*bodyOut[streamsOut], error) {
	out, err := h.readStreams(ctx, in)
	return &bodyOut[streamsOut]{out}, err
}

type sitesQuery struct {
	Region string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为可见的全部"`
	Kind   string `query:"kind" enum:"national,county,micro,city"`
}

func (h *API) readSites(ctx context.Context, in *sitesQuery) ([]siteOut, error) {
	r, err := readRegion(in.Region)
	if err != nil {
		return nil, err
	}
	list, err := h.svc.Sites(ctx, SiteFilter{r, Kind(in.Kind)})
	names := h.named(ctx, regionsOf(list, func(s *Site) *Site { return s })...)
	out := make([]siteOut, len(list))
	for i, s := range list {
		out[i] = names.site(s)
	}
	return out, err
}

func (h *API) sites(ctx context.Context, in *sitesQuery) (*bodyOut[rest.List[siteOut]], error) {
	out, err := h.readSites(ctx, in)
	return &bodyOut[rest.List[siteOut]]{rest.NewList(out)}, err
}

type observationsQuery struct {
	Site   string `query:"site" required:"true" maxLength:"64" doc:"点位编码"`
	Factor string `query:"factor" required:"true" maxLength:"20"`
	Stat   string `query:"stat" enum:"hour,day" default:"hour"`
	From   string `query:"from" required:"true" maxLength:"40"`
	To     string `query:"to" required:"true" maxLength:"40"`
	AsOf   string `query:"asOf" maxLength:"40" doc:"当时所知；空为现在"`
}

func (h *API) readObservations(ctx context.Context, in *observationsQuery) ([]PointOut, error) {
	factor, err := ParseFactor(in.Factor)
	if err != nil {
		return nil, err
	}
	var at [3]int64
	for i, q := range [3][2]string{{"query.from", in.From}, {"query.to", in.To}, {"query.asOf", in.AsOf}} {
		if at[i], err = readClock(q[0], q[1]); err != nil {
			return nil, err
		}
	}
	list, err := h.svc.Observations(ctx, in.Site, factor, in.Stat, at[0], at[1], at[2])
	out := make([]PointOut, len(list))
	for i, o := range list {
		out[i] = outPoint(o.Point, o.Stream)
	}
	return out, err
}

func (h *API) observations(ctx context.Context, in *observationsQuery) (*bodyOut[rest.List[PointOut]], error) {
	out, err := h.readObservations(ctx, in)
	return &bodyOut[rest.List[PointOut]]{rest.NewList(out)}, err
}

func (h *API) correct(ctx context.Context, in *correctionIn) (*bodyOut[correctionOut], error) {
	b := &in.Body
	factor, err := ParseFactor(b.Factor)
	if err != nil {
		return nil, err
	}
	at, err := readClock("body.time", b.Time)
	if err != nil {
		return nil, err
	}
	c := Correction{Site: b.Site, Factor: factor, Stat: b.Stat, Time: at, Reason: b.Reason, Evidence: b.Evidence, Seen: b.Revision}
	if b.Value != nil {
		v, err := parseValue(*b.Value)
		if err != nil {
			return nil, err
		}
		c.Value = &v
	}
	done, err := h.svc.Correct(ctx, c)
	if err != nil {
		return nil, err
	}
	out := correctionOut{ID: strconv.FormatInt(done.ID, 10), New: outPoint(done.New, "人工订正"), Affected: done.Affected}
	if done.Old != nil {
		old := outPoint(*done.Old, "")
		out.Old = &old
	}
	return &bodyOut[correctionOut]{out}, nil
}

// lateDays is how far back the list of late values goes when no period is asked for.
const lateDays = 7

// LateQuery asks for late values.
type LateQuery struct {
	Region string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为可见的全部"`
	From   string `query:"from" maxLength:"40" doc:"空为 7 天前"`
	To     string `query:"to" maxLength:"40" doc:"空为现在"`
}

func (h *API) readLate(ctx context.Context, in *LateQuery, after Place, limit int) (out []lateOut, next string, total int, err error) {
	r, err := readRegion(in.Region)
	if err != nil {
		return nil, "", 0, err
	}
	from, err := readClock("query.from", in.From)
	if err != nil {
		return nil, "", 0, err
	}
	to, err := readClock("query.to", in.To)
	if err != nil {
		return nil, "", 0, err
	}
	if to == 0 {
		to = h.svc.db.Clock().Now().UnixMilli()
	}
	if from == 0 {
		from = to - lateDays*calendar.MsPerDay
	}
	list, total, err := h.svc.LateValues(ctx, r, from, to, after, limit)
	names := h.named(ctx, regionsOf(list, func(l *Late) *Site { return &l.Site })...)
	for _, l := range list {
		out = append(out, lateOut{names.site(l.Site), FactorKey(l.Factor), l.Stat, rest.Instant(l.Time), rest.Instant(l.RecordedAt),
			(l.RecordedAt - l.Time) / calendar.MsPerMinute})
	}
	if len(list) == limit && limit > 0 {
		next = list[limit-1].Place.cursor()
	}
	return out, next, total, err
}

func (p Place) cursor() string { return rest.Cursor(p.Time, int64(p.ID)) }

func readPlace(cursor string) (p Place, err error) {
	var id int64
	_, err = rest.ReadCursor(cursor, &p.Time, &id)
	p.ID = series.ID(id)
	return p, err
}
