package importer

import (
	"math"
	"strconv"
)

const missingValue = math.MinInt64

// longRow reads a row with one column for each field.
func (p *Parser) longRow() error {
	e := p.rowPlace()
	if !e.ok && !e.dated() {
		return p.rejectRow(p.placeColumn(), e.why)
	}
	t, ok, err := p.rowTime()
	if !ok || err != nil {
		return err
	}
	if e.dated() {
		if e = p.resolve(e.name, dayOf(t)); !e.ok {
			return p.rejectRow(p.placeColumn(), e.why)
		}
	}
	pl := e.place
	hash, n := uint32(2166136261), int64(0)
	for i, c := range p.plan.column {
		v, missing, why := p.cell(i, p.scan.fields[c])
		switch {
		case missing:
			p.counts.Missing++
			v = missingValue
		case why.Code != "":
			v = missingValue
			if err := p.reject(p.plan.Header[c], why, 1); err != nil {
				return err
			}
		default:
			hash = mix(hash, i, v)
			n++
		}
		p.rowVals[i] = v
	}
	line, before := p.seen.first(pl, p.slot(t), p.scan.start, hash)
	if line > 0 {
		return p.repeated(line, before == hash, n)
	}
	p.counts.Received += n
	for i, v := range p.rowVals {
		if v != missingValue {
			p.block.add(pl, i, t, v)
		}
	}
	return p.block.full()
}

func mix(h uint32, field int, v int64) uint32 {
	x := uint64(v)*0x9e3779b97f4a7c15 + uint64(field)
	return (h ^ uint32(x>>32) ^ uint32(x)) * 16777619
}

// repeated accounts for a row whose place and time stood before: n values that are the same
// as in that line, or contradict it.
func (p *Parser) repeated(line int, same bool, n int64) error {
	if same {
		p.counts.Received += n
		p.counts.Repeated += n
		return nil
	}
	return p.reject("", because("contradicts", strconv.Itoa(line)), max(1, n))
}

// columnName reads the header of a wide file's column: a station code (1001A) or a name.
func columnName(head string) Name {
	s := CleanName(head)
	if isSiteCode(s) {
		return Name{Code: s}
	}
	return Name{City: s}
}

// isSiteCode tells the form of a national station code: four digits and a capital letter.
func isSiteCode(s string) bool {
	if len(s) != 5 || s[4] < 'A' || s[4] > 'Z' {
		return false
	}
	_, n := digits([]byte(s[:4]))
	return n == 4
}

// wideRow reads a row with one column for each place.
func (p *Parser) wideRow() error {
	col := p.plan.role[RoleType]
	text := trim(p.scan.fields[col])
	field := p.plan.typed(string(text))
	if field < 0 {
		return p.rejectRow(p.plan.Header[col], because("unknown_type", short(text)))
	}
	t, ok, err := p.rowTime()
	if !ok || err != nil {
		return err
	}
	hash, n := uint32(2166136261), int64(0)
	vals := p.wideVals()
	for i, c := range p.plan.places {
		v, missing, why := p.cell(field, p.scan.fields[c[0]])
		if !missing && why.Code == "" && !p.columns[i].ok {
			why = p.columns[i].why
		}
		switch {
		case missing:
			p.counts.Missing++
			v = missingValue
		case why.Code != "":
			v = missingValue
			if err := p.reject(p.plan.Header[c[0]], why, 1); err != nil {
				return err
			}
		default:
			hash = mix(hash, i, v)
			n++
		}
		vals[i] = v
	}
	line, before := p.seen.first(field, p.slot(t), p.scan.start, hash)
	if line > 0 {
		return p.repeated(line, before == hash, n)
	}
	p.counts.Received += n
	for i, v := range vals {
		if v != missingValue {
			p.block.add(p.columns[i].place, field, t, v)
		}
	}
	return p.block.full()
}

func (p *Parser) wideVals() []int64 {
	if len(p.rowVals) < len(p.plan.places) {
		p.rowVals = make([]int64, len(p.plan.places))
	}
	return p.rowVals[:len(p.plan.places)]
}
