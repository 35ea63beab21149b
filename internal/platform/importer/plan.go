package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Layout is how values stand in the file.
type Layout string

// The layouts.
const (
	Long  Layout = "long"  // one row for a place and time, one column for each field
	Wide  Layout = "wide"  // one row for a time and field (column type), one column for each place
	Sites Layout = "sites" // one row for a station
	Areas Layout = "areas" // one row for an administrative region
)

// Plan is how a file is read: what each of its columns means.
type Plan struct {
	Kind    Kind
	Layout  Layout
	Profile *Profile // nil: none
	Header  []string
	// Field[i] is the field of column i; "" not used; in a wide file "place" for the columns
	// of places.
	Field  []string
	Values []Field // fields with values, in the order Column.Field counts them

	role     map[Role]int // column of a role, -1 when it is constant
	constant map[Role]string
	column   []int    // Long: column of Values[i]
	places   [][2]int // Wide: columns of places (column, number)
	scale    []int    // decimal places to read Values[i] with so that it becomes thousandths
	missing  map[string]bool
	types    map[string]string // Wide: other names of types, by header key
	zero     bool
	begin    bool
}

// Fields that are none of a kind's.
const (
	placeField = "place"
	ignored    = "-"
)

// Unmapped are the columns that are not read, in file order.
func (p *Plan) Unmapped() []string {
	var out []string
	for i, f := range p.Field {
		if f == "" {
			out = append(out, p.Header[i])
		}
	}
	return out
}

// makePlan finds the meaning of a header. Errors are *FileError without file and line.
func makePlan(header []string, opt Options) (*Plan, *FileError) {
	cat, err := loadCatalogue()
	if err != nil {
		return nil, &FileError{Reason: because("read", err.Error()), Cause: err}
	}
	profile, bad := chooseProfile(cat, header, opt)
	if bad != nil {
		return nil, bad
	}
	if opt.Kind != "" {
		kind := cat.kind(opt.Kind)
		if kind == nil {
			return nil, refuse("unknown_kind", opt.Kind)
		}
		return planFor(kind, profile, header, opt)
	}
	if profile != nil {
		return planFor(cat.kind(profile.Kind), profile, header, opt)
	}
	var best *Plan
	most := 0
	for i := range cat.Kinds {
		p, bad := planFor(&cat.Kinds[i], nil, header, opt)
		if bad != nil {
			continue
		}
		if n := len(header) - len(p.Unmapped()); n > most {
			best, most = p, n
		}
	}
	if best == nil {
		return nil, refuse("unknown_kind", short(strings.Join(header, ",")))
	}
	return best, nil
}

func refuse(code, arg string) *FileError { return &FileError{Reason: because(code, arg)} }

func chooseProfile(cat *catalogue, header []string, opt Options) (*Profile, *FileError) {
	if opt.Profile != "" && opt.Profile != "none" {
		p := cat.profile(opt.Profile)
		if p == nil || opt.Kind != "" && p.Kind != opt.Kind {
			return nil, refuse("unknown_profile", opt.Profile)
		}
		return p, nil
	}
	if opt.Profile == "none" {
		return nil, nil
	}
	for i := range cat.Profiles {
		p := &cat.Profiles[i]
		if len(p.Detect) == 0 || opt.Kind != "" && p.Kind != opt.Kind {
			continue
		}
		all := true
		for _, want := range p.Detect {
			all = all && columnOf(header, want) >= 0
		}
		if all {
			return p, nil
		}
	}
	return nil, nil
}

// columnOf finds a column by its header text, first as it stands, then by its key.
func columnOf(header []string, text string) int {
	if i := slices.Index(header, text); i >= 0 {
		return i
	}
	want, _ := headKey(text)
	return slices.IndexFunc(header, func(h string) bool { k, _ := headKey(h); return k == want })
}

// planFor maps the columns of a header to the fields of one kind.
func planFor(kind *Kind, profile *Profile, header []string, opt Options) (*Plan, *FileError) {
	p := &Plan{Kind: *kind, Layout: Long, Profile: profile, Header: header, Field: make([]string, len(header)),
		role: map[Role]int{}, constant: map[Role]string{}, missing: missingTokens(opt.Missing)}
	switch {
	case slices.Contains(kind.Need, "region"):
		p.Layout = Areas
	case kind.Step == "":
		p.Layout = Sites
	}
	units := make([]string, len(header))
	for i, h := range header {
		_, units[i] = headKey(h)
		if f := kind.named(h); f != nil {
			p.Field[i] = f.ID
		}
	}
	if profile != nil {
		p.zero, p.begin = profile.ZeroMissing, profile.BeginLabels
		if bad := p.override(profile.Map, false); bad != nil {
			return nil, bad
		}
		for _, h := range profile.Ignore {
			if i := columnOf(header, h); i >= 0 {
				p.Field[i] = ""
			}
		}
	}
	if bad := p.override(opt.Map, true); bad != nil {
		return nil, bad
	}
	if bad := p.roles(profile, opt); bad != nil {
		return nil, bad
	}
	if _, typed := p.role[RoleType]; typed && kind.Step != "" {
		return p.wide(profile)
	}
	return p.long(profile, units)
}

func missingTokens(more []string) map[string]bool {
	out := map[string]bool{}
	for _, t := range []string{"", "NA", "na", "N/A", "NaN", "nan", "-", "--", "---", "*", "/", "—", "——", "null", "NULL", "None", "\\N", "#N/A"} {
		out[t] = true
	}
	for _, t := range more {
		out[t] = true
	}
	return out
}

// override applies a mapping header → field; strict refuses a column that is not there. A
// field that is given to one column is taken from a column that was found by its name.
func (p *Plan) override(m map[string]string, strict bool) *FileError {
	chosen := map[int]string{}
	for _, h := range slices.Sorted(maps.Keys(m)) {
		id := m[h]
		i := columnOf(p.Header, h)
		switch {
		case i < 0 && strict:
			return refuse("unknown_column", h)
		case i < 0:
			continue
		case id == "":
			id = ignored
		case id != ignored && id != placeField && p.Kind.field(id) == nil:
			return refuse("unknown_field", id)
		}
		chosen[i] = id
	}
	for i, f := range p.Field {
		for j, id := range chosen {
			if id == f && i != j {
				p.Field[i] = ""
			}
		}
	}
	for i, id := range chosen {
		p.Field[i] = id
	}
	return nil
}

// roles finds the columns that say place and time, or the constants that stand for them.
func (p *Plan) roles(profile *Profile, opt Options) *FileError {
	for i, id := range p.Field {
		f := p.Kind.field(id)
		if f == nil || f.Role == RoleValue {
			continue
		}
		if j, twice := p.role[f.Role]; twice {
			return refuse("header_twice", p.Header[j]+", "+p.Header[i])
		}
		p.role[f.Role] = i
	}
	set := map[string]string{}
	if profile != nil {
		for k, v := range profile.Set {
			set[k] = v
		}
	}
	for k, v := range opt.Set {
		set[k] = v
	}
	for id, text := range set {
		f := p.Kind.field(id)
		if f == nil || f.Role == RoleValue {
			return refuse("unknown_field", id)
		}
		if _, has := p.role[f.Role]; !has {
			p.role[f.Role], p.constant[f.Role] = -1, text
		}
	}
	return nil
}

func (p *Plan) has(r Role) bool { _, ok := p.role[r]; return ok }

// lacks names what a file of the kind needs and the header does not have.
func (p *Plan) lacks() *FileError {
	var miss []string
	hour := p.has(RoleTime) || p.has(RoleHour) && (p.has(RoleDate) || p.has(RoleYear) && p.has(RoleMonth) && p.has(RoleDay))
	for _, need := range p.Kind.Need {
		switch {
		case need == "place" && p.Layout == Long && !p.has(RoleCity) && !p.has(RoleStation) && !p.has(RoleCode):
			miss = append(miss, "city, station or code")
		case need == "hour-time" && !hour:
			miss = append(miss, "time, or date and hour")
		case need == "day-time" && !p.has(RoleDate):
			miss = append(miss, "date")
		case need == "value" && len(p.Values) == 0:
			miss = append(miss, "a column with values")
		case need == "site" && (!p.has(RoleCode) || !p.has(RoleStation) || !p.has(RoleCity)):
			miss = append(miss, "code, name and city")
		case need == "region" && (!p.has(RoleCode) || !p.has(RoleStation)):
			miss = append(miss, "code and name")
		}
	}
	if len(miss) > 0 {
		return refuse("header_lacks", strings.Join(miss, "; "))
	}
	for i, f := range p.Field {
		if f == ignored {
			p.Field[i] = ""
		}
	}
	return nil
}

func (p *Plan) long(profile *Profile, units []string) (*Plan, *FileError) {
	for i, id := range p.Field {
		f := p.Kind.field(id)
		if f == nil || f.Role != RoleValue {
			continue
		}
		if j := slices.IndexFunc(p.Values, func(v Field) bool { return v.ID == id }); j >= 0 {
			return nil, refuse("header_twice", p.Header[p.column[j]]+", "+p.Header[i])
		}
		scale, err := scaleOf(f, profile, units[i])
		if err != nil {
			return nil, refuse("header", fmt.Sprintf("%s: %v", p.Header[i], err))
		}
		p.Values, p.column, p.scale = append(p.Values, *f), append(p.column, i), append(p.scale, scale)
	}
	return p, p.lacks()
}

// typed finds the value field that the type column of a wide file names.
func (p *Plan) typed(text string) int {
	key, _ := headKey(text)
	f := p.Kind.named(text)
	if id, ok := p.types[key]; ok {
		f = p.Kind.field(id)
	}
	if f == nil || f.Role != RoleValue {
		return -1
	}
	return slices.IndexFunc(p.Values, func(v Field) bool { return v.ID == f.ID })
}

// wide takes every column without a role as a place.
func (p *Plan) wide(profile *Profile) (*Plan, *FileError) {
	p.Layout, p.types = Wide, map[string]string{}
	if profile != nil {
		for h, id := range profile.Map {
			key, _ := headKey(h)
			p.types[key] = id
		}
	}
	for i := range p.Kind.Fields {
		f := &p.Kind.Fields[i]
		if f.Role != RoleValue {
			continue
		}
		scale, err := scaleOf(f, profile, "")
		if err != nil {
			return nil, refuse("header", err.Error())
		}
		p.Values, p.scale = append(p.Values, *f), append(p.scale, scale)
	}
	for i, id := range p.Field {
		if f := p.Kind.field(id); id == ignored || f != nil && f.Role != RoleValue || strings.TrimSpace(p.Header[i]) == "" {
			continue
		}
		p.Field[i] = placeField
		p.places = append(p.places, [2]int{i, len(p.places)})
	}
	if len(p.places) == 0 {
		return nil, refuse("header_lacks", "columns of places")
	}
	return p, p.lacks()
}

// scaleOf is the number of decimals that turns a text in the column's unit into thousandths
// of the field's unit.
func scaleOf(f *Field, profile *Profile, unit string) (int, error) {
	if unit == "" && profile != nil {
		unit = profile.Units[f.ID]
	}
	switch {
	case unit == "" || unit == f.Unit || f.Unit == "" || f.Unit == "h":
		return 3, nil
	case unit == "µg/m³" && f.Unit == "mg/m³":
		return 0, nil
	case unit == "mg/m³" && f.Unit == "µg/m³":
		return 6, nil
	}
	return 0, fmt.Errorf("unit %s where %s is expected", unit, f.Unit)
}
