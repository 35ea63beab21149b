package grid

import (
	"slices"

	"qingshan/internal/platform/geo"
)

// fit leaves out of a cell's outline what lies over its county's border or in a neighbour of
// its tier, so that an outline drawn generously over a gap becomes the gap. Errors: invalid
// shape for an outline that is none, or that leaves nothing.
func (s *Service) fit(st *state, c *Cell) error {
	if err := c.Shape.Check(); err != nil {
		return err
	}
	drawn, shape := c.Shape, c.Shape
	var err error
	if county := st.county(c); county != nil && county.ID != c.ID {
		if shape, err = geo.Intersection(shape, county.Shape); err != nil {
			return err
		}
	}
	var near []*Cell
	for _, o := range st.cells {
		if o.ID != c.ID && o.Tier == c.Tier && o.Shape.Box().Meets(shape.Box()) {
			near = append(near, o)
		}
	}
	sortCells(near)
	for _, o := range near {
		if shape, err = geo.Difference(shape, o.Shape); err != nil {
			return err
		}
	}
	shape = slices.DeleteFunc(shape, func(p geo.Polygon) bool { return (geo.Shape{p}).Area() < s.cfg.Tolerance.Area })
	if shape.IsEmpty() {
		return invalid("geometry", "这块地已全部属于相邻网格或在县界之外（"+drawn.Centre().String()+"）", drawn.Centre().String())
	}
	c.Shape = shape
	return nil
}
