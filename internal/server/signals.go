package server

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/org"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
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

// lookForSignals opens a matter for each silent stream and each station over the limit, and
// ends those that nobody took up before they went away.
func (s *Server) lookForSignals(ctx context.Context, rules signalRules) error {
	list, well, err := s.streamSignals(ctx)
	if err != nil {
		return err
	}
	over, under, err := s.stationsOver(ctx, rules)
	if err != nil {
		return err
	}
	for _, g := range append(list, over...) {
		err := s.db.Update(ctx, func(tx *store.Tx) error {
			_, err := s.rooms.Matters.Signal(ctx, tx, g)
			return err
		})
		// Another process was first, there is nobody to hand it to, its region is not known: the
		// other signals are opened all the same.
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
			s.log.WarnContext(ctx, "a signal opened no matter", "key", g.Key, "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return s.endSignals(ctx, append(well, under...))
}

// endSignals ends the open matters of signals that are no more.
func (s *Server) endSignals(ctx context.Context, gone []string) error {
	open, err := s.rooms.Matters.OpenSignals(ctx)
	if err != nil {
		return err
	}
	for _, key := range gone {
		if _, is := open[key]; !is {
			continue
		}
		err := s.db.Update(ctx, func(tx *store.Tx) error {
			_, err := s.rooms.Matters.Recovered(ctx, tx, key)
			return err
		})
		if fault.Is(err, fault.Conflict) { // somebody took it up just now
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// streamSignals are the signals of streams, and the keys of those that are well.
func (s *Server) streamSignals(ctx context.Context) (out []matter.Signal, well []string, err error) {
	streams, err := s.rooms.Sites.Streams(ctx, "", 0)
	if err != nil {
		return nil, nil, err
	}
	dir, err := s.rooms.Org.Directory(ctx)
	if err != nil {
		return nil, nil, err
	}
	now := s.clock.Now().UnixMilli()
	for _, st := range streams {
		if st.Region == "" || st.LastTime == 0 {
			continue
		}
		where := responsible(dir, st.Region)
		silent, difference := "stream/"+st.Code+"/silent", "stream/"+st.Code+"/difference"
		if st.Status != telemetry.StatusSilent {
			well = append(well, silent)
		} else {
			out = append(out, matter.Signal{Key: silent, Category: "missing", Title: "数据中断：" + st.Name, Region: where,
				Description: fmt.Sprintf("“%s”已 %d 分钟没有新数据，超过该来源的上限 %d 分钟。", st.Name, (now-st.LastTime)/60_000, st.SilentAfter/60_000)})
		}
		if lost := st.Received - st.Stored - st.Unchanged - st.Rejected; lost == 0 {
			well = append(well, difference)
		} else {
			out = append(out, matter.Signal{Key: difference, Category: "difference", Title: "收支不平：" + st.Name, Region: where,
				Description: fmt.Sprintf("“%s”收到 %d 个值，入库、未变、拒收合计相差 %d 个。", st.Name, st.Received, lost)})
		}
	}
	return out, well, nil
}

// responsible is a region that the organisation knows: a stream that brings the whole province
// or the nation is the business of the widest one that does.
func responsible(dir *org.Directory, r region.Code) region.Code {
	best := r
	for code := range dir.Regions {
		if dir.Regions[r] == "" && region.Contains(r, code) && (best == r || code.Level() < best.Level() || code.Level() == best.Level() && code < best) {
			best = code
		}
	}
	return best
}

// stationsOver are the signals of stations over the limit, and the keys of those that have a
// newer hour that is not. A station without a valid hour is neither.
func (s *Server) stationsOver(ctx context.Context, rules signalRules) (out []matter.Signal, under []string, err error) {
	// The event of an hour may come before the boards hold it, and a process of jobs keeps none.
	if _, err := s.rooms.Air.Refresh(ctx); err != nil {
		return nil, nil, err
	}
	now, err := s.rooms.Air.Now(ctx, "", time.Time{}, nil)
	if fault.Is(err, fault.NotFound) { // an installation without air stations
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for _, st := range now.Stations {
		if st.Hour.AQI == nil {
			continue
		}
		if *st.Hour.AQI <= rules.AQIOver {
			under = append(under, "air/"+st.Site.Code+"/over")
			continue
		}
		site, err := s.rooms.Sites.Site(ctx, st.Site.Code)
		if err != nil {
			return nil, nil, err
		}
		g := matter.Signal{Key: "air/" + site.Code + "/over", Category: "over", Title: "空气质量超标：" + site.Name, Region: site.Region, Site: site.Code,
			Description: fmt.Sprintf("%s 小时 AQI %d，%s，高于 %d。", st.Hour.Time, *st.Hour.AQI, st.Hour.Category, rules.AQIOver)}
		if site.Lon != 0 && site.Lat != 0 {
			p := geo.Degrees(site.Lon, site.Lat)
			g.At = &p
		}
		out = append(out, g)
	}
	return out, under, nil
}
