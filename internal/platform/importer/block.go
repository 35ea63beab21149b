package importer

// builder collects values into blocks by place and field.
type builder struct {
	p      *Parser
	limit  int
	count  int
	index  [][]int32 // [place][field] → position in cols + 1
	cols   []Column
	free   chan *Block
	fields int
}

func newBuilder(p *Parser) *builder {
	limit := p.opt.BlockValues
	if limit <= 0 {
		limit = 2_000_000
	}
	return &builder{p: p, limit: limit, fields: len(p.plan.Values), free: make(chan *Block, 2)}
}

func (b *builder) add(place, field int, t, v int64) {
	for place >= len(b.index) {
		b.index = append(b.index, nil)
	}
	row := b.index[place]
	if row == nil {
		row = make([]int32, b.fields)
		b.index[place] = row
	}
	at := row[field]
	if at == 0 {
		at = b.open(place, field)
		row[field] = at
	}
	c := &b.cols[at-1]
	c.Times, c.Values = append(c.Times, t), append(c.Values, v)
	b.count++
}

// open adds a column, with the memory of an earlier block's where there is one.
func (b *builder) open(place, field int) int32 {
	n := len(b.cols)
	if n < cap(b.cols) {
		b.cols = b.cols[:n+1]
		c := &b.cols[n]
		c.Place, c.Field = place, field
		c.Times, c.Values = c.Times[:0], c.Values[:0]
	} else {
		b.cols = append(b.cols, Column{Place: place, Field: field, Times: make([]int64, 0, 64), Values: make([]int64, 0, 64)})
	}
	return int32(n + 1)
}

// full gives the block away when it has reached its size.
func (b *builder) full() error {
	if b.count < b.limit {
		return nil
	}
	return b.flush()
}

func (b *builder) flush() error {
	if b.count == 0 {
		return nil
	}
	out := &Block{Columns: b.cols, Count: b.count, free: b.free}
	for i := range b.cols {
		b.index[b.cols[i].Place][b.cols[i].Field] = 0
	}
	b.cols, b.count = nil, 0
	select {
	case old := <-b.free:
		b.cols = old.Columns[:0]
	default:
	}
	return b.p.sink.Values(out)
}

// LineOf is the line that gave the value of a place, field and time; 0 when none did. The
// sink may ask from another goroutine while Run runs.
func (p *Parser) LineOf(place, field int, t int64) int {
	if p.plan.Layout == Wide {
		place = field
	}
	return p.seen.line(place, p.slot(t))
}
