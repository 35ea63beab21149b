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
		in, err := s.Begin(ctx, tx, b.Delivery)
		if err != nil {
			return err
		}
		if err := in.Add(ctx, b.Columns); err != nil {
			return err
		}
		in.Repeat(b.Repeated)
		for _, r := range b.Rejects {
			if err := in.Reject(ctx, r); err != nil {
				return err
			}
		}
		a, err = in.Close(ctx)
		return err
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// Intake is a delivery being stored piece by piece inside one transaction. It ends with
// Close; after an error the transaction must be rolled back.
type Intake struct {
	svc      *Service
	tx       *store.Tx
	actor    access.Actor
	delivery Delivery
	dir      *Directory
	stream   Stream
	account  Account
	region   region.Code // of all sites so far
	any      bool        // region is set
	ids      map[series.Key]series.ID
	rejects  rejectWriter
	watch    func(Reject) // sees every reject; nil: nobody
	around   []int64      // scratch: values of the neighbours
	began    int64        // number of the last append before
	appends  int64        // own appends
	hour     int64        // newest hourly label
	day      int64        // newest daily label
}

// Begin opens a delivery in the caller's transaction. Needs import.run somewhere; Add
// checks it for every site.
func (s *Service) Begin(ctx context.Context, tx *store.Tx, d Delivery) (*Intake, error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return nil, err
	}
	in := &Intake{svc: s, tx: tx, actor: actor, delivery: d, ids: map[series.Key]series.ID{}}
	if in.dir, err = directoryIn(ctx, tx); err != nil {
		return nil, err
	}
	if in.began, err = series.LastChange(ctx, tx); err != nil {
		return nil, err
	}
	if in.stream, err = s.openStream(ctx, tx, d); err != nil {
		return nil, err
	}
	in.account.Batch, err = insertBatch(ctx, tx, in.stream.ID, actor, d)
	in.rejects = rejectWriter{batch: in.account.Batch}
	return in, err
}

// Batch is the number of the delivery, the origin of its points.
func (in *Intake) Batch() int64 { return in.account.Batch }

// Directory is the register of sites as of the transaction.
func (in *Intake) Directory() *Directory { return in.dir }

// Repeat counts values that stood twice in the file with the same content: unchanged.
func (in *Intake) Repeat(n int64) {
	in.account.Received += n
	in.account.Unchanged += n
}

// Reject writes down what was refused.
func (in *Intake) Reject(ctx context.Context, r Reject) error {
	r.Values = max(r.Values, 1)
	in.account.Received += r.Values
	in.account.Rejected += r.Values
	if in.watch != nil {
		in.watch(r)
	}
	var at region.Code
	if s, ok := in.dir.Code(r.Site); ok {
		at = s.Region
	}
	return in.rejects.add(ctx, in.tx, r, at)
}

// Add judges and stores columns.
func (in *Intake) Add(ctx context.Context, columns []Column) error {
	cols, err := in.admit(ctx, columns)
	if err != nil {
		return err
	}
	now := in.tx.NowMS()
	for c := range cols {
		j := &cols[c]
		var failed error
		j.sift(in.svc.rules, now, func(i int, why importer.Reason) {
			if err := in.Reject(ctx, j.rejected(j.Times[i], j.Values[i], why)); err != nil && failed == nil {
				failed = err
			}
		})
		if failed != nil {
			return failed
		}
		j.order()
	}
	if err := in.markSuspects(ctx, cols); err != nil {
		return err
	}
	return in.store(ctx, cols)
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
			if err := in.Reject(ctx, r); err != nil {
				return nil, err
			}
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

// store appends what was admitted.
func (in *Intake) store(ctx context.Context, cols []judged) error {
	b := series.Batch{Origin: in.account.Batch, RecordedAt: in.delivery.RecordedAt, HoldCorrected: true}
	at := map[series.ID]*judged{}
	if err := in.resolve(ctx, cols); err != nil {
		return err
	}
	for c := range cols {
		j := &cols[c]
		if len(j.Times) == 0 {
			continue
		}
		id := in.ids[series.Key{Site: j.Site, Factor: j.Factor, Stat: j.Stat}]
		at[id] = j
		b.Sets = append(b.Sets, series.Set{ID: id, Times: j.Times, Values: j.Values, Flags: j.Flags})
		in.note(j)
	}
	res, err := series.Append(ctx, in.tx, b)
	if err != nil {
		return err
	}
	if res.Change > 0 {
		in.appends++
	}
	in.account.Received += int64(res.Received - len(res.Held))
	in.account.Stored += int64(res.Stored)
	in.account.Revised += int64(res.Revised)
	in.account.Unchanged += int64(res.Unchanged)
	for _, h := range res.Held {
		why := importer.Reason{Code: "corrected_holds", Arg: FormatValue(h.Stand)}
		if err := in.Reject(ctx, at[h.ID].rejected(h.Time, h.Value, why)); err != nil {
			return err
		}
	}
	return nil
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

// resolve finds or makes the series of the columns.
func (in *Intake) resolve(ctx context.Context, cols []judged) error {
	var keys []series.Key
	for c := range cols {
		k := series.Key{Site: cols[c].Site, Factor: cols[c].Factor, Stat: cols[c].Stat}
		if _, known := in.ids[k]; !known && len(cols[c].Times) > 0 {
			keys = append(keys, k)
			in.ids[k] = 0
		}
	}
	ids, err := series.Resolve(ctx, in.tx, keys)
	for i, id := range ids {
		in.ids[keys[i]] = id
	}
	return err
}
