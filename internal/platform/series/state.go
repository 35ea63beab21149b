package series

// cell is what is known of one time.
type cell struct {
	value int64
	flag  Flag
	rev   int32
	known bool
}

// state is the current values of one series and month, while a batch is compared with them.
type state struct {
	after, step int64
	cells       []cell          // series with a grid
	sparse      map[int64]*cell // others
	scratch     points
}

// load reads the segments of a piece, oldest first.
func (s *state) load(p *piece) error {
	after, until := PartBounds(p.part)
	s.after, s.step = after, p.step
	if s.step > 0 {
		n := int((until - after) / s.step)
		if cap(s.cells) < n {
			s.cells = make([]cell, n)
		}
		s.cells = s.cells[:n]
		clear(s.cells)
	} else {
		s.sparse = map[int64]*cell{}
	}
	for i := range p.old {
		err := eachBlock(p.old[i].body, func(b *block) error {
			if err := b.expand(&s.scratch); err != nil {
				return err
			}
			for i, t := range s.scratch.times {
				c := s.at(t)
				if c == nil {
					return errBlock // a time outside its month or off its grid
				}
				*c = cell{s.scratch.values[i], s.scratch.flags[i], s.scratch.revs[i], true}
			}
			return nil
		})
		if err != nil {
			return corrupt(p.id, p.part, err)
		}
	}
	return nil
}

// at is the cell of a time, nil when the time is not one of the series and month.
func (s *state) at(t int64) *cell {
	if s.step == 0 {
		c := s.sparse[t]
		if c == nil {
			c = &cell{}
			s.sparse[t] = c
		}
		return c
	}
	d := t - s.after
	if d%s.step != 0 || d <= 0 {
		return nil
	}
	if i := d/s.step - 1; i < int64(len(s.cells)) {
		return &s.cells[i]
	}
	return nil
}

// had tells whether any revision of a time had the value.
func (s *state) had(p *piece, t, value int64) (bool, error) {
	found := false
	for i := range p.old {
		err := eachBlock(p.old[i].body, func(b *block) error {
			if err := b.expand(&s.scratch); err != nil {
				return err
			}
			for i, at := range s.scratch.times {
				if at == t && s.scratch.values[i] == value {
					found = true
				}
			}
			return nil
		})
		if err != nil {
			return false, corrupt(p.id, p.part, err)
		}
	}
	return found, nil
}
