package telemetry

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// Correction is a person's new value for one observation.
type Correction struct {
	Site     string // code
	Factor   string // as in the series
	Stat     string // "hour" or "day"
	Time     int64  // label, ms UTC
	Value    *int64 // thousandths of the unit; nil invalidates
	Reason   string // why; needed
	Evidence string // reference to a document, may be empty
	// Seen is the revision that the person looked at; -1 for a time without an observation,
	// nil when it does not matter.
	Seen *int32
}

// Corrected is the result of a correction.
type Corrected struct {
	ID       int64 // its batch, the origin of the new revision
	Site     Site
	Old      *series.Point // nil: there was none
	New      series.Point
	Affected []string // what has to be read again: "day 2026-08-27", "month 2026-08", …
}

// Correct stores a person's value, or an invalidation, as a new revision: earlier revisions
// stay, as-of reads before it do not change. Needs observation.correct in the site's region.
// Errors: not found for a site elsewhere and for a series that does not exist; invalid
// without a reason or with a value that cannot be; conflict when it changes nothing or when
// somebody else changed the observation since Seen.
func (s *Service) Correct(ctx context.Context, c Correction) (out Corrected, err error) {
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		out, err = s.correctIn(ctx, tx, c)
		return err
	})
	if err != nil {
		return Corrected{}, err
	}
	return out, nil
}

func (s *Service) correctIn(ctx context.Context, tx *store.Tx, c Correction) (Corrected, error) {
	site, err := siteFor(ctx, tx, access.Correct, c.Site)
	if err != nil {
		return Corrected{}, err
	}
	if err := s.checkCorrection(tx, &site, &c); err != nil {
		return Corrected{}, err
	}
	ids, err := series.Find(ctx, tx, []series.Key{{Site: c.Site, Factor: c.Factor, Stat: c.Stat}})
	if err != nil {
		return Corrected{}, err
	}
	if ids[0] == 0 {
		return Corrected{}, fault.New(fault.NotFound, "series_unknown", "该点位没有这个因子的数据")
	}
	old, err := current(ctx, tx, ids[0], c)
	if err != nil {
		return Corrected{}, err
	}
	out := Corrected{Site: site, Old: old, Affected: affected(c.Stat, c.Time)}
	if out.ID, err = s.storeCorrection(ctx, tx, &site, ids[0], c, old); err != nil {
		return Corrected{}, err
	}
	history, err := series.History(ctx, tx, ids[0], c.Time)
	if err != nil {
		return Corrected{}, err
	}
	out.New = history[len(history)-1]
	if err := publish(ctx, tx, EventCorrected, fmt.Sprint(out.ID), site.Region); err != nil {
		return Corrected{}, err
	}
	return out, audit.Log(ctx, tx, audit.Entry{
		Action: "observation.correct", Object: "site/" + site.Code, Region: site.Region,
		Summary: fmt.Sprintf("订正 %s %s %s：%s → %s", site.Name, FactorKey(c.Factor), calendar.FormatTime(c.Time), shown(old), shown(&out.New)),
		Detail:  correctionDetail{out.ID, c.Factor, c.Stat, calendar.FormatTime(c.Time), shown(old), shown(&out.New), c.Reason, c.Evidence},
	})
}

type correctionDetail struct {
	Correction int64  `json:"correction"`
	Factor     string `json:"factor"`
	Stat       string `json:"stat"`
	Time       string `json:"time"`
	Old        string `json:"old"`
	New        string `json:"new"`
	Reason     string `json:"reason"`
	Evidence   string `json:"evidence,omitempty"`
}

// shown is a point's value for people.
func shown(p *series.Point) string {
	switch {
	case p == nil:
		return "无"
	case p.Value == series.Missing:
		return "无效"
	}
	return FormatValue(p.Value)
}

// Longest reason and evidence, in characters.
const maxReason = 500

func (s *Service) checkCorrection(tx *store.Tx, site *Site, c *Correction) error {
	c.Reason, c.Evidence = strings.TrimSpace(c.Reason), strings.TrimSpace(c.Evidence)
	bad := fault.New(fault.Invalid, "correction", "订正内容有误")
	if n := utf8.RuneCountInString(c.Reason); n < 2 || n > maxReason {
		bad.WithField("body.reason", "请写明订正原因，2 至 500 字", c.Reason)
	}
	if utf8.RuneCountInString(c.Evidence) > maxReason {
		bad.WithField("body.evidence", "最长 500 字", c.Evidence)
	}
	after, until := site.Validity()
	if c.Time <= after || c.Time > until || c.Time > tx.NowMS() {
		bad.WithField("body.time", "点位当时未运行，或时间尚未到", calendar.FormatTime(c.Time))
	}
	if c.Value != nil {
		if g, _, _ := s.rules.bounds(c.Factor, c.Time); *c.Value < 0 || g.Max > 0 && *c.Value > g.Max*1000 {
			bad.WithField("body.value", fmt.Sprintf("数值应在 0 至 %d 之间", g.Max), FormatValue(*c.Value))
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// current is the observation that a correction replaces; it refuses one that changes nothing.
func current(ctx context.Context, tx *store.Tx, id series.ID, c Correction) (*series.Point, error) {
	history, err := series.History(ctx, tx, id, c.Time)
	if err != nil {
		return nil, err
	}
	var old *series.Point
	seen := int32(-1)
	if n := len(history); n > 0 {
		old = &history[n-1]
		seen = old.Revision
	}
	switch {
	case c.Seen != nil && *c.Seen != seen:
		return nil, fault.New(fault.Conflict, "revised", "该数据刚被他人改动，请刷新后再订正")
	case c.Value == nil && (old == nil || old.Value == series.Missing):
		return nil, fault.New(fault.Conflict, "no_change", "该时刻没有有效数据，无需置为无效")
	case c.Value != nil && old != nil && old.Value == *c.Value && old.Flag&series.Corrected != 0:
		return nil, fault.New(fault.Conflict, "no_change", "与现值相同，未作改动")
	}
	return old, nil
}

// storeCorrection writes the batch, the new revision and the correction's own record.
func (s *Service) storeCorrection(ctx context.Context, tx *store.Tx, site *Site, id series.ID, c Correction, old *series.Point) (int64, error) {
	actor, _ := access.From(ctx)
	p := cityHolding(site.Region)
	d := Delivery{Stream: "manual-" + p.Short(), StreamName: "人工订正", Kind: Manual}
	stream, err := s.openStream(ctx, tx, d)
	if err != nil {
		return 0, err
	}
	batch, err := insertBatch(ctx, tx, stream.ID, actor, d)
	if err != nil {
		return 0, err
	}
	value := int64(series.Missing)
	if c.Value != nil {
		value = *c.Value
	}
	res, err := series.Append(ctx, tx, series.Batch{Origin: batch, Sets: []series.Set{{
		ID: id, Times: []int64{c.Time}, Values: []int64{value}, Flags: []series.Flag{series.Corrected}}}})
	if err != nil {
		return 0, err
	}
	a := Account{Batch: batch, Received: 1, Stored: int64(res.Stored), Revised: int64(res.Revised), Unchanged: int64(res.Unchanged),
		FirstTime: c.Time, LastTime: c.Time}
	if err := closeBatch(ctx, tx, a); err != nil {
		return 0, err
	}
	stream.Region = p
	stream.Received, stream.Stored, stream.Unchanged = stream.Received+1, stream.Stored+a.Stored, stream.Unchanged+a.Unchanged
	stream.LastTime = max(stream.LastTime, c.Time)
	if err := updateStream(ctx, tx, &stream); err != nil {
		return 0, err
	}
	return batch, insertCorrection(ctx, tx, batch, id, c, old, value)
}

func insertCorrection(ctx context.Context, tx *store.Tx, batch int64, id series.ID, c Correction, old *series.Point, value int64) error {
	was := series.Point{Value: series.Missing, Revision: -1}
	if old != nil {
		was = *old
	}
	_, err := tx.Exec(ctx, `INSERT INTO correction (batch_id, series_id, time, old_value, old_flag, old_revision, new_value, reason, evidence)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		batch, int64(id), c.Time, was.Value, int64(was.Flag), was.Revision, value, storable(c.Reason, 4*maxReason), storable(c.Evidence, 4*maxReason))
	return err
}

// affected names what a changed observation changes.
func affected(stat string, t int64) []string {
	day := calendar.DayOf(t - 1)
	y, m, _ := day.Civil()
	out := []string{fmt.Sprintf("day %s", day), fmt.Sprintf("month %04d-%02d", y, m), fmt.Sprintf("year %04d", y), "rank"}
	if strings.HasPrefix(stat, "hour") {
		return append([]string{"hour " + calendar.FormatHour(t)}, out...)
	}
	return out
}
