package server

import (
	"context"
	"time"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
)

// The kinds of jobs that belong to no room.
const (
	jobDayEnd  = "system.day"     // closes the audit day with its root
	jobAnswers = "system.answers" // forgets the answers kept for repeated posts
	jobEvents  = "system.events"  // forgets old events
)

const (
	jobsGrace  = 3 * time.Second     // for running jobs at the end, within stopWithin
	keepEvents = 30 * 24 * time.Hour // a browser that comes back later reads everything again
)

// newRunner makes the runner of this process's jobs with the work of the installation itself.
func (s *Server) newRunner() *jobs.Runner {
	r := jobs.NewRunner(s.db, jobs.Options{Grace: jobsGrace, Machine: s.machine, Log: s.log, Alone: s.db.Dialect() == store.SQLite})
	r.Handle(jobDayEnd, func(ctx context.Context, _ jobs.Job) error {
		return s.db.Update(ctx, func(tx *store.Tx) error { return audit.CloseDay(ctx, tx) })
	})
	r.Handle(jobAnswers, func(ctx context.Context, _ jobs.Job) error {
		n, err := rest.Purge(ctx, s.db)
		s.log.DebugContext(ctx, "kept answers removed", "count", n)
		return err
	})
	r.Handle(jobEvents, s.purgeEvents)
	for _, x := range []jobs.Schedule{
		{Name: jobDayEnd, Kind: jobDayEnd, Spec: "5 0 * * *"},
		{Name: jobAnswers, Kind: jobAnswers, Spec: "20 * * * *"},
		{Name: jobEvents, Kind: jobEvents, Spec: "30 3 * * *"},
	} {
		r.AddSchedule(x)
	}
	return r
}

func (s *Server) purgeEvents(ctx context.Context, _ jobs.Job) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		n, err := jobs.PurgeEvents(ctx, tx, tx.Now().Add(-keepEvents).UnixMilli())
		s.log.DebugContext(ctx, "old events removed", "count", n)
		return err
	})
}
