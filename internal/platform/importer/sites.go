package importer

import (
	"context"
	"strconv"
	"strings"
)

// Site is a row of a station list.
type Site struct {
	Line       int
	Code       string // national code, e.g. 1001A
	Name       string // cleaned, remarks taken off
	Published  string // cleaned, as in the list
	City       string
	Lon, Lat   int64 // millionths of a degree as published; HasPlace tells whether they were given
	HasPlace   bool
	Background bool
	Remark     string
	County     string // name or code; "" when the list does not say
	Kind       string // "national", "county" or "micro"; "" when the list does not say
	Counted    string // "yes", "no" or "" when the list does not say
}

// Outcome is what became of a row of a list.
type Outcome uint8

// The outcomes.
const (
	Stored Outcome = iota
	Unchanged
	Refused // with a reason
)

// SiteSink takes the rows of a station list.
type SiteSink interface {
	Site(s Site) (Outcome, Reason, error)
	Reject(r Reject) error
}

// SiteCounts account for a station list; every row is one value.
type SiteCounts struct {
	Stored, Unchanged int64
}

// RunSites reads a station list. Counts has Received and Rejected; the rest of them is in
// the result.
func (p *Parser) RunSites(ctx context.Context, sink SiteSink) (SiteCounts, error) {
	return p.list(ctx, sink, "site_twice", func() (string, string, Reason, func() (Outcome, Reason, error)) {
		s, column, why := p.site()
		return s.Code, column, why, func() (Outcome, Reason, error) { return sink.Site(s) }
	})
}

// list gives every row of a list to its sink once: a key that stands twice is refused. read
// reads the current record and gives its key, or the column and the reason of a refusal.
func (p *Parser) list(ctx context.Context, sink rejects, twice string,
	read func() (key, column string, why Reason, put func() (Outcome, Reason, error))) (SiteCounts, error) {
	var out SiteCounts
	p.sink = listRejects{sink}
	seen := map[string]int{}
	err := p.each(ctx, func() error {
		key, column, why, put := read()
		if why.Code == "" {
			if first := seen[key]; first > 0 {
				column, why = p.roleName(RoleCode), because(twice, key+"|"+strconv.Itoa(first))
			}
		}
		if why.Code != "" {
			return p.reject(column, why, 1)
		}
		seen[key] = p.scan.start
		outcome, why, err := put()
		if err != nil {
			return err
		}
		if outcome == Refused {
			return p.reject("", why, 1)
		}
		p.counts.Received++
		if outcome == Stored {
			out.Stored++
		} else {
			out.Unchanged++
		}
		return nil
	})
	return out, err
}

// rejects takes what a list refuses.
type rejects interface{ Reject(r Reject) error }

type listRejects struct{ rejects }

func (listRejects) Values(*Block) error { return nil }

// site reads the current record of a station list.
func (p *Parser) site() (s Site, column string, why Reason) {
	s.Line = p.scan.start
	s.Code, s.City = p.roleText(RoleCode), p.roleText(RoleCity)
	published := ParseStationName(p.roleText(RoleStation))
	s.Name, s.Published, s.Background = published.Base, p.roleText(RoleStation), published.Background
	if c, has := p.plan.role[RoleRemark]; has && c >= 0 {
		s.Remark = strings.TrimSpace(string(p.scan.fields[c]))
	}
	if !plainCode(s.Code) {
		return s, p.roleName(RoleCode), because("site_code", short(s.Code))
	}
	if s.Name == "" {
		return s, p.roleName(RoleStation), because("site_name", "")
	}
	if s.City == "" {
		return s, p.roleName(RoleCity), because("no_place", "")
	}
	background, ok := yesNo(p.roleText(RoleBackground))
	if !ok {
		return s, p.roleName(RoleBackground), because("yes_no", short(p.roleText(RoleBackground)))
	}
	s.Background = s.Background || background == "yes"
	if s.Counted, ok = yesNo(p.roleText(RoleCounted)); !ok {
		return s, p.roleName(RoleCounted), because("yes_no", short(p.roleText(RoleCounted)))
	}
	s.County = p.roleText(RoleCounty)
	if s.Kind, ok = siteKind(p.roleText(RoleKind)); !ok {
		return s, p.roleName(RoleKind), because("site_kind", short(p.roleText(RoleKind)))
	}
	return p.sitePlace(s)
}

// yesNo reads a cell as "yes", "no" or, when empty, "".
func yesNo(text string) (answer string, ok bool) {
	switch strings.ToUpper(text) {
	case "":
		return "", true
	case "N", "NO", "0", "否", "FALSE":
		return "no", true
	case "Y", "YES", "1", "是", "TRUE", "对照点":
		return "yes", true
	}
	return "", false
}

// siteKind reads the kind of a station in the words that lists use; 省控 and 市控 stations
// are the local government's own like a county's.
func siteKind(text string) (kind string, ok bool) {
	switch strings.TrimRight(strings.ToLower(text), "点位站") {
	case "":
		return "", text == ""
	case "national", "国控", "国家":
		return "national", true
	case "county", "县控", "区控", "市控", "省控", "县区":
		return "county", true
	case "micro", "微", "微型", "小微":
		return "micro", true
	}
	return "", false
}

// plainCode tells a code that can stand in addresses and file names.
func plainCode(s string) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// China's extent in whole degrees, with the sea.
const (
	west, east   = 73, 136
	south, north = 3, 54
)

func (p *Parser) sitePlace(s Site) (Site, string, Reason) {
	lonText, latText := p.roleText(RoleLon), p.roleText(RoleLat)
	if p.plan.missing[lonText] && p.plan.missing[latText] {
		return s, "", Reason{}
	}
	lon, _, ok1 := parseFixed([]byte(lonText), 6)
	lat, _, ok2 := parseFixed([]byte(latText), 6)
	text := short(lonText + " " + latText)
	switch {
	case !ok1:
		return s, p.roleName(RoleLon), because("not_a_number", short(lonText))
	case !ok2:
		return s, p.roleName(RoleLat), because("not_a_number", short(latText))
	case inside(lat, west, east) && inside(lon, south, north):
		return s, p.roleName(RoleLon), because("swapped", text)
	case !inside(lon, west, east) || !inside(lat, south, north):
		return s, p.roleName(RoleLon), because("coordinate", text)
	}
	s.Lon, s.Lat, s.HasPlace = lon, lat, true
	return s, "", Reason{}
}

func inside(v int64, low, high int64) bool { return v >= low*1_000_000 && v <= high*1_000_000 }
