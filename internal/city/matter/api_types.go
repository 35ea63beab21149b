package matter

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Ref is anything with an id and a name.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// RegionRef is a region with its name.
type RegionRef struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// PostRef is a post with its unit.
type PostRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Unit Ref    `json:"unit"`
}

// StateRef is a state with its type.
type StateRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type" enum:"open,assigned,working,submitted,checking,closed,suspended,returned,void"`
}

// HolderOut is who has the ball.
type HolderOut struct {
	Post *PostRef `json:"post,omitempty"`
	Unit *Ref     `json:"unit,omitempty"`
	Text string   `json:"text"`
	// Climbed names the levels that had nobody.
	Climbed string `json:"climbed,omitempty"`
}

// DueOut is the nearest end of a running clock.
type DueOut struct {
	At     string `json:"at"`
	Light  string `json:"light" enum:"green,yellow,red,none"`
	Left   string `json:"left"`
	LeftEn string `json:"leftEn"`
	Name   string `json:"name"`
}

// Row is a matter in a list.
type Row struct {
	ID          string    `json:"id"`
	Number      string    `json:"number"`
	Kind        Ref       `json:"kind"`
	Title       string    `json:"title"`
	State       StateRef  `json:"state"`
	Category    Ref       `json:"category"`
	Region      RegionRef `json:"region"`
	Place       string    `json:"place"`
	Source      string    `json:"source"`
	Holder      HolderOut `json:"holder"`
	FoundAt     string    `json:"foundAt"`
	OpenedAt    string    `json:"openedAt"`
	UpdatedAt   string    `json:"updatedAt"`
	ClosedAt    string    `json:"closedAt"`
	Due         *DueOut   `json:"due"`
	Reworks     int64     `json:"reworks"`
	Recurrences int64     `json:"recurrences"`
	Children    int64     `json:"children"`
	Lng         *float64  `json:"lng"`
	Lat         *float64  `json:"lat"`
	Version     int64     `json:"version"`
}

// shape turns matters into what the interface shows.
type shape struct {
	s     *Service
	dir   *org.Directory
	now   int64
	kinds map[string]*kind.Kind
}

func (h *API) shape(dir *org.Directory) *shape {
	return &shape{s: h.svc, dir: dir, now: h.svc.db.Clock().Now().UnixMilli(), kinds: map[string]*kind.Kind{}}
}

func (x *shape) kind(m *Matter) *kind.Kind {
	key := m.Kind + "/" + m.Edition
	if k, ok := x.kinds[key]; ok {
		return k
	}
	k, err := x.s.kindOf(m)
	if err != nil {
		k = &kind.Kind{ID: m.Kind, Name: m.Kind}
	}
	x.kinds[key] = k
	return k
}

func (x *shape) row(m *Matter) Row {
	k := x.kind(m)
	r := Row{ID: idText(m.ID), Number: m.Number, Kind: Ref{k.ID, k.Name}, Title: m.Title, State: x.state(k, m.State, m.Type),
		Category: Ref{m.Category, m.Category}, Region: RegionRef{string(m.Region), x.dir.RegionName(m.Region)}, Place: m.Place, Source: m.Source,
		Holder: x.holder(m), FoundAt: shownTime(m.FoundAt), OpenedAt: shownTime(m.OpenedAt), UpdatedAt: shownTime(m.UpdatedAt), ClosedAt: shownTime(m.ClosedAt),
		Due: x.due(m), Reworks: m.Reworks, Recurrences: m.Recurrences, Children: m.Childs, Version: m.Version}
	if c := k.Category(m.Category); c != nil {
		r.Category.Name = c.Name
	}
	if m.At != nil {
		lng, lat := m.At.Degrees()
		r.Lng, r.Lat = &lng, &lat
	}
	return r
}

func (x *shape) rows(list []*Matter) []Row {
	out := make([]Row, len(list))
	for i, m := range list {
		out[i] = x.row(m)
	}
	return out
}

func (x *shape) state(k *kind.Kind, id string, t kind.StateType) StateRef {
	out := StateRef{id, id, string(t)}
	if s := k.State(id); s != nil {
		out.Name, out.Type = s.Name, string(s.Type)
	}
	return out
}

func (x *shape) post(id int64) *PostRef {
	s := x.dir.Posts[id]
	if s == nil {
		return nil
	}
	return &PostRef{idText(s.ID), s.Name, Ref{idText(s.Unit), s.UnitName}}
}

func (x *shape) unit(id int64) *Ref {
	u := x.dir.Units[id]
	if u == nil {
		return nil
	}
	return &Ref{idText(u.ID), u.Name}
}

// short is a unit's short name, its full one when it has none.
func (x *shape) short(id int64) string {
	u := x.dir.Units[id]
	if u == nil {
		return ""
	}
	if u.Short != "" {
		return u.Short
	}
	return u.Name
}

func (x *shape) holder(m *Matter) HolderOut {
	h := HolderOut{Post: x.post(m.HolderPost), Unit: x.unit(m.HolderUnit), Climbed: m.HolderClimb}
	switch {
	case h.Post != nil:
		h.Text = x.short(x.dir.Posts[m.HolderPost].Unit) + " " + h.Post.Name
	case h.Unit != nil:
		h.Text = x.short(m.HolderUnit)
	case m.Open():
		h.Text = "待明确"
	}
	return h
}

// soon is how long before its end a clock turns yellow.
const soon = calendar.MsPerDay

func (x *shape) due(m *Matter) *DueOut {
	if m.DueAt == Never || !m.Open() {
		return nil
	}
	d := &DueOut{At: shownTime(m.DueAt), Name: m.DueClock}
	if c := x.kind(m).Clock(m.DueClock); c != nil {
		d.Name = c.Name
	}
	c := x.kind(m).Clock(m.DueClock)
	d.Light = x.s.clocks.light(c, m.DueAt, x.now)
	d.Left, d.LeftEn = x.s.clocks.left(c, m.Class, m.DueAt, x.now)
	return d
}

func light(due, now int64) string {
	switch {
	case due == Never:
		return "none"
	case now > due:
		return "red"
	case due-now <= soon:
		return "yellow"
	}
	return "green"
}

// span is a length of time in days and hours, or hours and minutes.
func span(ms int64) (zh, en string) {
	days, hours, minutes := ms/calendar.MsPerDay, ms%calendar.MsPerDay/calendar.MsPerHour, ms%calendar.MsPerHour/calendar.MsPerMinute
	switch {
	case days > 0:
		return fmt.Sprintf("%d 天 %d 小时", days, hours), fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d 小时 %d 分", hours, minutes), fmt.Sprintf("%d h %d min", hours, minutes)
	}
	return fmt.Sprintf("%d 分钟", minutes), fmt.Sprintf("%d min", minutes)
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// readID reads an id of a body or query; "" is 0.
func readID(where, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.Invalid, "id", "编号无效").WithField(where, "编号无效", text)
	}
	return id, nil
}

// pathID reads the id of a path; what is no id is not found.
func pathID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "not_found", "没有找到")
	}
	return id, nil
}

func readIDs(where string, texts []string) ([]int64, error) {
	out := make([]int64, 0, len(texts))
	for _, t := range texts {
		id, err := readID(where, t)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			out = append(out, id)
		}
	}
	return out, nil
}

// shownTime is an instant in an answer; "" for none and for an end that never comes.
func shownTime(ms int64) string {
	if ms == Never {
		return ""
	}
	return rest.Instant(ms)
}

func readClock(where, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UnixMilli(), nil
	}
	ms, err := calendar.ParseTime(text) // without an offset: civil time of Asia/Shanghai
	if err != nil {
		return 0, fault.New(fault.Invalid, "time", "时间格式有误").WithField(where, "应为 2026-08-28T08:00:00+08:00 的形式", text)
	}
	return ms, nil
}

func readRegion(where, text string) (region.Code, error) {
	if text == "" {
		return "", nil
	}
	r := region.Code(text)
	if !r.Valid() {
		return "", fault.New(fault.Invalid, "region", "行政区代码应为 12 位").WithField(where, "应为 12 位行政区代码", text)
	}
	return r, nil
}

func readPlace(lng, lat *float64) (*geo.Point, error) {
	if lng == nil && lat == nil {
		return nil, nil
	}
	if lng == nil || lat == nil {
		return nil, fault.New(fault.Invalid, "place", "经度和纬度要一起给出").WithField("body.lng", "经纬度不全", "")
	}
	p := geo.Degrees(*lng, *lat)
	return &p, geo.CheckPlace(p)
}

func splitList(s string) []string {
	var out []string
	for _, x := range strings.Split(s, ",") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
