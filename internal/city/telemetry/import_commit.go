package telemetry

import (
	"context"

	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// judgement is what came of a run, in the transaction that stores it or for a dry run.
type judgement struct {
	report   ImportReport
	log      *rejectLog
	late     []Reject // by the store
	change   int64    // number of the last append, when no other came between; otherwise -1
	fleeting bool
}

// commit stores what was judged, in the transaction. Errors: errMoved when it does not hold
// any more.
func (r *importRun) commit(ctx context.Context, tx *store.Tx) (*judgement, error) {
	switch moved, err := r.moved(ctx, tx); {
	case err != nil:
		return nil, err
	case moved:
		return nil, errMoved
	}
	if r.drafts != nil {
		if err := r.drafts.store(ctx, tx, r.m.svc); err != nil {
			return nil, err
		}
	}
	if r.areas != nil {
		if err := r.areas.save(ctx, tx); err != nil {
			return nil, err
		}
	}
	got := &judgement{report: r.report, log: r.log, change: -1, fleeting: r.fleeting}
	if r.intake != nil {
		o, err := r.intake.write(ctx, tx)
		if err != nil {
			return nil, err
		}
		if err := r.settle(got, o); err != nil {
			return nil, err
		}
		change, err := series.LastChange(ctx, tx)
		if err != nil {
			return nil, err
		}
		if change == r.intake.began+o.appends {
			got.change = change
		}
	}
	if !got.report.balanced() {
		return nil, unbalanced()
	}
	return got, r.finish(ctx, tx, got)
}

// tried is what commit would do.
func (r *importRun) tried(ctx context.Context, tx *store.Tx) (*judgement, error) {
	got := &judgement{report: r.report, log: r.log, change: -1, fleeting: true}
	if r.intake != nil {
		o, err := r.intake.try(ctx, tx)
		if err != nil {
			return nil, err
		}
		if err := r.settle(got, o); err != nil {
			return nil, err
		}
	}
	if !got.report.balanced() {
		return nil, unbalanced()
	}
	return got, nil
}

// moved tells whether what the judgement went by has changed.
func (r *importRun) moved(ctx context.Context, tx *store.Tx) (bool, error) {
	stamp, err := readStamp(ctx, tx)
	if err != nil || stamp != r.stamp {
		return stamp != r.stamp, err
	}
	if r.known != nil {
		change, err := series.LastChange(ctx, tx)
		return change != r.known.change, err
	}
	if r.areas != nil {
		return r.areas.moved(ctx, tx)
	}
	return false, nil
}

// settle adds what the store said to the account and to the rejects.
func (r *importRun) settle(got *judgement, o outcome) error {
	got.report.Batch = o.Batch
	got.report.Received, got.report.Stored, got.report.Revised = o.Received, o.Stored, o.Revised
	got.report.Unchanged, got.report.Rejected, got.report.Suspect = o.Unchanged, o.Rejected, o.Suspect
	if len(o.late) == 0 {
		return nil
	}
	got.late, got.fleeting, got.log = o.late, true, r.log.fork()
	for _, x := range o.late {
		got.log.add(x.whole())
	}
	got.report.RejectedRows = got.log.rows
	return got.log.close()
}

// whole is the reject as the file's own.
func (x Reject) whole() importer.Reject {
	return importer.Reject{Line: x.Line, Column: x.Column, Reason: x.Reason, Row: x.Raw, Values: x.Values}
}
