package telemetry

import (
	"context"
	"fmt"
	"maps"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// regions adds and renames the administrative regions of a list. None is removed: accounts,
// stations and records of former years hang on them.
func (r *importRun) regions(ctx context.Context, p *importer.Parser) error {
	s := &areaSink{run: r}
	err := r.view(ctx, func(tx *store.Tx) (err error) {
		s.was, err = org.KnownRegions(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	n, err := p.RunAreas(ctx, s)
	if err != nil {
		return err
	}
	r.areas = s
	c := p.Counts()
	r.report.Received, r.report.Rejected = c.Received, c.Rejected
	r.report.Stored, r.report.Unchanged, r.report.Revised = n.Stored, n.Unchanged, int64(len(s.renamed))
	r.report.Region = s.region
	if !s.any {
		r.report.Region = r.home()
	}
	return nil
}

// areaSink compares each row with what is known.
type areaSink struct {
	run     *importRun
	was     map[region.Code]string // names when the list was read
	changed []org.Region
	renamed []renamedArea
	region  region.Code
	any     bool
}

type renamedArea struct {
	Code region.Code `json:"code"`
	Old  string      `json:"old"`
	New  string      `json:"new"`
}

func (s *areaSink) Reject(x importer.Reject) error { s.run.reject(x); return nil }

// Area implements importer.AreaSink.
func (s *areaSink) Area(a importer.Area) (importer.Outcome, importer.Reason, error) {
	if !s.run.actor.Can(access.OrgWrite, a.Code) {
		return importer.Refused, importer.Reason{Code: "no_right", Arg: a.Name}, nil
	}
	if !s.any {
		s.region, s.any = a.Code, true
	} else {
		s.region = common(s.region, a.Code)
	}
	old, is := s.was[a.Code]
	if is && old == a.Name {
		return importer.Unchanged, importer.Reason{}, nil
	}
	if is {
		s.renamed = append(s.renamed, renamedArea{a.Code, old, a.Name})
	}
	s.changed = append(s.changed, org.Region{Code: a.Code, Name: a.Name})
	return importer.Stored, importer.Reason{}, nil
}

// shownRenames is how many new names the audit entry spells out; the file's hash is in the
// entry of the import.
const shownRenames = 200

// moved tells whether the regions are others than when the list was read.
func (s *areaSink) moved(ctx context.Context, tx *store.Tx) (bool, error) {
	now, err := org.KnownRegions(ctx, tx)
	return !maps.Equal(now, s.was), err
}

func (s *areaSink) save(ctx context.Context, tx *store.Tx) error {
	if len(s.changed) == 0 {
		return nil
	}
	if err := org.SaveRegions(ctx, tx, s.changed); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "region.import", Object: "region/" + string(s.region), Region: s.region,
		Summary: fmt.Sprintf("登记行政区 %d 个，更名 %d 个", len(s.changed)-len(s.renamed), len(s.renamed)),
		Detail:  map[string]any{"renamed": s.renamed[:min(len(s.renamed), shownRenames)]}})
}
