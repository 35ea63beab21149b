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
	Ask       *AskOut    `json:"ask,omitempty" doc:"您可以申请的；没有则不能申请"`
}

// AskOut is what the actor may ask for about a clock.
type AskOut struct {
	Until    string `json:"until" doc:"暂停的恢复日期最迟为；空为不能这样暂停"`
	ReviewBy string `json:"reviewBy" doc:"挂账的复核日期最迟为；空为不能挂账"`
	Most     int    `json:"most" doc:"最多可延长多少；0 为不能申请延期"`
	Unit     string `json:"unit" doc:"延期的单位，如 wd"`
	MostText string `json:"mostText" doc:"最多可延长多少，如 5 工作日"`
	MostEn   string `json:"mostEn"`
}

func askOut(a Askable, ok bool) *AskOut {
	if !ok {
		return nil
	}
	out := &AskOut{}
	if a.Until != 0 {
		out.Until = a.Until.String()
	}
	if a.ReviewBy != 0 {
		out.ReviewBy = a.ReviewBy.String()
	}
	if !a.Longer.IsZero() {
		out.Most, out.Unit, out.MostText, out.MostEn = a.Longer.N, a.Longer.Unit.String(), a.Longer.Text(), a.Longer.TextEn()
	}
	return out
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
	MayDecide bool   `json:"mayDecide" doc:"由您批准或不批准"`
	MayEnd    bool   `json:"mayEnd" doc:"您可以让时限恢复计时"`
}

func (x *shape) clocks(v *View) []ClockOut {
	out := []ClockOut{}
	for _, c := range v.Clocks {
		o := ClockOut{ID: idText(c.ID), Clock: c.Clock, Name: c.Clock, Term: c.Term.Text(), StartedAt: shownTime(c.StartedAt), DueAt: shownTime(c.DueAt),
			State: c.State, Light: "none", Pauses: []PauseOut{}, Extended: []PauseOut{}}
		if k := v.Kind.Clock(c.Clock); k != nil {
			o.Name = k.Name
		}
		ask, ok := v.rights.ask[c.ID]
		o.Ask = askOut(ask, ok)
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
				p.Reason, x.dir.Names[p.AskedBy], p.Approver, p.Opinion, v.rights.decide[p.ID], v.rights.end[p.ID]}
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
