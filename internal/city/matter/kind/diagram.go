package kind

import (
	"fmt"
	"html"
	"strings"
)

// Measures of the diagram in pixels.
const (
	rowHeight = 22 // one end of an edge
	boxWidth  = 150
	boxGap    = 14
	laneWidth = 13
	margin    = 16
	titleRoom = 44
)

// The colours of the state types: fill and line, on a light ground.
var typeColours = map[StateType][2]string{
	Open: {"#e8f1fb", "#2f6db5"}, Assigned: {"#eef0fb", "#5059b8"}, Working: {"#fdf4e3", "#a86a00"},
	Submitted: {"#f1ecfa", "#7447b0"}, Checking: {"#f1ecfa", "#7447b0"}, Closed: {"#e6f5ec", "#1f7a45"},
	Suspended: {"#f2f2f2", "#6b6b6b"}, Returned: {"#fcebea", "#b3382e"}, Void: {"#f2f2f2", "#6b6b6b"},
}

// row is one end of an edge on the right side of a box.
type row struct {
	edge *drawn
	out  bool
}

type drawn struct {
	*edgeOf
	yOut, yIn int
	lane      int
}

type box struct {
	id, name, under string
	colours         [2]string
	rows            []row
	y, height       int
}

// Diagram is the kind drawn as SVG from its data: states from top to bottom in
// the order of the file, transitions on the right. Every end of an edge has a
// line of its own, so that no label lies on another.
func (k *Kind) Diagram() string {
	boxes, edges, labels := k.lay()
	lanes := assignLanes(edges)
	last := boxes[len(boxes)-1]
	width := margin + boxWidth + labels + lanes*laneWidth + 2*margin
	height := last.y + last.height + margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="'Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif" font-size="13">`,
		width, height, width, height, html.EscapeString(k.Name))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`, width, height)
	fmt.Fprintf(&b, `<text x="%d" y="28" font-size="16" font-weight="600" fill="#1d2733">%s</text>`, margin, html.EscapeString(k.Name))
	for _, e := range edges {
		e.draw(&b, labels)
	}
	for _, x := range boxes {
		x.draw(&b)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// lay places the boxes and the ends of the edges; labels is the room that the
// longest label needs.
func (k *Kind) lay() (boxes []*box, edges []*drawn, labels int) {
	at := map[string]*box{"": {name: "新建", colours: [2]string{"#ffffff", "#9aa5b1"}}}
	boxes = append(boxes, at[""])
	for _, s := range k.States {
		x := &box{id: s.ID, name: s.Name, colours: typeColours[s.Type]}
		if s.Holder != "" {
			zh, _ := RelationName(s.Holder)
			x.under = "球在：" + zh
		}
		at[s.ID] = x
		boxes = append(boxes, x)
	}
	for _, e := range k.edges() {
		d := &drawn{edgeOf: e}
		edges = append(edges, d)
		at[e.from].rows = append(at[e.from].rows, row{d, true})
		at[e.to].rows = append(at[e.to].rows, row{d, false})
		labels = max(labels, textWidth(e.label())+28)
	}
	y := titleRoom
	for _, x := range boxes {
		x.y, x.height = y, max(44, len(x.rows)*rowHeight)
		for i, r := range x.rows {
			mid := y + (x.height-len(x.rows)*rowHeight)/2 + i*rowHeight + rowHeight/2
			if r.out {
				r.edge.yOut = mid
			} else {
				r.edge.yIn = mid
			}
		}
		y += x.height + boxGap
	}
	return boxes, edges, labels
}

// assignLanes gives each edge the first lane in which it overlaps no other, the
// short ones first, and returns the number of lanes.
func assignLanes(edges []*drawn) int {
	var lanes [][][2]int
	for span := range 400 {
		for _, e := range edges {
			lo, hi := min(e.yOut, e.yIn), max(e.yOut, e.yIn)
			if (hi-lo)/rowHeight != span {
				continue
			}
			e.lane = freeLane(lanes, lo, hi)
			if e.lane == len(lanes) {
				lanes = append(lanes, nil)
			}
			lanes[e.lane] = append(lanes[e.lane], [2]int{lo, hi})
		}
	}
	return len(lanes)
}

func freeLane(lanes [][][2]int, lo, hi int) int {
next:
	for i, taken := range lanes {
		for _, t := range taken {
			if lo <= t[1]+2 && t[0] <= hi+2 {
				continue next
			}
		}
		return i
	}
	return len(lanes)
}

func (e *drawn) draw(b *strings.Builder, labels int) {
	colour := "#5b6875"
	switch t := e.steps[0]; {
	case t.Act == Check || t.Act == Verify || t.Act == Approve:
		colour = "#1f7a45"
	case t.Act == Return || t.Act == VoidAct || t.Act == Withdraw:
		colour = "#b3382e"
	case t.Reopen:
		colour = "#7447b0"
	}
	left, lane := margin+boxWidth, margin+boxWidth+labels+e.lane*laneWidth
	fmt.Fprintf(b, `<g stroke="%s" fill="none"><title>%s</title><path d="M%d %dH%dV%dH%d"/><path d="M%d %dl8 -4v8z" fill="%s"/></g>`,
		colour, html.EscapeString(e.tip()), left, e.yOut, lane, e.yIn, left+8, left, e.yIn, colour)
	label := e.label()
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="18" fill="#ffffff"/><text x="%d" y="%d" fill="%s">%s</text>`,
		left+8, e.yOut-9, textWidth(label)+8, left+12, e.yOut+5, colour, html.EscapeString(label))
}

// tip names who may make the transitions.
func (e *edgeOf) tip() string {
	var parts []string
	for _, t := range e.steps {
		zh, _ := relationList(t.By)
		parts = append(parts, t.Name+"："+zh)
	}
	return strings.Join(parts, "；")
}

func (x *box) draw(b *strings.Builder) {
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="%s"/>`, margin, x.y, boxWidth, x.height, x.colours[0], x.colours[1])
	mid := x.y + x.height/2
	if x.under == "" {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" fill="#1d2733">%s</text>`, margin+boxWidth/2, mid+5, html.EscapeString(x.name))
		return
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" fill="#1d2733" font-weight="600">%s</text>`, margin+boxWidth/2, mid-2, html.EscapeString(x.name))
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" font-size="11" fill="#5b6875">%s</text>`, margin+boxWidth/2, mid+14, html.EscapeString(x.under))
}

// textWidth estimates the width of a label in pixels at 13 px.
func textWidth(s string) int {
	w := 0
	for _, r := range s {
		if r < 0x2e80 {
			w += 8
		} else {
			w += 13
		}
	}
	return w
}
