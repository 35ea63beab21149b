package matter

import (
	"context"

	"qingshan/internal/city/matter/kind"
)

// NextStep is what a matter's nearest clock does when nobody acts: the next step upward of its
// kind, and who is told.
type NextStep struct {
	At       int64 // ms UTC; 0: the kind has no further step
	To, ToEn string
}

// NextSteps finds the next step upward of each matter's nearest clock from the kinds' data and
// the time; zero for a matter without a running clock.
func (s *Service) NextSteps(ctx context.Context, list []*Matter) ([]NextStep, error) {
	dir, err := s.org.Directory(ctx)
	if err != nil {
		return nil, err
	}
	now := s.db.Clock().Now().UnixMilli()
	w := &work{s: s, dir: dir} // asks the directory only
	out := make([]NextStep, len(list))
	for i, m := range list {
		k, err := s.kindOf(m)
		if err != nil {
			return nil, err
		}
		if c := k.Clock(m.DueClock); c != nil && m.Open() && m.DueAt != Never {
			out[i] = w.nextStep(m, c, now)
		}
	}
	return out, nil
}

func (w *work) nextStep(m *Matter, c *kind.Clock, now int64) NextStep {
	for i := 0; ; i++ {
		step, n := stepAt(c, i)
		if step == nil {
			return NextStep{}
		}
		at := w.s.clocks.next(c, &Clock{DueAt: m.DueAt, Reminded: len(c.Remind), Escalated: i})
		if at <= now {
			continue
		}
		to := step.To
		if to == "superior" {
			to = w.upward(m, c, n)
		}
		zh, en := kind.RelationName(to)
		return NextStep{at, zh, en}
	}
}
