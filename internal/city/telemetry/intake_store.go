package telemetry

import (
	"context"
	"fmt"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// Store writes the delivery in the caller's transaction: observations, the account of batch
// and stream, rejects, the audit entry and the events. The values meet what is stored by now:
// a correction made since the judgement stands. It changes nothing of the intake and may be
// tried again. Errors: as Ingest; internal when the account does not balance. After an error
// the transaction must be rolled back.
func (in *Intake) Store(ctx context.Context, tx *store.Tx) (Account, error) {
	o, err := in.write(ctx, tx)
	return o.Account, err
}

func (in *Intake) write(ctx context.Context, tx *store.Tx) (outcome, error) {
	s, err := in.svc.openStream(ctx, tx, in.delivery)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{Account: in.account}
	if o.Batch, err = insertBatch(ctx, tx, s.ID, in.actor, in.delivery); err != nil {
		return outcome{}, err
	}
	keys := in.keys()
	ids, err := series.Resolve(ctx, tx, keys)
	if err != nil {
		return outcome{}, err
	}
	res, err := series.Append(ctx, tx, in.batch(keys, ids, o.Batch))
	if err != nil {
		return outcome{}, err
	}
	o.add(in, res, keys, ids)
	if !o.balanced() {
		return outcome{}, unbalanced()
	}
	if err := in.writeRejects(ctx, tx, &o); err != nil {
		return outcome{}, err
	}
	if err := writeDoubts(ctx, tx, o.Batch, in.doubts); err != nil {
		return outcome{}, err
	}
	if err := closeBatch(ctx, tx, o.Account); err != nil {
		return outcome{}, err
	}
	if err := in.addToStream(ctx, tx, s, o.Account, ids); err != nil {
		return outcome{}, err
	}
	return o, in.announce(ctx, tx, s, o.Account)
}

func unbalanced() error {
	return fault.New(fault.Internal, "account", "收到的数据与入库、未变、拒收之和不符，未作改动")
}

// writeRejects writes what the judgement refused and then what the store did.
func (in *Intake) writeRejects(ctx context.Context, tx *store.Tx, o *outcome) error {
	w := rejectWriter{batch: o.Batch, more: in.more}
	for _, r := range in.rejects {
		if err := w.add(ctx, tx, r.Reject, r.at); err != nil {
			return err
		}
	}
	for _, r := range o.late {
		if err := w.add(ctx, tx, r, in.placed(r).at); err != nil {
			return err
		}
	}
	return w.flush(ctx, tx)
}

// announce publishes the newest labels and writes the audit entry.
func (in *Intake) announce(ctx context.Context, tx *store.Tx, s Stream, a Account) error {
	for name, t := range map[string]int64{EventHour: in.hour, EventDay: in.day} {
		if t > 0 && a.Stored > 0 {
			if err := publish(ctx, tx, name, calendar.FormatTime(t), in.region); err != nil {
				return err
			}
		}
	}
	return audit.Log(ctx, tx, audit.Entry{
		Action: "data.ingest", Object: fmt.Sprintf("batch/%d", a.Batch), Region: in.region,
		Summary: fmt.Sprintf("%s：收到 %d 个值，入库 %d，未变 %d，拒收 %d", s.Name, a.Received, a.Stored, a.Unchanged, a.Rejected),
		Detail:  ingestDetail{s.Code, in.delivery.File, in.delivery.SHA256, a},
	})
}

type ingestDetail struct {
	Stream  string  `json:"stream"`
	File    string  `json:"file,omitempty"`
	SHA256  string  `json:"sha256,omitempty"`
	Account Account `json:"account"`
}

// addToStream adds the delivery to the stream's account and widens its region.
func (in *Intake) addToStream(ctx context.Context, tx *store.Tx, s Stream, a Account, ids []series.ID) error {
	first := s.Stored+s.Unchanged == 0
	s.Received += a.Received
	s.Stored += a.Stored
	s.Unchanged += a.Unchanged
	s.Rejected += a.Rejected
	s.LastTime = max(s.LastTime, a.LastTime)
	if in.any {
		if first {
			s.Region = in.region
		} else {
			s.Region = common(s.Region, in.region)
		}
	}
	if err := updateStream(ctx, tx, &s); err != nil {
		return err
	}
	return linkSeries(ctx, tx, s.ID, ids)
}
