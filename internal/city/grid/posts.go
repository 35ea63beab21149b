package grid

import (
	"context"
	"fmt"
	"slices"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/store"
)

// Appoint lets a post of the organisation serve a cell in a role of the region's role set
// from today. Errors: invalid for a role that the set does not have or a post of another role.
func (s *Service) Appoint(ctx context.Context, cell int64, role string, post int64) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.appoint(ctx, tx, cell, role, post, today(tx))
	})
}

func (s *Service) appoint(ctx context.Context, tx *store.Tx, cell int64, role string, post int64, from string) error {
	st, err := s.state(ctx, tx)
	if err != nil {
		return err
	}
	c, err := st.visible(ctx, access.GridWrite, cell)
	if err != nil {
		return err
	}
	set, err := s.setting(ctx, tx, c.Region)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(set.Roles.Members, func(m Member) bool { return m.ID == role })
	if at < 0 {
		return invalid("role", "本地的一长三员没有这个角色", role)
	}
	seats, err := org.Sittings(ctx, tx, []int64{post}, today(tx))
	if err != nil {
		return err
	}
	if seat, known := seats[post]; !known || seat.Role != set.Roles.Members[at].Role {
		return invalid("post", "没有这个岗位，或岗位的角色不是"+set.Roles.Members[at].Name, fmt.Sprint(post))
	}
	rev, err := nextRev(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO grid_post (cell, role, post, from_day, rev) VALUES ($1, $2, $3, $4, $5)", cell, role, post, from, rev); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "grid.post.add", Object: fmt.Sprintf("cell/%d", cell), Region: c.Region,
		Summary: c.Name + " 设 " + set.Roles.Members[at].Name + " " + seats[post].Name, Detail: map[string]any{"post": post, "role": role}})
}

// Release ends a post's time in a cell today.
func (s *Service) Release(ctx context.Context, cell int64, role string, post int64) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		c, err := st.visible(ctx, access.GridWrite, cell)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, "UPDATE grid_post SET to_day = $1 WHERE cell = $2 AND role = $3 AND post = $4 AND to_day = ''", today(tx), cell, role, post)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return access.Hidden()
		}
		if _, err := nextRev(ctx, tx); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "grid.post.end", Object: fmt.Sprintf("cell/%d", cell), Region: c.Region,
			Summary: c.Name + " 撤下岗位", Detail: map[string]any{"post": post, "role": role}})
	})
}

// StandIn lets a post stand in for another from a day to a day (exclusive). Errors: invalid
// for days in the wrong order or more than half a year.
func (s *Service) StandIn(ctx context.Context, x StandIn) (StandIn, error) {
	err := s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := text("reason", "代岗原因", 200, &x.Reason, true); err != nil {
			return err
		}
		from, e1 := time.Parse(time.DateOnly, x.From)
		to, e2 := time.Parse(time.DateOnly, x.To)
		if e1 != nil || e2 != nil || !from.Before(to) || to.Sub(from) > 184*24*time.Hour {
			return invalid("to", "代岗应有起止日期，且不超过半年", x.From+" "+x.To)
		}
		seats, err := org.Sittings(ctx, tx, []int64{x.Post, x.By}, today(tx))
		if err != nil {
			return err
		}
		away, known := seats[x.Post]
		by, known2 := seats[x.By]
		if !known || !known2 || x.Post == x.By {
			return invalid("standIn", "没有这个岗位", fmt.Sprint(x.By))
		}
		if _, err := access.Require(ctx, access.GridWrite, away.Scope); err != nil {
			return err
		}
		if _, err := access.Require(ctx, access.GridWrite, by.Scope); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, "INSERT INTO grid_standin (post, stand_in, from_day, to_day, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
			x.Post, x.By, x.From, x.To, x.Reason, tx.NowMS()).Scan(&x.ID)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "grid.standin", Object: fmt.Sprintf("post/%d", x.Post), Region: away.Scope,
			Summary: by.UnitName + by.Name + " 代 " + away.UnitName + away.Name, Detail: x})
	})
	return x, err
}

// Seat is a post of a cell with who holds it or stands in.
type Seat struct {
	Post     // Role is the member of the cell's own role set
	RoleName string
	Duty     string
	Sitting  org.Sitting
	StandIn  *org.Sitting // nil: nobody stands in
}

// filled tells whether somebody does the work.
func (x Seat) filled() bool {
	return x.Sitting.Person.ID != 0 || x.StandIn != nil && x.StandIn.Person.ID != 0
}

// seats reads the posts of some cells with their sitters on the transaction's day, in the
// words of each cell's region.
func (s *Service) seats(ctx context.Context, tx *store.Tx, st *state, of func(cell int64) bool, set settings) (map[int64][]Seat, error) {
	day := today(tx)
	all, err := postsOn(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	away, err := standIns(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	var posts []int64
	for _, p := range all {
		if of(p.Cell) {
			posts = append(posts, p.Post)
			if by := away[p.Post]; by.By != 0 {
				posts = append(posts, by.By)
			}
		}
	}
	slices.Sort(posts)
	sitting, err := org.Sittings(ctx, tx, slices.Compact(posts), day)
	if err != nil {
		return nil, err
	}
	out := map[int64][]Seat{}
	for _, p := range all {
		if !of(p.Cell) {
			continue
		}
		x := Seat{Post: p, Sitting: sitting[p.Post]}
		if c := st.cells[p.Cell]; c != nil {
			if m, known := s.rules.as(set.of(c.Region).Roles, p.Role, c.Tier); known {
				x.Role, x.RoleName, x.Duty = m.ID, m.Name, m.Duty
			}
		}
		if by := away[p.Post]; by.By != 0 {
			who := sitting[by.By]
			x.StandIn = &who
		}
		out[p.Cell] = append(out[p.Cell], x)
	}
	return out, nil
}
