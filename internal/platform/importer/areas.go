package importer

import (
	"context"

	"qingshan/internal/rules/region"
)

// Area is a row of a list of administrative regions. The region above it follows from the
// code (GB/T 2260, GB/T 10114), so a list needs no column for it.
type Area struct {
	Line int
	Code region.Code
	Name string
}

// AreaSink takes the rows of a list of regions.
type AreaSink interface {
	Area(a Area) (Outcome, Reason, error)
	Reject(r Reject) error
}

// RunAreas reads a list of regions. Counts has Received and Rejected; the rest of them is in
// the result.
func (p *Parser) RunAreas(ctx context.Context, sink AreaSink) (SiteCounts, error) {
	return p.list(ctx, sink, "region_twice", func() (string, string, Reason, func() (Outcome, Reason, error)) {
		a, column, why := p.area()
		return string(a.Code), column, why, func() (Outcome, Reason, error) { return sink.Area(a) }
	})
}

// area reads the current record of a list of regions.
func (p *Parser) area() (a Area, column string, why Reason) {
	text := p.roleText(RoleCode)
	code, err := region.Parse(text)
	if err != nil {
		return a, p.roleName(RoleCode), because("region_code", short(text))
	}
	a = Area{Line: p.scan.start, Code: code, Name: p.roleText(RoleStation)}
	if a.Name == "" || len(a.Name) > 200 {
		return a, p.roleName(RoleStation), because("region_name", "")
	}
	return a, "", Reason{}
}
