package land

import (
	"math"
	"slices"
)

// shape is the invented body of a county: it reaches about reach km around its seat.
type shape struct {
	lon, lat float64
	reach    float64 // km
	stretch  float64 // > 1: longer west–east
}

// nowhere marks a cell outside the city.
const nowhere = -1

// layOut gives every cell the index of its county or nowhere: the county whose reach covers
// the cell best after the plane was disturbed by noise of three wavelengths.
func layOut(c comb, shapes []shape) []int {
	labels := make([]int, c.cells())
	for i := range labels {
		x, y := c.km(c.centre(i))
		nx := 7*field(c.seed, forShapeX, x, y, 21) + 3.4*field(c.seed, forShapeX+100, x, y, 9) + 1.5*field(c.seed, forShapeX+200, x, y, 4)
		ny := 7*field(c.seed, forShapeY, x, y, 21) + 3.4*field(c.seed, forShapeY+100, x, y, 9) + 1.5*field(c.seed, forShapeY+200, x, y, 4)
		x, y = x+nx, y+ny
		best, at := math.Inf(1), nowhere
		for k, s := range shapes {
			sx, sy := sheetKm(s.lon, s.lat)
			d := math.Hypot((x-sx)/s.stretch, (y-sy)*s.stretch) / s.reach
			if d < best {
				best, at = d, k
			}
		}
		if best > 1+0.14*field(c.seed, forOutline, x, y, 12) || c.rim(i) {
			at = nowhere
		}
		labels[i] = at
	}
	fill(c, labels)
	everything := func(int) int { return 0 }
	tidy(c, labels, everything)
	return labels
}

// rim tells the outermost cells of the sheet, which stay empty.
func (c comb) rim(cell int) bool {
	col, row := cell%c.cols, cell/c.cols
	return col < 2 || row < 2 || col >= c.cols-2 || row >= c.rows-2
}

// fill closes holes: empty cells that the rim does not reach become part of a neighbour.
func fill(c comb, labels []int) {
	seen := make([]bool, len(labels))
	queue := []int{0}
	seen[0] = true
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for k := range 6 {
			if n := c.neighbour(at, k); n >= 0 && !seen[n] && labels[n] == nowhere {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	for again := true; again; {
		again = false
		for i := range labels {
			if labels[i] != nowhere || seen[i] {
				continue
			}
			for k := range 6 {
				if n := c.neighbour(i, k); n >= 0 && labels[n] != nowhere {
					labels[i], again = labels[n], true
					break
				}
			}
		}
	}
}

// tidy makes every label one connected piece: smaller pieces go to the neighbour they touch
// most among the cells of the same parent.
func tidy(c comb, labels []int, parent func(cell int) int) {
	for range 50 {
		stray := strays(c, labels)
		if len(stray) == 0 {
			return
		}
		moved := false
		for _, cell := range stray {
			votes := map[int]int{}
			best, at := 0, nowhere
			for k := range 6 {
				n := c.neighbour(cell, k)
				if n < 0 || labels[n] == nowhere || labels[n] == labels[cell] || parent(n) != parent(cell) {
					continue
				}
				votes[labels[n]]++
				if v := votes[labels[n]]; v > best || v == best && labels[n] < at {
					best, at = v, labels[n]
				}
			}
			if best > 0 {
				labels[cell], moved = at, true
			}
		}
		if !moved { // an island that touches nothing leaves the city
			for _, cell := range stray {
				labels[cell] = nowhere
			}
		}
	}
}

// strays lists the cells outside the largest piece of their label, in cell order.
func strays(c comb, labels []int) []int {
	piece := make([]int, len(labels))
	type body struct{ id, size int }
	largest := map[int]body{}
	id := 0
	for i := range labels {
		if labels[i] == nowhere || piece[i] != 0 {
			continue
		}
		id++
		piece[i] = id
		queue := []int{i}
		for q := 0; q < len(queue); q++ {
			for k := range 6 {
				if n := c.neighbour(queue[q], k); n >= 0 && piece[n] == 0 && labels[n] == labels[i] {
					piece[n] = id
					queue = append(queue, n)
				}
			}
		}
		if len(queue) > largest[labels[i]].size {
			largest[labels[i]] = body{id, len(queue)}
		}
	}
	var out []int
	for i := range labels {
		if labels[i] != nowhere && piece[i] != largest[labels[i]].id {
			out = append(out, i)
		}
	}
	return out
}

// divide splits the cells of one region into n compact parts (k-means on the disturbed plane)
// and returns the part of each cell.
func divide(c comb, cells []int, n int, purpose uint64) []int {
	type place struct{ x, y float64 }
	at := make([]place, len(cells))
	for i, cell := range cells {
		x, y := c.km(c.centre(cell))
		at[i] = place{x + 1.2*field(c.seed, purpose+50, x, y, 4), y + 1.2*field(c.seed, purpose+60, x, y, 4)}
	}
	order := make([]int, len(cells))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		ha, hb := hash(c.seed, purpose, cells[a], 0), hash(c.seed, purpose, cells[b], 0)
		if ha < hb {
			return -1
		}
		return 1
	})
	n = min(n, len(cells))
	mid := make([]place, n)
	for k := range mid {
		mid[k] = at[order[k]]
	}
	part := make([]int, len(cells))
	for range 12 {
		sum := make([]place, n)
		count := make([]float64, n)
		for i, p := range at {
			best := math.Inf(1)
			for k, m := range mid {
				if d := float64((p.x-m.x)*(p.x-m.x)) + float64((p.y-m.y)*(p.y-m.y)); d < best {
					best, part[i] = d, k
				}
			}
			k := part[i]
			sum[k].x += p.x
			sum[k].y += p.y
			count[k]++
		}
		for k := range mid {
			if count[k] > 0 {
				mid[k] = place{sum[k].x / count[k], sum[k].y / count[k]}
			}
		}
	}
	return part
}
