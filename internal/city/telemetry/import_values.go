package telemetry

import (
	"context"
	"errors"
	"fmt"

	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// observations stores the values of a file as one delivery.
func (r *importRun) observations(ctx context.Context, tx *store.Tx, p *importer.Parser) error {
	in, err := r.m.svc.Begin(ctx, tx, r.delivery(p))
	if err != nil {
		return err
	}
	r.intake = in
	in.watch = func(x Reject) {
		if r.whole != nil {
			r.judge(*r.whole, false)
			r.reject(*r.whole)
			return
		}
		whole := importer.Reject{Line: x.Line, Column: x.Column, Reason: x.Reason, Row: x.Raw, Values: x.Values}
		r.judge(whole, true)
		r.reject(whole)
	}
	places := newImportPlaces(ctx, r, tx, in)
	if err := r.pump(ctx, p, in, places); err != nil {
		return err
	}
	in.Repeat(p.Counts().Repeated)
	sum, size := p.Source().SHA256()
	if err := sealBatch(ctx, tx, in.Batch(), sum); err != nil {
		return err
	}
	in.delivery.SHA256 = sum
	if c := p.Counts(); in.account.Received != c.Received {
		return fmt.Errorf("file %s: %d values were read, %d accounted for (%d bytes)", r.file.Name, c.Received, in.account.Received, size)
	}
	return r.close(ctx, in)
}

// close ends the delivery and reports its account.
func (r *importRun) close(ctx context.Context, in *Intake) error {
	account, err := in.Close(ctx)
	if err != nil {
		return err
	}
	r.report.Batch, r.report.Region = account.Batch, in.region
	if !in.any {
		r.report.Region = r.home()
	}
	r.report.Received, r.report.Stored, r.report.Revised = account.Received, account.Stored, account.Revised
	r.report.Unchanged, r.report.Rejected, r.report.Suspect = account.Unchanged, account.Rejected, account.Suspect
	return nil
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

// pump runs the parser beside the storing of what it reads. Whatever ends first ends both.
func (r *importRun) pump(ctx context.Context, p *importer.Parser, in *Intake, places *importPlaces) error {
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
		if failed = r.take(ctx, p, in, places, m); failed != nil {
			stop()
		}
	}
	err := <-ended
	if failed != nil && (err == nil || errors.Is(err, errStopped) || errors.Is(err, context.Canceled)) {
		return failed
	}
	return store.Classify(err)
}

// take does what a message asks for, in the transaction.
func (r *importRun) take(ctx context.Context, p *importer.Parser, in *Intake, places *importPlaces, m message) error {
	for _, x := range m.rejects {
		r.whole = &x // the intake keeps a shortened row
		err := in.Reject(ctx, Reject{Line: x.Line, Column: x.Column, Reason: x.Reason, Raw: storable(x.Row, maxLogRow), Values: x.Values})
		r.whole = nil
		if err != nil {
			return err
		}
	}
	switch {
	case m.ask != nil:
		answer, err := places.create(m.ask.name)
		m.ask.reply <- answer
		return err
	case m.block != nil:
		defer m.block.Release()
		if err := places.refresh(); err != nil {
			return err
		}
		if err := in.Add(ctx, r.columns(p, places, m.block)); err != nil {
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
		f := plan.Values[c.Field]
		out[i] = Column{Site: places.code(c.Place), Factor: f.Factor, Stat: f.Stat, Times: c.Times, Values: c.Values, Header: f.ID,
			Line: func(t int64) int { return p.LineOf(c.Place, c.Field, t) }}
	}
	return out
}
