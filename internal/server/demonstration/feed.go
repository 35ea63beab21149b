package demonstration

import (
	"context"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/packs/demo/synth"
)

// pulse is how often the position of the clock is written down, in the city's time.
const pulse = 5 * time.Minute

// Run lets time go on from where the data end: each hour arrives ten minutes after its end
// by the clock, a day of the other cities with its last hour. It returns nil when ctx ends.
func (c *City) Run(ctx context.Context, clk clock.Clock) error {
	ctx = access.With(ctx, access.System("demo"))
	p, err := readPosition(ctx, c.db)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if wait := arrival(p.Hour + 1).Sub(clk.Now()); wait > 0 {
			if clk.Sleep(ctx, min(wait, pulse)) != nil {
				break
			}
			if wait > pulse {
				if err := savePosition(ctx, c.db, p); err != nil && ctx.Err() == nil {
					return err
				}
				continue
			}
		}
		if p, err = c.step(ctx, p, max(p.Hour+1, delivered(clk.Now()))); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return savePosition(context.WithoutCancel(ctx), c.db, p)
}

// Rest lets time go on and nothing arrive; where the clock stands is written down, so that the
// next run begins there. It returns nil when ctx ends.
func (c *City) Rest(ctx context.Context, clk clock.Clock) error {
	ctx = access.With(ctx, access.System("demo"))
	p, err := readPosition(context.WithoutCancel(ctx), c.db)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := savePosition(ctx, c.db, p); err != nil && ctx.Err() == nil {
			return err
		}
		if clk.Sleep(ctx, pulse) != nil {
			break
		}
	}
	return savePosition(context.WithoutCancel(ctx), c.db, p)
}

// step delivers everything that arrives up to an hour.
func (c *City) step(ctx context.Context, p position, at synth.Hour) (position, error) {
	if err := c.deliver(ctx, p.Hour, at, true); err != nil {
		return p, err
	}
	days := c.daysUpTo(at)
	if err := c.deliverPanel(ctx, p.Days, days); err != nil {
		return p, err
	}
	p.Hour, p.Days = at, max(p.Days, days)
	return p, savePosition(ctx, c.db, p)
}

// daysUpTo counts the days of the panel that have ended with an hour.
func (c *City) daysUpTo(at synth.Hour) int {
	d, label := at.Day()
	if label < 24 {
		d--
	}
	return int(d-c.span.Panel) + 1
}
