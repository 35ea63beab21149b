package kind

import (
	"fmt"
	"slices"
	"strings"
)

func (k *Kind) refuseState(t *Transition, state string) *Refusal {
	now := k.State(state)
	if now == nil {
		return &Refusal{NotFromState, "事项尚未建立，不能" + t.Name + "。", "The matter does not exist yet: “" + t.NameEn + "” cannot be done."}
	}
	var zh, en []string
	for _, id := range t.From {
		if s := k.State(id); s != nil {
			zh, en = append(zh, "“"+s.Name+"”"), append(en, "“"+s.NameEn+"”")
		}
	}
	if len(zh) == 0 {
		return &Refusal{NotFromState, "“" + t.Name + "”只用于新建事项。", "“" + t.NameEn + "” only creates a new matter."}
	}
	return &Refusal{NotFromState,
		fmt.Sprintf("事项现为“%s”，“%s”须在%s时办理。请刷新后按现在的状态办理。", now.Name, t.Name, joinOr(zh, "、", "或")),
		fmt.Sprintf("The matter is now “%s”; “%s” is possible in %s. Reload and go on from the present state.", now.NameEn, t.NameEn, joinOr(en, ", ", " or "))}
}

func (k *Kind) refuseRelation(t *Transition, w Who) *Refusal {
	zh, en := relationList(t.By)
	if slices.Equal(t.By, []string{"system"}) {
		return &Refusal{NotYours, "“" + t.Name + "”由系统自动办理，不能人工办理。", "“" + t.NameEn + "” is made by the system, never by hand."}
	}
	if (t.Act == Check || t.Act == Approve) && w.Relations["owner"] {
		return k.refuseDoer(t, "owner")
	}
	return &Refusal{NotYours, fmt.Sprintf("“%s”须由%s办理，您不是。如需办理，请转请其办理。", t.Name, zh),
		fmt.Sprintf("“%s” is for %s, which you are not. Ask them to do it.", t.NameEn, en)}
}

var sameNames = map[string]named{
	"owner":   {"您是办理人", "You are the handler"},
	"account": {"您办理过此事项", "You worked on this matter"},
	"person":  {"您用另一账号办理过此事项", "You worked on this matter under another account"},
	"post":    {"您的岗位办理过此事项", "Your post worked on this matter"},
	"unit":    {"您的单位办理过此事项", "Your unit worked on this matter"},
}

func (k *Kind) refuseDoer(t *Transition, how string) *Refusal {
	by := slices.DeleteFunc(slices.Clone(t.By), func(r string) bool { return r == "owner" || r == "system" || r == "reporter" })
	zh, en := relationList(by)
	if zh == "" {
		zh, en = "其他人", "somebody else"
	}
	n := sameNames[how]
	return &Refusal{DoerExcluded,
		fmt.Sprintf("%s，%s须由没有参与办理的%s办理。", n.zh, t.Name, zh),
		fmt.Sprintf("%s: “%s” has to be done by %s who had no part in the work.", n.en, t.NameEn, en)}
}

func refuseLimit(t *Transition) *Refusal {
	zh, en := t.LimitText, t.LimitTextEn
	if zh == "" {
		zh = fmt.Sprintf("“%s”每件事项限 %d 次，已用完。", t.Name, t.Limit)
	}
	if en == "" {
		en = fmt.Sprintf("“%s” may be done %d time(s) per matter, all used.", t.NameEn, t.Limit)
	}
	return &Refusal{LimitReached, zh, strings.TrimSpace(en)}
}

func refuseNotBy(t *Transition, w Who) *Refusal {
	for _, r := range t.NotBy {
		if w.Relations[r] {
			zh, en := RelationName(r)
			return &Refusal{NotYours, fmt.Sprintf("您是%s，%s须由另一人办理。", zh, t.Name),
				fmt.Sprintf("You are %s: “%s” has to be done by somebody else.", en, t.NameEn)}
		}
	}
	return nil
}
