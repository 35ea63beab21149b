package telemetry

import (
	"strings"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// readClock reads an instant (RFC 3339, or civil time without an offset) into ms UTC; "" is 0.
func readClock(name, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	if t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1)); err == nil && t.Unix() > 0 {
		return t.UnixMilli(), nil
	}
	if ms, err := calendar.ParseTime(text); err == nil && ms > 0 {
		return ms, nil
	}
	return 0, fault.New(fault.Invalid, "time", "时间格式有误，应如 2026-08-28T07:00:00+08:00").WithField(name, "时间格式有误", text)
}

// readRegion reads a region code; one that is none is not told from one that is hidden.
func readRegion(text string) (region.Code, error) {
	if text == "" {
		return "", nil
	}
	c, err := region.Parse(text)
	if err != nil {
		return "", access.Hidden()
	}
	return c, nil
}

func dayText(d calendar.Day) string {
	if d == Always || d == Forever {
		return ""
	}
	return d.String()
}

type placeOut struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type siteOut struct {
	ID         string   `json:"id"`
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	Kind       string   `json:"kind" enum:"national,county,micro,city"`
	Region     placeOut `json:"region"`
	Lon        float64  `json:"lon"`
	Lat        float64  `json:"lat"`
	Background bool     `json:"background" doc:"对照点，不参与城市评价"`
	Counted    bool     `json:"counted" doc:"参与城市评价"`
	ValidFrom  string   `json:"validFrom" doc:"启用日，空为不限"`
	ValidTo    string   `json:"validTo" doc:"停运日，空为在用"`
	Aliases    []string `json:"aliases"`
}

type metaOut struct {
	AsOf   string   `json:"asOf" doc:"当时所知；空为现在"`
	Clock  string   `json:"clock"`
	Region placeOut `json:"region"`
}

type streamOut struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Kind            string `json:"kind" enum:"file,feed,device,manual"`
	Received        int64  `json:"received" doc:"= stored + unchanged + rejected"`
	Stored          int64  `json:"stored"`
	Unchanged       int64  `json:"unchanged"`
	Rejected        int64  `json:"rejected"`
	LastAt          string `json:"lastAt" doc:"最新数据时刻"`
	LateShare       string `json:"lateShare" doc:"近 30 天迟到率，%；空为不判"`
	Completeness24h string `json:"completeness24h" doc:"%"`
	Completeness30d string `json:"completeness30d" doc:"%"`
	Status          string `json:"status" enum:"ok,late,silent,ended,gaps" doc:"正常、迟到、中断、已结束、缺测多"`
}

func outStream(q StreamQuality) streamOut {
	o := streamOut{ID: q.Code, Name: q.Name, Kind: string(q.Kind), Received: q.Received, Stored: q.Stored, Unchanged: q.Unchanged,
		Rejected: q.Rejected, LastAt: rest.Instant(q.LastTime), Status: string(q.Status),
		Completeness24h: Share(q.Present24, q.Expected24), Completeness30d: Share(q.Present30, q.Expected30)}
	if q.LateAfter > 0 {
		o.LateShare = Share(q.Late, q.Delivered)
	}
	return o
}

type lateOut struct {
	Site         siteOut `json:"site"`
	Factor       string  `json:"factor"`
	Stat         string  `json:"stat"`
	Time         string  `json:"time"`
	RecordedAt   string  `json:"recordedAt"`
	DelayMinutes int64   `json:"delayMinutes"`
}

// PointOut is one revision of an observation.
type PointOut struct {
	Time       string `json:"time"`
	Value      string `json:"value" doc:"空为无效或缺测"`
	Revision   int32  `json:"revision" doc:"0 为首次入库"`
	RecordedAt string `json:"recordedAt"`
	Flag       string `json:"flag" doc:"corrected、suspect、stuck、estimated、audited，可并列"`
	Origin     string `json:"origin" doc:"来源"`
}

func outPoint(p series.Point, origin string) PointOut {
	return PointOut{rest.Instant(p.Time), FormatValue(p.Value), p.Revision, rest.Instant(p.RecordedAt), p.Flag.String(), origin}
}

type revisionOut struct {
	PointOut
	By     string `json:"by"`
	Reason string `json:"reason"`
}

type revisedOut struct {
	Site      siteOut       `json:"site"`
	Factor    string        `json:"factor"`
	Stat      string        `json:"stat"`
	Unit      string        `json:"unit"`
	Time      string        `json:"time"`
	Revisions []revisionOut `json:"revisions"`
}

type rejectOut struct {
	ID         int64  `json:"id"`
	Batch      int64  `json:"batch"`
	Stream     string `json:"stream"`
	File       string `json:"file"`
	RecordedAt string `json:"recordedAt"`
	Site       string `json:"site"`
	Factor     string `json:"factor"`
	Time       string `json:"time"`
	Line       int64  `json:"line"`
	Column     string `json:"column"`
	Code       string `json:"code"`
	Reason     string `json:"reason"`
	Row        string `json:"row"`
	Values     int64  `json:"values"`
}

func outReject(x RejectRow) rejectOut {
	return rejectOut{x.ID, x.Batch, x.Stream, x.File, rest.Instant(x.RecordedAt), x.Site, FactorKey(x.Factor), rest.Instant(x.Time),
		x.Line, x.Column, x.Code, x.Reason, x.Raw, x.Values}
}

type correctionIn struct {
	Body struct {
		Site     string  `json:"site" minLength:"1" maxLength:"64" doc:"点位编码"`
		Factor   string  `json:"factor" minLength:"1" maxLength:"20" doc:"so2、no2、co、o3、pm10、pm25……"`
		Stat     string  `json:"stat,omitempty" enum:"hour,day" default:"hour"`
		Time     string  `json:"time" maxLength:"40" doc:"小时为结束时刻；日值为当日 24 时"`
		Value    *string `json:"value" maxLength:"30" nullable:"true" doc:"新值；null 为置无效"`
		Reason   string  `json:"reason" maxLength:"2000"`
		Evidence string  `json:"evidence,omitempty" maxLength:"2000"`
		Revision *int32  `json:"revision,omitempty" doc:"所见的修订号，期间他人改动则拒绝；-1 为原无数据"`
	}
}

type correctionOut struct {
	ID       string    `json:"id"`
	Old      *PointOut `json:"old,omitempty" doc:"原无数据时没有这一项"`
	New      PointOut  `json:"new"`
	Affected []string  `json:"affected" doc:"须重新读取的：hour、day、month、year、rank"`
}
