package matter

import (
	"fmt"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/fault"
)

// doers are who took the matter up and who worked on it, by its record, oldest first. A matter
// that comes back keeps them: who worked on it once never checks it.
func doers(record []Event) []kind.Who {
	var out []kind.Who
	for _, e := range record {
		if e.Transition == "" || e.Act != string(kind.Do) && e.Act != string(kind.Accept) {
			continue
		}
		d := kind.Who{Account: e.Account, Post: e.Post, Unit: e.Told.Unit}
		if e.Told.Person != 0 {
			d.Person = fmt.Sprintf("person/%d", e.Told.Person)
		}
		out = append(out, d)
	}
	return out
}

// excluded tells of a post whether everybody in it had a part in the work, so that the ball
// would lie with somebody who may not check.
func (c *change) excluded(dir *org.Directory) func(*org.Seat) bool {
	did := slices.Clone(c.doers)
	if c.t.Act == kind.Do || c.t.Act == kind.Accept {
		did = append(did, c.who)
	}
	unit := int64(0) // that handles the matter as a whole
	for _, p := range c.parties {
		if p.Relation != Owner || p.Until != 0 {
			continue
		}
		if did = append(did, kind.Who{Post: p.Post, Unit: p.Unit}); p.Post == 0 {
			unit = p.Unit
		}
	}
	return func(s *org.Seat) bool {
		if unit != 0 && s.Unit == unit {
			return true
		}
		return !slices.ContainsFunc(s.Accounts, func(account int64) bool {
			w := kind.Who{Account: account, Post: s.ID, Unit: s.Unit}
			if person := dir.Persons[account]; person != 0 {
				w.Person = fmt.Sprintf("person/%d", person)
			}
			return !slices.ContainsFunc(did, func(d kind.Who) bool {
				return c.k.Same(w, kind.Who{Account: d.Account, Person: d.Person, Post: d.Post, Unit: d.Unit}) != ""
			})
		})
	}
}

// apart refuses somebody who handles a matter or worked on it.
func (w *work) apart(m *Matter, k *kind.Kind, record []Event) error {
	list, err := parties(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	who, err := w.who(m, list)
	if err != nil {
		return err
	}
	if who.Relations[Owner] || slices.ContainsFunc(doers(record), func(d kind.Who) bool { return k.Same(who, d) != "" }) {
		return fault.Newf(fault.Forbidden, kind.DoerExcluded, "您是 %s 的办理人，须由没有参与办理的人合并", m.Number)
	}
	return nil
}
