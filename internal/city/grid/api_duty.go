package grid

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
)

// registerDuty adds the operations on people, norms and what of them is kept.
func (h *API) registerDuty(a *rest.API, spec func(method, path, id string, who access.Action, status int, summary string) rest.Spec) {
	rest.Register(a, spec("GET", "/grid/settings", "gridSettings", access.GridRead, 0, "各地采用的角色组与巡查频次"), h.settings)
	rest.Register(a, spec("PUT", "/grid/settings", "gridSettingSet", access.GridWrite, 204, "选定本地的角色组与巡查频次"), h.setSetting)
	rest.Register(a, spec("DELETE", "/grid/cells/{id}/posts", "gridPostEnd", access.GridWrite, 0, "撤下网格的岗位"), h.release)
	rest.Register(a, spec("GET", "/grid/duty", "gridDuty", access.GridRead, 0, "人员到位、巡查完成、盲区"), h.duty)
	rest.Register(a, spec("POST", "/grid/trainings", "gridTraining", access.GridWrite, 204, "登记培训"), h.train)
	rest.Register(a, spec("POST", "/grid/excuses", "gridExcuse", access.GridWrite, 204, "免巡：应急、洪水等"), h.excuse)
}

type memberOut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" doc:"岗位角色"`
	Duty string `json:"duty" enum:"chief,officer,patroller,supervisor"`
	Need []int  `json:"need" doc:"必须设此岗的网格级别"`
}

type normOut struct {
	Tier     int    `json:"tier"`
	Class    string `json:"class"`
	Period   string `json:"period" enum:"day,2d,week,halfmonth,month"`
	MinCount int    `json:"minCount"`
	Window   string `json:"window" enum:"any,night"`
}

type setOut struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	From       string      `json:"from"`
	Source     string      `json:"source"`
	Confidence string      `json:"confidence"`
	Members    []memberOut `json:"members,omitempty"`
	Norms      []normOut   `json:"norms,omitempty"`
}

type rulesOut struct {
	RoleSets []setOut `json:"roleSets"`
	NormSets []setOut `json:"normSets"`
}

func (h *API) rulesOut(context.Context, *struct{}) (*out[rulesOut], error) {
	o := rulesOut{[]setOut{}, []setOut{}}
	for _, s := range h.s.rules.Roles {
		x := setOut{ID: s.ID, Name: s.Name, From: s.From.String(), Source: s.Source, Confidence: s.Confidence}
		for _, m := range s.Members {
			x.Members = append(x.Members, memberOut(m))
		}
		o.RoleSets = append(o.RoleSets, x)
	}
	for _, s := range h.s.rules.Norms {
		x := setOut{ID: s.ID, Name: s.Name, From: s.From.String(), Source: s.Source, Confidence: s.Confidence}
		for _, n := range s.Norms {
			x.Norms = append(x.Norms, normOut{n.Tier, n.Class, n.Period, n.MinCount, n.Window})
		}
		o.NormSets = append(o.NormSets, x)
	}
	return &out[rulesOut]{o}, nil
}

type settingOut struct {
	Region  placeOut `json:"region"`
	From    string   `json:"from"`
	RoleSet string   `json:"roleSet"`
	NormSet string   `json:"normSet"`
}

func (h *API) settings(ctx context.Context, _ *struct{}) (*out[rest.List[settingOut]], error) {
	all, err := h.s.Settings(ctx)
	list := []settingOut{}
	for _, x := range all {
		list = append(list, settingOut{placeOut{string(x.Region), h.s.org.RegionName(ctx, x.Region)}, x.FromDay, x.Roles.ID, x.Norms.ID})
	}
	return &out[rest.List[settingOut]]{rest.NewList(list)}, err
}

func (h *API) setSetting(ctx context.Context, in *struct {
	Body struct {
		Region  string `json:"region" maxLength:"12"`
		RoleSet string `json:"roleSet" maxLength:"40"`
		NormSet string `json:"normSet" maxLength:"40"`
		From    string `json:"from,omitempty" maxLength:"10" doc:"空为今天"`
	}
}) (*struct{}, error) {
	r, err := where(ctx, access.GridWrite, in.Body.Region)
	if err != nil {
		return nil, err
	}
	return nil, h.s.Set(ctx, r, in.Body.RoleSet, in.Body.NormSet, in.Body.From)
}

func (h *API) release(ctx context.Context, in *struct {
	ByID
	Role string `query:"role" required:"true" maxLength:"40"`
	Post string `query:"post" required:"true" maxLength:"20"`
}) (*struct{}, error) {
	cell, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	post, err := number(in.Post)
	if err != nil {
		return nil, err
	}
	return nil, h.s.Release(ctx, cell, in.Role, post)
}

type dutyRow struct {
	Region   placeOut `json:"region"`
	Villages rateOut  `json:"villages" doc:"网格覆盖率：有网格的村（社区）"`
	Posts    rateOut  `json:"posts" doc:"岗位有人"`
	Trained  rateOut  `json:"trained" doc:"人员到位率：岗位有人且受过培训"`
	Slots    rateOut  `json:"slots" doc:"巡查完成率"`
	Night    rateOut  `json:"night" doc:"其中夜间"`
	Points   rateOut  `json:"points" doc:"点位到访率"`
	Excused  int      `json:"excused" doc:"免巡的次数，分子分母都不计"`
}

type unseenOut struct {
	Source string   `json:"source"`
	Name   string   `json:"name"`
	Class  string   `json:"class"`
	Cell   string   `json:"cell"`
	Where  string   `json:"where"`
	Region placeOut `json:"region"`
	Tier   int      `json:"tier" doc:"应由哪一级来看"`
	Night  bool     `json:"night" doc:"夜间盲区"`
	Since  string   `json:"since"`
	Lng    float64  `json:"lng"`
	Lat    float64  `json:"lat"`
}

type dutyOut struct {
	From   string      `json:"from"`
	To     string      `json:"to"`
	Total  dutyRow     `json:"total"`
	Rows   []dutyRow   `json:"rows"`
	Unseen []unseenOut `json:"unseen" doc:"盲区：超过两倍周期没有人来看的污染源"`
}

func (h *API) dutyRow(ctx context.Context, d Duty) dutyRow {
	return dutyRow{placeOut{string(d.Region), h.s.org.RegionName(ctx, d.Region)}, rate(d.Villages), rate(d.Posts), rate(d.Trained), rate(d.Slots), rate(d.Night), rate(d.Points), d.Excused}
}

func (h *API) duty(ctx context.Context, in *struct {
	Region string `query:"region" maxLength:"12"`
	Days   int    `query:"days" minimum:"1" maximum:"92" default:"30"`
}) (*out[dutyOut], error) {
	r, err := where(ctx, access.GridRead, in.Region)
	if err != nil {
		return nil, err
	}
	d, err := h.s.Duties(ctx, r, in.Days)
	if err != nil {
		return nil, err
	}
	o := dutyOut{From: rest.Instant(d.From), To: rest.Instant(d.To), Total: h.dutyRow(ctx, d.Total), Rows: []dutyRow{}, Unseen: []unseenOut{}}
	for _, x := range d.Rows {
		o.Rows = append(o.Rows, h.dutyRow(ctx, x))
	}
	for _, x := range d.Unseen {
		u := unseenOut{Source: idText(x.Source.ID), Name: x.Source.Name, Class: x.Source.Class, Cell: idText(x.Cell.ID), Where: x.Cell.Name,
			Region: placeOut{string(x.Cell.Region), h.s.org.RegionName(ctx, x.Cell.Region)}, Tier: x.Tier, Night: x.Night, Since: rest.Instant(x.Since)}
		u.Lng, u.Lat = x.Source.At.Degrees()
		o.Unseen = append(o.Unseen, u)
	}
	return &out[dutyOut]{o}, nil
}

func (h *API) train(ctx context.Context, in *struct {
	Body struct {
		Posts   []string `json:"posts" minItems:"1" maxItems:"500"`
		Day     string   `json:"day" maxLength:"10"`
		Subject string   `json:"subject" maxLength:"200"`
	}
}) (*struct{}, error) {
	var posts []int64
	for _, p := range in.Body.Posts {
		id, err := number(p)
		if err != nil {
			return nil, err
		}
		posts = append(posts, id)
	}
	return nil, h.s.Train(ctx, posts, in.Body.Day, in.Body.Subject)
}

func (h *API) excuse(ctx context.Context, in *struct {
	Body struct {
		Cell   string `json:"cell" maxLength:"20"`
		From   string `json:"from" maxLength:"10"`
		To     string `json:"to" maxLength:"10" doc:"不含当日"`
		Reason string `json:"reason" maxLength:"400"`
	}
}) (*struct{}, error) {
	cell, err := number(in.Body.Cell)
	if err != nil {
		return nil, err
	}
	return nil, h.s.Excuse(ctx, cell, in.Body.From, in.Body.To, in.Body.Reason)
}
