package telemetry

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
)

// importRun is one import at work. Reading runs in a goroutine of its own beside judging;
// the two meet in messages.
type importRun struct {
	m        *Imports
	actor    access.Actor
	file     ImportFile
	opt      ImportOptions
	hooks    importHooks
	view     Viewer
	attempts int
	when     time.Time     // of the judgement
	stamp    RegisterStamp // of the register that the judgement goes by
	report   ImportReport  // without what only the store can tell
	log      *rejectLog
	whole    *importer.Reject // the reject that is being given to the intake
	intake   *Intake          // nil: a list
	known    *receipt         // nil: the file was read
	drafts   *siteDrafts      // sites to register with it; nil: none
	areas    *areaSink        // regions to register; nil: none
	replayed int              // rejects so far
	fleeting bool             // another reading may refuse something else

	parser atomic.Pointer[importer.Parser] // for progress
	taken  atomic.Int64                    // values judged so far
	given  atomic.Int64                    // values read so far
}

// maxJudgings is how often a file is judged before the writer is held all the time.
const maxJudgings = 3

// errMoved: what the judgement went by changed before its result could be stored.
var errMoved = errors.New("the register or the store changed since the judgement")

// bring judges the file without keeping any writer waiting, and then stores it in one short
// transaction. When the register of sites changed between the two, all is judged again: in
// the end inside the transaction, where nothing can change any more.
func (r *importRun) bring(ctx context.Context) error {
	for range maxJudgings {
		if err := r.attempt(ctx, r.m.db.View); err != nil {
			return err
		}
		if r.opt.DryRun {
			return r.dry(ctx)
		}
		if r.m.judged != nil {
			r.m.judged()
		}
		if err := r.save(ctx); !errors.Is(err, errMoved) {
			return err
		}
	}
	var got *judgement
	err := r.m.db.Update(ctx, func(tx *store.Tx) (err error) {
		if err = r.attempt(ctx, Inside(tx)); err == nil {
			got, err = r.commit(ctx, tx)
		}
		return err
	})
	return r.done(got, err)
}

// save stores what was judged.
func (r *importRun) save(ctx context.Context) error {
	tries := 0
	var got *judgement
	err := r.m.db.Update(ctx, func(tx *store.Tx) (err error) {
		if tries++; tries > 1 {
			if err := queueUp(ctx, tx); err != nil {
				return err
			}
		}
		got, err = r.commit(ctx, tx)
		return err
	})
	return r.done(got, err)
}

// dry tells what storing would do, and writes no more than the history.
func (r *importRun) dry(ctx context.Context) error {
	var got *judgement
	err := r.view(ctx, func(tx *store.Tx) (err error) {
		got, err = r.tried(ctx, tx)
		return err
	})
	if err == nil && r.hooks.record != nil {
		err = r.m.db.Update(ctx, func(tx *store.Tx) error { return r.finish(ctx, tx, got) })
	}
	return r.done(got, err)
}

// done gives out what the store refused.
func (r *importRun) done(got *judgement, err error) error {
	if err != nil {
		return err
	}
	r.report = got.report
	if r.hooks.reject != nil {
		for _, x := range got.late {
			r.hooks.reject(x.whole())
		}
	}
	return nil
}

// attempt reads the file and judges what it holds.
func (r *importRun) attempt(ctx context.Context, view Viewer) error {
	if r.attempts++; r.attempts > 1 && r.hooks.reject != nil {
		r.hooks.reject(importer.Reject{})
	}
	r.view, r.log, r.intake, r.known, r.drafts, r.areas, r.replayed, r.fleeting = view, &rejectLog{}, nil, nil, nil, nil, 0, false
	r.taken.Store(0)
	r.given.Store(0)
	err := view(ctx, func(tx *store.Tx) (err error) {
		r.when = tx.Now()
		r.stamp, err = readStamp(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if r.file.Size > 0 {
		r.m.program() // takes a moment the first time: not while the writer is held
	}
	known, err := r.recall(ctx)
	if err != nil {
		return err
	}
	if known != nil {
		err = r.again(ctx, known)
	} else {
		err = r.read(ctx)
	}
	if err != nil {
		return err
	}
	return r.log.close()
}

// begin notes what the header says.
func (r *importRun) begin(p *importer.Parser) {
	r.parser.Store(p)
	plan := p.Plan()
	r.report = ImportReport{Kind: plan.Kind.ID, DryRun: r.opt.DryRun}
	if plan.Profile != nil {
		r.report.Profile, r.report.Note = plan.Profile.ID, plan.Profile.Note
	}
}

// read judges the file.
func (r *importRun) read(ctx context.Context) error {
	p, closeFile, err := r.open()
	if err != nil {
		return err
	}
	defer closeFile()
	r.begin(p)
	switch p.Plan().Layout {
	case importer.Sites:
		err = r.stations(ctx, p)
	case importer.Areas:
		err = r.regions(ctx, p)
	default:
		err = r.observations(ctx, p)
	}
	if err != nil {
		return err
	}
	c := p.Counts()
	r.report.SHA256, r.report.Size = p.Source().SHA256()
	r.report.Rows, r.report.RejectedRows, r.report.Missing = c.Rows, r.log.rows, c.Missing
	return nil
}

// queueUp makes a second attempt wait for the writers that made the first one fail, and the
// others wait for it: it takes at once the rows that it would touch only at its end.
func queueUp(ctx context.Context, tx *store.Tx) error {
	if tx.Dialect() != store.Postgres {
		return nil
	}
	for _, q := range []string{"SELECT id FROM series_change WHERE id = 1 FOR UPDATE", "SELECT id FROM audit_head WHERE id = 1 FOR UPDATE",
		"SELECT id FROM event_head WHERE id = 1 FOR UPDATE"} {
		var id int64
		if err := tx.QueryRow(ctx, q).Scan(&id); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// open opens the file and reads its header. The caller closes it unless there is an error.
func (r *importRun) open() (*importer.Parser, func() error, error) {
	f, err := r.file.Open()
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Invalid, "import_open", "文件打不开："+r.file.Name)
	}
	src, err := importer.Open(r.file.Name, f, r.file.Size, r.m.cfg.Limits)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	p, err := importer.NewParser(src, r.m.readOptions(r.opt, r.when))
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return p, f.Close, nil
}

func (m *Imports) readOptions(o ImportOptions, now time.Time) importer.Options {
	return importer.Options{Kind: o.Kind, Profile: o.Profile, Map: o.Map, Set: o.Set, Missing: o.Missing,
		Now: now.Add(time.Duration(m.svc.rules.Future.Minutes) * time.Minute), Max: m.svc.rules.largest}
}

// largest is the largest plausible value of a factor on any day, 0 when it is not known; the
// intake judges each day by its own.
func (r *Rules) largest(factor string) (most int64) {
	for _, x := range r.Ranges {
		if x.Factor == factor {
			most = max(most, x.Max)
		}
	}
	return most
}

// reject writes a refusal down.
func (r *importRun) reject(x importer.Reject) {
	r.log.add(x)
	if r.hooks.reject != nil {
		r.hooks.reject(x)
	}
}

// message is what the reading goroutine has for the judging one.
type message struct {
	block   *importer.Block
	rejects []importer.Reject
	ask     *question
}

// question asks for a place that the register does not have yet.
type question struct {
	name  importer.Name
	reply chan placed
}

type placed struct {
	place int
	ok    bool
	why   importer.Reason
}

// feeder is the parser's sink: it sends what was read to the judging goroutine.
type feeder struct {
	ctx     context.Context
	out     chan message
	rejects []importer.Reject
	given   *atomic.Int64
}

var errStopped = errors.New("judging has stopped")

func (f *feeder) send(m message) error {
	select {
	case f.out <- m:
		return nil
	case <-f.ctx.Done():
		return errStopped
	}
}

func (f *feeder) Values(b *importer.Block) error {
	f.given.Add(int64(b.Count))
	if err := f.flush(); err != nil {
		return err
	}
	return f.send(message{block: b})
}

func (f *feeder) Reject(x importer.Reject) error {
	f.rejects = append(f.rejects, x)
	if len(f.rejects) < 256 {
		return nil
	}
	return f.flush()
}

func (f *feeder) flush() error {
	if len(f.rejects) == 0 {
		return nil
	}
	m := message{rejects: f.rejects}
	f.rejects = nil
	return f.send(m)
}

// watch reports progress until stop is called.
func (r *importRun) watch(ctx context.Context) (stop func()) {
	if r.hooks.progress == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	start := clock.Start()
	go func() {
		defer close(done)
		for r.m.machine.Sleep(ctx, 250*time.Millisecond) == nil {
			r.hooks.progress(r.now(start.Elapsed()))
		}
	}()
	return func() { cancel(); <-done }
}

// now is the progress: the share read, less what is read but not judged yet.
func (r *importRun) now(elapsed time.Duration) ImportProgress {
	p := r.parser.Load()
	if p == nil {
		return ImportProgress{}
	}
	out := ImportProgress{Rows: p.Rows(), Share: p.Source().Fraction()}
	if given := r.given.Load(); given > 0 {
		judged := float64(r.taken.Load()) / float64(given)
		out.Share *= judged
		out.Rows = int64(float64(out.Rows) * judged)
	}
	if s := elapsed.Seconds(); s > 0 {
		out.RowsPerSecond = float64(out.Rows) / s
		if out.Share > 0 {
			out.SecondsLeft = s/out.Share - s
		}
	}
	return out
}
