package telemetry

import (
	"context"
	"errors"
	"fmt"

	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// observations judges the values of a file as one delivery.
func (r *importRun) observations(ctx context.Context, p *importer.Parser) error {
	in, err := r.m.svc.Begin(ctx, r.view, r.delivery(p))
	if err != nil {
		return err
	}
	r.intake = in
	in.watch = func(x Reject) {
		whole, intake := x.whole(), true
		if r.whole != nil {
			whole, intake = *r.whole, false
		}
		r.weigh(whole, intake)
		r.reject(whole)
	}
	places := newImportPlaces(ctx, r, in)
	if err := r.pump(ctx, p, places); err != nil {
		return err
	}
	in.Repeat(p.Counts().Repeated)
	in.delivery.SHA256, _ = p.Source().SHA256()
	if c, got := p.Counts(), in.received(); got != c.Received {
		return fmt.Errorf("file %s: %d values were read, %d accounted for", r.file.Name, c.Received, got)
	}
	r.drafts = places.drafts
	r.whereabouts()
	return nil
}

// whereabouts is the region that the file belongs to.
func (r *importRun) whereabouts() {
	if r.report.Region = r.intake.region; !r.intake.any {
		r.report.Region = r.home()
	}
}

// home is a region of the actor's for a file that holds none: its history entry stays with
// the actor's own.
func (r *importRun) home() region.Code {
	if s := r.actor.Scopes("import.run"); len(s) > 0 {
		return s[0]
	}
	return ""
}

// delivery names the stream: one for each kind of file and, when it is a known republication,
// its profile.
func (r *importRun) delivery(p *importer.Parser) Delivery {
	plan := p.Plan()
	d := Delivery{Stream: "import-" + plan.Kind.ID, StreamName: "文件导入：" + plan.Kind.Name, Kind: File, File: r.file.Name}
	if plan.Profile != nil {
		d.Stream, d.StreamName = d.Stream+"-"+plan.Profile.ID, "文件导入："+plan.Profile.Name
	}
	return d
}

// pump runs the parser beside the judging of what it reads. Whatever ends first ends both.
func (r *importRun) pump(ctx context.Context, p *importer.Parser, places *importPlaces) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	feed := &feeder{ctx: reading, out: make(chan message, 1), given: &r.given}
	places.feed = feed
	ended := make(chan error, 1)
	go func() {
		defer close(feed.out)
		err := p.Run(reading, places, feed)
		if err == nil {
			err = feed.flush()
		}
		ended <- err
	}()
	var failed error
	for m := range feed.out {
		if failed != nil {
			if m.ask != nil {
				m.ask.reply <- placed{}
			}
			continue
		}
		if failed = r.take(ctx, p, places, m); failed != nil {
			stop()
		}
	}
	err := <-ended
	if failed != nil && (err == nil || errors.Is(err, errStopped) || errors.Is(err, context.Canceled)) {
		return failed
	}
	return store.Classify(err)
}

// take does what a message asks for.
func (r *importRun) take(ctx context.Context, p *importer.Parser, places *importPlaces, m message) error {
	for _, x := range m.rejects {
		r.whole = &x // the intake keeps a shortened row
		r.intake.Reject(Reject{Line: x.Line, Column: x.Column, Reason: x.Reason, Raw: storable(x.Row, maxLogRow), Values: x.Values})
		r.whole = nil
	}
	switch {
	case m.ask != nil:
		answer, err := places.create(m.ask.name)
		m.ask.reply <- answer
		return err
	case m.block != nil:
		defer m.block.Release()
		places.refresh()
		if err := r.intake.Add(ctx, r.columns(p, places, m.block)); err != nil {
			return err
		}
		r.taken.Add(int64(m.block.Count))
	}
	return nil
}

// columns names the series of a block's columns.
func (r *importRun) columns(p *importer.Parser, places *importPlaces, b *importer.Block) []Column {
	plan := p.Plan()
	out := make([]Column, len(b.Columns))
	for i, c := range b.Columns {
		f, place, field := plan.Values[c.Field], c.Place, c.Field // the column's memory is used again
		out[i] = Column{Site: places.code(c.Place), Factor: f.Factor, Stat: f.Stat, Times: c.Times, Values: c.Values, Header: f.ID,
			Line: func(t int64) int { return p.LineOf(place, field, t) }}
	}
	return out
}
