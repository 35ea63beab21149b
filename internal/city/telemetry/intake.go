package telemetry

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Batch is a whole delivery in memory.
type Batch struct {
	Delivery
	Columns  []Column
	Repeated int64    // values that stood twice in the file, dropped before: unchanged
	Rejects  []Reject // what was refused before, while reading
}

// Ingest stores a delivery: observations, account, rejects, audit entry and event in one
// transaction, all or nothing. Values that are not plausible, or for sites that are not
// known, become rejects; a value far above its neighbours is stored with the mark suspect;
// a value that meets a person's correction is refused unless it says nothing new. Needs
// import.run in the region of every site. Errors: not found when a site lies elsewhere;
// invalid when a time stands twice or off its grid; then nothing is stored.
func (s *Service) Ingest(ctx context.Context, b Batch) (a Account, err error) {
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		in, err := s.Begin(ctx, Inside(tx), b.Delivery)
		if err != nil {
			return err
		}
		if err := in.Add(ctx, b.Columns); err != nil {
			return err
		}
		in.Repeat(b.Repeated)
		for _, r := range b.Rejects {
			in.Reject(r)
		}
		a, err = in.Store(ctx, tx)
		return err
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// Viewer is a way to read: store.DB's View, or Inside a transaction.
type Viewer func(context.Context, func(*store.Tx) error) error

// Inside reads in a transaction of the caller's.
func Inside(tx *store.Tx) Viewer {
	return func(_ context.Context, fn func(*store.Tx) error) error { return fn(tx) }
}

// Intake is a delivery being judged piece by piece. What is to be stored waits in memory,
// packed, until Store; nothing is written before, so that a long delivery keeps no writer
// waiting while it is read.
type Intake struct {
	svc      *Service
	view     Viewer
	actor    access.Actor
	delivery Delivery
	dir      *Directory
	now      int64       // ms, of the judgement
	began    int64       // number of the last append before
	account  Account     // without what only the store can tell
	region   region.Code // of all sites so far
	any      bool        // region is set
	staged   map[series.Key]*staged
	rejects  []refused // at most maxRejects
	more     int64     // values of the others
	doubts   []doubted
	watch    func(Reject) // sees every reject of the judgement; nil: nobody
	around   []int64      // scratch: values of the neighbours
	hour     int64        // newest hourly label
	day      int64        // newest daily label
}

// refused is a reject with the region of its site.
type refused struct {
	Reject
	at region.Code
}

// Begin opens a delivery. It and Add read through view, in transactions of their own unless
// it is Inside one. Needs import.run somewhere; Add checks it for every site.
func (s *Service) Begin(ctx context.Context, view Viewer, d Delivery) (*Intake, error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return nil, err
	}
	in := &Intake{svc: s, view: view, actor: actor, delivery: d, staged: map[series.Key]*staged{}}
	return in, view(ctx, func(tx *store.Tx) error {
		in.now = tx.NowMS()
		if in.dir, err = directoryIn(ctx, tx); err != nil {
			return err
		}
		in.began, err = series.LastChange(ctx, tx)
		return err
	})
}

// Directory is the register of sites as of the judgement.
func (in *Intake) Directory() *Directory { return in.dir }

// Repeat counts values that stood twice in the file with the same content: unchanged.
func (in *Intake) Repeat(n int64) {
	in.account.Received += n
	in.account.Unchanged += n
}

// Reject takes down what was refused.
func (in *Intake) Reject(r Reject) {
	r.Values = max(r.Values, 1)
	in.account.Received += r.Values
	in.account.Rejected += r.Values
	if in.watch != nil {
		in.watch(r)
	}
	if len(in.rejects) >= maxRejects {
		in.more += r.Values
		return
	}
	in.rejects = append(in.rejects, in.placed(r))
}

func (in *Intake) placed(r Reject) refused {
	r.Raw = storable(r.Raw, maxRaw)
	s, _ := in.dir.Code(r.Site)
	return refused{r, s.Region}
}

// Add judges columns and stages what may be stored.
func (in *Intake) Add(ctx context.Context, columns []Column) error {
	cols, err := in.admit(ctx, columns)
	if err != nil {
		return err
	}
	for c := range cols {
		j := &cols[c]
		j.sift(in.svc.rules, in.now, func(i int, why importer.Reason) { in.Reject(j.rejected(j.Times[i], j.Values[i], why)) })
		j.order()
	}
	if err := in.markSuspects(ctx, cols); err != nil {
		return err
	}
	for c := range cols {
		if err := in.stage(&cols[c]); err != nil {
			return err
		}
	}
	return nil
}

// admit finds the sites of the columns and checks the right to write them; columns of
// unknown sites become rejects.
func (in *Intake) admit(ctx context.Context, columns []Column) ([]judged, error) {
	cols := make([]judged, 0, len(columns))
	checked := map[string]*Site{}
	for _, c := range columns {
		if len(c.Times) == 0 {
			continue
		}
		site, seen := checked[c.Site]
		if !seen {
			if s, ok := in.dir.Code(c.Site); ok {
				if _, err := access.Require(ctx, access.ImportRun, s.Region); err != nil {
					return nil, err
				}
				site = &s
			}
			checked[c.Site] = site
		}
		if site == nil {
			r := Reject{Column: c.Header, Factor: c.Factor, Reason: importer.Reason{Code: "unknown_place", Arg: c.Site}, Values: int64(len(c.Times))}
			in.Reject(r)
			continue
		}
		in.widen(site.Region)
		cols = append(cols, judged{Column: c, site: site})
	}
	return cols, nil
}

func (in *Intake) widen(r region.Code) {
	if !in.any {
		in.region, in.any = r, true
		return
	}
	in.region = common(in.region, r)
}

// rejected is the reject of one value of the column.
func (j *judged) rejected(t, v int64, why importer.Reason) Reject {
	r := Reject{Column: j.Header, Site: j.Site, Factor: j.Factor, Time: t, Reason: why, Values: 1,
		Raw: j.Site + "," + calendar.FormatTime(t) + "," + FormatValue(v)}
	if j.Line != nil {
		r.Line = j.Line(t)
	}
	return r
}

// note keeps the newest labels.
func (in *Intake) note(j *judged) {
	first, last := j.Times[0], j.Times[len(j.Times)-1]
	if in.account.FirstTime == 0 || first < in.account.FirstTime {
		in.account.FirstTime = first
	}
	in.account.LastTime = max(in.account.LastTime, last)
	switch series.StepOf(j.Stat) {
	case calendar.MsPerHour:
		in.hour = max(in.hour, last)
	case calendar.MsPerDay:
		in.day = max(in.day, last)
	}
}
