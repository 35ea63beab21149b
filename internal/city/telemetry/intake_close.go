package telemetry

import (
	"context"
	"fmt"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
)

// Close writes the account of the delivery into batch and stream, the audit entry and the
// events. Errors: internal when the account does not balance.
func (in *Intake) Close(ctx context.Context) (Account, error) {
	if err := in.rejects.flush(ctx, in.tx); err != nil {
		return Account{}, err
	}
	a := in.account
	if !a.balanced() {
		return Account{}, fault.New(fault.Internal, "account", "收到的数据与入库、未变、拒收之和不符，未作改动")
	}
	if err := closeBatch(ctx, in.tx, a); err != nil {
		return Account{}, err
	}
	if err := in.closeStream(ctx); err != nil {
		return Account{}, err
	}
	for name, t := range map[string]int64{EventHour: in.hour, EventDay: in.day} {
		if t > 0 && a.Stored > 0 {
			if err := publish(ctx, in.tx, name, calendar.FormatTime(t), in.region); err != nil {
				return Account{}, err
			}
		}
	}
	return a, audit.Log(ctx, in.tx, audit.Entry{
		Action: "data.ingest", Object: fmt.Sprintf("batch/%d", a.Batch), Region: in.region,
		Summary: fmt.Sprintf("%s：收到 %d 个值，入库 %d，未变 %d，拒收 %d", in.stream.Name, a.Received, a.Stored, a.Unchanged, a.Rejected),
		Detail:  ingestDetail{in.stream.Code, in.delivery.File, in.delivery.SHA256, a},
	})
}

type ingestDetail struct {
	Stream  string  `json:"stream"`
	File    string  `json:"file,omitempty"`
	SHA256  string  `json:"sha256,omitempty"`
	Account Account `json:"account"`
}

// closeStream adds the delivery to the stream's account and widens its region.
func (in *Intake) closeStream(ctx context.Context) error {
	s := &in.stream
	first := s.Stored+s.Unchanged == 0
	s.Received += in.account.Received
	s.Stored += in.account.Stored
	s.Unchanged += in.account.Unchanged
	s.Rejected += in.account.Rejected
	s.LastTime = max(s.LastTime, in.account.LastTime)
	if in.any {
		if first {
			s.Region = in.region
		} else {
			s.Region = common(s.Region, in.region)
		}
	}
	if err := updateStream(ctx, in.tx, s); err != nil {
		return err
	}
	return linkSeries(ctx, in.tx, s.ID, in.ids)
}
