package grid

import (
	"context"
	"fmt"
	"slices"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// Train records that those who sit in some posts took part in a training. The same again
// changes nothing. Needs grid.write over the posts. Errors: invalid for a day to come or more
// than ten years ago, or a post that is empty.
func (s *Service) Train(ctx context.Context, posts []int64, day, subject string) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		actor, err := access.RequireAnywhere(ctx, access.GridWrite)
		if err != nil {
			return err
		}
		if err := text("subject", "培训内容", 100, &subject, true); err != nil {
			return err
		}
		d, err := calendar.ParseDay(day)
		if err != nil || d > dayOf(tx) || d < dayOf(tx)-3660 {
			return invalid("day", "培训日期应为过去十年内的一天", day)
		}
		if len(posts) == 0 || len(posts) > 500 {
			return invalid("posts", "请选择 1 至 500 个岗位", "")
		}
		posts = slices.Compact(slices.Sorted(slices.Values(posts)))
		seats, err := org.Sittings(ctx, tx, posts, today(tx))
		if err != nil {
			return err
		}
		for _, id := range posts {
			seat, known := seats[id]
			if !known {
				return access.Hidden()
			}
			if _, err := access.Require(ctx, access.GridWrite, seat.Scope); err != nil {
				return err
			}
			if seat.Person.ID == 0 {
				return invalid("posts", seat.UnitName+seat.Name+" 现在没有人", fmt.Sprint(id))
			}
			res, err := tx.Exec(ctx, "INSERT INTO grid_training (person, day, subject, account, recorded_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person, day, subject) DO NOTHING",
				seat.Person.ID, day, subject, actor.Account, tx.NowMS())
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				if err != nil {
					return err
				}
				continue
			}
			if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.training", Object: fmt.Sprintf("post/%d", id), Region: seat.Scope,
				Summary: seat.UnitName + seat.Name + " 参加培训：" + subject, Detail: map[string]string{"day": day}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Excuse takes the days from From to To (exclusive) out of the norms of a cell and of those
// under it. Needs grid.write. Errors: invalid without a reason, for days in the wrong order, for
// more than 62 of them, or from more than a week ago: what was missed is not excused later.
func (s *Service) Excuse(ctx context.Context, cell int64, from, to, reason string) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := text("reason", "原因", 200, &reason, true); err != nil {
			return err
		}
		a, e1 := calendar.ParseDay(from)
		b, e2 := calendar.ParseDay(to)
		if e1 != nil || e2 != nil || b <= a || b-a > 62 || a < dayOf(tx)-7 {
			return invalid("to", "免巡应有起止日期，不超过 62 天，且不能补到 7 天以前", from+" "+to)
		}
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		actor, err := access.RequireAnywhere(ctx, access.GridWrite)
		if err != nil {
			return err
		}
		c, err := st.visible(ctx, access.GridWrite, cell)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO grid_excuse (cell, from_day, to_day, reason, account, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			cell, from, to, reason, actor.Account, tx.NowMS())
		if err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.excuse", Object: fmt.Sprintf("cell/%d", cell), Region: c.Region,
			Summary: c.Name + " 免巡 " + from + " 至 " + (b - 1).String() + "：" + reason}); err != nil {
			return err
		}
		return changed(ctx, tx, fmt.Sprintf("cell/%d", cell), c.Region)
	})
}
