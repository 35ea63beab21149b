package importer

import (
	"fmt"
	"strings"

	"qingshan/internal/rules/calendar"
)

// rowPlace finds the place of a long row.
func (p *Parser) rowPlace() *placeEntry {
	same := true
	at := 0
	for _, r := range placeRoles {
		var b []byte
		if c, has := p.plan.role[r]; has && c >= 0 {
			b = p.scan.fields[c]
		}
		end := at + len(b) + 1
		same = same && end <= len(p.lastKey) && string(p.lastKey[at:end-1]) == string(b) && p.lastKey[end-1] == 0
		at = end
	}
	if same && at == len(p.lastKey) && p.last != nil {
		return p.last
	}
	key := p.spareKey[:0]
	for _, r := range placeRoles {
		if c, has := p.plan.role[r]; has && c >= 0 {
			key = append(key, p.scan.fields[c]...)
		}
		key = append(key, 0)
	}
	e, known := p.names[string(key)]
	if !known {
		e = p.resolve(p.rowName(), AnyDay)
		if len(p.names) < maxNames {
			p.names[string(key)] = e
		}
	}
	p.lastKey, p.spareKey, p.last = key, p.lastKey, e
	return e
}

var placeRoles = [...]Role{RoleCity, RoleStation, RoleCode}

// maxNames bounds the memory for names; a file with more distinct ones is broken.
const maxNames = 100_000

func (p *Parser) rowName() Name {
	n := Name{City: p.roleText(RoleCity), Station: p.roleText(RoleStation), Code: p.roleText(RoleCode)}
	n.Published = n.Station
	if c, has := p.plan.role[RoleStation]; has && c >= 0 {
		n.Published = strings.Trim(string(p.scan.fields[c]), " \t")
	}
	return n
}

// placeColumn is the column that a refused place is blamed on.
func (p *Parser) placeColumn() string {
	for _, r := range [...]Role{RoleStation, RoleCode, RoleCity} {
		if c, has := p.plan.role[r]; has && c >= 0 {
			return p.plan.Header[c]
		}
	}
	return ""
}

func dayOf(label int64) calendar.Day { return calendar.DayOf(label - 1) }

func (p *Parser) roleText(r Role) string {
	c, has := p.plan.role[r]
	switch {
	case !has:
		return ""
	case c < 0:
		return p.plan.constant[r]
	}
	return CleanName(string(p.scan.fields[c]))
}

func (p *Parser) resolve(n Name, day calendar.Day) *placeEntry {
	e := &placeEntry{name: n}
	if n.City == "" && n.Station == "" && n.Code == "" {
		e.why = because("no_place", "")
		return e
	}
	e.place, e.ok, e.why = p.places.Place(n, day)
	if !e.ok && e.why.Code == "" {
		e.why = because("unknown_place", short(strings.Join(strings.Fields(n.City+" "+n.Station+" "+n.Code), " ")))
	}
	return e
}

// resolveColumns finds the places of a wide file's columns. A place that stands in two
// columns is read from the first.
func (p *Parser) resolveColumns() {
	owner := map[int]string{}
	for _, c := range p.plan.places {
		head := p.plan.Header[c[0]]
		e := p.resolve(columnName(head), AnyDay)
		if first, twice := owner[e.place]; e.ok && twice {
			e = &placeEntry{why: because("column_twice", fmt.Sprintf("%s, %s", first, head))}
		}
		if e.ok {
			owner[e.place] = head
		}
		p.columns = append(p.columns, e)
	}
}
