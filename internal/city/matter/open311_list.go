package matter

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/store"
)

// The bounds of a list, by the specification: its widest range and its length.
const (
	georeportSpan = 90 * 24 * time.Hour
	georeportMost = 1000
)

// requests lists what was reported through Open311 in the key's region.
func (o *Open311) requests(ctx context.Context, key OpenKey, q url.Values) (out georeportRequests, err error) {
	p := part{cond: "1 = 1"}
	p.and("m.source = " + p.add(sourceOpen311))
	p.and(inRegion(&p, key.Region, "m.region"))
	p.and(in(&p, "m.kind", o.kinds))
	if err := o.filter(&p, q); err != nil {
		return out, err
	}
	dir, err := o.s.org.Directory(ctx)
	if err != nil {
		return out, err
	}
	out.List = []georeportRequest{}
	err = o.s.db.View(ctx, func(tx *store.Tx) error {
		list, err := where(ctx, tx, p.cond+fmt.Sprintf(" ORDER BY m.opened_at DESC, m.id DESC LIMIT %d", georeportMost), p.args...)
		for _, m := range list {
			k, err := o.s.kindOf(m)
			if err != nil {
				return err
			}
			agency := ""
			if u := dir.Units[m.HolderUnit]; u != nil {
				agency = u.Name
			}
			out.List = append(out.List, shownRequest(m, k, agency))
		}
		return err
	})
	return out, err
}

// filter adds the conditions of a list. Numbers of requests override all others, as the
// specification says; without a range the last 90 days are meant.
func (o *Open311) filter(p *part, q url.Values) error {
	if ids := split(q.Get("service_request_id")); len(ids) > 0 {
		var list []int64
		for _, s := range ids {
			if id, err := strconv.ParseInt(s, 10, 64); err == nil {
				list = append(list, id)
			}
		}
		if len(list) > georeportMost {
			return georefuse(http.StatusBadRequest, "at most %d service_request_id", georeportMost)
		}
		p.and(in(p, "m.id", list))
		return nil
	}
	var codes []string
	for _, code := range split(q.Get("service_code")) {
		k, c := o.service(code)
		if c == nil {
			return georefuse(http.StatusNotFound, "service_code %q was not found", code)
		}
		codes = append(codes, fmt.Sprintf("(m.kind = %s AND m.category = %s)", p.add(k.ID), p.add(c.ID)))
	}
	if len(codes) > 0 {
		p.and("(" + strings.Join(codes, " OR ") + ")")
	}
	open, closed := false, false
	for _, s := range split(q.Get("status")) {
		switch s {
		case "open":
			open = true
		case "closed":
			closed = true
		default:
			return georefuse(http.StatusBadRequest, "status must be open or closed")
		}
	}
	if open != closed {
		p.and("m.open = " + p.add(bit(open)))
	}
	from, to, err := o.span(q.Get("start_date"), q.Get("end_date"))
	if err != nil {
		return err
	}
	p.and("m.opened_at >= " + p.add(from.UnixMilli()))
	p.and("m.opened_at <= " + p.add(to.UnixMilli()))
	return nil
}

// span is the range of a list, at most 90 days.
func (o *Open311) span(start, end string) (from, to time.Time, err error) {
	to = o.s.db.Clock().Now()
	if end != "" {
		if to, err = time.Parse(time.RFC3339, end); err != nil {
			return from, to, georefuse(http.StatusBadRequest, "end_date must look like 2026-08-28T08:00:00+08:00")
		}
	}
	from = to.Add(-georeportSpan)
	if start != "" {
		if from, err = time.Parse(time.RFC3339, start); err != nil {
			return from, to, georefuse(http.StatusBadRequest, "start_date must look like 2026-08-28T08:00:00+08:00")
		}
		if end == "" && to.Sub(from) > georeportSpan {
			to = from.Add(georeportSpan)
		}
	}
	if to.Before(from) || to.Sub(from) > georeportSpan {
		return from, to, georefuse(http.StatusBadRequest, "the range must begin before it ends and span at most 90 days")
	}
	return from, to, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// shownRequest is a matter as an outside tool sees it: open or closed, in whose hands, until
// when. Who reported it is not told.
func shownRequest(m *Matter, k *kind.Kind, agency string) georeportRequest {
	r := georeportRequest{ID: strconv.FormatInt(m.ID, 10), Status: "open", Code: m.Kind + "." + m.Category, Words: m.Description,
		Agency: agency, Notice: "编号 " + m.Number, Requested: shownTime(m.OpenedAt), Updated: shownTime(m.UpdatedAt), Address: m.Place}
	if !m.Open() {
		r.Status = "closed"
	}
	if c := k.Category(m.Category); c != nil {
		r.Name = c.Name
	}
	if st := k.State(m.State); st != nil {
		r.Notes = st.Name
	}
	r.Expected = shownTime(m.DueAt)
	if m.At != nil {
		r.Lat, r.Long = degrees(m.At.Lat), degrees(m.At.Lng)
		lat, long := json.Number(r.Lat), json.Number(r.Long)
		r.LatJSON, r.LongJSON = &lat, &long
	}
	return r
}

func degrees(v int64) string { return strconv.FormatFloat(float64(v)/1e7, 'f', -1, 64) }
