package matter

// ClockOut is a time limit with both clocks: the official and the elapsed one.
type ClockOut struct {
	ID        string     `json:"id"`
	Clock     string     `json:"clock" doc:"在类别中的编号"`
	Name      string     `json:"name"`
	Term      string     `json:"term"`
	StartedAt string     `json:"startedAt"`
	DueAt     string     `json:"dueAt"`
	State     string     `json:"state" enum:"running,paused,done,late,void"`
	Left      string     `json:"left"`
	LeftEn    string     `json:"leftEn"`
	Elapsed   string     `json:"elapsed"`
	ElapsedEn string     `json:"elapsedEn"`
	Light     string     `json:"light" enum:"green,yellow,red,none"`
	Pauses    []PauseOut `json:"pauses"`
	Extended  []PauseOut `json:"extensions"`
	Calendar  string     `json:"calendar"`
}

// PauseOut is a pause or an extension.
type PauseOut struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	From      string `json:"from"`
	To        string `json:"to"`
	Until     string `json:"until"`
	Review    string `json:"review"`
	Condition string `json:"condition"`
	Term      string `json:"term"`
	Reason    string `json:"reason"`
	AskedBy   string `json:"askedBy"`
	Approver  string `json:"approver"`
	Opinion   string `json:"opinion"`
}

func (x *shape) clocks(v *View) []ClockOut {
	out := []ClockOut{}
	for _, c := range v.Clocks {
		o := ClockOut{ID: idText(c.ID), Clock: c.Clock, Name: c.Clock, Term: c.Term.Text(), StartedAt: shownTime(c.StartedAt), DueAt: shownTime(c.DueAt),
			State: c.State, Light: "none", Pauses: []PauseOut{}, Extended: []PauseOut{}}
		if k := v.Kind.Clock(c.Clock); k != nil {
			o.Name = k.Name
		}
		end := x.now
		if c.StoppedAt > 0 {
			end = c.StoppedAt
		}
		o.Elapsed, o.ElapsedEn = span(max(end-c.StartedAt, 0))
		if c.State == "running" {
			k := v.Kind.Clock(c.Clock)
			o.Light = x.s.clocks.light(k, c.DueAt, x.now)
			o.Left, o.LeftEn = x.s.clocks.left(k, v.Class, c.DueAt, x.now)
		}
		for _, p := range v.Pauses {
			if p.Clock != c.ID {
				continue
			}
			po := PauseOut{idText(p.ID), p.State, shownTime(p.From), shownTime(p.To), shownTime(p.Until), shownTime(p.Review), p.Condition, p.Term,
				p.Reason, x.dir.Names[p.AskedBy], p.Approver, p.Opinion}
			if p.What == "extension" {
				o.Extended = append(o.Extended, po)
			} else {
				o.Pauses = append(o.Pauses, po)
			}
		}
		out = append(out, o)
	}
	return out
}
