package situation

import (
	"context"
	"net/http"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
)

type dustQuery struct {
	At
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"0 为全部年份"`
}

// DustPath is embedded in what names a dust day.
type DustPath struct {
	Date   string `path:"date" maxLength:"10" doc:"日期，如 2026-08-28"`
	Region string `query:"region" required:"true" maxLength:"12" doc:"地级市"`
}

func (p DustPath) day() (calendar.Day, error) {
	d, err := calendar.ParseDay(p.Date)
	if err != nil {
		return 0, fault.Newf(fault.Invalid, "date", "日期“%s”应写成 2026-08-28 这样的日期", p.Date).WithField("path.date", "应写成 2026-08-28 这样的日期", p.Date)
	}
	return d, nil
}

type dustInput struct {
	DustPath
	Body struct {
		Source string `json:"source" maxLength:"200" doc:"认定的单位和文件"`
	}
}

type dustRemoval struct {
	DustPath
	Reason string `query:"reason" required:"true" maxLength:"200" doc:"撤销的原因"`
}

type layerInput struct {
	Level   string `path:"level" enum:"county,town,village,river"`
	Region  string `query:"region" required:"true" maxLength:"12" doc:"地级市"`
	RawBody []byte `contentType:"application/geo+json" doc:"GeoJSON FeatureCollection；属性 name，除河流外还有 12 位代码 code"`
}

// maxLayer bounds a layer's file: the towns of a prefecture in fine detail stay below it.
const maxLayer = 32 << 20

// registerSetup adds what a city sets up for its air: dust days and the shapes of its map.
func (s *Service) registerSetup(a *rest.API) {
	spec := func(method, path, id, summary string, need access.Action) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "situation", Access: need}
	}
	rest.Register(a, spec(http.MethodGet, "/air/dust-days", "airDustDays", "已认定的沙尘影响日", access.AirRead),
		func(ctx context.Context, q *dustQuery) (*body[rest.List[DustDay]], error) {
			code, err := q.code()
			if err != nil {
				return nil, err
			}
			asOf, err := ParseAsOf(q.AsOf)
			if err != nil {
				return nil, err
			}
			days, err := s.DustDays(ctx, code, q.Year, asOf)
			if err != nil {
				return nil, err
			}
			list := rest.NewList(days)
			return &body[rest.List[DustDay]]{&list}, nil
		})
	rest.Register(a, spec(http.MethodPut, "/air/dust-days/{date}", "airDustDaySet", "认定沙尘影响日", access.DustWrite),
		func(ctx context.Context, in *dustInput) (*struct{}, error) {
			code, err := At{Region: in.Region}.code()
			if err != nil {
				return nil, err
			}
			day, err := in.day()
			if err != nil {
				return nil, err
			}
			return nil, s.SetDust(ctx, code, []calendar.Day{day}, in.Body.Source)
		})
	rest.Register(a, spec(http.MethodDelete, "/air/dust-days/{date}", "airDustDayRemove", "撤销沙尘影响日", access.DustWrite),
		func(ctx context.Context, in *dustRemoval) (*struct{}, error) {
			code, err := At{Region: in.Region}.code()
			if err != nil {
				return nil, err
			}
			day, err := in.day()
			if err != nil {
				return nil, err
			}
			return nil, s.TakeDustBack(ctx, code, day, in.Reason)
		})
	layer := spec(http.MethodPut, "/air/map/layers/{level}", "airMapLayerSet", "更新地图图层", access.SiteWrite)
	layer.MaxBody = maxLayer
	rest.Register(a, layer, func(ctx context.Context, in *layerInput) (*struct{}, error) {
		code, err := At{Region: in.Region}.code()
		if err != nil {
			return nil, err
		}
		return nil, s.SetLayer(ctx, code, in.Level, in.RawBody)
	})
}
