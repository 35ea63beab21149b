package matter

import (
	"context"
	"strconv"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// InForce lists the kinds of today.
func (s *Service) InForce() []*kind.Kind {
	return s.kinds.InForce(calendar.DayOf(s.db.Clock().Now().UnixMilli()))
}

const maxViews = 50

// Views lists the actor's saved questions by name.
func (s *Service) Views(ctx context.Context) ([]SavedView, error) {
	var out []SavedView
	err := s.view(ctx, func(w *work) error {
		rows, err := w.Query(ctx, "SELECT id, name, query FROM matter_view WHERE account = $1 ORDER BY name", w.me.Account)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var v SavedView
			if err := rows.Scan(&id, &v.Name, &v.Query); err != nil {
				return store.Classify(err)
			}
			v.ID = idText(id)
			out = append(out, v)
		}
		return store.Classify(rows.Err())
	})
	return out, err
}

// AddView saves a question under a name; one of that name is replaced.
func (s *Service) AddView(ctx context.Context, name, query string) (SavedView, error) {
	v := SavedView{Name: name, Query: query}
	if err := cleanLine("name", "名称", 30, &v.Name); err != nil {
		return v, err
	}
	if v.Name == "" {
		return v, invalid("name", "name_required", "请填写名称", "")
	}
	me, err := s.reader(ctx)
	if err != nil {
		return v, err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		var n, id int64
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM matter_view WHERE account = $1 AND name <> $2", me.Account, v.Name).Scan(&n); err != nil {
			return err
		}
		if n >= maxViews {
			return fault.Newf(fault.Conflict, "too_many", "最多保存 %d 个查询，请先删除不用的", maxViews)
		}
		err := tx.QueryRow(ctx, `INSERT INTO matter_view (account, name, query, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, name) DO UPDATE SET query = excluded.query RETURNING id`, me.Account, v.Name, v.Query, tx.NowMS()).Scan(&id)
		v.ID = strconv.FormatInt(id, 10)
		return err
	})
	return v, err
}

// RemoveView removes one of the actor's own saved questions.
func (s *Service) RemoveView(ctx context.Context, id int64) error {
	me, err := s.reader(ctx)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		res, err := tx.Exec(ctx, "DELETE FROM matter_view WHERE id = $1 AND account = $2", id, me.Account)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return access.Hidden()
		}
		return nil
	})
}
