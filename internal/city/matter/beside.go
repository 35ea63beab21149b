package matter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// Note adds a remark to the record. It moves nothing; a final matter takes one too.
func (s *Service) Note(ctx context.Context, id int64, text string) error {
	return s.update(ctx, access.MatterAct, func(w *work) error {
		m, err := w.visible(id)
		if err != nil {
			return err
		}
		if err := checkText("text", "备注", maxOpinion, &text); err != nil {
			return err
		}
		if text == "" {
			return invalid("text", "text_required", "请填写备注", "")
		}
		return w.remark(m, Told{Act: string(kind.Note), Name: "备注", Opinion: text, From: m.State}, "matter.note", m.Number+" 备注")
	})
}

// remark writes an event that leaves the state as it is, with version, audit and event.
func (w *work) remark(m *Matter, t Told, action, summary string) error {
	list, err := parties(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	who, err := w.who(m, list)
	if err != nil {
		return err
	}
	version := m.Version
	t.Post = who.Post
	if err := w.s.before("event"); err != nil {
		return err
	}
	if err := w.append(m, t); err != nil {
		return err
	}
	m.Version, m.UpdatedAt = version+1, w.NowMS()
	if err := w.s.before("matter"); err != nil {
		return err
	}
	if err := save(w.ctx, w.Tx, m, version); err != nil {
		return err
	}
	if err := w.keepRounds(m); err != nil {
		return err
	}
	if err := w.s.before("audit"); err != nil {
		return err
	}
	err = audit.Log(w.ctx, w.Tx, audit.Entry{Action: action, Object: object(m.ID), Region: m.Region, Summary: summary,
		Detail: map[string]any{"seq": m.Seq, "hash": fmt.Sprintf("%x", m.Head)}})
	if err != nil {
		return err
	}
	if err := w.s.before("publish"); err != nil {
		return err
	}
	return jobs.Publish(w.ctx, w.Tx, jobs.Event{Name: EventMoved, Object: fmt.Sprint(m.ID), Region: m.Region})
}

// Watch lets the actor be told of every move of a matter that it may see, or ends that.
func (s *Service) Watch(ctx context.Context, id int64, on bool) error {
	me, err := s.reader(ctx)
	if err != nil {
		return err
	}
	if me.Account == 0 {
		return fault.New(fault.Forbidden, "forbidden", "系统不能关注事项")
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		w := &work{Tx: tx, ctx: ctx, s: s, me: me, dir: me.dir}
		m, err := w.visible(id)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, "UPDATE matter_party SET until = $1 WHERE matter = $2 AND relation = 'watcher' AND account = $3 AND until = 0", tx.NowMS(), id, me.Account)
		if err != nil {
			return err
		}
		was, err := res.RowsAffected()
		if err != nil || !on && was == 0 {
			return err
		}
		entry := audit.Entry{Action: "matter.unwatch", Object: object(id), Region: m.Region, Summary: "不再关注 " + m.Number}
		if on {
			entry.Action, entry.Summary = "matter.watch", "关注 "+m.Number
			if _, err := addParty(ctx, tx, m, nil, Party{Relation: Watcher, Account: me.Account}); err != nil || was > 0 {
				return err // watched before
			}
		}
		return audit.Log(ctx, tx, entry)
	})
}

// Bulk makes one step on several matters, each in a transaction of its own at the version it
// has now; the answer has an error or nil for each.
func (s *Service) Bulk(ctx context.Context, ids []int64, step Step) []error {
	out := make([]error, len(ids))
	for i, id := range ids {
		out[i] = s.update(ctx, access.MatterAct, func(w *work) error {
			m, err := w.visible(id)
			if err != nil {
				return err
			}
			_, err = w.move(id, m.Version, step)
			return err
		})
	}
	return out
}

// Part is one of the matters that another is split into.
type Part struct{ Category, Title, Description string }

// Split makes a child of the same kind and place for each part. The matter itself stays.
func (s *Service) Split(ctx context.Context, id int64, parts []Part) error {
	return s.update(ctx, access.MatterManage, func(w *work) error {
		m, err := w.managed(id)
		if err != nil {
			return err
		}
		if len(parts) == 0 || len(parts) > 20 {
			return invalid("parts", "parts", "请给出 1 至 20 个部分", "")
		}
		var numbers []string
		list, err := parties(w.ctx, w.Tx, id)
		if err != nil {
			return err
		}
		who, err := w.who(m, list)
		if err != nil {
			return err
		}
		// Parts are made under the rules for what the system opens, by the account that splits.
		sys := *w
		sys.me, sys.behalf, sys.behalfPost = &self{Actor: access.System("matter"), dir: w.dir}, w.me, who.Post
		for _, p := range parts {
			if p.Title == "" {
				p.Title = m.Title
			}
			c, err := sys.open(Opening{Kind: m.Kind, Category: p.Category, Title: p.Title, Description: p.Description, Region: m.Region, At: m.At,
				Accuracy: m.Accuracy, Place: m.Place, Site: m.Site, Subject: m.Subject, Source: m.Source, SourceNumber: m.SourceNumber, FoundAt: m.FoundAt, parent: m.ID})
			if err != nil {
				return err
			}
			if err := w.keepReporters(c, list); err != nil {
				return err
			}
			numbers = append(numbers, c.Number)
		}
		m.Childs += int64(len(parts))
		return w.remark(m, Told{Act: "split", Name: "拆分", From: m.State, More: map[string]string{"children": strings.Join(numbers, ",")}},
			"matter.split", m.Number+" 拆分为 "+strings.Join(numbers, "、"))
	})
}

// keepReporters lets those who reported a matter be the reporters of its part.
func (w *work) keepReporters(part *Matter, of []Party) error {
	var list []Party
	for _, p := range of {
		if p.Relation != Reporter || p.Until != 0 {
			continue
		}
		var err error
		if list, err = addParty(w.ctx, w.Tx, part, list, Party{Relation: Reporter, Post: p.Post, Unit: p.Unit, Account: p.Account}); err != nil {
			return err
		}
	}
	return nil
}

// managed reads an open matter that the actor may merge and split.
func (w *work) managed(id int64) (*Matter, error) {
	m, err := w.visible(id)
	if err != nil {
		return nil, err
	}
	if !w.me.Can(access.MatterManage, m.Region) {
		return nil, access.Hidden()
	}
	if !m.Open() {
		return nil, fault.Newf(fault.Conflict, "not_open", "%s 已经结束，不能合并或拆分", m.Number)
	}
	return m, nil
}

// Merge puts matters into another one of the same kind: they become void, keep their record,
// and point to it.
func (s *Service) Merge(ctx context.Context, into int64, from []int64, reason string) error {
	return s.update(ctx, access.MatterManage, func(w *work) error {
		if err := checkText("reason", "理由", maxOpinion, &reason); err != nil {
			return err
		}
		if reason == "" {
			return invalid("reason", "reason_required", "请写明合并理由", "")
		}
		m, err := w.managed(into)
		if err != nil {
			return err
		}
		slices.Sort(from)
		var numbers []string
		for _, id := range slices.Compact(from) {
			if id == into {
				return invalid("from", "itself", "事项不能并入自己", "")
			}
			x, err := w.managed(id)
			if err != nil {
				return err
			}
			if x.Kind != m.Kind {
				return invalid("from", "other_kind", x.Number+" 与 "+m.Number+" 不是同一类事项，不能合并", "")
			}
			if err := w.mergeOne(m, x, reason); err != nil {
				return err
			}
			numbers = append(numbers, x.Number)
		}
		return w.remark(m, Told{Act: "merge", Name: "并入", From: m.State, Opinion: reason, More: map[string]string{"merged": strings.Join(numbers, ",")}},
			"matter.merge", m.Number+" 并入 "+strings.Join(numbers, "、"))
	})
}

func (w *work) mergeOne(into, x *Matter, reason string) error {
	k, err := w.s.kindOf(x)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(k.States, func(s kind.State) bool { return s.Type == kind.Void })
	if i < 0 {
		return fault.Newf(fault.Conflict, "no_void", "“%s”没有作废状态，不能合并", k.Name)
	}
	list, err := events(w.ctx, w.Tx, x.ID)
	if err != nil {
		return err
	}
	// Work that was done goes through its check: merging is no way round it.
	if slices.ContainsFunc(list, func(e Event) bool { return e.Act == string(kind.Do) }) {
		return fault.Newf(fault.Conflict, kind.WorkWasDone, "%s 已有人办理过，须经核查销号，不能并入其他事项", x.Number)
	}
	if err := w.apart(x, k, list); err != nil {
		return err
	}
	was, from := x.Type, x.State
	x.State, x.Type, x.MergedInto = k.States[i].ID, kind.Void, into.ID
	x.HolderToken, x.HolderPost, x.HolderUnit, x.HolderClimb = "", 0, 0, ""
	if err := w.s.before("clock"); err != nil {
		return err
	}
	if err := w.enter(x, k, from, false); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return w.link(into.ID, x.ID, "merged", reason) },
		func() error { return count(w.ctx, w.Tx, x, string(was), -1) },
		func() error { return count(w.ctx, w.Tx, x, string(x.Type), 1) },
		func() error {
			_, err := setParty(w.ctx, w.Tx, x, nil, Party{Relation: HolderOf})
			return err
		},
	} {
		if err := w.s.before("link"); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return w.remark(x, Told{Act: "merge", Name: "并入其他事项", From: from, Opinion: reason, More: map[string]string{"into": into.Number}},
		"matter.merge", x.Number+" 并入 "+into.Number)
}
