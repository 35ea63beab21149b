package importer

import "sync"

// seen remembers where each (group, time) of a file stands and what it held, so that a
// second row for the same place and time is found wherever it comes. A group is a place in
// a long file, a field in a wide one; time is counted in steps of an hour or a day.
type seen struct {
	mu    sync.Mutex // a sink may ask for lines while the file is read on
	pages map[pageKey]*page
	last  pageKey
	page  *page
}

type pageKey struct {
	group int32
	slot  int32
}

const pageSize = 128

// page holds line and hash of the rows of consecutive times; line 0 is none.
type page struct {
	line [pageSize]uint32
	hash [pageSize]uint32
}

func (s *seen) at(group int, step int64) (*page, int) {
	key := pageKey{int32(group), int32(step / pageSize)}
	if s.page == nil || key != s.last {
		p := s.pages[key]
		if p == nil {
			p = &page{}
			if s.pages == nil {
				s.pages = map[pageKey]*page{}
			}
			s.pages[key] = p
		}
		s.last, s.page = key, p
	}
	return s.page, int(step % pageSize)
}

// first gives the line of the first row of (group, step) and its hash; line 0 when there was
// none, in which case the given one is entered.
func (s *seen) first(group int, step int64, line int, hash uint32) (int, uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i := s.at(group, step)
	if p.line[i] == 0 {
		p.line[i], p.hash[i] = uint32(line), hash
		return 0, 0
	}
	return int(p.line[i]), p.hash[i]
}

// line is the line of (group, step), 0 when it was not seen.
func (s *seen) line(group int, step int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.pages[pageKey{int32(group), int32(step / pageSize)}]; p != nil {
		return int(p.line[step%pageSize])
	}
	return 0
}
