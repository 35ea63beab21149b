package matter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
)

// recurring finds the closed matter that a new one repeats: the same firm or site, or a place
// near by, closed within the kind's days. nil when there is none.
func (w *work) recurring(m *Matter, k *kind.Kind) (*Matter, error) {
	r := k.Recurrence
	if r.Days == 0 {
		return nil, nil
	}
	p := part{}
	p.cond = "m.kind = " + p.add(m.Kind) + " AND m.type = 'closed' AND m.merged_into = 0 AND m.closed_at >= " + p.add(w.NowMS()-int64(r.Days)*calendar.MsPerDay)
	if r.SameCategory {
		p.and("m.category = " + p.add(m.Category))
	}
	var same []string
	if m.Subject != 0 {
		same = append(same, "(m.subject <> 0 AND m.subject = "+p.add(m.Subject)+")")
	}
	if m.Site != "" {
		same = append(same, "(m.site <> '' AND m.site = "+p.add(m.Site)+")")
	}
	if m.At != nil && r.Metres > 0 {
		same = append(same, "("+near(&p, *m.At, float64(r.Metres))+")")
	}
	if len(same) == 0 {
		return nil, nil
	}
	p.and("(" + strings.Join(same, " OR ") + ") ORDER BY m.closed_at DESC, m.id DESC LIMIT 50")
	list, err := where(w.ctx, w.Tx, p.cond, p.args...)
	for _, old := range list {
		alike := m.Subject != 0 && old.Subject == m.Subject || m.Site != "" && old.Site == m.Site
		if alike || m.At != nil && old.At != nil && geo.Distance(*m.At, *old.At) <= float64(r.Metres) {
			return old, err
		}
	}
	return nil, err
}

// near is the condition that a matter lies in the box around a place.
func near(p *part, at geo.Point, metres float64) string {
	box := geo.Around(at, metres)
	return fmt.Sprintf("m.lng IS NOT NULL AND m.lng BETWEEN %s AND %s AND m.lat BETWEEN %s AND %s",
		p.add(box.Min.Lng), p.add(box.Max.Lng), p.add(box.Min.Lat), p.add(box.Max.Lat))
}

// again takes a closed matter up again for a new report m: it keeps its number with a suffix,
// and the return counts against the closure. It is nil where that is not the reporter's to do:
// in a kind without a way back, for a matter that the reporter may not see, or by somebody whom
// the kind does not let re-open it. Such a report becomes a matter of its own, linked to the
// closed one.
func (w *work) again(old, m *Matter, n Opening) (*Matter, error) {
	k, err := w.s.kindOf(old)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(k.Transitions, func(t kind.Transition) bool { return t.Reopen && slices.Contains(t.From, old.State) })
	if i < 0 || n.apart {
		return nil, nil
	}
	if old, err = w.visible(old.ID); fault.Is(err, fault.NotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	t := &k.Transitions[i]
	c := &change{m: old, k: k, t: t, from: old.State, was: old.Type, version: old.Version,
		step: Step{Transition: t.ID, Evidence: n.Evidence, Fields: n.Fields, Opinion: cmp.Or(n.Opinion, m.Description, m.Title)}}
	if c.parties, err = parties(w.ctx, w.Tx, old.ID); err != nil {
		return nil, err
	}
	doing, err := w.doing(c)
	if err != nil {
		return nil, err
	}
	if c.who, err = w.who(old, c.parties); err != nil {
		return nil, err
	}
	if k.Decide(t, c.who, doing) != nil {
		return nil, nil
	}
	return old, w.reopen(c, m)
}

// reopen writes the change, and into its event all that the new report says.
func (w *work) reopen(c *change, m *Matter) error {
	old := c.m
	old.Recurrences++
	before := old.Number
	old.Number = fmt.Sprintf("%s-R%d", BaseNumber(old.Number), old.Recurrences)
	c.more = map[string]string{"recurrence": fmt.Sprint(old.Recurrences), "number": before, "foundAt": rest.Instant(m.FoundAt)}
	for k, v := range map[string]string{"title": m.Title, "source": m.Source, "sourceNumber": m.SourceNumber, "place": m.Place} {
		if v != "" {
			c.more[k] = v
		}
	}
	if m.At != nil {
		c.more["position"] = m.At.String()
	}
	if m.ClientID != "" { // a repeat of the report finds the reopened matter
		if _, err := w.Exec(w.ctx, "INSERT INTO matter_report (account, client_id, matter, at) VALUES ($1, $2, $3, $4)", w.me.Account, m.ClientID, old.ID, w.NowMS()); err != nil {
			return taken(err)
		}
	}
	old.SignalKey = m.SignalKey
	if !w.me.IsSystem() {
		var err error
		if c.parties, err = addParty(w.ctx, w.Tx, old, c.parties, Party{Relation: Reporter, Post: c.who.Post, Unit: c.who.Unit, Account: w.me.Account}); err != nil {
			return err
		}
	}
	return w.apply(c)
}

// BaseNumber is a matter's number without the suffix that counts its returns.
func BaseNumber(number string) string {
	base, _, _ := strings.Cut(number, "-R")
	return base
}

// linkRecurrence notes that a new matter repeats a closed one, which counts against it.
func (w *work) linkRecurrence(c *change, old *Matter) error {
	if err := w.s.before("link"); err != nil {
		return err
	}
	if err := w.link(old.ID, c.m.ID, "recurrence", ""); err != nil {
		return err
	}
	c.more = map[string]string{"recurrenceOf": old.Number}
	old.Recurrences++
	sys := *w // the old matter may be out of the reporter's sight
	sys.me = &self{Actor: access.System("matter"), dir: w.dir}
	return sys.remark(old, Told{Act: string(kind.Note), Name: "关联复发", From: old.State, More: map[string]string{"recurrence": c.m.Number}},
		"matter.recurrence", old.Number+" 之后又出现 "+c.m.Number)
}

// child opens a matter of another kind under one, in the name of the system.
func (w *work) child(parent *Matter, kindID string) (*Matter, error) {
	k := w.s.kinds.Kind(kindID, calendar.DayOf(w.NowMS()))
	if k == nil {
		return nil, invalid("kind", "unknown_kind", "没有这类事项", kindID)
	}
	category := parent.Category
	if k.Category(category) == nil {
		category = k.Categories[0].ID
	}
	sys := *w
	sys.me = &self{Actor: access.System("matter"), dir: w.dir}
	c, err := sys.open(Opening{Kind: kindID, Category: category, Title: parent.Title, Description: parent.Description, Region: parent.Region,
		At: parent.At, Accuracy: parent.Accuracy, Place: parent.Place, Site: parent.Site, Subject: parent.Subject, Source: parent.Source,
		SourceNumber: parent.SourceNumber, FoundAt: parent.FoundAt, parent: parent.ID})
	if err != nil {
		return nil, err
	}
	parent.Childs++
	return c, sys.remark(parent, Told{Act: string(kind.Note), Name: "派生子事项", From: parent.State, More: map[string]string{"children": c.Number}},
		"matter.child", parent.Number+" 派生 "+c.Number)
}
