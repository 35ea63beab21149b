// Package grid is the room of the grid (网格化, 一长三员): cells with outlines and posts, the
// objects that fall to them, what of the city nobody looks after, the day's places worth a
// look, and how well the grid works by what it found and missed. It measures cells, towns and
// counties; it keeps no tracks, no attendance, and ranks no person.
package grid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/region"
)

// Leaf is the tier of the smallest cells; 1 is the city, 2 the county, 3 the town.
const Leaf = 4

// Cell is a cell (网格) as it is now.
type Cell struct {
	ID       int64
	Code     string
	Name     string
	Tier     int
	Region   region.Code
	Parent   int64 // 0 none
	Shape    geo.Shape
	Area     int64 // m²
	ShapedAt int64 // ms UTC, when the outline last changed
	FromAt   int64 // when this version began
	EndedAt  int64 // 0 while it exists
	IntoCell int64 // the cell it was merged into, 0 none
	Version  int64
}

// Source is a polluting source or another object that the grid looks after.
type Source struct {
	ID       int64
	Code     string
	Name     string
	Kind     string // enterprise, site, restaurant, boiler, yard, road, river, outlet, other
	Class    string // key, complained, normal, risk
	Region   region.Code
	At       geo.Point
	Line     geo.Line // of a river
	Unit     int64    // the enterprise in the organisation, 0 none
	Roadside bool
	FromAt   int64
	EndedAt  int64
	Version  int64
}

var (
	classes     = []string{"key", "complained", "normal", "risk"}
	sourceKinds = []string{"enterprise", "site", "restaurant", "boiler", "yard", "road", "river", "outlet", "other"}
)

// ClassName is a class in Chinese.
func ClassName(class string) string {
	return map[string]string{"key": "重点源", "complained": "被投诉", "normal": "一般源", "risk": "风险源"}[class]
}

// Object names a source or a monitoring site.
type Object struct {
	Kind string // source, site
	ID   int64
}

// The kinds of objects.
const (
	ofSource = "source"
	ofSite   = "site"
)

// Post says that a post of the organisation serves a cell in a role.
type Post struct {
	ID       int64
	Cell     int64
	Role     string // member of the region's role set
	Post     int64
	From, To string // civil days; To exclusive, "" while it serves
}

// StandIn says who stands in for a post.
type StandIn struct {
	ID, Post, By int64 // By is a post
	From, To     string
	Reason       string
}

func invalid(field, message, value string) *fault.Error {
	return fault.New(fault.Invalid, "invalid_"+field, message).WithField("body."+field, message, value)
}

func stale(what string) error {
	return fault.New(fault.Conflict, "stale", what+"已被他人修改，请刷新后重新编辑")
}

// text makes a line of text fit to be stored. most is in characters.
func text(field, what string, most int, s *string, must bool) error {
	*s = strings.Join(strings.Fields(*s), " ")
	switch n := utf8.RuneCountInString(*s); {
	case n == 0 && must:
		return invalid(field, "请填写"+what, "")
	case n > most:
		return invalid(field, what+"过长", *s)
	case !utf8.ValidString(*s), strings.ContainsFunc(*s, unicode.IsControl):
		return invalid(field, what+"含有不可见字符", "")
	}
	return nil
}
