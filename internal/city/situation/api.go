package situation

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// At is embedded in every read: where, and as known when.
type At struct {
	Region string `query:"region" doc:"12 位行政区代码；空为可见的最大范围" maxLength:"12"`
	AsOf   string `query:"asOf" doc:"截至时间（当时所知）；空为现在" maxLength:"40"`
}

// code reads the region; "" stays "".
func (q At) code() (region.Code, error) {
	if q.Region == "" {
		return "", nil
	}
	c, err := region.Parse(q.Region)
	if err != nil {
		return "", access.Hidden()
	}
	return c, nil
}

type body[T any] struct {
	Body *T
}

// read adapts a use case to a GET: region and as-of are read once for all of them.
func read[Q any, T any](s *Service, where func(*Q) At, h func(context.Context, region.Code, *Q) (*T, error)) func(context.Context, *Q) (*body[T], error) {
	return func(ctx context.Context, q *Q) (*body[T], error) {
		code, err := where(q).code()
		if err != nil {
			return nil, err
		}
		out, err := h(ctx, code, q)
		if err != nil {
			return nil, err
		}
		return &body[T]{out}, nil
	}
}

type nowQuery struct {
	At
	Sites string `query:"sites" doc:"另要曲线的站点，逗号分隔" maxLength:"400"`
}

type dayQuery struct {
	At
	Date string `query:"date" doc:"日期；空为昨日" maxLength:"10"`
}

type daysQuery struct {
	At
	From string `query:"from" maxLength:"10"`
	To   string `query:"to" maxLength:"10"`
}

type yearQuery struct {
	At
	Year int    `query:"year" minimum:"0" maximum:"2100" doc:"0 为最新的一年"`
	Dust string `query:"dust" enum:"observed,assessed" default:"observed" doc:"assessed：剔除沙尘影响日的颗粒物"`
}

type rankQuery struct {
	At
	List   string `query:"list" default:"province" maxLength:"40" doc:"province、nation、county 或城市名单（2+26、2+36……）"`
	Period string `query:"period" enum:"month,ytd,year" default:"ytd"`
	Date   string `query:"date" maxLength:"10"`
	Dust   string `query:"dust" enum:"observed,assessed" default:"observed"`
}

type explainQuery struct {
	At
	Key string `query:"key" required:"true" maxLength:"300"`
}

// Register adds the room's operations.
func (s *Service) Register(a *rest.API) {
	get := func(path, id, summary string) rest.Spec {
		return rest.Spec{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tag: "situation", Access: access.AirRead}
	}
	rest.Register(a, get("/air/now", "airNow", "最新一小时的城市和站点"), paged(s, func(q *nowQuery) At { return q.At }, s.apiNow))
	rest.Register(a, get("/air/yesterday", "airDay", "某一天的城市和站点"), paged(s, func(q *dayQuery) At { return q.At }, s.apiDay))
	rest.Register(a, get("/air/map", "airMap", "地图底图"), read(s, func(q *At) At { return *q },
		func(ctx context.Context, c region.Code, _ *At) (*MapLayers, error) { return s.Map(ctx, c) }))
	rest.Register(a, get("/air/map/places", "airMapPlaces", "地图上的乡镇界和村"), read(s, func(q *At) At { return *q },
		func(ctx context.Context, c region.Code, _ *At) (*MapPlaces, error) { return s.Places(ctx, c) }))
	rest.Register(a, get("/air/days", "airDays", "逐日数据"), paged(s, func(q *daysQuery) At { return q.At }, s.apiDays))
	rest.Register(a, get("/air/months", "airMonths", "逐月数据"), paged(s, func(q *yearQuery) At { return q.At }, s.apiMonths))
	rest.Register(a, get("/air/targets", "airTargets", "年度目标"), paged(s, func(q *yearQuery) At { return q.At }, s.apiTargets))
	rest.Register(a, get("/air/ranking", "airRanking", "综合指数排名"), paged(s, func(q *rankQuery) At { return q.At }, s.apiRanking))
	rest.Register(a, get("/explain", "explain", "一个数字是怎么来的"), read(s, func(q *explainQuery) At { return q.At }, s.apiExplain))
	s.registerWrites(a)
	s.registerSetup(a)
	s.registerExports(a, get)
}

func (s *Service) apiNow(ctx context.Context, c region.Code, q *nowQuery) (*answer[Now], error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.now(ctx, c, t, strings.FieldsFunc(q.Sites, func(r rune) bool { return r == ',' }))
}

func (s *Service) apiDay(ctx context.Context, c region.Code, q *dayQuery) (*answer[DayBoard], error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.day(ctx, c, q.Date, t)
}

func (s *Service) apiDays(ctx context.Context, c region.Code, q *daysQuery) (*answer[Days], error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.days(ctx, c, q.From, q.To, t)
}

func (s *Service) apiMonths(ctx context.Context, c region.Code, q *yearQuery) (*answer[Months], error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.months(ctx, c, q.Year, q.Dust, t)
}

func (s *Service) apiTargets(ctx context.Context, c region.Code, q *yearQuery) (*answer[Targets], error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.targetPage(ctx, c, q.Year, q.Dust, t)
}

func (s *Service) apiRanking(ctx context.Context, c region.Code, q *rankQuery) (*answer[Ranking], error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.ranking(ctx, c, q.List, q.Period, q.Date, q.Dust, t)
}

func (s *Service) apiExplain(ctx context.Context, c region.Code, q *explainQuery) (*Explanation, error) {
	t, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	return s.Explain(ctx, c, q.Key, t)
}

type whatIfInput struct {
	Body WhatIf
}

type targetInput struct {
	rest.IfMatch
	Year   int    `path:"year"`
	Item   string `path:"item" enum:"pm25,pm10,good_days"`
	Region string `query:"region" required:"true" maxLength:"12"`
	Body   struct {
		Value  string `json:"value" maxLength:"20"`
		Source string `json:"source" maxLength:"200" doc:"文件名称和文号"`
	}
}

type targetOutput struct {
	ETag string `header:"ETag"`
	Body struct {
		Value   string `json:"value"`
		Source  string `json:"source"`
		Version int64  `json:"version"`
	}
}

func (s *Service) registerWrites(a *rest.API) {
	rest.Register(a, rest.Spec{Method: http.MethodPost, Path: "/air/targets/what-if", ID: "airWhatIf", Summary: "如果余下的日子……", Tag: "situation", Access: access.AirRead},
		func(ctx context.Context, in *whatIfInput) (*body[WhatIfAnswer], error) {
			if in.Body.Region != "" {
				c, err := At{Region: in.Body.Region}.code()
				if err != nil {
					return nil, err
				}
				in.Body.Region = c.String()
			}
			out, err := s.WhatIf(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return &body[WhatIfAnswer]{out}, nil
		})
	rest.Register(a, rest.Spec{Method: http.MethodPut, Path: "/air/targets/{year}/{item}", ID: "airTargetSet", Summary: "录入或修改年度目标", Tag: "situation", Access: access.TargetWrite},
		func(ctx context.Context, in *targetInput) (*targetOutput, error) {
			c, err := At{Region: in.Region}.code()
			if err != nil {
				return nil, err
			}
			version, err := in.Version()
			if err != nil {
				return nil, err
			}
			t, err := s.SetTarget(ctx, c, in.Year, in.Item, in.Body.Value, in.Body.Source, version)
			if err != nil {
				return nil, err
			}
			out := &targetOutput{ETag: rest.ETag(t.Version)}
			out.Body.Value, out.Body.Source, out.Body.Version = trim(milliDecimal(t.Value)), t.Source, t.Version
			return out, nil
		})
}

// fileName names an export by what it holds.
func fileName(m Meta, what, when string) string {
	return fmt.Sprintf("%s%s %s", m.Region.Name, what, when)
}
