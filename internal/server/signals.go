package server

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// jobSignals looks at the measurements and opens matters for what is wrong with them. The
// room of the air stands beside that of matters, so the server brings them together.
const jobSignals = "signals.look"

//go:embed signals.toml
var signalFile []byte

// signalRules say when a measurement is a signal.
type signalRules struct {
	AQIOver    int    `toml:"aqi_over"`
	Source     string `toml:"source"`
	Confidence string `toml:"confidence"`
}

func readSignalRules() (r signalRules, err error) {
	if err := toml.Unmarshal(signalFile, &r); err != nil {
		return r, fmt.Errorf("signals.toml: %w", err)
	}
	if r.AQIOver < 1 || r.Source == "" {
		return r, fmt.Errorf("signals.toml: aqi_over and source are wanted")
	}
	return r, nil
}

// registerSignals looks every ten minutes, and after each new hour of the air.
func (s *Server) registerSignals(runner *jobs.Runner, bus *jobs.Bus) error {
	rules, err := readSignalRules()
	if err != nil {
		return err
	}
	runner.Handle(jobSignals, func(ctx context.Context, _ jobs.Job) error {
		return s.lookForSignals(access.With(ctx, access.System("signals")), rules)
	})
	runner.AddSchedule(jobs.Schedule{Name: jobSignals, Kind: jobSignals, Spec: "*/10 * * * *"})
	s.parts = append(s.parts, part{"signals", func(ctx context.Context) error { return s.followSignals(ctx, bus) }})
	return nil
}

// followSignals asks for a look at each new hour; one that gets lost is made up by the schedule.
func (s *Server) followSignals(ctx context.Context, bus *jobs.Bus) error {
	sub := bus.Subscribe(boardsQueue)
	defer func() { sub.Close() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, open := <-sub.C:
			if !open {
				if err := s.machine.Sleep(ctx, time.Second); err != nil {
					return err
				}
				sub = bus.Subscribe(boardsQueue)
				continue
			}
			if e.Name != "air.hour" {
				continue
			}
			err := s.db.Update(ctx, func(tx *store.Tx) error {
				return jobs.Enqueue(ctx, tx, jobs.Job{Kind: jobSignals, DedupeKey: "now"})
			})
			if err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "a look for signals was not asked for", "error", err)
			}
		}
	}
}

// lookForSignals opens a matter for each silent stream and each station over the limit.
func (s *Server) lookForSignals(ctx context.Context, rules signalRules) error {
	list, err := s.silentStreams(ctx)
	if err != nil {
		return err
	}
	over, err := s.stationsOver(ctx, rules)
	if err != nil {
		return err
	}
	for _, g := range append(list, over...) {
		err := s.db.Update(ctx, func(tx *store.Tx) error {
			_, err := s.rooms.Matters.Signal(ctx, tx, g)
			return err
		})
		if fault.Is(err, fault.Conflict) { // another process was first, or there is nobody to hand it to
			s.log.WarnContext(ctx, "a signal opened no matter", "key", g.Key, "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) silentStreams(ctx context.Context) ([]matter.Signal, error) {
	streams, err := s.rooms.Sites.Streams(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now().UnixMilli()
	var out []matter.Signal
	for _, st := range streams {
		if st.Region == "" || st.LastTime == 0 {
			continue
		}
		if st.Status == telemetry.StatusSilent {
			out = append(out, matter.Signal{Key: "stream/" + st.Code + "/silent", Category: "missing", Title: "数据中断：" + st.Name, Region: st.Region,
				Description: fmt.Sprintf("“%s”已 %d 分钟没有新数据，超过该来源的上限 %d 分钟。", st.Name, (now-st.LastTime)/60_000, st.SilentAfter/60_000)})
		}
		if lost := st.Received - st.Stored - st.Unchanged - st.Rejected; lost != 0 {
			out = append(out, matter.Signal{Key: "stream/" + st.Code + "/difference", Category: "difference", Title: "收支不平：" + st.Name, Region: st.Region,
				Description: fmt.Sprintf("“%s”收到 %d 个值，入库、未变、拒收合计相差 %d 个。", st.Name, st.Received, lost)})
		}
	}
	return out, nil
}

func (s *Server) stationsOver(ctx context.Context, rules signalRules) ([]matter.Signal, error) {
	now, err := s.rooms.Air.Now(ctx, "", time.Time{}, nil)
	if fault.Is(err, fault.NotFound) { // an installation without air stations
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []matter.Signal
	for _, st := range now.Stations {
		if st.Hour.AQI == nil || *st.Hour.AQI <= rules.AQIOver {
			continue
		}
		site, err := s.rooms.Sites.Site(ctx, st.Site.Code)
		if err != nil {
			return nil, err
		}
		g := matter.Signal{Key: "air/" + site.Code + "/over", Category: "over", Title: "空气质量超标：" + site.Name, Region: site.Region, Site: site.Code,
			Description: fmt.Sprintf("%s 小时 AQI %d，%s，高于 %d。", st.Hour.Time, *st.Hour.AQI, st.Hour.Category, rules.AQIOver)}
		if site.Lon != 0 && site.Lat != 0 {
			p := geo.Degrees(site.Lon, site.Lat)
			g.At = &p
		}
		out = append(out, g)
	}
	return out, nil
}
